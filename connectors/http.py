"""How to ask a source politely and how to tell a whole answer from a broken one.

Nothing else in the program opens a connection to a source. Knows no source: addresses, rates and
what a 404 means belong to the connectors.
"""

import json
import ssl
from collections.abc import Callable, Mapping
from datetime import datetime
from importlib.metadata import version
from pathlib import Path
from types import TracebackType
from typing import Any, Self
from urllib.parse import parse_qsl, quote, urlencode, urljoin, urlsplit, urlunsplit

import requests
from requests.adapters import HTTPAdapter
from requests.utils import DEFAULT_CA_BUNDLE_PATH
from requests_ratelimiter import LimiterSession
from urllib3.exceptions import InvalidHeader, MaxRetryError
from urllib3.util import Retry

from models.connector import SourceFailure
from models.trial import Page

RETRIED = frozenset({408, 429, 500, 502, 503, 504})
"""HTTP statuses after which the same question may get another answer (RFC 9110, RFC 6585)."""

LONGEST_RETRY_AFTER = 120
"""Seconds. A source that asks for a longer pause is left alone until the next night."""

LARGEST_BODY = 128 * 1024 * 1024
"""Bytes after decompression. The largest page asked for, 100 records with results, stays far below."""

_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_MOST_REDIRECTS = 5
_LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})
_CHUNK = 256 * 1024
_LONGEST_SHOWN = 120
"""Characters of an address in a message; a search in it may be longer than a mail, and the archive has it whole."""
_SHORTEST_BLANKED = 8
"""Characters of a secret that is blanked wherever it stands; a shorter one only as the parameter's value."""
_JSON = {"Content-Type": "application/json", "Accept": "application/json"}
_UNTRUSTED = "its certificate cannot be verified; if it does not send its whole chain, TRIALWATCH_CA_BUNDLE may add it"
_BROKEN = (
    requests.ConnectionError,
    requests.Timeout,
    requests.exceptions.ChunkedEncodingError,
    requests.exceptions.ContentDecodingError,
)


class _WiderTrust(HTTPAdapter):
    """Verifies against the usual certificates and those of a file."""

    def __init__(self, bundle: Path) -> None:
        self._context = ssl.create_default_context(cafile=DEFAULT_CA_BUNDLE_PATH)
        self._context.load_verify_locations(cafile=bundle)
        super().__init__()

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        super().init_poolmanager(*args, **kwargs | {"ssl_context": self._context})


