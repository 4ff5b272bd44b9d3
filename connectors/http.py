"""How to ask a source politely and how to tell a whole answer from a broken one.

Nothing else in the program opens a connection to a source. Knows no source: addresses, rates and
what a 404 means belong to the connectors.
"""

import json
import ssl
import time
from collections.abc import Callable, Mapping
from datetime import datetime
from importlib.metadata import version
from pathlib import Path
from types import TracebackType
from typing import Any, Self
from urllib.parse import SplitResult, parse_qsl, quote, quote_plus, unquote, urlencode, urljoin, urlsplit, urlunsplit

import requests
from requests.adapters import HTTPAdapter
from requests.utils import DEFAULT_CA_BUNDLE_PATH
from requests_ratelimiter import LimiterSession
from urllib3.exceptions import HTTPError, InvalidHeader, MaxRetryError
from urllib3.util import Retry

from connectors.allowance import Allowance
from models.connector import SourceFailure
from models.settings import Limits
from models.trial import Page

RETRIED = frozenset({408, 429, 500, 502, 503, 504})
"""HTTP statuses after which the same question may get another answer (RFC 9110, RFC 6585)."""

LONGEST_RETRY_AFTER = 120
"""Seconds. A source that asks for a longer pause is left alone until the next night."""

_ANY_PAUSE = 10**9
"""Seconds; what a source asks for is read as it stands, never cut to what we would like."""

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
    HTTPError,
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
    limits : what all requests together may cost
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
        limits: Limits | None = None,
        ca_bundle: Path | None = None,
    ) -> None:
        self._source = source
        address = urlsplit(base_url.rstrip("/"))
        self._base_url = urlunsplit(without_user(address))
        self._now = now
        self._secrets = {name: value for name, value in (secrets or {}).items() if value}
        self._allowance = Allowance(limits or Limits())
        self._timeout = timeout
        self._largest_body = largest_body
        self._retry = Retry(
            total=retries,
            backoff_factor=backoff,
            status_forcelist=RETRIED,
            allowed_methods=None,
            retry_after_max=_ANY_PAUSE,
        )
        self._session = LimiterSession(per_second=rate) if rate else requests.Session()
        if ca_bundle:
            self._session.mount("https://", _WiderTrust(ca_bundle))
        program = f"trialwatch/{version('trialwatch')}"
        if address.username is not None:
            self._session.auth = (unquote(address.username), unquote(address.password or ""))
        self._unspoken = tuple(unquote(word) for word in (address.username, address.password) if word)
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
                self._allowance.count_request()
                with self._session.request(
                    method,
                    url,
                    data=asked.encode() if asked else None,
                    headers=_JSON if asked else None,
                    timeout=min(self._timeout, self._allowance.seconds_left),
                    stream=True,
                    allow_redirects=False,
                ) as response:
                    if response.status_code not in RETRIED:
                        if response.status_code >= 500:
                            raise SourceFailure(f"HTTP {response.status_code}")
                        return response, self._body(response)
                found = f"HTTP {response.status_code}"
            except SourceFailure as error:
                raise self._failure(url, str(error)) from None
            except requests.exceptions.SSLError as error:
                raise self._failure(url, f"{_UNTRUSTED}: {error}") from None
            except _BROKEN as error:
                response, found = None, f"{type(error).__name__}: {_cause(error)}"
            except (requests.RequestException, ValueError) as error:
                raise self._failure(url, f"{type(error).__name__}: {error}") from None
            try:
                retry = retry.increment(method, url)
            except MaxRetryError:
                attempts = len(retry.history) + 1
                raise self._failure(url, f"no whole answer in {attempts} attempts, at last {found}") from None
            self._pause(url, retry, response, found)

    def _pause(self, url: str, retry: Retry, response: requests.Response | None, found: str) -> None:
        """Wait before the same question is asked again; a source that wants to be left alone for long is left alone."""
        asked_for = _retry_after(retry, response)
        if asked_for > LONGEST_RETRY_AFTER:
            assert response is not None
            header = response.headers["Retry-After"].strip()[:_LONGEST_SHOWN]
            raise self._failure(
                url,
                f"{found}: it asks to come back later (Retry-After: {header}), and a night waits"
                f" {LONGEST_RETRY_AFTER} seconds at most; it is left alone until the next night",
            )
        wait = asked_for or retry.get_backoff_time()
        if wait >= self._allowance.seconds_left:
            raise self._failure(url, f"{found}: no time is left to ask again (TRIALWATCH_SOURCE_MINUTES)")
        time.sleep(wait)

    def _body(self, response: requests.Response) -> bytes:
        """The body, unpacked, as it arrives: byte by byte if need be, so that a slow one is noticed."""
        parts, size = [], 0
        while part := response.raw.read1(_CHUNK, decode_content=True):
            size += len(part)
            if size > self._largest_body:
                raise SourceFailure(f"an answer of more than {self._largest_body} bytes; nothing of it is used")
            self._allowance.count_bytes(len(part))
            parts.append(part)
        return b"".join(parts)

    def _followed(self, url: str, target: str) -> str:
        """Address of a redirect, which must stay on the source's host and not leave TLS."""
        try:
            here, there = urlsplit(url), without_user(urlsplit(urljoin(url, target)))
            same = (here.hostname, here.port or here.scheme) == (there.hostname, there.port or there.scheme)
        except ValueError as error:
            raise self._failure(url, f"redirected to what is no address: {error}") from None
        secured = here.hostname == there.hostname and (here.scheme, there.scheme) == ("http", "https")
        if not (same or secured):
            raise self._failure(url, f"redirected to another host: {self._public(there.geturl())}")
        return there.geturl()

    @staticmethod
    def _address(url: str, params: dict[str, str]) -> str:
        return f"{url}?{urlencode(params)}" if params else url

    def _public(self, url: str) -> str:
        """An address without what is secret: by its name, by its value, and whoever it is asked as."""
        parts, secret = without_user(urlsplit(url)), {*self._secrets.values(), *self._unspoken}
        kept = [
            (name, value)
            for name, value in parse_qsl(parts.query, True)
            if name not in self._secrets and value not in secret
        ]
        path = "/".join("*" if unquote(step) in secret else step for step in parts.path.split("/"))
        return urlunsplit(parts._replace(path=path, query=urlencode(kept)))

    def _blank(self, told: bytes) -> bytes:
        for name, value in self._secrets.items():
            told = told.replace(urlencode({name: value}).encode(), f"{name}=*".encode())
        for value in (*self._secrets.values(), *self._unspoken):
            if len(value) >= _SHORTEST_BLANKED:
                told = told.replace(value.encode(), b"*").replace(quote_plus(value).encode(), b"*")
        return told

    def _failure(self, url: str, found: str) -> SourceFailure:
        """Messages carry no credential; causes are not chained, because requests puts addresses into them."""
        public = self._public(url)
        address = public if len(public) <= _LONGEST_SHOWN else f"{public[:_LONGEST_SHOWN]}…"
        return SourceFailure(f"{self._source}: {address}: {self._blank(found.encode(errors='replace')).decode()}")


def without_user(address: SplitResult) -> SplitResult:
    """An address without the user and password that may stand before its host."""
    return address._replace(netloc=address.netloc.rpartition("@")[2])


def _retry_after(retry: Retry, response: requests.Response | None) -> float:
    """Seconds for which a source asks to be left alone; 0 when it does not say, or says nothing that can be read."""
    try:
        return (retry.get_retry_after(response.raw) or 0) if response is not None else 0
    except (InvalidHeader, ValueError, OverflowError, TypeError):
        return 0


def _cause(error: requests.RequestException | HTTPError) -> str:
    """What lies at the bottom of an error, without the pool and the address that the message names anyway."""
    reason: object = error.args[0] if error.args else error
    while (deeper := getattr(reason, "reason", None)) is not None:
        reason = deeper
    return str(reason)
