"""How work with a model ends before it is done."""


class Ended(Exception):
    """No further call: why, in words. `retry`: another attempt may get further."""

    def __init__(self, reason: str, *, retry: bool = False) -> None:
        super().__init__(reason)
        self.reason, self.retry = reason, retry


class Halted(Exception):
    """The access to the model was refused: no agent of the session gets further before a person acts."""


class TooLong(Exception):
    """The conversation is as long as it may get; another one goes on from what was found."""
