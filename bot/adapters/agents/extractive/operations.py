# ruff: noqa: E501 - patterns and sentences are read as wholes
"""Which of an API's operations stand for it. Pure."""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from bot.adapters.agents.extractive.sentences import near, whole
from bot.core.evidence import Passage

SHOWN = 10
_SAME_THING = 3  # of the shown ones about the same thing
_TEXT_MAX = 400
_SAID = 14  # characters that say what an operation does
_WORD = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])")
_VERBS = ("create", "post", "insert", "run", "launch", "send", "put", "upload", "list", "get", "describe", "retrieve", "start",
          "stop", "update", "delete", "terminate", "cancel", "purge", "copy", "download", "make", "fetch", "add", "modify", "remove", "reboot", "search", "set", "begin", "all")  # fmt: skip
_DULL = frozenset("v api client operations resource resources methods method paths documentation by the with and for of"
                  " in to a id all service group manager".split())  # fmt: skip
_OLD = re.compile(r"\bdeprecated\b|\blegacy\b|\bno longer\b|\bend of support\b|\bnot recommended\b", re.IGNORECASE)
_SIGNATURE = re.compile(r"^\w+\(.*\)")
_DOES = re.compile(
    r"^routes? for: [A-Z]+ +`/|^(?:(?:this|the) (?:\w+ ){0,2}(?:action|operation|method|endpoint|call|request|api|function)(?: that)? (?:(?:is used |lets you |allows you |enables you )?to )?)?"
    r"(?:(?:asynchronously|permanently|immediately|also|partially) )?"
    r"(?P<verb>abort|accept|acknowledge|activat|add|allocat|allow|answer|append|appl|approv|archiv|assign|associat|attach|authoriz|begin|block|buil|bulk|cancel|captur|chang|charg|check|"
    r"clear|clon|clos|commit|complet|comput|configur|confirm|connect|convert|cop|creat|deactivat|deallocat|declin|delet|deliver|deny|deploy|deprovision|describ|destroy|detach|disabl|disassociat|"
    r"disconnect|download|duplicat|edit|enabl|end|enqueu|enumerat|establish|evaluat|exchang|execut|export|extend|fetch|filter|find|finish|forward|generat|get|give|grant|hang|hid|hold|"
    r"import|initiat|insert|instal|invalidat|invit|issu|join|launch|leav|list|load|lock|look|make|mark|merg|migrat|modif|mov|mute|open|order|paus|pay|perform|permit|pin|play|post|preview|process|provision|"
    r"publish|purchas|purg|put|queu|query|read|reboot|receiv|record|redirect|refresh|refund|regist|reject|releas|remov|renam|reopen|replac|request|resend|reserv|reset|resiz|restart|restor|resum|retriev|return|"
    r"revers|revok|rotat|run|scal|scan|schedul|search|send|set|settl|share|show|shut|simulat|speak|split|start|stop|stor|stream|submit|subscrib|suspend|switch|tag|terminat|test|track|transfer|"
    r"turn|unarchiv|unassign|unblock|undelet|unlock|unpin|unsubscrib|updat|upload|upsert|validat|verif|view|void|writ)"
    r"(?:e|es|ed|s|ing|y|ies|p|t|r|rs|er|ers|d|ds|l|ls|ping|ting|)\b",
    re.IGNORECASE,
)
_ODD = re.compile(
    r"\bnot supported\b|\bclient to interact\b|\buser-agent\b|\bthrough the client\b|\blong-running operation|\boperations? that match|\breset (?:to|token)|\bfact path|\bfactory\b|"
    r"^(?:asynchronous create|check to see|sends? a subscription request|returns? (?:true|a new instance|the string|an? \w*(?:client|object|service)$)|set(?:s)? the (?:client|user)|get(?:s)? the (?:client|session|version of the (?:sdk|client)))",
    re.IGNORECASE,
)
_OPPOSITES = (
    ("delet", "remov", "purg", "destroy", "terminat", "cancel", "clear", "mark", "permanent", "deactivat"),
    ("modif", "updat", "edit", "chang", "creat", "add", "list", "get"),
)  # a description that begins so can't be that of an operation whose name begins so
_ALSO = {
    "compute": ("instance", "server"),
    "server": ("instance",),
    "vm": ("instance", "machine"),
    "vps": ("instance", "server"),
    "storage": ("bucket", "object", "blob"),
    "cdn": ("cache", "purge"),
    "dns": ("zone", "record"),
    "voice": ("call", "recording"),
    "sip": ("trunk", "call"),
    "messaging": ("message",),
    "sms": ("message",),
    "billing": ("invoice", "subscription"),
    "payment": ("payment", "charge", "refund"),
    "communication": ("message", "email", "conversation", "call"),
    "cloud": ("instance", "server", "bucket"),
}  # what a product's operations are called by, where not by its name
_MINOR = frozenset(
    "admin test debug regions region internal metrics external oauth token canvases target linkshortening secret".split()
)
_HELPER = re.compile(
    r"^(?:\w*request|process_\w+|logging_\w+|ping|page|get_page|stream\w*|deserialize|with_\w+|handle_\w+|from_service_url|origin_information|log(?:in|out)|check_auth\w*|authorize_automatically|api_version|"
    r"get_class|reader|writer|unsafe_unwrap|\w*_client|iam|testIamPermissions)\b"
)  # methods of an SDK that are no operations of the API
_MAIN = 2  # operations at least that a main resource has
_HANDFUL = 12  # operations may well be about one thing
_EVERYWHERE = 0.6  # a word in so many of the names says nothing


