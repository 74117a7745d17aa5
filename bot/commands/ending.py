"""How a session that was closed is told: the verdict, the figures, and what to do next."""

from bot.commands.close import Closed
from bot.commands.outcome import Exit, Outcome
from bot.core.money import MICRO, usd
from bot.render.verdict import verdict_text


def ending(closed: Closed, *, base: str, seconds: float, place: str) -> Outcome:
    """The end of `run` and `close`; the shape of its data is documented in docs/cli.md.

    `place` is where the deliverable can be opened once it is merged, for a person.
    """
    data = closed.data
    records = list(data.records.values())
    spent = sum(record.spent for record in records)
    figures = {
        name: sum(getattr(r, name) for r in records) for name in ("findings", "verified", "gaps", "blockers")
    }
    branch = closed.branch.removeprefix("refs/heads/")
    report: dict[str, object] = {
        "session": data.session,
        "branch": branch,
        "deliverable": data.mission.deliverable,
        "merged": closed.merged,
        "verdict": closed.verdict.state,
        "criteria": [
            {"id": c.id, "state": c.state, "measured": c.measured, "action": c.action}
            for c in closed.verdict.criteria
        ],
        "agents": {state: sum(r.state == state for r in records) for state in ("done", "blocked", "failed")},
        **figures,
        "cost_usd": spent / MICRO,
        "seconds": round(seconds, 1),
    }
    sums = " · ".join(f"{name} {number:,}" for name, number in figures.items())
    lines = [
        f"{sums} · {usd(spent)} USD",
        "",
        verdict_text(closed.verdict),
        _last(closed, branch, base, place) + f" · {clock(seconds)}",
    ]
    passed = closed.verdict.state == "pass"
    return Outcome(report, "\n".join(lines), Exit.DONE if passed else Exit.ACT)


def _last(closed: Closed, branch: str, base: str, place: str) -> str:
    deliverable = closed.data.mission.deliverable
    if closed.merged:
        return f"merged {closed.merged[:12]} into {base} · {place}"
    if closed.verdict.state == "pass":
        return f"passed, not merged · {deliverable} on branch {branch}"
    return f"not merged: see what failed · {deliverable} on branch {branch} · nothing is lost"


def clock(seconds: float) -> str:
    """`41s`, `1m 12s`."""
    minutes, rest = divmod(int(seconds), 60)
    return f"{minutes}m {rest:02d}s" if minutes else f"{rest}s"
