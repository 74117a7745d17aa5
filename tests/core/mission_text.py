"""A small valid mission as text, and edits of it."""

from bot.core.loading import load_mission
from bot.errors import InvalidInput

MISSION = """\
mission: cloud
session: 2
phase: {number: 2, name: Cloud}
title: Cloud providers
domain: CLOUD
deliverable: INTEGRATIONS-CLOUD.md
agent: {max_usd: 0.25, attempts: 2}
limits: {max_usd: 2.50}
teams:
  - id: 6
    name: Compute
    agents:
      - id: haiku-21
        subjects:
          - name: AWS EC2
            sources: ["pypi:botocore==1.44.5#botocore/data/ec2/*/service-2.json.gz"]
      - id: haiku-22
        subjects:
          - {name: Vultr, sources: ["npm:@vultr/vultr-node@2.8.0", "https://www.vultr.com/api/"]}
"""


def edited(*changes: tuple[str, str]) -> bytes:
    """The mission with texts replaced; each must be there."""
    text = MISSION
    for old, new in changes:
        assert old in text, old
        text = text.replace(old, new)
    return text.encode()


def problems(content: bytes) -> list[str]:
    """What is wrong, as a person reads it; empty when the mission is valid."""
    try:
        load_mission(content, "m.yml")
    except InvalidInput as error:
        return [str(problem) for problem in error.problems]
    return []


def problem(*changes: tuple[str, str]) -> str:
    """The only problem of the edited mission."""
    found = problems(edited(*changes))
    assert len(found) == 1, found
    return found[0]
