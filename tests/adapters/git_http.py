"""A git server over HTTP on this machine: `git http-backend` behind a server that can fail in many ways."""

import os
import subprocess
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Literal

Kind = Literal["before", "after", "drop", "drop-after", "cut", "hang", "late", "redirect"]


@dataclass(frozen=True)
class Fault:
    """What goes wrong with one request whose path ends with `service`.

    before: answered with `status` and nothing done; after: done first; drop, drop-after: the connection ends
    instead of an answer; cut: done, and it ends in the middle of the answer;
    hang: silence; late: dropped, and done a moment later; redirect: to `to`.
    """

    kind: Kind
    service: str = "git-receive-pack"
    method: str = "POST"
    status: int = 502
    to: str = ""


@dataclass
class Server:
    """Serves the repositories below `root`; `requests` are those that came in, with their headers.

    `watch` is called during each request, while the client waits.
    """

    root: Path
    url: str = ""
    faults: list[Fault] = field(default_factory=list)
    requests: list[tuple[str, str, dict[str, str]]] = field(default_factory=list)
    watch: Callable[[], None] = lambda: None
    closing: threading.Event = field(default_factory=threading.Event)

    def pushes(self) -> int:
        return sum(method == "POST" and path.endswith("git-receive-pack") for method, path, _ in self.requests)

    def fault(self, method: str, path: str) -> Fault | None:
        """The first fault that fits, which happens once."""
        for fault in self.faults:
            if fault.method == method and fault.service in path:
                self.faults.remove(fault)
                return fault
        return None


class Handler(BaseHTTPRequestHandler):
    """Answers one request after the other, as the server's faults have it."""

    protocol_version = "HTTP/1.1"
    behind: Server

    def do_GET(self) -> None:
        self._serve()

    def do_POST(self) -> None:
        self._serve()

    def log_message(self, format: str, *args: object) -> None:
        """Nothing is logged."""

    def _serve(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        headers = {name.lower(): ", ".join(self.headers.get_all(name, [])) for name in self.headers}
        self.behind.requests.append((self.command, self.path, headers))
        self.behind.watch()
        fault = self.behind.fault(self.command, self.path)
        if fault is None:
            self._answer(*self._run(body))
        else:
            self._fail(fault, body)

    def _fail(self, fault: Fault, body: bytes) -> None:
        if fault.kind in ("after", "drop-after"):
            self._run(body)
        match fault.kind:
            case "before" | "after":
                self._answer(fault.status, {}, b"")
            case "redirect":
                self._answer(301, {"Location": fault.to + self.path}, b"")
            case "cut":
                status, headers, content = self._run(body)
                self._answer(status, headers, content, missing=100)
            case "late":
                threading.Timer(0.2, self._run, [body]).start()
            case "hang":
                self.behind.closing.wait(30)
        self.close_connection = fault.kind not in ("before", "after", "redirect")

    def _run(self, body: bytes) -> tuple[int, dict[str, str], bytes]:
        path, _, query = self.path.partition("?")
        environment = {
            **os.environ,
            "GIT_PROJECT_ROOT": str(self.behind.root),
            "GIT_HTTP_EXPORT_ALL": "1",
            "PATH_INFO": path,
            "QUERY_STRING": query,
            "REQUEST_METHOD": self.command,
            "CONTENT_TYPE": self.headers.get("Content-Type", ""),
            "CONTENT_LENGTH": str(len(body)),
            "HTTP_CONTENT_ENCODING": self.headers.get("Content-Encoding", ""),
            "GIT_PROTOCOL": self.headers.get("Git-Protocol", ""),
            "REMOTE_USER": "somebody",
            "REMOTE_ADDR": "127.0.0.1",
        }
        done = subprocess.run(["git", "http-backend"], input=body, capture_output=True, env=environment)
        head, _, content = done.stdout.partition(b"\r\n\r\n")
        headers = dict(line.split(": ", 1) for line in head.decode().splitlines() if ": " in line)
        status = int(headers.pop("Status", "200").split()[0])
        return status, headers, content

    def _answer(self, status: int, headers: dict[str, str], content: bytes, missing: int = 0) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(content) + missing))
        self.end_headers()
        self.wfile.write(content)


@contextmanager
def serving(root: Path) -> Iterator[Server]:
    """A server for the repositories below a folder, as long as the block runs."""
    server = Server(root)
    handler = type("Bound", (Handler,), {"behind": server})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as listening:
        listening.daemon_threads = True
        server.url = f"http://127.0.0.1:{listening.server_port}"
        thread = threading.Thread(target=lambda: listening.serve_forever(poll_interval=0.02), daemon=True)
        thread.start()
        try:
            yield server
        finally:
            server.closing.set()
            listening.shutdown()
            thread.join()
