"""The facts in a text: its numbers with their units, its versions, identifiers and names."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

_COUNTED = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen"
    " seventeen eighteen nineteen twenty"
).split()
_TENS = ("thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety", "hundred")
_NUMBER_WORDS = {word: str(number) for number, word in enumerate(_COUNTED)}
_NUMBER_WORDS |= {word: str(number) for number, word in zip(range(30, 110, 10), _TENS, strict=True)}
_NUMBER_WORDS |= {"dozen": "12", "thousand": "1000"}

_CURRENCIES = {"$": "$", "US$": "$", "USD": "$", "dollar": "$", "€": "€", "EUR": "€", "euro": "€"}
_CURRENCIES |= {"£": "£", "GBP": "£", "¥": "¥", "JPY": "¥"}
_UNIT_NAMES = {"sec": "second", "min": "minute", "hr": "hour", "req": "request", "percent": "%"} | _CURRENCIES
_MULTIPLIERS = frozenset({"million", "billion", "thousand", "M", "K", "k", "bn"})
UNITS = frozenset(
    "% $ € £ ¥ ms s m h d second minute hour day week month year B KB kB MB GB TB PB KiB MiB GiB TiB byte bit"
    " Kbps Mbps Gbps Hz MHz GHz px vCPU cent".split()
).union(_MULTIPLIERS)
"""Units that a number in a quote is not to be parted from."""

_FUNCTION_WORDS = frozenset(
    "a an and are as at be but by can for from has have if in into is it its of on or so than that the then there"
    " these this to via was were when which while will with would also either must may each every per".split()
)
_PLAIN_WORDS = frozenset({"API", "APIs", "SDK", "SDKs", "URL", "URLs", "ID", "IDs", "I", "e.g", "i.e", "and/or"})

_CHUNK = re.compile(r"""https?://[^\s<>"`|)\]}]+|[^\s()\[\]{}<>"'`|;!?]+|[;!?]""")
_EDGES = re.compile(r"^(?:\*\*|[,:])+|(?:\*\*|[.,:])+$")
_COMMA = re.compile(r",(?!\d{3}(?:\D|$))|(?<!\d),")
_VALUE = re.compile(
    r"(?P<currency>US\$|[$€£¥])?(?P<number>[-+]?\d{1,3}(?:,\d{3})+(?:\.\d+)?|[-+]?\d+(?:\.\d+)?)"
    r"(?P<unit>-?[A-Za-z]+|%)?(?:/(?P<per>[A-Za-z][\w-]*))?",
    re.ASCII,
)
_RATE = re.compile(r"(?P<unit>[A-Za-z]+)/(?P<per>[a-z]+)")
_IDENTIFIER = re.compile(r"\w[.:/@#=\\&]+\w|_|[a-z0-9][A-Z]|[A-Z][A-Z0-9]|^--?\w|^[/@.#]\w|\w-[A-Z]|\w\*|\w[+#]+$")


@dataclass(frozen=True, slots=True)
class Number:
    """A number, or a word with a digit in it. `parts` are the forms that are contained in it."""

    form: str
    unit: str = ""
    per: str = ""
    parts: frozenset[str] = frozenset()

    def supports(self, claimed: "Number") -> bool:
        """Whether this number of a quote supports one of a claim: units are neither changed nor dropped."""
        if claimed.form != self.form and claimed.form not in self.parts:
            return False
        if claimed.unit != self.unit and (claimed.unit or not UNITS.isdisjoint(self.unit.split())):
            return False
        return claimed.per in ("", self.per)

    def __str__(self) -> str:
        return f"{self.form} {self.unit}{' per ' + self.per if self.per else ''}".strip()


@dataclass(frozen=True, slots=True)
class Facts:
    """Numbers in their order, identifiers as they are written, names and all words without regard to case.

    `parts` are what identifiers consist of: `ec2:RunInstances` contains `RunInstances`.
    """

    numbers: tuple[Number, ...]
    identifiers: frozenset[str]
    names: frozenset[str]
    words: frozenset[str]
    parts: frozenset[str]


