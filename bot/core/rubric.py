"""The rubric's rules: what counts, and what it gives. docs/rubric.md shows the same table."""

BASE_HOURS = 8
OPERATION_BANDS = ((10, 4), (30, 8), (100, 16), (300, 32))
"""Up to so many operations: so many hours. Each band is about three times the one before: effort grows with
the logarithm, since operations of one API resemble each other."""
MANY_OPERATIONS_HOURS = 48
UNKNOWN_OPERATIONS_HOURS = 8
SCHEMES = (
    ("request signing", 12, r"sigv?\d|signature|hmac|signed|signing|mutual tls|mtls|aws4"),
    ("delegated tokens", 8, r"oauth|openid|oidc|jwt|iam|entra|service account|kerberos"),
    ("a key or token", 4, r"api[ -]?key|access[ -]?key|bearer|basic|token|password|secret"),
)
"""Kinds of authentication, costliest first, with the hours of the costliest that a subject has."""
OTHER_SCHEME_HOURS = 8
EVENTS_HOURS = 8
NO_SDK_HOURS = 16
UNKNOWN_LIMITS_HOURS = 4
UNKNOWN_PRICING_HOURS = 2
OPEN_FIELD_HOURS = 4
LOW_HOURS, MEDIUM_HOURS = 24, 60
READINESS = (
    ("authentication", 2),
    ("operations", 2),
    ("SDKs", 2),
    ("rate limits", 1),
    ("pricing", 1),
    ("webhooks", 1),
)
"""Points for each field that a verified claim answers; the field's id is the name in lower case with hyphens."""
FULL_READINESS = sum(points for _, points in READINESS)
P0_READINESS, P1_READINESS = 7, 4


def rubric() -> tuple[tuple[str, str], ...]:
    """What is counted, and what it gives: the whole rubric in words."""
    bands = ", ".join(f"up to {limit}: {hours}" for limit, hours in OPERATION_BANDS)
    schemes = ", ".join(f"{name}: {hours}" for name, hours, _ in SCHEMES)
    points = ", ".join(f"{name} {number}" for name, number in READINESS)
    return (
        ("base", f"{BASE_HOURS} hours"),
        ("operations", f"{bands}, more: {MANY_OPERATIONS_HOURS}, unknown: {UNKNOWN_OPERATIONS_HOURS} hours"),
        ("authentication, the costliest kind", f"{schemes}, another or unknown: {OTHER_SCHEME_HOURS} hours"),
        ("webhooks or events", f"if there are any: {EVENTS_HOURS} hours"),
        ("official SDK", f"if none is known: {NO_SDK_HOURS} hours"),
        ("rate limits", f"if unknown: {UNKNOWN_LIMITS_HOURS} hours"),
        ("pricing", f"if unknown: {UNKNOWN_PRICING_HOURS} hours"),
        ("required fields that stay open", f"each: {OPEN_FIELD_HOURS} hours"),
        ("complexity", f"Low up to {LOW_HOURS} hours, Medium up to {MEDIUM_HOURS}, High above"),
        ("readiness, by fields that are answered", f"{points} (of {FULL_READINESS})"),
        ("priority", f"P0 from {P0_READINESS} points of readiness, P1 from {P1_READINESS}, P2 below"),
    )


def operation_hours(number: int) -> int:
    """The hours that so many operations add."""
    return next((hours for limit, hours in OPERATION_BANDS if number <= limit), MANY_OPERATIONS_HOURS)