@dataclass(frozen=True, slots=True)
class Operation:
    """An operation with the words that name it, and the quote that says what it does."""

    passage: Passage
    quote: str
    words: tuple[str, ...]

    @property
    def things(self) -> frozenset[str]:
        return frozenset(word for word in self.words if word not in _VERBS)

    @property
    def verb(self) -> str:
        """The basic verb in its name; '' where there is none."""
        found = next((verb for verb in _VERBS if verb in self.words), "")
        return "list" if "all" in self.words else found


def operation(passage: Passage) -> Operation | None:
    """An operation that says in a sentence what it does; None when it only has a name or a signature."""
    name, colon, described = passage.text.partition(": ")
    first = next(iter(re.split(r"(?<=[.!?])\s+(?=[A-Z`])", described.strip(), maxsplit=1)))
    quote = f"{name}{colon}{first}"
    said = first.strip()
    if _HELPER.match(name) or not colon or len(said) < _SAID or len(quote) > _TEXT_MAX or _SIGNATURE.search(said):
        return None
    plain = said[0].isupper() and len(said.split()) >= 3 and whole(said.rstrip(".") + ".")
    does = _DOES.match(said)
    if (
        not plain
        or not does
        or _OLD.search(passage.text)
        or _ODD.search(said)
        or _contradicts(name, does["verb"] or "")
    ):
        return None
    return Operation(passage, quote, _words(f"{passage.locator} {name}"))


def shown(passages: Iterable[Passage], about: Sequence[str], field_of_work: str = "") -> list[Operation]:
    """The operations that stand for an API, best first: about its main resources, and diverse.

    `about` are the words of the subject's name and of what it includes; where no operation is named after them, those
    of its `field_of_work` count ("Payment and billing").
    """
    return _best([found for passage in passages if (found := operation(passage))], about, field_of_work)


def named(passages: Iterable[Passage], about: Sequence[str], field_of_work: str = "") -> list[Operation]:
    """The same of an API that describes none of its operations: those whose name says what they do (`listServers`)."""
    return _best([found for passage in passages if (found := _telling_name(passage))], about, field_of_work)


def _telling_name(passage: Passage) -> Operation | None:
    name, colon, _ = passage.text.partition(":")
    words = _words(name)
    telling = len(words) > 1 and words[0] in _VERBS and name.isidentifier() and not colon
    return Operation(passage, name, words) if telling and not _HELPER.match(name) else None


