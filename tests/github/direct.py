"""The test GitHub's repository without the way to it: git in its own folder, and no HTTP between.

A push over HTTP is a dozen processes, here it is two. Who may push, and what follows from it, is asked of the test
GitHub all the same, and tests/contracts holds this to what is promised of every repository. Protected branches and
what can happen on the way need RemoteRepository.
"""

from collections.abc import Sequence

from bot.adapters.git import GitRepository
from bot.adapters.remote import RemoteRepository
from bot.core.leaks import Known
from bot.errors import Refused
from bot.ports import Clock, RefUpdate
from tests.github import pulls
from tests.github.permissions import actor_of, may
from tests.github.state import Actor
from tests.github.world import Push, World


class DirectRepository(RemoteRepository):
    """`RemoteRepository` whose remote is at hand."""

    def __init__(
        self, world: World, token: str, agent: str, *, clock: Clock | None = None, known: Known | None = None
    ) -> None:
        url = f"{world.html}.git"
        super().__init__(world.bare.path, url, token, agent, None, clock=clock, known=known)
        self.world, self.token, self.agent = world, token, agent

    def _fetch(self, prefix: str) -> None:
        self._refs = None

    def _push(self, updates: Sequence[RefUpdate]) -> None:
        actor = self._allowed()
        self._only_forward(updates)
        with self.world.changing():
            GitRepository.update(self, updates)
            self._refs = None
            pushes = [Push(it.ref, it.expected, it.new, actor) for it in updates]
            self.world.pushes += pushes
            pulls.moved(self.world, pushes)

    def _allowed(self) -> Actor:
        """Who pushes. Raises Refused when a push would be."""
        state = self.world.state
        assert not state.protections, "protected branches are guarded on the way: Swarm(..., over_http=True)"
        token = state.tokens[self.token]
        actor = actor_of(token, self.agent)
        if not may(state, token, actor, "contents:write"):
            raise Refused(f"{self.url} does not let {actor.login} write", "give the job `contents: write`")
        return actor
