"""The workflow files and action.yml as the static tests read them."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).parent.parent.parent
Node = Mapping[str, Any]
EXPRESSION = re.compile(r"\$\{\{(.*?)\}\}", re.DOTALL)


@dataclass(frozen=True)
class Document:
    """A YAML file; all scalars are texts, so that `on` stays a word."""

    path: str
    text: str

    @property
    def node(self) -> Node:
        node: Node = yaml.load(self.text, Loader=yaml.BaseLoader)
        return node

    @property
    def name(self) -> str:
        return Path(self.path).name

    @property
    def jobs(self) -> Mapping[str, Node]:
        jobs: Mapping[str, Node] = self.node["jobs"]
        return jobs

    @property
    def steps(self) -> Iterator[tuple[str, Node]]:
        """Every step with the name of its job; those of an action have none."""
        if "runs" in self.node:
            yield from (("", step) for step in self.node["runs"]["steps"])
        for job, content in self.node.get("jobs", {}).items():
            yield from ((job, step) for step in content.get("steps", []))


def read(path: str) -> Document:
    return Document(path, (ROOT / path).read_text())


WORKFLOWS = [read(str(path.relative_to(ROOT))) for path in sorted((ROOT / ".github/workflows").glob("*.yml"))]
SWARM = [document for document in WORKFLOWS if document.name.startswith("swarm-")]
ACTION = read("action.yml")
