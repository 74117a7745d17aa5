# ruff: noqa: E501 - patterns and sentences are read as wholes
"""How often and how much one may ask of the API. Not: page sizes, timeouts, the bandwidth of what it sells."""

from bot.adapters.agents.extractive.rule import Rule, pattern, scored

_N = r"(?:\d[\d,.]*|one|two|three|five|ten)"
_TIME = r"(?:second|minute|hour|day|month|\d+ (?:seconds|minutes|hours|days))s?"
_ASKED = r"(?:requests?|calls?|queries|transactions|operations|api (?:requests|calls)|messages|events|downloads|uploads|writes|reads|files|times|emails)"
_THINGS = r"(?:hosted zones?|instances?|servers?|buckets?|objects?|zones?|domains?|volumes?|messages?|calls?|(?:phone )?numbers?|apps?|api keys?|tokens?|webhooks?|trunks?|connections?|members?|channels?|users?|workspaces?|projects?)"

RULE = Rule(
    queries=(
        '"rate limit" OR "rate limits" OR "rate limited" OR "rate limiting" OR "ratelimit"',
        "throttle OR throttling OR throttled",
        '"requests per" OR "calls per" OR "events per" OR "too many requests" OR "requests every"',
        "quota OR quotas",
        '"per second" OR "per minute" OR "per hour" OR "per day"',
        '"limit" OR "limited" NEAR account',
        '"up to" OR "maximum of" OR "at most"',
    ),
    answers=(
        scored(8, rf"\brate[- ]?limit\w*\b[^.]*\b{_N} [^.]*\b(?:per|every|each|an?|in|within) {_TIME}"),
        scored(
            8,
            rf"\b(?:limit(?:ed|s)?|up to|maximum|at most|no more than|only|allows?|supports?)\b[^.]*\b{_N} (?:\w+ )?{_ASKED} (?:per|every|each|an?|in) (?:\w+ )?{_TIME}",
        ),
        scored(
            5,
            r"\b(?:subject to|has|have|in place|apply|applies|enforces?|imposes?|counts? against|governed by) [^.]*\brate[- ]?limit",
        ),
        scored(5, r"\brate[- ]?limits?\b[^.]*\b(?:depend|are|is|apply|applies|in place|of)\b"),
        scored(4, r"\b(?:is|are|be|gets?) (?:rate[- ]?limited|throttled)\b"),
        scored(
            4,
            r"\b(?:429|too many requests)\b[^.]*\b(?:limit|rate|throttl|exceed)",
            r"\b(?:limit|rate|throttl|exceed)[^.]*\b(?:429|too many requests)\b",
        ),
        scored(4, r"\b(?:susceptible to|encounter) throttling\b"),
        scored(5, rf"\b(?:account limit|service limit|default limit)s?\b[^.]*\b(?:is|are|of|to)\b[^.]*\b{_N}"),
        scored(
            4,
            rf"\b(?:limited to|limit of|maximum of|up to|no more than|at most)\b (?:a maximum of )?{_N} {_THINGS} (?:per|for each|in each|in an?|in your) (?:\w+ )?(?:account|bucket|project|region|organization|zone|user|team|resource group|subscription|customer|workspace|application)\b",
        ),
        scored(
            4,
            rf"\b(?:account|bucket|project|region|organization|zone|user|team|subscription|customer|you) (?:can|may) (?:have|create|own|contain) (?:up to|at most|a maximum of|only|no more than) {_N} {_THINGS}\b",
        ),
    ),
    refused=pattern(
        r"\b(?:retry|retries|retried|retrying|backoff|back-off|retry-after)\b",
        r"\b(?:iops|mbps|gbps|throughput|bandwidth|bits|bytes|mb|mib|gib|frames|fps|i/o|packets?)\b",
        r"\b(?:page|pagination|paginated|cursor|offset|results?|items? (?:to|per)|list overhead|records to return)\b",
        r"\b(?:timeout|time-out|ttl|health ?check|autoscal\w+|auto scaling (?:group )?policy|load balanc\w+|backend|target (?:value|utili[sz]ation|group|number|tracking)|characters?|char)\b",
        r"\b(?:waf|firewall|ruleset|rule set|rate limiting rules?|rate limiting polic|ddos|spike arrest|security policy|rate_based)\b",
        r"\b(?:price|cost|billed|charged?|fee)\b",
        r"\b(?:error|exception) (?:code|class|type)\b|\braised? (?:when|if)|\bthrown\b",
        r"\b(?:snooze|schedul\w+|cron|interval|sampling|metric|log|per second per instance|growth)\b",
        r"\b(?:quotation|quote)",
        r"\b(?:lists?|returns?|gets?|retrieves?|describes?|displays?|provides?) (?:a |an |the |all |your |information|detail|usage|paginated|active|current)[^.]*\b(?:quota|rate[- ]?limits?)",
        r"\bquota[_ ](?:project|user|id)|\bquotaUser|\bfor quota purposes|\bspot\b|\bif (?:the|your) [^.]*exceed",
    ),
    nowhere=pattern(r"/(?:schemas|properties|members|shapes)/|SecurityPolic|CachePolicy"),
    bonus=(
        scored(3, r"\brequests?\b[^.]*\brate[- ]?limit|\brate[- ]?limit\w*\b[^.]*\brequests?\b"),
        scored(2, rf"\b{_N}\b"),
        scored(1, r"\b(?:default|by default)\b"),
        scored(2, r"\b(?:api|account|per (?:second|minute|hour))\b"),
    ),
    heading=pattern(r"\brate[- ]?limit", r"\bquota", r"\bthrottl"),
)
