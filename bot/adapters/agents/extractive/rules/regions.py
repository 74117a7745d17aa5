# ruff: noqa: E501 - patterns and sentences are read as wholes
"""Where the service runs and data is kept. Not: a region of an image, of memory or of text."""

from bot.adapters.agents.extractive.rule import Rule, pattern, scored

_PLACE = r"(?:(?:aws |cloud |availability |available |supported |amazon web services |data ?center |geographic(?:al)? )*(?:regions?|data ?cent(?:er|re)s?|locations?|jurisdictions?|availability zones?))"

RULE = Rule(
    queries=(
        '"available regions" OR "all regions" OR "supported regions" OR "regions"',
        '"data center" OR "data centers" OR "datacenter" OR datacenters',
        "region OR jurisdiction",
        '"availability zone" OR "availability zones" OR locations',
    ),
    answers=(
        scored(
            6,
            r"\b(?:lists?|returns?|retrieves?|gets?|describes?)\b[^.]{0,40}\b(?:all|available|supported|of|every|the) (?:of )?(?:the )?(?:\w+ ){0,2}(?:regions|data ?cent(?:er|re)s|locations|availability zones)\b",
        ),
        scored(
            6,
            rf"\b(?:available|supported|offered|hosted|located|stored|operates?|runs?) (?:only )?in (?:the |all |every |multiple |these |one of the |following |most |an? |\w+ )*{_PLACE}",
        ),
        scored(
            5,
            r"\bregions?\b[^.]*\b(?:such as|for example|eu-|us-|ap-|europe|frankfurt|asia|singapore|new york|amsterdam|virginia)",
        ),
        scored(
            5,
            r"\b(?:bucket|instance|server|resource|droplet|object|data)s?\b[^.]*\b(?:created|reside|stored|located|deployed|kept|lives?)\b[^.]*\b(?:regions?|data ?cent(?:er|re)|jurisdiction|locations?)\b",
        ),
        scored(4, r"\b(?:jurisdiction|data residency)\b[^.]*\b(?:guarantee|stored|objects|data|buckets?)\b"),
        scored(
            6,
            r"\b(?:lists?|retrieves?|gets?|returns?|describes?)\b[^.]{0,30}\blist of (?:all )?(?:region|location|data ?center|zone)s?\b(?: resources)?",
        ),
    ),
    refused=pattern(
        r"\b(?:image|crop|pixel|memory|text|audio|video|screen|critical|highlight) regions?\b|\bregion of (?:the )?(?:image|memory|text)",
        r"\b(?:error|exception|fails?|invalid|deprecated|permission|iam policy|header|phone number|dialing|country code|tax|shipping)\b",
        r"\b(?:default is|defaults to|must (?:match|be the same)|same region|cross-region|different region|another region|specified region|from one region)\b",
        r"\b(?:file|memory|byte|log|disk|storage|backup|document|code|import|install\w*|temporary) locations?\b|\blocation header|\bgeo(?:location)\b",
        r"\b(?:must specify|cidr|geo ?locations?|geographic locations?|endpoint|interconnect\w*|vpc|plans?|resource types?|monitor|zonal endpoint|rollout|scored|response to|kubernetes|in a region)\b",
        r"\bclassic portal\b|\b(?:price|cost|charg\w+|bill\w+)\b|\bstate or|\bprovince\b|\baddress\b|\bpolic(?:y|ies)\b",
    ),
    nowhere=pattern(r"/(?:members|properties|schemas|shapes|definitions)/"),
    bonus=(scored(2, r"\b(?:all|every|available|supported)\b"), scored(1, r"\bregions\b")),
    heading=pattern(r"\bregions?\b", r"\blocations?\b", r"data ?cent"),
)
