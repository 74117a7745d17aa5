"""Keeps known secrets, and what looks like a key, out of all that is written, posted or logged (G25)."""

import json
import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from bot.core.leaks import Known
from bot.core.secrets import REDACTED, redacted

LONG = 12
"""Characters below which a variable's value is taken for a setting."""
_NAME = re.compile(
    r"(?:TOKEN|SECRET|PASSWORD|PASSWD|PASSPHRASE|APIKEY|CREDENTIALS?|(?:\A|_)(?:KEY|PAT))S?(?:_?\d+)?\Z"
    r"|(?:\A|_)(?:TOKEN|SECRET|PASSWORD)_(?!.*(?:FILE|PATH|DIR|NAME|TYPE|URL)\Z)"
)
_SETTING = re.compile(r"GIT_CONFIG_KEY_\d+\Z")
"""What git is told with such a variable is the name of a setting."""
_PLACE = re.compile(r"(?:[A-Za-z]:[\\/]|\.{0,2}/|~|https?://)")
WITHHELD = "its result held a secret in pieces, and is withheld"


def secrets_in(environment: Mapping[str, str]) -> tuple[str, ...]:
    """The values of those variables of an environment whose names say that they hold a secret.

    A path or an address is none: it says where the secret is.
    """
    return tuple(
        value
        for name, value in environment.items()
        if _NAME.search(name.upper())
        and not _SETTING.match(name)
        and len(value.strip()) >= LONG
        and not _PLACE.match(value)
    )


class Redactor:
    """What a process knows, and how it keeps it to itself."""

    def __init__(self, secrets: Iterable[str] = ()) -> None:
        self.known = Known(secrets)

    def learn(self, secrets: Iterable[str]) -> None:
        """Keeps these to itself as well, such as those of a file that was opened."""
        self.known.learn(secrets)

    def discreet(self, text: str) -> str:
        """The text without the secrets that are known. For what is checked or judged later, word by word."""
        return self.known.hidden(text, REDACTED)

    def clean(self, text: str) -> str:
        """The text without those, and without what looks like a key. For what people read at once."""
        return redacted(self.discreet(text))

    def artifact(self, content: bytes) -> bytes:
        """JSON without the secrets that are known in its texts.

        Where they are elsewhere, or in pieces in several texts, or it is no JSON, a failure takes its place: what
        cannot be cleaned is not handed over.
        """
        if not self.known.spans(content.decode(errors="replace")):
            return content
        try:
            value = strings(json.loads(content), self.discreet)
        except (ValueError, RecursionError):
            value = None
        text = json.dumps(value, ensure_ascii=False)
        if value is None or self.known.spans(text):
            text = json.dumps({"failure": WITHHELD})
        return text.encode(errors="replace")


def strings(value: Any, change: Callable[[str], str]) -> Any:
    """JSON with every text in it changed, the names of its keys too."""
    match value:
        case str():
            return change(value)
        case dict():
            return {change(str(key)): strings(item, change) for key, item in value.items()}
        case list() | tuple():
            return [strings(item, change) for item in value]
        case _:
            return value
