"""What a client is created with: the credentials among its parameters. Pure."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from bot.core.evidence import Passage

_CLIENT = re.compile(r"^(?!.*(?:Async|Stream|Test|Mock|Retry|Raw))(?:\w*Client|[A-Z]\w*)\.__init__ signature$")
_NOT_THERE = re.compile(r"(?:^|[/#])(?:types|models?|params|aio|_?generated|tests?|examples?)[/.]")
_CREDENTIAL = (
    r"(?:api_?key|api_?token|token|access_?token|auth_?token|personal_?access_?token|credentials?|account_?sid|auth_?id|"
    r"secret_?key|access_?key(?:_?id)?|client_?id|client_?secret|bearer_?token|application_?key(?:_?id)?|api_?secret|"
    r"username|password|server_?token|account_?key|public_key|private_key|merchant_?id|xapikey)"
)
_PARAMETER = re.compile(rf"(?<=[(\s]){_CREDENTIAL}(?:=[^,()]*)?(?=[,)])", re.IGNORECASE)
_RUN = re.compile(rf"{_PARAMETER.pattern}(?:, {_CREDENTIAL}(?:=[^,()]*)?(?=[,)]))*", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Signature:
    """A client's parameters that are credentials, as they stand there."""

    claim: str
    short: str
    quote: str
    passage: Passage


def signatures(passages: Iterable[Passage]) -> list[Signature]:
    """The first client that takes credentials: the one in the fewest directories, then in document order."""
    found = [one for passage in passages if (one := _signature(passage))]
    found.sort(
        key=lambda one: (one.passage.document.count("/"), "lient" not in one.passage.locator, one.passage.document)
    )
    return found[:1]


def _signature(passage: Passage) -> Signature | None:
    path = passage.document.partition("#")[2] or passage.document
    if _NOT_THERE.search(path) or not _CLIENT.match(passage.locator):
        return None
    run = _RUN.search(passage.text)
    if run is None:
        return None
    name = run.group().partition("=")[0].partition(",")[0]
    owner = passage.locator.partition(".__init__")[0]
    return Signature(f"The client is created with {run.group()}.", name, run.group(), passage) if owner else None
