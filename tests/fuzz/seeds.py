"""What fuzzing begins with: small valid inputs, so that it does not have to find the way in."""

import io
import json
import tarfile
import zipfile
from pathlib import Path

from tests.builders import NOW, citation
from tests.core.mission_text import MISSION
from tests.core.payloads import commented, dispatched, labeled, pull
from tests.fuzz.texts import SPLIT
from tests.render.inactive import HOSTILE
from tests.sessions import as_bytes, findings, mission_yaml, record, session_files

ROOT = Path(__file__).parent.parent.parent
ORDER = '{"orders": [{"id": "comment-7", "kind": "stop", "by": "ann", "time": "2026-11-22T16:40:00Z"}]}'
EVENT = (
    '{"time": "2026-11-22T16:40:00Z", "event": "launched", "session": "cloud-1", "actor": "ann", "reason": "x"}'
)
FORM = (
    "cloud\x00### Mission\n\ncloud\n\n### Budget (US dollars)\n\n2.50\n\n### Backend\n\nclaude\n<!-- merge -->\n"
)
COMMANDS = (
    "status",
    "retry haiku-21",
    "stop",
    "resume",
    "budget +2.50",
    "merge",
    "explain every claim cited",
    "hepl",
)
CLASS = '''"""Keeps widgets."""
class Client:
    """Talks to the store.

    :param str key: your :term:`application key`
    """
    LIMIT = 600
    def create_widget(self, name: str, *, size: int = 3, **more) -> "Widget":
        """Creates a widget.

        Args:
            name (str): How it is called.

        Returns: The widget.
        """
        return self.post("/widgets", f"{name!r}")
'''
DECLARED = """/** Keeps widgets. */
export declare class Client<T extends Base = {}> {
  /** Lists them. @param n how many */ list(n?: number): Promise<T[]>; }
export interface Options { apiKey: string; "rate-limit"?: 600 | 'none'; }
export type Id = `w-${string}`; declare module "x" { const y: unique symbol }
"""
HTML = """<!DOCTYPE html><html><head><title>Limits</title><meta charset=utf-8></head>
<body><nav>x</nav><main><h1>Limits</h1>
<p>At most 600 requests per minute are answered for each key of an account, others are refused.</p>
<table><tr><th>a</th>
<td>1</td></tr></table><pre><code>GET /</code></pre><ul><li>One</li></ul><!-- c --></main></body></html>"""
MARKDOWN = """---
a: 1
---
# Limits

At most 600 requests[^1] per minute, see [the page](https://docs.example.com/) and [b](docs/b.md#x).

| a | hours |
|---|------:|
| x | 1,053 |
| **Total** | 1,058 |

```json
{"a": 1}
```
[^1]: https://docs.example.com
"""
RST = """Limits
======

.. note:: At most 600 requests.

:param x: y

- one

+---+---+
| a | b |
+---+---+

::

  code
"""
API = {
    "openapi": "3.0.0",
    "info": {"title": "Widgets", "version": "1"},
    "servers": [{"url": "https://api.example.com"}],
    "paths": {"/w/{id}": {"get": {"operationId": "getW", "summary": "Gets it.", "parameters": [{"$ref": "#/x"}]}}},
    "components": {"securitySchemes": {"key": {"type": "apiKey", "in": "header", "name": "X-Key"}}},
}
AWS = {
    "metadata": {"signatureVersion": "v4", "serviceFullName": "W"},
    "operations": {"GetW": {"name": "GetW", "documentation": "<p>Gets it.</p>", "input": {"shape": "S"}}},
    "shapes": {"S": {"type": "structure", "members": {"a": {"shape": "S"}}}},
}
TABLE = (
    "subject,field,claim,value,state,citation,source,locator,quote,retrieved,sha256,method\n"
    'aws,authentication,"It is v4.",v4,verified,IF.TTT.2026.CLOUD.AWS.1,file:docs/a.md,/x,"It is v4.",'
    f"2026-11-22T16:40:00Z,{'9f2c' * 16},quoted\n"
)


def missions() -> list[bytes]:
    return [MISSION.encode(), *(file.read_bytes() for file in sorted((ROOT / "mission-templates").glob("*.yml")))]


def configurations() -> list[bytes]:
    text = (
        "max_usd: 5\nmerge: manual\nstate_branch: s\nsources: files\nmissions: m\nrequired_checks: [a]\n"
        "confirm_above_usd: 1\naudit: {min_cited: 50}\n"
    )
    return [text.encode()]


def artifacts() -> list[bytes]:
    finding = {"subject": "aws-ec2", "field": "authentication", "claim": "It is v4."}
    finding |= {
        "citation": json.loads(citation().model_copy(update={"source": "file:docs/api.md"}).model_dump_json())
    }
    result = {
        "session": "cloud-1", "agent": "haiku-21", "attempt": 1,
        "started": NOW.isoformat(), "finished": NOW.isoformat(),
        "findings": [finding], "gaps": [{"subject": "aws-ec2", "field": "pricing", "searched": [], "reason": ""}],
        "blockers": [{"subject": None, "title": "t", "impact": "Low", "description": "d"}],
        "opinions": [
            {"subject": "aws-ec2", "complexity": "Low", "hours": 8, "priority": "P1",
             "because": ["authentication"]}
        ],
        "usage": {"micro_usd": 4_000_000}, "unfinished": "", "halted": False,
    }  # fmt: skip
    return [json.dumps(result).encode(), b'{"failure": "no", "halted": true}', b'{"a": "\\u0000", "a": NaN}']