@lru_cache(maxsize=4_096)
def facts(text: str) -> Facts:
    """The facts of a normalised text."""
    words = chunks(text)
    numbers = {index: number for index in range(len(words)) if (number := _number(words, index))}
    others = [(index, word) for index, word in enumerate(words) if index not in numbers]
    marked = [word for _, word in others if _is_identifier(word)]
    identifiers = frozenset(word for word in marked if not _is_acronym(word))
    capitals = {word for index, word in others if word[0].isupper() and index and words[index - 1] != "."}
    names = {word.casefold() for word in (capitals | set(marked)) - identifiers - _PLAIN_WORDS}
    parts = frozenset(part for word in words for part in _parts(word))
    lower = frozenset(part.casefold() for word in words for part in (word, *re.findall(r"\w+", word)))
    return Facts(tuple(numbers.values()), identifiers, frozenset(names), lower, parts)


def chunks(text: str) -> list[str]:
    """The words of a (normalised) text, freed from punctuation; where a sentence or a clause ends is a `.`."""
    return list(_chunks(text))


def _chunks(text: str) -> Iterator[str]:
    for found in _CHUNK.finditer(text):
        chunk = found.group()
        word = _EDGES.sub("", chunk)
        if word.strip("-/;!?&*"):
            yield from (part for part in _COMMA.split(word) if part) if "://" not in word else (word,)
        if chunk[-1] in ".:;!?":
            yield "."


def _is_identifier(word: str) -> bool:
    return bool(_IDENTIFIER.search(word)) and word not in _PLAIN_WORDS and not _RATE.fullmatch(word)


def _is_acronym(word: str) -> bool:
    return word.isalpha() and word.isupper()


def _number(words: list[str], index: int) -> Number | None:
    """The number that the word at `index` is or holds, with the unit next to it."""
    word = words[index]
    if value := _VALUE.fullmatch(word):
        return _measured(value, words, index) or Number(word)
    if spelled := _NUMBER_WORDS.get(word.casefold()):
        return Number(spelled, *_unit_after(words, index))
    if any(character.isnumeric() for character in word):
        return Number(word, parts=frozenset(_parts(word)))
    return None


def _measured(value: re.Match[str], words: list[str], index: int) -> Number | None:
    """A number with its unit; None when what is attached to it is no unit, as in `2FA`."""
    currency, number, attached, per = value.group("currency", "number", "unit", "per")
    if attached and not attached.startswith("-") and _unit_name(attached) not in UNITS:
        return None
    form = number.replace(",", "")
    before = _CURRENCIES.get(currency or (words[index - 1] if index else ""), "")
    if attached:
        after, rate = _unit_name(attached.strip("-")), _rate_after(words, index + 1)
    elif before and (index + 1 == len(words) or words[index + 1] not in _MULTIPLIERS):
        after, rate = "", _rate_after(words, index + 1)
    else:
        after, rate = _unit_after(words, index)
    return Number(form, f"{before} {after}".strip(), _unit_name(per) if per else rate)


def _unit_after(words: list[str], index: int) -> tuple[str, str]:
    """The unit that follows the number at `index`, and what it is per: `5 GB per month`."""
    following = words[index + 1] if index + 1 < len(words) else "."
    if following in _MULTIPLIERS:
        unit, per = _unit_after(words, index + 1)
        return f"{following} {unit}".strip(), per
    if rate := _RATE.fullmatch(following):
        return _unit_name(rate["unit"]), _unit_name(rate["per"])
    if following.casefold() in _FUNCTION_WORDS or not (following[0].isalpha() or following == "%"):
        return "", _rate_after(words, index + 1)
    return _unit_name(following), _rate_after(words, index + 2)


def _rate_after(words: list[str], index: int) -> str:
    """`second` when the words at `index` are `per second` or `a second`."""
    if index + 1 >= len(words) or words[index] not in ("per", "a", "an", "each", "every"):
        return ""
    per = _unit_name(words[index + 1])
    return per if words[index] == "per" or per in UNITS else ""


def _unit_name(word: str) -> str:
    """One name for each unit: `secs` is `second`, `GB` stays `GB`."""
    if word in UNITS or word in _UNIT_NAMES:
        return _UNIT_NAMES.get(word, word)
    lower = word.casefold()
    singular = lower.removesuffix("s") if len(lower) > 3 else lower
    return _UNIT_NAMES.get(singular, singular)


def _parts(word: str) -> Iterator[str]:
    """What a claim may take from a longer identifier; a digit only where it cannot be a part of a number."""
    pieces = re.split(r"[:/=#@&?]+", word)
    whole = len(pieces) == 2 and word[0].isalpha()
    for piece in pieces:
        if piece and (whole or not piece[0].isnumeric()):
            yield piece
        names = piece.split(".")
        if len(names) > 1 and all(name[:1].isalpha() for name in names):
            yield from names
