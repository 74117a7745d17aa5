"""What one attempt may spend: by construction all attempts of an agent together stay within its cap (G23).

An attempt whose machine is lost may have spent all that it was given, so it counts as having done so. So that
something is left for the next one, an attempt gets its share of what is left, and not all of it.
"""


def allowance(cap: int, spent: int, attempts_left: int) -> int:
    """Millionths of a US dollar for the next attempt.

    `spent` is what the attempts before it count for, `attempts_left` how many there are, the next one included.
    What an attempt leaves unspent is there for those after it; the last one may spend all that is left.
    """
    return max(cap - spent, 0) // max(attempts_left, 1)