def sessions() -> list[bytes]:
    files = session_files(
        "cloud-1", mission_yaml(), (record("cloud-1", "haiku-1"),), (findings("haiku-1", "aws-ec2"),)
    )
    launch = files["sessions/cloud-1/launch.json"]
    parts = (
        launch,
        as_bytes(record("cloud-1", "haiku-1")),
        as_bytes(findings("haiku-1", "aws-ec2")),
        ORDER.encode(),
    )
    return [SPLIT.join((*parts, mission_yaml()))]


def trails() -> list[bytes]:
    return [EVENT.encode() + b"\n" + SPLIT + EVENT.replace("launched", "merged").encode()]


def transcripts() -> list[bytes]:
    use = {"type": "tool_use", "id": "a", "name": "finish", "input": {"a": [1]}}
    result = {"type": "tool_result", "tool_use_id": "a", "content": "x", "is_error": True}
    entries = [
        {"at": "t", "event": "told", "to": "m", "blocks": [{"type": "text", "text": "Hello"}, result]},
        {"at": "t", "event": "reply", "blocks": [use], "stop": "tool_use", "tokens": [1, 2, 3, 4], "micro_usd": 5},
        {"at": "t", "event": "fault", "status": 529, "message": "overloaded"},
    ]
    return ["\n".join(map(json.dumps, entries)).encode()]


def events() -> list[bytes]:
    payloads = [
        labeled(body=FORM),
        commented(),
        dispatched(mission="a", session=""),
        pull(),
        pull("submitted"),
        {},
    ]
    return [bytes([number]) + json.dumps(payload).encode() for number, payload in enumerate(payloads)]


def comments() -> list[bytes]:
    return [f"/swarm {command}".encode() for command in COMMANDS]


def issues() -> list[bytes]:
    return [FORM.encode(), FORM.replace("2.50", "-1").replace("cloud", "Сloud").encode()]


def texts() -> list[bytes]:
    return [f"{text}\0https://docs.example.com/a b".encode() for text in HOSTILE]


def quotes() -> list[bytes]:
    pairs = (
        ("limit is 10", "The limit is 100, and the limit is 10."),
        (
            "at most 5.5 GB per month",
            "Do not use at most 5.5 GB per month: ec2:RunInstances v4 (2FA) costs US$ 3/h.",
        ),
    )
    return [f"{quote}\0{text}".encode() for quote, text in pairs]


def documents() -> list[bytes]:
    return [MARKDOWN.encode()]


def tables() -> list[bytes]:
    return [f"{TABLE}\0- It is v4.[^aws-1]\n\n[^aws-1]: x".encode()]


def uris() -> list[bytes]:
    names = (
        "file:docs/a.md",
        "https://docs.example.com/a/b?c#d",
        "pypi:Acme==1.0#docs/x.md",
        "npm:@acme/api@1.0.0#README.md",
    )
    return [name.encode() for name in names]


def calls() -> list[bytes]:
    given = {"field": "limits", "claim": "c", "quote": "q", "passage": "P1", "value": ""}
    judged = {"verdicts": [{"claim": 1, "supported": True, "reason": ""}]}
    pairs = (
        ("record_finding", given),
        ("judge", judged),
        ("search_sources", {"query": "q", "source": "", "kind": "any"}),
    )
    return [f"{name}\0{json.dumps(value)}".encode() for name, value in pairs]


def paths() -> list[bytes]:
    names = (
        "sessions/cloud-1/agents/haiku-21.json",
        "INTEGRATIONS-CLOUD.md",
        ".github/x",
        "see /home/a/b and C:\\Users\\x",
    )
    return [name.encode() for name in names]


def descriptions() -> list[bytes]:
    import yaml

    return [b"j" + json.dumps(API).encode(), b"j" + json.dumps(AWS).encode(), b"y" + yaml.safe_dump(API).encode()]


def abouts() -> list[bytes]:
    metadata = (
        b"mMetadata-Version: 2.4\nName: a\nVersion: 1\nLicense: MIT\nRequires-Python: >=3\n\n# Read me\n\nText.\n"
    )
    package = {
        "name": "a",
        "version": "1",
        "license": {"type": "MIT"},
        "description": "d",
        "repository": {"url": "u"},
    }
    return [metadata, b"p" + json.dumps(package).encode(), b"tA text.\n\nAnother one.\n"]


def archives() -> list[bytes]:
    zipped, tarred = io.BytesIO(), io.BytesIO()
    with zipfile.ZipFile(zipped, "w", zipfile.ZIP_DEFLATED) as wheel:
        wheel.writestr("acme/a.py", "x = 1\n" * 50)
        wheel.writestr("../out", "y")
    with tarfile.open(fileobj=tarred, mode="w") as tarball:
        member = tarfile.TarInfo("package/index.d.ts")
        member.size = 3
        tarball.addfile(member, io.BytesIO(b"abc"))
    return [zipped.getvalue(), tarred.getvalue()]


def deflated() -> list[bytes]:
    return [b"abc" * 100, b"\0" * 20_000]
