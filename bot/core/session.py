"""A session as it lies in git: where its files are, and the values that they hold."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from bot.core.mission import Mission
from bot.core.orders import Order
from bot.core.records import AgentRecord, FindingsFile, Launch

RESERVATIONS = "refs/swarm/reservations/"
RECORDS = "refs/swarm/records/"
DISPATCHES = "refs/swarm/dispatches/"
TRAIL = "refs/swarm/trail/"
SESSIONS = "sessions/"


def branch_ref(mission: Mission, session: str) -> str:
    """The session's branch, as the mission's pattern says."""
    return "refs/heads/" + mission.branch.replace("{session}", session)


def reservation_ref(subject: str) -> str:
    """The ref whose existence says who researches a subject."""
    return RESERVATIONS + subject


def record_ref(session: str, agent: str, attempt: int) -> str:
    """The ref that one attempt of one agent writes, and nobody else; its name fences off late attempts."""
    return f"{RECORDS}{session}/{agent}/{attempt}"


def dispatch_ref(session: str) -> str:
    """The ref that says which attempts of a session were handed out to which run."""
    return DISPATCHES + session


def trail_ref(session: str) -> str:
    """The ref of the session's audit trail. No side ref: it outlives the merge, and a session launched anew."""
    return TRAIL + session


def side_refs(refs: Mapping[str, str], session: str) -> dict[str, str]:
    """Of all refs those that a session has besides its branch, and that go with it."""
    own = (f"{RECORDS}{session}/", dispatch_ref(session))
    return {ref: value for ref, value in refs.items() if ref == own[1] or ref.startswith(own[0])}


def mission_path(session: str) -> str:
    return f"{SESSIONS}{session}/mission.yml"


def launch_path(session: str) -> str:
    return f"{SESSIONS}{session}/launch.json"


def orders_path(session: str) -> str:
    return f"{SESSIONS}{session}/orders.json"


def agent_path(session: str, agent: str) -> str:
    return f"{SESSIONS}{session}/agents/{agent}.json"


def findings_path(session: str, agent: str) -> str:
    return f"{SESSIONS}{session}/findings/{agent}.json"


def csv_path(deliverable: str) -> str:
    """The table that accompanies a deliverable."""
    return deliverable.removesuffix(".md") + ".csv"


@dataclass(frozen=True, slots=True)
class SessionData:
    """Everything that one commit says about one session; records and findings are keyed by agent.

    `launch` is amended by the orders, and `mission` is its mission.
    """

    session: str
    mission: Mission
    launch: Launch
    records: Mapping[str, AgentRecord] = field(default_factory=dict)
    findings: Mapping[str, FindingsFile] = field(default_factory=dict)
    orders: tuple[Order, ...] = ()
