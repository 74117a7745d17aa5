"""From a socket to an answer: what every call goes through, REST, GraphQL and git alike."""

import json
import time
from contextlib import suppress
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from tempfile import TemporaryDirectory, TemporaryFile
from typing import IO, Any
from urllib.parse import parse_qsl, urlsplit

from tests.github import git_http, pulls
from tests.github.faults import When
from tests.github.permissions import actor_of, job_of, may, token_of
from tests.github.service import Made, Service
from tests.github.state import Token
from tests.github.world import REPOSITORY, Push, World
from tests.loopback import LoopbackServer


class Handler(BaseHTTPRequestHandler):
    """Answers for the server whose attribute `service` is set."""

    protocol_version = "HTTP/1.1"
    server: "Server"
    disable_nagle_algorithm = True

    def _respond(self) -> None:
        split = urlsplit(self.path)
        prefix = "/api/v3" if split.path.startswith("/api/v3/") else "/api"
        rest = split.path.removeprefix(prefix)
        with TemporaryFile() as body:
            self._receive(body)
            if self._met(rest, "before"):
                return
            if git_http.PATH.fullmatch(split.path):
                self._git(split.path, split.query, body)
            else:
                self._api(rest, split.query, body.read())

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = _respond  # noqa: N815

    def _receive(self, body: IO[bytes]) -> None:
        if self.headers.get("Transfer-Encoding", "").lower() == "chunked":
            while size := int(self.rfile.readline().split(b";")[0], 16):
                body.write(self.rfile.read(size))
                self.rfile.readline()
            while self.rfile.readline().strip():
                pass
        else:
            body.write(self.rfile.read(int(self.headers.get("Content-Length", 0))))
        body.seek(0)

    def _met(self, path: str, when: When) -> bool:
        """Whether a fault took the call's place."""
        fault = self.server.service.fault(self.command, path, when)
        if fault is None:
            return False
        if fault.action:
            fault.action()
        if fault.delay:
            time.sleep(fault.delay)
        if fault.drop:
            self.close_connection = True
        elif fault.status:
            described = fault.body if fault.body is not None else {"message": "Server Error"}
            self._send(fault.status, json.dumps(described).encode(), dict(fault.headers))
        stands_in = fault.drop or fault.status is not None
        if stands_in and when == "before" and not git_http.PATH.fullmatch(path):
            made = self._made(path, urlsplit(self.path).query, None)
            made.status = fault.status or 0
        return stands_in

    def _made(self, path: str, query: str, body: Any) -> Made:
        agent, authorization = self.headers.get("User-Agent", ""), self.headers.get("Authorization", "")
        parsed = dict(parse_qsl(query, keep_blank_values=True))
        made = Made(self.command, path, parsed, body, job_of(agent), agent, authorization.partition(" ")[2])
        self.server.service.calls.append(made)
        return made

    def _api(self, path: str, query: str, body: bytes) -> None:
        service = self.server.service
        made = self._made(path, query, json.loads(body) if body else None)
        answer = service.answer(made, self.headers.get("Authorization", ""))
        if self._met(path, "after"):
            return
        made.status = answer.status
        limits = service.limits.numbers(service.world.now())
        body = b"" if answer.body is None else json.dumps(answer.body).encode()
        self._send(answer.status, body, limits | dict(answer.headers))

    def _send(self, status: int, body: bytes, headers: dict[str, str]) -> None:
        self.send_response(status)
        for name, value in {"Content-Type": "application/json; charset=utf-8", **headers}.items():
            self.send_header(name, value)
        if status != 204:
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def _git(self, path: str, query: str, body: IO[bytes]) -> None:
        world, agent = self.server.service.world, self.headers.get("User-Agent", "")
        writes = "git-receive-pack" in (path.rpartition("/")[2], query.removeprefix("service="))
        token = token_of(world.state, self.headers.get("Authorization", ""))
        plain = {"Content-Type": "text/plain"}
        if not agent.startswith("git/"):  # what does not call itself so is taken for a browser
            self._send(404, b"Not Found", plain)
            return
        if token is None and (writes or world.state.settings.private):
            self._send(401, b"Authentication required", plain | {"WWW-Authenticate": 'Basic realm="GitHub"'})
            return
        token = token or Token("", "somebody", False)
        actor = actor_of(token, agent)
        public = not writes and not world.state.settings.private
        if not public and not may(world.state, token, actor, f"contents:{'write' if writes else 'read'}"):
            refusal = (
                f"Permission to {REPOSITORY}.git denied to {actor.login}.\n"
                if writes
                else "Repository not found.\n"
            )
            self._send(403 if writes else 404, refusal.encode(), plain)
            return
        pushing = path.endswith("git-receive-pack")
        with TemporaryDirectory(prefix="push-") as folder:
            reasons = Path(folder) / "reasons"
            variables = git_http.environment(world, self._cgi(path, query), actor, reasons)
            wanted = git_http.commands(body, self.headers.get("Content-Encoding", "")) if pushing else []
            answer = git_http.answer(world, variables, body)
            headers = next(answer)
            if not pushing:
                self._stream(headers, answer)
                return
            done = git_http.report(b"".join(answer), git_http.explained(world, reasons))
        forced = {it.ref for it in wanted if _forced(world, it)}
        pushes = [Push(it.ref, it.old, it.new, actor, it.ref in forced) for it in wanted if it.ref in done.moved]
        with world.changing():
            world.pushes += pushes
            pulls.moved(world, pushes)
        if not self._met(path, "after"):
            self._send(200, done.body, git_http_headers(headers))

    def _cgi(self, path: str, query: str) -> dict[str, str]:
        tail = git_http.PATH.fullmatch(path)
        assert tail
        given = {
            "PATH_INFO": f"/{self.server.service.world.bare.path.name}/{tail[1]}",
            "REQUEST_METHOD": self.command,
            "QUERY_STRING": query,
            "CONTENT_TYPE": self.headers.get("Content-Type", ""),
            "HTTP_CONTENT_ENCODING": self.headers.get("Content-Encoding", ""),
            "GIT_PROTOCOL": self.headers.get("Git-Protocol", ""),
        }
        return {key: value for key, value in given.items() if value}

    def _stream(self, headers: bytes, pieces: Any) -> None:
        given = git_http_headers(headers)
        self.send_response(int(given.pop("Status", "200").split(" ")[0]))
        for name, value in {**given, "Transfer-Encoding": "chunked"}.items():
            self.send_header(name, value)
        self.end_headers()
        with suppress(ConnectionError):
            for piece in pieces:
                self.wfile.write(f"{len(piece):x}\r\n".encode() + piece + b"\r\n")
            self.wfile.write(b"0\r\n\r\n")

    def log_message(self, format: str, *args: object) -> None:
        pass


def git_http_headers(headers: bytes) -> dict[str, str]:
    lines = headers.decode().strip().splitlines()
    return dict(line.split(": ", 1) for line in lines)


def _forced(world: World, it: git_http.Command) -> bool:
    heads = it.ref.startswith("refs/heads/") and it.old and it.new
    return bool(heads and not world.bare.contains(it.new or "", it.old or ""))


class Server(LoopbackServer):
    """Hands what it is asked to a service."""

    def __init__(self, service: Service) -> None:
        super().__init__(Handler, service.world.violations)
        self.service = service
