# ruff: noqa: E501 - patterns and sentences are read as wholes
"""What the service costs and what it bills for. Not: prices that the caller's own customers pay, and the MIT licence."""

from bot.adapters.agents.extractive.rule import Rule, pattern, scored

RULE = Rule(
    queries=(
        "billed OR billing OR charged OR charges",
        "price OR pricing OR prices OR cost",
        '"usd" OR "free tier" OR "additional charge" OR "free of charge"',
        '"per month" OR hourly OR "per gb"',
    ),
    answers=(
        scored(8, r"\$\d[\d.,]*\b[^.]*\b(?:per|/|a|an|each|monthly|hourly|month|hour|gb)"),
        scored(
            6,
            r"\b(?:you(?:'re| are| will be|'ll be)?|your account (?:is|will be)|customers? (?:are|is)|(?:is|are|be)) (?:not |also |only |always |still |automatically )?(?:billed|charged) (?:for|per|by|at|an?|hourly|monthly|only|when|based|until|while|the)\b",
        ),
        scored(
            6,
            r"\b(?:costs?|charges?|price)\b[^.]*\b(?:based on|depends? on|per (?:second|minute|hour|month|gb|request|instance|message|number|gib))\b",
        ),
        scored(
            6,
            r"\bcharges? per\b|\bcharges? a\b[^.]*\b(?:minimum|fee)\b|\bincurs? (?:\w+ ){0,3}(?:charges?|costs?|fees?)\b",
        ),
        scored(
            6,
            r"\b(?:increases?|adds?) the price\b|\badditional (?:charges?|costs?|fees?)\b|\b(?:no|without) (?:additional |extra )?(?:charge|cost)\b|\bfree tier\b|\bfree of charge\b",
        ),
        scored(5, r"\bbilled (?:at|per|hourly|monthly|to)\b"),
    ),
    refused=pattern(
        r"\bpermission is hereby|\broyalt|\bwarrant(?:y|ies)\b",
        r"\b(?:spot|bid|max(?:imum)?) ?price|\bspot\b|\breserved instances? (?:listing|marketplace)",
        r"\b(?:customer|buyer|cardholder|subscriber|invoice|subscription item|payment intent|checkout|coupon|line item|refund|dispute|tax|subscription|seller|card|payer|plan)s?\b",
        r"\b(?:error|exception|deprecated|parameter|boolean|flag indicating)\b|\bproject (?:id )?to be billed\b|\bbucket owner\b|\buser_?project\b|\brequester",
        r"\b(?:returns?|lists?|retrieves?|gets?|filter|sort)\b[^.]{0,40}\b(?:price|pricing|bill|cost|charge)",
        r"\bthis virtual machine\b|^additional charges apply\b|\bcancellation charge\b|\bcopy source\b",
        r"\b(?:battery|electric)\b|\bin charge of\b|\bat the cost of\b|\bquote\b|\byou are still\b|\bno longer\b",
    ),
    nowhere=pattern(r"/(?:members|properties|schemas|shapes|definitions)/"),
    bonus=(scored(3, r"\$\d|\d+ ?%|\busd\b"), scored(1, r"\bper (?:second|hour|month|gb)\b")),
    heading=pattern(r"\bpric", r"\bbilling\b"),
    parameters=False,
)
