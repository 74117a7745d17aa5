"""From a socket to an answer and back."""

import select
from contextlib import suppress
from http.server import BaseHTTPRequestHandler

from tests.loopback import LoopbackServer
from tests.messages.service import Service
from tests.messages.wire import Answer


class Handler(BaseHTTPRequestHandler):
    """Answers for the server whose attribute `service` is set."""

    protocol_version = "HTTP/1.1"
    server: "Server"
    disable_nagle_algorithm = True

    def do_POST(self) -> None:
        raw = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        headers = {name.lower(): value for name, value in self.headers.items()}
        call = self.server.service.received(self.path, headers, raw)
        answer = self.server.service.answer(call)
        if answer.status:
            with suppress(ConnectionError):
                self._send(answer, call.request_id)
        else:
            self.close_connection = True

    def _send(self, answer: Answer, request_id: str) -> None:
        self.send_response(answer.status)
        kind = "text/event-stream; charset=utf-8" if answer.streamed else "application/json"
        for name, value in {"Content-Type": kind, "request-id": request_id, **dict(answer.headers)}.items():
            self.send_header(name, value)
        if answer.streamed:
            self.send_header("Transfer-Encoding", "chunked")
        else:
            missing = 0 if answer.ending == "whole" else 1
            self.send_header("Content-Length", str(len(answer.pieces[0]) + missing))
        self.end_headers()
        for piece in answer.pieces:
            self.wfile.write(f"{len(piece):x}\r\n".encode() + piece + b"\r\n" if answer.streamed else piece)
        self._end(answer)

    def _end(self, answer: Answer) -> None:
        if answer.ending == "whole":
            self.wfile.write(b"0\r\n\r\n" if answer.streamed else b"")
            return
        if answer.ending == "stalled":
            select.select([self.connection], [], [])  # until the client goes, or the server hangs up
        self.close_connection = True

    def log_message(self, format: str, *args: object) -> None:
        pass


class Server(LoopbackServer):
    """Hands what it is asked to a service."""

    def __init__(self, service: Service) -> None:
        super().__init__(Handler, service.failures)
        self.service = service
