# ruff: noqa: E501 - patterns and sentences are read as wholes
"""How the service tells others that something happened: webhooks, callbacks, notifications to queues and topics."""

from bot.adapters.agents.extractive.rule import Rule, pattern, scored

RULE = Rule(
    queries=(
        "webhook OR webhooks",
        '"event notification" OR "event notifications" OR eventbridge',
        '"sns topic" OR "sqs queue" OR "pubsub" OR "pub sub" OR "event grid"',
        '"callback url" OR "status callback" OR "callback" OR "event hooks"',
        '"notifications" OR "subscribe" OR "event types"',
    ),
    answers=(
        scored(
            6,
            r"\bwebhooks?\b[^.]*\b(?:sends?|sent|delivers?|deliver(?:ed|y)|receives?|notif\w+|calls?|called|posts?|fires?|triggers?|triggered|subscri\w+|signatures?|verif\w+|endpoints?|urls?|events?)\b",
        ),
        scored(
            5,
            r"\b(?:sends?|delivers?|receives?|notif\w+|posts?|fires?|triggers?|creates?|lists?|registers?|subscri\w+|configures?|signature|verif\w+)\b[^.]*\bwebhooks?\b",
        ),
        scored(6, r"\bsends? (?:\w+ )?notifications?\b[^.]*\b(?:when|events?)\b"),
        scored(6, r"\b(?:event|push|bucket|scheduled event) notifications?\b"),
        scored(
            6,
            r"\b(?:publish|send|deliver|export|forward|notif)\w*\b[^.]*\b(?:sns|sqs|eventbridge|event grid|pub/?sub|lambda)\b",
        ),
        scored(
            6,
            r"\b(?:sns topic|eventbridge|event grid|pub/?sub(?: topic)?)\b[^.]*\b(?:notif|event|publish|receiv|subscri)\w*",
        ),
        scored(
            6,
            r"\b(?:status ?callback|callback url)\b[^.]*\b(?:request|url|post|send|sent|call|notif)",
            r"\b(?:post|send|sent|call|notif)\w*\b[^.]*\b(?:status ?callback|callback url)",
        ),
    ),
    refused=pattern(
        r"\bevent ?loop|\bevent handler\b|\berror event|\bexception\b|\braises?\b|\bdeprecated\b",
        r"\b(?:python|javascript|function|coroutine|callable|progress|response|upload|download|async) callback|\bcallback function|\bcallbacks? (?:is|are) (?:a )?(?:function|callable)",
        r"\b(?:email list|pagerduty)\b|\boauth|\bredirect",
        r"\b(?:example|sample)\b|\bmock|\bfails? with|\b(?:4\d\d|5\d\d)\b|\bslack\b[^.]*\bincoming\b",
        r"\barns?\b|\blogs?\b|\(optional\)|\boptional list\b|^(?:if set|a variant|intended)\b|\b(?:compute the|header for|same configuration|be aware|tied to|already been verified|returned by|application-owned)|^(?:used to|indicates|valid only|the bucket must)\b|\bcron\b|\badmission\b|\bfleet\b|\bmicrosoft teams\b|\bpassing\b",
        r"^(?:an? |the )?(?:[\w()]+ ){0,5}(?:to which|(?:that|which) will receive|for specifying|is an xml|urls? (?:to|of|for))\b|^(?:(?:an? )?array|list) of\b|^the (?:payload|official)\b|^(?:your webhook|a subscription to)\b",
        r"\b(?:sdk for|tag keys|test messages?|test notification|has no|webhook's (?:channel|token)|run task|bgp|you can change|vpc endpoint|by sending a test|must have a url)\b",
    ),
    nowhere=pattern(r"/(?:members|properties)/"),
    bonus=(scored(1, r"\bevents?\b"), scored(2, r"\bwhen\b[^.]*\b(?:happens|occurs|event|changes?)\b")),
    heading=pattern(r"\bwebhook", r"\bnotification", r"\bevents?\b"),
)
