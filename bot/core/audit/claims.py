"""What counts as a claim: a statement that a reader would have to look up to believe."""

import re

from bot.core.audit.marks import LINK, NOTE

_NUMBER = r"\d[\d,]*(?:\.\d+)?"
_TIME = r"ms|milliseconds?|seconds?|secs?|minutes?|mins?|hours?|hrs?|h|days?|weeks?|months?|years?"
_SIZE = r"[KMGTP]i?B|bytes?|bits?|[KMG]bps|[KMG]?Hz|vCPUs?|cores?|CPUs?|IOPS"
_COUNTED = (
    r"requests?|calls?|transactions?|messages?|events?|operations?|endpoints?|methods?|queries|connections?|tokens?"
    r"|regions?|zones?|countries|currencies|languages|SDKs?|APIs|users?|customers?|developers?|businesses|servers?"
    r"|instances?|nodes?|objects?|buckets?|files?|records?|items?|domains?|accounts?|installations?|installs"
    r"|downloads?|stars|websites|sites|locations?|integrations?|concurrent|simultaneous"
)
_LIMIT = r"limits?|limited|quotas?|maximum|minimum|max|min|up to|at most|at least|no more than|throttled?"
_CLAIM = re.compile(
    rf"""
    [$€£¥]\s?\d | \d\s?[€£¥] | \b(?:USD|EUR|GBP)\s?\d | \d\s?(?:USD|EUR|GBP|dollars?|euros?|cents?)\b
  | \d\s?(?:%|percent\b|per\ cent\b)
  | (?<![\w.]){_NUMBER}(?:\s?[-–]\s?{_NUMBER})?\+?[\s-]?(?:(?:k|K|M|million|billion|thousand)\s)?
    (?:{_TIME}|{_SIZE}|(?:[a-z]+\s)?(?:{_COUNTED}))\b
  | (?<![\w.]){_NUMBER}\s?(?:/|per\s)\s?(?:{_TIME})\b
  | (?<![\w-])v\d+(?:\.\d+)*\b | \bversions?:?\s+v?\d | (?<![\w.-])\d+\.\d+\.\d+\b(?!\.\d)
  | \b(?:{_LIMIT})\b[^.;]{{0,40}}?(?<![\w-])\d | (?<![\w-])\d[^.;]{{0,20}}?\b(?:limits?|quotas?|maximum|minimum)\b
    """,
    re.VERBOSE | re.IGNORECASE,
)
_MEASURE = re.compile(
    r"\b(?:hours?|hrs?|h|days?|weeks?|costs?|prices?|pricing|fees?|limits?|quotas?|rates?|share|usd|eur|versions?"
    r"|size|latency|storage|memory|uptime|sla|effort|estimates?|estimated|budget|users?|regions?|requests?)\b|[$€£%]",
    re.IGNORECASE,
)
_SOURCE = re.compile(
    r"\b(?:sources?|references?|citations?|documentation|docs|links?|sha256|retrieved|date)\b", re.IGNORECASE
)
_METHOD = re.compile(
    r"\bhow\b.*\b(?:computed|calculated|estimated|scored|measured)\b|\b(?:methodology|rubric|scoring)\b",
    re.IGNORECASE,
)
_GAP = re.compile(r"(?:\A|:\s)Gap: no", re.IGNORECASE)
_NUMERIC = re.compile(r"(?<![A-Za-z])\d")


def is_claim(text: str) -> bool:
    """Whether a sentence states a number with a unit, a price, a percentage, a limit or a version, and no gap."""
    if _GAP.search(text):  # where nothing was found, and how many places were searched for it
        return False
    return _CLAIM.search(text.replace(LINK, " ").replace(NOTE, " ")) is not None


def is_claim_cell(text: str, header: str) -> bool:
    """Whether a table's cell does, also when its unit or its kind stands in the column's header."""
    if _SOURCE.search(header):
        return False
    return is_claim(text) or bool(_MEASURE.search(header) and _NUMERIC.search(text))


def is_method(heading: str) -> bool:
    """Whether a section says by which rules its document computes figures; rules have no source."""
    return _METHOD.search(heading.replace("-", " ")) is not None
