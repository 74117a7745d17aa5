"""The money of an attempt: set aside, on the disk as well, before each call, and settled after it (G23)."""

from collections.abc import Callable

from bot.adapters.agents.claude.client import Reply
from bot.core.findings import Usage
from bot.core.pricing import Prices, Tokens, cost, worst_case
from bot.core.purse import Purse


class Account:
    """Spends what an attempt may spend. `keep` writes down how it stands before each call: a process that is
    killed has spent what was written, never more."""

    def __init__(self, cap: int, used: Usage, prices: Prices, keep: Callable[[], None]) -> None:
        """`used` is what an earlier process of the same attempt used already."""
        self.purse, self.prices = Purse(cap, spent=used.micro_usd), prices
        self._used, self._keep = used, keep

    @property
    def usage(self) -> Usage:
        """Everything until now; a call under way counts for the most that it can cost."""
        return self._used.model_copy(update={"micro_usd": self.purse.counted})

    def affords(self, prompt: int, output: int) -> bool:
        return worst_case(self.prices, prompt, output) <= self.purse.left

    def begin(self, prompt: int, output: int) -> int:
        """Sets aside what a call can cost at most. Only for what `affords` said yes to."""
        most = worst_case(self.prices, prompt, output)
        purse = self.purse.reserve(most)
        assert purse is not None, "nothing is begun that is not affordable"
        self.purse = purse
        self._keep()
        return most

    def answered(self, reserved: int, reply: Reply) -> int:
        """Settles a call by its answer; one that does not say what it used counts for all that was set aside."""
        tokens = reply.tokens
        used = reserved if tokens is None else cost(self.prices, tokens, regional=reply.regional)
        self._settle(reserved, used, tokens or Tokens())
        return used

    def failed(self, reserved: int, *, began: bool) -> None:
        """Settles a call without an answer: free when the work had surely not begun."""
        self._settle(reserved, reserved if began else 0, Tokens())

    def _settle(self, reserved: int, used: int, tokens: Tokens) -> None:
        self.purse = self.purse.settle(reserved, used)
        old = self._used
        self._used = old.model_copy(
            update={
                "input_tokens": old.input_tokens + tokens.input,
                "output_tokens": old.output_tokens + tokens.output,
                "cache_read_tokens": old.cache_read_tokens + tokens.cache_read,
                "cache_write_tokens": old.cache_write_tokens + tokens.cache_write,
                "calls": old.calls + 1,
            }
        )  # not written down at once: until something else is, the call counts for all that was set aside