def _best(every: list[Operation], about: Sequence[str], field_of_work: str) -> list[Operation]:
    frequent = Counter(thing for one in every for thing in one.things)
    often = max(_EVERYWHERE * len(every), _HANDFUL)
    said_everywhere = frozenset(thing for thing, number in frequent.items() if number > often)
    alone = Counter(_telling(one, said_everywhere) for one in every)
    wanted = _main(about, alone)
    if not wanted:
        wanted = _main((field_of_work,), alone)
    return _diverse(sorted(every, key=lambda one: -_worth(one, frequent, wanted, said_everywhere)), wanted)


def _main(about: Sequence[str], alone: Counter[frozenset[str]]) -> frozenset[str]:
    """The resources that words speak of, as far as operations are about them."""
    named = {_stem(word) for text in about for word in _words(text)}
    also = {other for word in named for other in _ALSO.get(word, ())}
    number = Counter(word for things, n in alone.items() for word in set(map(_stem, things)) for _ in range(n))
    enough = max(_MAIN, max((number[word] for word in also), default=0) / 4)
    return frozenset({word for word in named if number[word]} | {word for word in also if number[word] >= enough})


def _telling(one: Operation, said_everywhere: frozenset[str]) -> frozenset[str]:
    return one.things - said_everywhere


def _worth(
    one: Operation, frequent: Counter[str], wanted: frozenset[str], said_everywhere: frozenset[str]
) -> float:
    """From about -3 to 14: how far it is about the main resources, about what most are about, and how basic."""
    telling = _telling(one, said_everywhere)
    number = max(len(telling), 1)
    top = max((n for thing, n in frequent.items() if thing not in said_everywhere), default=1)
    told = telling or one.things
    share = sum(_stem(thing) in wanted for thing in told) / max(len(told), 1)
    subject = 8.0 if share == 1 else 4 * share
    common = sum(frequent[thing] for thing in telling) / number / top
    verb = next((len(_VERBS) - n for n, verb in enumerate(_VERBS) if verb in one.words), 0) / len(_VERBS)
    minor = 2 * (not told) + 2 * sum(_stem(word) in _MINOR for word in one.words)
    return subject + (2 if wanted else 4) * min(common, 1) + 3 * verb - 0.3 * len(one.words) - minor


def _contradicts(name: str, verb: str) -> bool:
    """Whether a description belongs to another operation: `deleteServer: Modify the Server`."""
    removes, changes = _OPPOSITES
    first = re.split(r"[._ ]", _first_word(name))[0].lower()
    return (first.startswith(removes) and verb.lower().startswith(changes)) or (
        first.startswith(changes) and verb.lower().startswith(removes[:5])
    )


def _first_word(name: str) -> str:
    last = name.rpartition(".")[2] or name
    words = _WORD.findall(last)
    return words[0] if words else last


def _diverse(ranked: list[Operation], wanted: frozenset[str]) -> list[Operation]:
    """The first ones: of the same thing at most three, of a main resource twice as many, none twice with a verb."""
    kept: list[Operation] = []
    about: Counter[frozenset[str]] = Counter()
    done: set[tuple[frozenset[str], str]] = set()
    for one in ranked:
        if len(kept) == SHOWN:
            break
        things = frozenset(map(_stem, one.things))
        most = _SAME_THING * (2 if wanted & things else 1)
        repeats = (things, one.verb) in done or any(near(one.quote, other.quote, 0.9) for other in kept)
        if about[things] < most and not repeats:
            kept.append(one)
            about[things] += 1
            done.add((things, one.verb))
    return kept


def _words(text: str) -> tuple[str, ...]:
    words = (word.lower() for word in _WORD.findall(text))
    return tuple(dict.fromkeys(word for word in words if word not in _DULL and len(word) > 1))


def _stem(word: str) -> str:
    return word.removesuffix("s")