class HttpClient:
    """The network as one source's connector sees it; implements :class:`models.connector.Client`.

    Parameters
    ----------
    source : connector slug, for pages and messages
    base_url : address of the source, without a path
    rate : at most this many requests per second, retries included; 0 sets no limit (loopback)
    now : tells when an answer was observed, UTC
    contact : e-mail address for the User-Agent
    secrets : query parameters that are sent with every request and appear nowhere else,
        neither in a page nor in a message; a value that the source echoes is blanked, one so short that it may
        be a word of a record only where it stands as in the address
    retries : further attempts after the first
    backoff : seconds; the first repetition follows at once, the n-th after ``backoff * 2**(n - 1)``,
        unless Retry-After says otherwise
    timeout : seconds for connecting, and between two bytes of an answer
    largest_body : bytes after decompression
    ca_bundle : PEM file of certificates that are trusted beside the usual ones, for a host that does not send
        its whole chain; certificates are always verified
    """

    def __init__(
        self,
        source: str,
        base_url: str,
        *,
        rate: float,
        now: Callable[[], datetime],
        contact: str = "",
        secrets: Mapping[str, str] | None = None,
        retries: int = 4,
        backoff: float = 1.0,
        timeout: float = 60.0,
        largest_body: int = LARGEST_BODY,
        ca_bundle: Path | None = None,
    ) -> None:
        self._source = source
        self._base_url = base_url.rstrip("/")
        self._now = now
        self._secrets = {name: value for name, value in (secrets or {}).items() if value}
        self._timeout = timeout
        self._largest_body = largest_body
        self._retry = Retry(
            total=retries,
            backoff_factor=backoff,
            status_forcelist=RETRIED,
            allowed_methods=None,
            retry_after_max=LONGEST_RETRY_AFTER,
        )
        self._session = LimiterSession(per_second=rate) if rate else requests.Session()
        if ca_bundle:
            self._session.mount("https://", _WiderTrust(ca_bundle))
        program = f"trialwatch/{version('trialwatch')}"
        # A proxy of the environment is for the world outside, not for a replay on this machine.
        self._session.trust_env = urlsplit(self._base_url).hostname not in _LOOPBACK
        self._session.headers["User-Agent"] = f"{program} (mailto:{contact})" if contact else program

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Give back connections and the rate limiter's thread."""
        self._session.close()

    def get(self, path: str, params: dict[str, str], *, kind: str) -> Page:
        """Fetch `path` under the source's base address; see :meth:`models.connector.Client.get`."""
        url = self._address(self._base_url + path, params | self._secrets)
        for _ in range(_MOST_REDIRECTS + 1):
            response, body = self._answer(url)
            target = response.headers.get("Location") if response.status_code in _REDIRECTS else None
            if target is None:
                return self._page(kind, self._public(url), response, body)
            url = self._followed(url, target)
        raise self._failure(url, f"more than {_MOST_REDIRECTS} redirects")

    def post(self, path: str, body: dict[str, object], *, kind: str) -> Page:
        """Ask by POST with a JSON body; see :meth:`models.connector.Client.post`."""
        url = self._address(self._base_url + path, self._secrets)
        response, answer = self._answer(url, json.dumps(body, ensure_ascii=False, separators=(",", ":")))
        if response.status_code in _REDIRECTS:
            raise self._failure(url, f"HTTP {response.status_code}: a question by POST is not sent elsewhere")
        asked = quote(json.dumps(body, ensure_ascii=False, separators=(",", ":")), safe='{}[]":,')
        return self._page(kind, f"{self._public(url)}#{asked}", response, answer)

    def _page(self, kind: str, url: str, response: requests.Response, body: bytes) -> Page:
        return Page(
            source=self._source,
            kind=kind,
            url=url,
            status=response.status_code,
            content_type=response.headers.get("Content-Type", "").partition(";")[0].strip().lower(),
            body=self._blank(body),
            observed_at=self._now(),
        )

    def _answer(self, url: str, asked: str | None = None) -> tuple[requests.Response, bytes]:
        """The first whole answer that is worth having, within the budget of attempts; by POST if `asked`."""
        retry, method = self._retry, "POST" if asked else "GET"
        while True:
            response = None
            try:
                with self._session.request(
                    method,
                    url,
                    data=asked.encode() if asked else None,
                    headers=_JSON if asked else None,
                    timeout=self._timeout,
                    stream=True,
                    allow_redirects=False,
                ) as response:
                    if response.status_code not in RETRIED:
                        if response.status_code >= 500:
                            raise self._failure(url, f"HTTP {response.status_code}")
                        return response, self._body(url, response)
                found = f"HTTP {response.status_code}"
            except requests.exceptions.SSLError as error:
                raise self._failure(url, f"{_UNTRUSTED}: {error}") from None
            except _BROKEN as error:
                response, found = None, f"{type(error).__name__}: {_cause(error)}"
            except requests.RequestException as error:
                raise self._failure(url, f"{type(error).__name__}: {error}") from None
            try:
                retry = retry.increment(method, url)
                retry.sleep(response.raw if response is not None else None)
            except MaxRetryError:
                attempts = len(retry.history) + 1
                raise self._failure(url, f"no whole answer in {attempts} attempts, at last {found}") from None
            except InvalidHeader:
                retry.sleep()

    def _body(self, url: str, response: requests.Response) -> bytes:
        parts, size = [], 0
        for part in response.iter_content(_CHUNK):
            size += len(part)
            if size > self._largest_body:
                raise self._failure(url, f"an answer of more than {self._largest_body} bytes; nothing of it is used")
            parts.append(part)
        return b"".join(parts)

    def _followed(self, url: str, target: str) -> str:
        """Address of a redirect, which must stay on the source's host and not leave TLS."""
        here, there = urlsplit(url), urlsplit(urljoin(url, target))
        same = (here.hostname, here.port or here.scheme) == (there.hostname, there.port or there.scheme)
        secured = here.hostname == there.hostname and (here.scheme, there.scheme) == ("http", "https")
        if not (same or secured):
            raise self._failure(url, f"redirected to another host: {self._public(there.geturl())}")
        return there.geturl()

    @staticmethod
    def _address(url: str, params: dict[str, str]) -> str:
        return f"{url}?{urlencode(params)}" if params else url

    def _public(self, url: str) -> str:
        parts = urlsplit(url)
        kept = [(name, value) for name, value in parse_qsl(parts.query, True) if name not in self._secrets]
        return urlunsplit(parts._replace(query=urlencode(kept)))

    def _blank(self, told: bytes) -> bytes:
        for name, value in self._secrets.items():
            encoded = urlencode({name: value})
            told = told.replace(encoded.encode(), f"{name}=*".encode())
            if len(value) >= _SHORTEST_BLANKED:
                told = told.replace(value.encode(), b"*").replace(encoded.removeprefix(f"{name}=").encode(), b"*")
        return told

    def _failure(self, url: str, found: str) -> SourceFailure:
        """Messages carry no credential; causes are not chained, because requests puts addresses into them."""
        public = self._public(url)
        address = public if len(public) <= _LONGEST_SHOWN else f"{public[:_LONGEST_SHOWN]}…"
        return SourceFailure(f"{self._source}: {address}: {self._blank(found.encode(errors='replace')).decode()}")


def _cause(error: requests.RequestException) -> str:
    """What lies at the bottom of an error, without the pool and the address that the message names anyway."""
    reason: object = error.args[0] if error.args else error
    while (deeper := getattr(reason, "reason", None)) is not None:
        reason = deeper
    return str(reason)
