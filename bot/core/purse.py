"""The money of one attempt: what is spent, and what is set aside for a call that is under way (G23)."""

from dataclasses import dataclass, replace


@dataclass(frozen=True, slots=True)
class Purse:
    """Millionths of a US dollar. Nothing that is begun can bring `spent + reserved` above `cap`."""

    cap: int
    spent: int = 0
    reserved: int = 0

    @property
    def left(self) -> int:
        """What is neither spent nor set aside."""
        return max(self.cap - self.spent - self.reserved, 0)

    @property
    def counted(self) -> int:
        """What counts as spent if nothing more is heard: a call under way counts for all that was set aside."""
        return self.spent + self.reserved

    def reserve(self, amount: int) -> "Purse | None":
        """The purse with the worst case of a call set aside; None when there is not so much left."""
        return replace(self, reserved=self.reserved + amount) if amount <= self.left else None

    def settle(self, reserved: int, used: int) -> "Purse":
        """The purse after a call for which `reserved` was set aside and that cost `used`."""
        return replace(self, reserved=self.reserved - reserved, spent=self.spent + used)
