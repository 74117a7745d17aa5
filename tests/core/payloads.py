"""Payloads of events, with the parts that are read and some that are not; each call gives a fresh one."""

from typing import Any

Payload = dict[str, Any]


def labeled(label: str = "swarm:launch", *, body: str | None = "", number: int = 7) -> Payload:
    return {
        "action": "labeled",
        "label": {"name": label, "color": "5319e7"},
        "issue": {
            "number": number,
            "title": "Research the clouds",
            "body": body,
            "user": {"login": "stranger", "type": "User"},
            "labels": [{"name": "research"}, {"name": label}],
            "state": "open",
        },
        "repository": {"full_name": "acme/widgets"},
        "sender": {"login": "ada", "type": "User"},
    }


def commented(body: object = "/swarm status", action: str = "created", *, number: int = 7) -> Payload:
    return {
        "action": action,
        "issue": {"number": number, "title": "Research the clouds", "user": {"login": "stranger", "type": "User"}},
        "comment": {"id": 4711, "body": body, "user": {"login": "stranger", "type": "User"}},
        "repository": {"full_name": "acme/widgets"},
        "sender": {"login": "ada", "type": "User"},
    }


def dispatched(workflow: str = "swarm-session.yml", **inputs: object) -> Payload:
    return {
        "inputs": inputs,
        "ref": "refs/heads/main",
        "repository": {"full_name": "acme/widgets"},
        "sender": {"login": "ada", "type": "User"},
        "workflow": f".github/workflows/{workflow}",
    }


def pull(action: str = "opened", *, repository: str | None = "acme/widgets") -> Payload:
    return {
        "action": action,
        "pull_request": {
            "number": 12,
            "user": {"login": "ada", "type": "User"},
            "head": {
                "ref": "swarm/cloud-1",
                "sha": "a" * 40,
                "repo": {"full_name": repository} if repository else None,
            },
            "base": {"ref": "main", "sha": "b" * 40, "repo": {"full_name": "acme/widgets"}},
        },
        "repository": {"full_name": "acme/widgets"},
        "sender": {"login": "ada", "type": "User"},
    }
