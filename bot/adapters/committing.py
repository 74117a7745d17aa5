"""What may be committed: nothing that holds a secret of this process (G25).

Texts that agents wrote were cleaned long before. So this refuses: something came here past all of that, or a
person has written it, and a file that is changed unasked says what nobody has said.
"""

from collections.abc import Mapping

from bot.core.leaks import Known
from bot.core.secrets import line_of, line_starts
from bot.errors import Refused


def refuse_secrets(known: Known, files: Mapping[str, bytes | None], message: str) -> None:
    """Raises Refused, naming file and line, when a secret stands in what is to be committed."""
    for path, content in {"the commit message": message.encode(), **files}.items():
        if known.spans(path):
            raise _refused("the name of a file")
        text = (content or b"").decode(errors="replace")
        if spans := known.spans(text):
            raise _refused(f"{path}:{line_of(line_starts(text), spans[0][0])}")


def _refused(place: str) -> Refused:
    return Refused(
        f"{place} holds a secret of this process, so nothing was committed",
        "take it out there; revoke the secret when others may have seen it",
    )
