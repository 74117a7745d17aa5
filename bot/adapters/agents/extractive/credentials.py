"""What a client is created with: the credentials among its parameters. Pure.

The parameter's own documentation is the best answer; the constructor's signature is the second best.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from bot.adapters.agents.extractive.sentences import whole
from bot.core.evidence import Passage

CREDENTIAL_QUERIES = ("init AND signature", "credential OR token OR key OR secret OR password")

_CLIENT = re.compile(
    r"^(?!.*(?:Async|Stream|Test|Mock|Retry|Raw|Http|HTTP|WS|Socket|Signature))"
    r"(?:\w*(?:Client|ClientBase|Api|API|SDK|Config|Configuration|Gateway)|"
    r"[A-Z][a-z0-9]+)(?:\.__init__|\.constructor)?(?: signature)?(?: ¶\d+)?$"
)
_NOT_THERE = re.compile(
    r"(?:^|[/#_])(?:types|models?|params|aio|_?generated|tests?|examples?|domain|resources)[/.]"
)
_NAME = (
    r"(?:\w*api_?key|\w*api_?token|token|access_?token|auth_?token|personal_?access_?token|credentials?|account_?sid|"
    r"auth_?id|secret_?key|access_?key(?:_?id)?|client_?id|client_?secret|bearer_?token|application_?key(?:_?id)?|"
    r"username|password|api_?secret|server_?token|account_?key|private_key|xapikey)"
)
_DOCUMENTED = re.compile(
    rf"^(?:\w+ )?`*(?P<name>{_NAME})`*(?: \([^)]*\))?: (?P<said>.+)", re.IGNORECASE | re.DOTALL
)
_FROM = re.compile(rf"^`*(?P<name>{_NAME})`* from `*[A-Z][A-Z0-9_]+`*$")  # an environment variable
_ONE = rf"{_NAME}(?:=[^,()]*)?(?=[,)])"
_RUN = re.compile(rf"(?<=[( ]){_ONE}(?:, {_ONE})*", re.IGNORECASE)
_TELLS = re.compile(r"\b(?:token|key|credentials?|secret|authenticat\w*|password|oauth|sid)\b", re.IGNORECASE)
_END = re.compile(r"(?<=[.])\s")
_MAX, _SHOWN = 300, 3


@dataclass(frozen=True, slots=True)
class Credential:
    """A client's parameter (or a run of them) that is a credential, as it stands there."""

    claim: str
    short: str
    quote: str
    passage: Passage


def credentials(passages: Iterable[Passage]) -> list[Credential]:
    """What the main client takes: the one in the fewest directories that says so, at most three parameters."""
    there = [p for p in passages if _CLIENT.match(p.locator) and not _NOT_THERE.search(p.document)]
    documented = [one for passage in there if (one := _documented(passage))]
    found = documented or [one for passage in there if (one := _signed(passage))]
    if not found:
        return []
    first = min(found, key=_rank)
    same = [one for one in found if _owner(one.passage) == _owner(first.passage)]
    return list({one.short: one for one in reversed(same)}.values())[::-1][:_SHOWN]


def _rank(one: Credential) -> tuple[int, bool, str, str]:
    document = one.passage.document
    return document.count("/"), "lient" not in one.passage.locator, document, one.passage.locator


def _owner(passage: Passage) -> tuple[str, str]:
    return passage.document, re.split(r"[. ]", passage.locator)[0]


def _documented(passage: Passage) -> Credential | None:
    """From `token: Hetzner Cloud API token`."""
    if passage.kind == "prose" and (named := _FROM.match(passage.text)):
        return Credential(passage.text, named["name"], passage.text, passage)
    match = _DOCUMENTED.match(passage.text) if passage.kind == "prose" else None
    if match is None:
        return None
    said = _END.split(match["said"].strip())[0].strip()
    quote = passage.text[: match.start("said") + len(said)]
    if len(said.split()) < 3 or len(quote) > _MAX or not _TELLS.search(said):
        return None
    return (
        Credential(" ".join(quote.split()), match["name"], quote, passage)
        if whole(f"{said.rstrip('.')}.")
        else None
    )


def _signed(passage: Passage) -> Credential | None:
    """From the signature `__init__(token, endpoint='...')`."""
    signature = passage.kind == "code" and passage.locator.endswith("signature")
    run = _RUN.search(passage.text) if signature else None
    if run is None:
        return None
    name = re.split(r"[=,]", run.group())[0]
    short = "" if "None" in run.group() else name  # a short form may not leave a denial out
    return Credential(f"The client is created with {run.group()}.", short, run.group(), passage)
