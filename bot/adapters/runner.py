"""What a job hands to the runner: outputs for other jobs, a summary for its page."""

import re
from collections.abc import Callable, Mapping
from pathlib import Path

from bot.core.redaction import Redactor
from bot.errors import InvalidInput, MachineError

OUTPUTS_MAX = 1_000_000
"""Bytes of all outputs of a job; GitHub counts them in UTF-16 and takes 1 MB."""
SUMMARY_MAX = 1_000_000
_KEY = re.compile(r"[A-Za-z_][A-Za-z0-9_-]*")
_CUT = "\n\nThe rest is left out: a summary has at most 1 MB.\n"


class Runner:
    """The runner's files; None where there is none, outside of a job. `delimiter` gives a new random text each
    time. What `redactor` takes out is written into neither (G25)."""

    def __init__(
        self, output: Path | None, summary: Path | None, delimiter: Callable[[], str], redactor: Redactor
    ) -> None:
        self._redactor = redactor
        self._output = output
        self._summary = summary
        self._delimiter = delimiter

    def publish(self, outputs: Mapping[str, str], summary: str) -> None:
        """Appends the outputs, values exactly as they are (A3) but for secrets, and the summary.

        Raises InvalidInput for a name that is no identifier and for more than GitHub takes (G22), before
        anything is written; MachineError when a file cannot be written.
        """
        outputs = {key: self._redactor.clean(value) for key, value in outputs.items()}
        _check(outputs)
        _append(self._output, "".join(self._heredoc(key, value) for key, value in outputs.items()))
        if summary:
            _append(self._summary, _cut(self._redactor.clean(summary).rstrip("\n") + "\n"))

    def _heredoc(self, key: str, value: str) -> str:
        delimiter = self._delimiter()
        while delimiter in value:
            delimiter = self._delimiter()
        return f"{key}<<{delimiter}\n{value}\n{delimiter}\n"


def _check(outputs: Mapping[str, str]) -> None:
    for key in outputs:
        if not _KEY.fullmatch(key):
            raise InvalidInput(f"{key!r} is no name of an output", "use letters, digits, - and _")
    sizes = {key: len(value.encode("utf-16-le", "surrogatepass")) for key, value in outputs.items()}
    if (total := sum(sizes.values())) > OUTPUTS_MAX:
        largest = max(sizes, key=lambda key: sizes[key])
        raise InvalidInput(
            f"the outputs of this job have {total:,} bytes, {largest} alone {sizes[largest]:,}; "
            f"GitHub takes {OUTPUTS_MAX:,}",
            "give the session fewer agents, or hand the data on in an artifact",
        )


def _cut(summary: str) -> str:
    raw = summary.encode("utf-8", "replace")
    if len(raw) <= SUMMARY_MAX:
        return summary
    return raw[: SUMMARY_MAX - len(_CUT)].decode("utf-8", "ignore") + _CUT


def _append(file: Path | None, text: str) -> None:
    if file is None:
        return
    try:
        with file.open("ab") as stream:
            stream.write(text.encode("utf-8", "replace"))
    except OSError as error:
        raise MachineError(f"{file.name} of the runner: {error.strerror}", "run the job again") from error
