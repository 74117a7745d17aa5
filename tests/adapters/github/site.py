"""The forge on the test GitHub, with one clock for both, as the close job of a session sees them."""

from dataclasses import dataclass
from pathlib import Path

from bot.adapters.github.client import Client
from bot.adapters.github.conversation import Issues
from bot.adapters.github.forge import GitHubForge
from bot.adapters.github.runs import WorkflowRuns
from bot.adapters.remote import RemoteRepository
from bot.core.gate.verdict import CriterionResult, Verdict
from bot.core.merge import merge_message
from bot.ports import Proposal
from tests.clocks import VirtualClock
from tests.github.server import GitHub
from tests.github.state import Level

BRANCH = "swarm/widgets-1"
CLOSE: dict[str, Level] = {
    "contents": "write",
    "issues": "write",
    "pull-requests": "write",
    "statuses": "write",
    "actions": "write",
    "checks": "read",
}
PASS = Verdict("pass", (CriterionResult("done", "all agents done", "pass", "2 of 2"),))
LAUNCH = "sessions/widgets-1/launch.json"


@dataclass
class Site:
    """GitHub, and what one job works with."""

    github: GitHub
    folder: Path
    clock: VirtualClock
    job: str = "close"

    def __post_init__(self) -> None:
        self.base = self.github.seed({"README.md": "# Widgets\n"})
        self.tip = self.github.seed({LAUNCH: "{}\n"}, BRANCH)
        self.github.jobs_may["close"] = CLOSE
        self.token = self.github.token()
        self.agent = f"swarm-sessions/test ({self.job})"
        self.repo = RemoteRepository(
            self.folder, f"{self.github.url}/acme/widgets", self.token, self.agent, None, clock=self.clock
        )
        self.repo.refs("refs/heads/")

    @property
    def client(self) -> Client:
        github = self.github
        return Client(
            github.api_url, "acme/widgets", self.token, self.agent, self.clock, paced=False, jitter=lambda: 0.5
        )

    def forge(self, *checks: str) -> GitHubForge:
        return GitHubForge(self.client, self.repo, self.clock, checks)

    @property
    def issues(self) -> Issues:
        return Issues(self.client)

    @property
    def runs(self) -> WorkflowRuns:
        return WorkflowRuns(self.client, "main")

    @property
    def proposal(self) -> Proposal:
        """The session as it was gated."""
        return Proposal(
            session="widgets-1",
            branch=BRANCH,
            tip=self.tip,
            base="main",
            base_tip=self.base,
            title="Widget services",
            body="What to review\n",
            message=merge_message("widgets-1"),
        )

    def gate_again(self) -> None:
        """What the next gate sees: the branches as they are."""
        heads = self.repo.refs("refs/heads/")
        self.base, self.tip = heads["refs/heads/main"], heads[f"refs/heads/{BRANCH}"]

    def push(self, branch: str, path: str = "elsewhere.md") -> str:
        """Somebody pushes to a branch, as people do."""
        ann = RemoteRepository(
            self.folder.parent / "ann", self.github.clone_url(self.github.token(login="ann")), None, "git/2", None
        )
        ref = f"refs/heads/{branch}"
        before = ann.refs(ref)[ref]
        new = ann.commit([before], {path: b"Hello\n"}, "Push", self.clock.now())
        ann.git.run("push", "--quiet", ann.url, f"{new}:{ref}")
        return new

    @property
    def pull(self) -> int:
        """The number of the session's pull request."""
        (number,) = self.github.state.pulls
        return number

    def asked(self, method: str, ending: str) -> int:
        """How many calls there were of this kind."""
        return sum(call.method == method and call.path.endswith(ending) for call in self.github.calls)
