# ruff: noqa: E501 - patterns and sentences are read as wholes
"""How a caller proves who it is to the API. Not: the logins, certificates and keys that the API manages for others."""

from bot.adapters.agents.extractive.rule import Rule, pattern, scored

_SCHEME = (
    r"(?:api[- ]?keys?|api tokens?|access tokens?|access keys?|secret keys?|bearer|basic auth\w*|oauth(?: ?2(?:\.0)?)?|"
    r"personal access tokens?|jwts?|json web tokens?|service accounts?|application keys?|auth(?:entication)? tokens?|"
    r"iam (?:credentials|roles?)|account keys?|sas tokens?|shared access signatures?|client (?:id|secret)|credentials?|"
    r"signature version 4|sigv4|sha-?256|private keys?|entra|active directory|account sid)"
)
_CALL = r"(?:requests?|the (?:\w+ ){0,2}api|apis|clients?|sdk|library|calls?|endpoints?|service)"

RULE = Rule(
    queries=(
        '"authenticate" OR "authentication"',
        '"api key" OR "api keys" OR "api token" OR "access token" OR "bearer"',
        '"oauth" OR "service account" OR "credentials"',
        '"signature version" OR "sigv4" OR "signed" OR "shared access signature" OR "account key"',
    ),
    answers=(
        scored(
            6,
            rf"\bauthenticat\w+ (?:\w+ ){{0,4}}(?:with|using|via|by|through|uses?) (?:\w+[ ,'’-]+){{0,5}}{_SCHEME}",
        ),
        scored(6, rf"{_SCHEME}[^.]{{0,60}}\b(?:to|for|used to|is used to|in order to) (?:\w+/)?authenticat\w+"),
        scored(
            6, rf"\b{_CALL}\b[^.]{{0,40}}\b(?:must be|are|be|is|need to be) (?:authenticated|signed|authorized)"
        ),
        scored(
            5,
            rf"\b(?:uses?|requires?|supports?|needs?|expects?|takes?) (?:a |an |the |your )?(?:\w+ ){{0,2}}{_SCHEME}[^.]*\b(?:authenticat|{_CALL})",
        ),
        scored(
            5,
            r"\b(?:you(?:'ll| will)? need|pass|provide|obtain|generate|create|initiali[sz]e|configure|set)\b[^.]{0,50}\b(?:your |an? |the )(?:\w+ ){0,2}(?:api key|api token|access token|personal access token|account sid|auth token|bearer token|service account)\b",
        ),
        scored(5, r"\b(?:token|key|password|basic|bearer|oauth|signature)[- ]?(?:based )?authentication\b"),
        scored(
            5,
            r"\b(?:api token|api key|access token|personal access token)\b[^.]*\b(?:is|are) (?:required|needed|used)\b",
        ),
        scored(6, r"\bprovide an? `?(?:api_?key|\w*token)`? keyword argument"),
        scored(4, r"\bauthoriz(?:ation|e) header\b"),
        scored(6, r"\bsigns? (?:posts?|requests?|calls?|messages?)\b[^.]*\bfor authentication\b"),
        scored(
            6,
            r"^to authenticate\b.*\buse your\b",
            r"^authenticate (?:your |the )?(?:api )?clients? (?:using|with)\b",
        ),
        scored(
            6,
            rf"\b(?:configured|initiali[sz]ed|instantiated) with (?:your |an? |the )(?:[\w'’]+ ){{0,3}}{_SCHEME}",
        ),
    ),
    refused=pattern(
        r"\b(?:vpn|wi-?fi|ldap|saml|radius|smtp|ssh|rdp|database user|two-factor|2fa|mfa|multi-factor|caller id|passkey|3d secure|3ds|cardholder|issuer|kerberos|directory service|active directory domain|registry|docker|repository|bastion|windows|guest|volume|disk|kubernetes|kubeconfig|sip domain|credential list|trunk)\b",
        r"\b(?:dictionary|cache|sort|partition|idempoten\w+|encryption|kms|ssl|tls|host) keys?\b",
        r"\b(?:example|sample)\b|\bdeprecated\b|\berror\b|\bexception\b|\bfails?\b|\binvalid\b|\bunauthorized\b|\bexpired?\b",
        r"\b(?:lists?|returns?|retrieves?|deletes?|updates?|gets?|revokes?|rotates?|describes?|removes?) (?:a |an |the |all |your )",
        r"^credentials for\b|\b(?:unlike|includes additional|hmac keys? for|production application|again|run task|webhook|doesn't|does not|don't|instead of|anonymous\w*|apps? with this|public or|discarded|presigned)\b|\b(?:copy source|source blob|content-md5|agent|namespace|device|applications on|instance)\b",
        r"\bmock|\btest (?:mode|environment)|\bhealth ?check|\bbackend|\bload balanc|\borigin\b|\bmtls\b|\bcname",
    ),
    nowhere=pattern(r"/(?:members|properties|schemas|shapes|definitions)/"),
    bonus=(
        scored(2, r"\b(?:all|every|each|any) (?:\w+ )?(?:requests?|calls?|endpoints?)\b"),
        scored(1, r"\bauthenticat"),
    ),
    heading=pattern(
        r"\bauth\w*", r"\bcredential", r"\busage\b", r"\bgetting started\b", r"\binitiali", r"\bquick ?start"
    ),
)
