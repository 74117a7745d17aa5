"""The figures of the live display."""

from bot.core.progress import Progress, TeamProgress, by_team
from bot.core.records import AgentRecord, AgentState
from tests.builders import NOW, agent, mission, subject


def made(name: str, state: AgentState = "done") -> AgentRecord:
    times = {"started": NOW, "finished": NOW, "recorded": NOW}
    return AgentRecord(
        session="s-1", agent=name, attempt=1, state=state, spent=40_000, findings=5, verified=4, gaps=1, **times
    )


def test_teams_count_their_agents_and_say_what_happens_now() -> None:
    progress = Progress(
        mission(agent("a-1", subject("A")), agent("a-2", subject("B")), agent("a-3", subject("C")))
    )
    assert by_team(progress) == (TeamProgress("Cloud Compute", 0, 3, ""),)
    progress = progress.with_doing("a-1", "reading A").with_doing("a-2", "reading B").with_record(made("a-2"))
    assert by_team(progress) == (TeamProgress("Cloud Compute", 1, 3, "a-1 reading A"),)
    progress = progress.with_record(made("a-1", "blocked"))
    assert by_team(progress) == (TeamProgress("Cloud Compute", 2, 3, "a-1 blocked"),)
    assert (progress.total("findings"), progress.total("verified"), progress.micro_usd) == (10, 8, 80_000)
