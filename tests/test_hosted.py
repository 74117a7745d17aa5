"""A session on the test GitHub, from label to merge, job by job."""

from pathlib import Path

import pytest

from tests.github.server import GitHub
from tests.hosted import Swarm


@pytest.fixture
def swarm(github: GitHub, tmp_path: Path) -> Swarm:
    return Swarm(github, tmp_path)


def test_a_label_becomes_a_merged_pull_request_and_a_closed_issue(swarm: Swarm) -> None:
    ended = swarm.run(swarm.ask())
    github = swarm.github
    assert ended.data["verdict"] == "pass", ended.text
    assert github.state.issues[1].state == "closed"
    assert len(github.comments(1)) == 1
    print(swarm.status_comment())
    print([(c.method, c.path, c.status, c.job) for c in github.calls])
