"""How a session's money is divided among its agents: a hard bound by construction (G23)."""

from collections.abc import Mapping


def divide(cap: int, requests: Mapping[str, int]) -> dict[str, int]:
    """The cap of every agent, in millionths of a US dollar, keyed and ordered as `requests`.

    Each gets what it asks for when that fits. Otherwise each gets its proportional part, rounded down, and what
    rounding left goes one by one to those whose parts were cut most, ties to the smaller id. For any input the
    caps sum to at most `cap`, and none is above its request.
    """
    wanted = sum(requests.values())
    if wanted <= cap:
        return dict(requests)
    parts = {agent: divmod(request * cap, wanted) for agent, request in requests.items()}
    left = cap - sum(whole for whole, _ in parts.values())
    most_cut = set(sorted(parts, key=lambda agent: (-parts[agent][1], agent))[:left])
    return {agent: whole + (agent in most_cut) for agent, (whole, _) in parts.items()}
