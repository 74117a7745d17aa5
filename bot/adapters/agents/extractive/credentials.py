# ruff: noqa: E501 - patterns and sentences are read as wholes
"""What a client is created with: the credentials among its parameters. Pure.

The parameter's own documentation is the best answer; the constructor's signature is the second best.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from bot.adapters.agents.extractive.sentences import whole
from bot.core.evidence import Passage

CREDENTIAL_QUERIES = (
    "init AND signature",
    "credential OR token OR key OR secret OR password OR username",
    '"application key" OR application_key',
)

_CLIENT = re.compile(
    r"^(?!.*(?:Async|Stream|Test|Mock|Retry|Raw|Http|HTTP|WS|Socket|Signature))"
    r"(?:\w*(?:Client|ClientBase|Api|API|SDK|Config|Configuration|Gateway)|"
    r"[A-Z][a-z0-9]+)(?:\.__init__|\.constructor|\.(?:authori[sz]e|authenticate|login)\w*)?(?: signature)?(?: ¶\d+)?$"
)
_NOT_THERE = re.compile(
    r"(?:^|[/#_])(?:types|models?|params|aio|_?generated|tests?|examples?|domain|resources)[/.]"
)
NAME = (
    r"(?:\w*api_?key|\w*api_?token|token|access_?token|auth_?token|personal_?access_?token|credentials?|account_?sid|"
    r"auth_?id|secret_?key|access_?key(?:_?id)?|client_?id|client_?secret|bearer_?token|application_?key(?:_?id)?|"
    r"username|password|api_?secret|server_?token|account_?key|merchant_id|public_key|private_key|xapikey)"
)
_DOCUMENTED = re.compile(
    rf"^(?:\w+ )?(?P<name>`*{NAME}`*)(?: \([^)]*\))?: (?P<said>.+)", re.IGNORECASE | re.DOTALL
)
_FROM = re.compile(rf"^`*(?P<name>{NAME})`* from `*(?P<variable>[A-Z][A-Z0-9_]+)`*$")  # an environment variable
_ONE = rf"{NAME}(?:=[^,()]*)?(?=[,)])"
_RUN = re.compile(rf"(?<=[( ]){_ONE}(?:, {_ONE})*", re.IGNORECASE)
_TELLS = re.compile(r"\b(?:token|key|credentials?|secret|authenticat\w*|password|oauth|sid)\b", re.IGNORECASE)
_END = re.compile(r"(?<=[.])\s")
_MAX, _SHOWN = 300, 4
_SECRET = re.compile(r"token|api key|secret|private key|credentials")
_DENIES = re.compile(r"\b(?:not|no|without|never|none|cannot)\b|n't\b", re.IGNORECASE)


_SCHEMES = re.compile(
    r"\b(?:personal access token|api (?:login id|key|token)|access token|bearer token|auth(?:entication)? token|application key|service account|"
    r"account key|access key|shared access signature|basic auth\w*|oauth(?: ?2(?:\.0)?)?|jwt|entra|credentials|token|key)\b",
    re.IGNORECASE,
)


def scheme_named(sentence: str) -> str:
    """The scheme that a sentence about authentication names, as a short form; '' when it denies something."""
    found = _SCHEMES.search(sentence)
    return found.group().lower() if found and not _DENIES.search(sentence) else ""


def words_of(name: str) -> str:
    """A parameter's name in words: `api_key` and `apiKey` are both `api key`."""
    apart = re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name).replace("_", " ").lower().replace("o auth ", "oauth ")
    return {"credential": "credentials", "apikey": "api key", "xapikey": "api key"}.get(apart, apart)


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
    found = documented or [one for passage in there for one in _signed(passage)]
    if not found:
        return []
    first = min(found, key=_rank)
    same = [one for one in found if _owner(one.passage) == _owner(first.passage)]
    same.sort(key=lambda one: not _SECRET.search(one.short))
    return list({one.short: one for one in reversed(same)}.values())[::-1][:_SHOWN]


def _rank(one: Credential) -> tuple[int, bool, str, str]:
    document = one.passage.document
    return document.count("/"), "lient" not in one.passage.locator, document, one.passage.locator


def _owner(passage: Passage) -> tuple[str, str]:
    return passage.document, re.split(r"[. ]", passage.locator)[0]


def _documented(passage: Passage) -> Credential | None:
    """From `token: Hetzner Cloud API token`."""
    if passage.kind == "prose" and (named := _FROM.match(passage.text)):
        claim = f"The client takes {named['name']} from the environment variable {named['variable']}."
        return Credential(claim, words_of(named["name"]), passage.text, passage)
    match = _DOCUMENTED.match(passage.text) if passage.kind == "prose" else None
    if match is None:
        return None
    said = _END.split(match["said"].strip())[0].strip()
    quote = passage.text[match.start("name") : match.start("said") + len(said)]
    if len(said.split()) < 3 or len(quote) > _MAX or not _TELLS.search(said):
        return None
    return (
        Credential(" ".join(quote.split()), words_of(match["name"].strip("`")), quote, passage)
        if whole(f"{said[0].upper()}{said[1:].rstrip('.')}.")
        else None
    )


def _signed(passage: Passage) -> Iterator[Credential]:
    """From the signature `__init__(token, endpoint='...')`: a run of parameters, or each where it may be left out."""
    signature = passage.kind == "code" and passage.locator.endswith("signature")
    run = _RUN.search(passage.text) if signature else None
    if run is None:
        return
    parts = [re.split(r"=", part)[0] for part in run.group().split(", ")]
    for quote in parts if "None" in run.group() else [run.group()]:
        yield Credential(
            f"The client is created with {quote}.",
            words_of(parts[0] if quote == run.group() else quote),
            quote,
            passage,
        )
