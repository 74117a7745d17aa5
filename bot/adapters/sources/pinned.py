"""An HTTPS connection to one address that was checked, under the name that the certificate must be for."""

import socket
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from typing import cast

import requests
from requests.adapters import HTTPAdapter
from urllib3 import HTTPSConnectionPool
from urllib3.connection import HTTPSConnection

from bot.adapters.sources.reach import Target

_HEADERS = {
    "User-Agent": "swarm-sessions",
    "Accept": "text/html, application/json, application/yaml, text/*;q=0.9, */*;q=0.5",
    "Accept-Encoding": "gzip",
    "Accept-Language": "en",
}


class _Deadline:
    """Hangs up on a server whose greeting or headers have not come to their end in time.

    The timeouts of a socket are for each piece that arrives: who sends a byte now and then never meets them.
    """

    def __init__(self) -> None:
        self._open: list[socket.socket] = []
        self._over = False

    def watch(self, connected: socket.socket) -> None:
        """Hangs up on this connection too. TLS takes the socket over, so it is watched by a name of its own."""
        self._open.append(connected.dup())
        if self._over:
            self._hang_up()

    @contextmanager
    def within(self, seconds: float) -> Iterator[None]:
        """Raises requests.Timeout when it had to hang up: headers that were cut off look like complete ones."""
        timer = threading.Timer(seconds, self._hang_up)
        timer.daemon = True
        timer.start()
        try:
            yield
        finally:
            timer.cancel()
            timer.join()
            for connection in self._open:
                connection.close()
        if self._over:
            raise requests.Timeout(f"no answer within {seconds:g} seconds")

    def _hang_up(self) -> None:
        self._over = True
        for connection in self._open:
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)


def _watched(watch: Callable[[socket.socket], None]) -> type[HTTPSConnection]:
    class Watched(HTTPSConnection):
        def _new_conn(self) -> socket.socket:
            connected = super()._new_conn()
            watch(connected)
            return connected

    return Watched


class _Pinned(HTTPAdapter):
    """The name is resolved nowhere else: what was checked is what is connected to (no DNS rebinding)."""

    def __init__(self, target: Target, connection: type[HTTPSConnection]) -> None:
        self._target, self._connection = target, connection
        super().__init__(max_retries=0)

    def get_connection_with_tls_context(
        self,
        request: requests.PreparedRequest,
        verify: bool | str | None,
        proxies: Mapping[str, str] | None = None,
        cert: tuple[str, str] | str | None = None,
    ) -> HTTPSConnectionPool:
        _, settings = self.build_connection_pool_key_attributes(request, verify or True, cert)
        names = {"server_hostname": self._target.host, "assert_hostname": self._target.host}
        pool = self.poolmanager.connection_from_host(
            self._target.address, self._target.port, "https", pool_kwargs={**settings, **names}
        )
        pool.ConnectionCls = self._connection
        return cast(HTTPSConnectionPool, pool)


def get(url: str, target: Target, *, ca: str | None, seconds: float) -> requests.Response:
    """One answer, not followed anywhere, its body not yet read. Raises requests.RequestException, and after
    `seconds` in any case.

    Proxies, netrc and other settings of the environment are not used: they would go around the pin.
    """
    deadline = _Deadline()
    session = requests.Session()
    session.trust_env = False
    session.mount("https://", _Pinned(target, _watched(deadline.watch)))
    port = "" if target.port == 443 else f":{target.port}"
    host = f"[{target.host}]" if ":" in target.host else target.host
    with deadline.within(seconds):
        return session.get(
            url,
            headers=_HEADERS | {"Host": host + port},
            timeout=(min(10, seconds), min(20, seconds)),
            allow_redirects=False,
            stream=True,
            verify=ca or True,
        )
