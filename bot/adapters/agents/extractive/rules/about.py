# ruff: noqa: E501 - patterns and sentences are read as wholes
"""What the service is, its SDKs, versions and licence, as far as prose says it; facts come first (see facts.py)."""

from bot.adapters.agents.extractive.rule import Rule, pattern, scored

_NOT_ABOUT = (
    r"\b(?:badge|install\w*|pip|npm|changelog|see|learn more|click|deprecat\w*|pull request|issues?|semver|semantic versioning|contribut\w*)\b",
    r"\b(?:beta|documentation|stability|paginated|samples?|replacements?|exceptions?|command-line|released?|support(?:s|ed)? for|required|toolkit|status codes|foundation for)\b|^(?:missing|run|whereas|you)\b",
    r"\b(?:discontinued|announced|throttl\w+|note that)\b",
)

OVERVIEW = Rule(
    queries=(),
    beginnings=("/documentation", "/description", "/info/description"),
    answers=(
        scored(
            5,
            r"^(?:\S+ ){1,7}(?:is|are|provides?|lets?|enables?|allows?|offers?|helps?|delivers?|gives?)\b",
        ),
        scored(
            4,
            r"^(?:creates?|manages?|runs?|stores?|provides?|sends?)\b",
        ),
    ),
    refused=pattern(
        *_NOT_ABOUT,
        r"\b(?:error|exception|parameter|argument|you must|default)\b|\b(?:library|client|sdk|package|module|wrapper|bindings?) (?:for|in|to|that|offers|provides|is|uses|supports)\b|\b(?:subclass|enums?|licensed|diagnostic|logging|agent)\b|^(?:as|though|every) ",
    ),
    bonus=(
        scored(3, r"\b(?:api|service|storage|cloud|platform|computing|sdk|client library|library)\b"),
        scored(2, r"\b(?:is designed|is a|is the|is an|provides)\b"),
    ),
    subject=True,
    nowhere=pattern(r"\.(?:py|ts|mts|cts|js) "),
    heading=pattern(r"^/(?:documentation|description|info)"),
    limit=2,
)

SDKS = Rule(
    queries=("sdk OR sdks", '"client library" OR "official library" OR "python library" OR "python client"'),
    answers=(
        scored(
            6,
            r"\b(?:official|provides)\b[^.]*\b(?:sdks?|client library|python library|node\.?js (?:library|module|client)|api wrapper|bindings)\b",
        ),
        scored(
            6,
            r"\b(?:sdks?|client library|library|package|module)\b[^.]*\b(?:requires?|supports?|tested (?:with|on)|compatible with|works with|written in)\b[^.]*\b(?:python|node|java|php|ruby|go)\b",
        ),
        scored(
            6,
            r"\b(?:python|node(?:\.js)?) (?:version )?v?\d[\d.]*\+?(?: or (?:later|newer|above|higher|greater))?[^.]*\b(?:required|supported|needed|is required|application)\b",
        ),
    ),
    refused=pattern(
        r"\b(?:end of (?:life|support)|has ended|no longer|dropped|deprecat\w*|example|beta|download|contribut\w*|private preview|public preview)\b"
    ),
    nowhere=pattern(r"(?<!METADATA)(?<!\.md)(?<!\.rst) (?!Description)\S*/(?:shapes|schemas|components)/"),
    limit=3,
)

VERSIONS = Rule(
    queries=('"version of the api" OR "api version" OR "current version"',),
    answers=(
        scored(
            6,
            r"\b(?:current|latest|default|stable) (?:version of the (?:\w+ ){0,3}api|(?:\w+ ){0,2}api version) is\b[^.]*\d",
        ),
        scored(
            5,
            r"\b(?:implements?|uses?|supports?|targets?|built for|is for|for)\b (?:\w+ ){0,4}api (?:version )?v?\d[\w.-]*",
        ),
        scored(5, r"\bapi version `?\d{4}-\d{2}-\d{2}"),
    ),
    refused=pattern(
        r"\b(?:example|deprecat\w*|error|minimum tls|kubernetes|engine|os version|removed|older|branch|before|legacy|python)\b"
    ),
    limit=3,
)

LICENCE = Rule(
    queries=("licensed OR license",),
    answers=(
        scored(
            5,
            r"\b(?:project|library|sdk|package|software|code|module|client)\b[^.]*\b(?:is|are) (?:licen[sc]ed|distributed|released) under (?:the )?(?:terms of the )?\S+",
        ),
    ),
    refused=pattern(
        r"\b(?:windows|byol|bring your own|image|ami|server|third[- ]party|bundled|contribut\w*|dependency|your own)\b"
    ),
    limit=1,
)
