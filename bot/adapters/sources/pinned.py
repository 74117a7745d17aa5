"""An HTTPS connection to one address that was checked, under the name that the certificate must be for."""

from collections.abc import Mapping
from typing import cast

import requests
from requests.adapters import HTTPAdapter
from urllib3 import HTTPSConnectionPool

from bot.adapters.sources.reach import Target

_HEADERS = {
    "User-Agent": "swarm-sessions",
    "Accept": "text/html, application/json, application/yaml, text/*;q=0.9, */*;q=0.5",
    "Accept-Encoding": "gzip",
    "Accept-Language": "en",
}


class _Pinned(HTTPAdapter):
    """The name is resolved nowhere else: what was checked is what is connected to (no DNS rebinding)."""

    def __init__(self, target: Target) -> None:
        self._target = target
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
        return cast(HTTPSConnectionPool, pool)


def get(url: str, target: Target, *, ca: str | None, seconds: float) -> requests.Response:
    """One answer, not followed anywhere, its body not yet read. Raises requests.RequestException.

    Proxies, netrc and other settings of the environment are not used: they would go around the pin.
    """
    session = requests.Session()
    session.trust_env = False
    session.mount("https://", _Pinned(target))
    port = "" if target.port == 443 else f":{target.port}"
    host = f"[{target.host}]" if ":" in target.host else target.host
    return session.get(
        url,
        headers=_HEADERS | {"Host": host + port},
        timeout=(min(10, seconds), min(20, seconds)),
        allow_redirects=False,
        stream=True,
        verify=ca or True,
    )
