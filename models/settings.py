"""Where things are and how to reach the world, from the environment alone.

Every variable is named ``TRIALWATCH_…``; none is needed for a first run.
"""

import os
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

HERE = Path("reviews")
"""Folder of people's own review folders, where the program is called."""


class SettingsError(Exception):
    """An environment variable cannot be used; the message names it and its value."""


@dataclass(frozen=True)
class Limits:
    """What one question to one source may cost before it is broken off, said so, and the next source is asked.

    Attributes
    ----------
    seconds : from the first request to the last byte (TRIALWATCH_SOURCE_MINUTES)
    requests : repeated ones included (TRIALWATCH_SOURCE_REQUESTS)
    records : read or rejected (TRIALWATCH_SOURCE_RECORDS)
    bytes : received, after decompression (TRIALWATCH_SOURCE_MEGABYTES)
    """

    seconds: float = 3600.0
    requests: int = 20_000
    records: int = 1_000_000
    bytes: int = 1_000_000_000


@dataclass(frozen=True)
class Settings:
    """Paths and addresses of one installation.

    Attributes
    ----------
    data : folder that holds all state (TRIALWATCH_DATA, default ``data``)
    reviews : folder of review folders (TRIALWATCH_REVIEWS, default ``reviews`` where the program is called, and where
        there is none the one that ships with it)
    ledger_url : SQLAlchemy address (TRIALWATCH_LEDGER_URL, default SQLite in `data`)
    channels : Apprise addresses, separated by blanks (TRIALWATCH_CHANNELS); secrets, never logged
    contact : e-mail address in the User-Agent (TRIALWATCH_CONTACT); registries ask for one
    ca_bundle : PEM file of certificates trusted beside the usual ones, for a source that does not send its whole
        chain, as the EU Clinical Trials Register (TRIALWATCH_CA_BUNDLE); verification is never switched off
    ncbi_api_key : raises PubMed's rate limit (TRIALWATCH_NCBI_API_KEY)
    ictrp_username, ictrp_password : credentials of WHO for ICTRP's web service, which is asked once both are set
        (TRIALWATCH_ICTRP_USERNAME, TRIALWATCH_ICTRP_PASSWORD)
    base_urls : addresses by connector slug, to go elsewhere than the live source
        (TRIALWATCH_BASE_URL_<SLUG>, e.g. TRIALWATCH_BASE_URL_CTGOV)
    limits : what one question to one source may cost, see :class:`Limits`
    keep_snapshots : dated copies kept under ``published/`` (TRIALWATCH_KEEP_SNAPSHOTS)
    lock_patience : seconds for which a night waits for another run on its folder or ledger to end, 0 to be refused at
        once (TRIALWATCH_LOCK_PATIENCE_SECONDS)
    """

    data: Path = Path("data")
    reviews: Path = Path(__file__).parent.parent / "reviews"
    ledger_url: str = ""
    channels: tuple[str, ...] = field(default=(), repr=False)
    contact: str = ""
    ca_bundle: Path | None = None
    ncbi_api_key: str = field(default="", repr=False)
    ictrp_username: str = ""
    ictrp_password: str = field(default="", repr=False)
    base_urls: Mapping[str, str] = field(default_factory=dict)
    keep_snapshots: int = 30
    lock_patience: float = 600.0
    limits: Limits = Limits()

    @property
    def own_reviews(self) -> Path:
        """Where a new review folder goes: not among those that ship with the program, unless it is called there."""
        return HERE if self.reviews == Settings.reviews else self.reviews

    @property
    def archive(self) -> Path:
        return self.data / "archive"

    @property
    def inbox(self) -> Path:
        """Where people put exports for the next night; a link may lead elsewhere."""
        return self.data / "inbox"

    @property
    def corpus(self) -> Path:
        return self.data / "corpus.duckdb"

    @property
    def published(self) -> Path:
        return self.data / "published"

    @property
    def outbox(self) -> Path:
        return self.data / "outbox"

    @property
    def ledger(self) -> str:
        return self.ledger_url or f"sqlite:///{(self.data / 'ledger.sqlite').absolute()}"

    def unset(self, names: Iterable[str]) -> list[str]:
        """Environment variables of those of the named settings that are not filled."""
        return [f"TRIALWATCH_{name.upper()}" for name in names if not getattr(self, name)]


def load_settings(environ: Mapping[str, str] = os.environ) -> Settings:
    """Read settings from environment variables.

    Raises
    ------
    SettingsError
        If a number is not a number, or a file is not there.
    """
    prefix = "TRIALWATCH_"
    given = {name.removeprefix(prefix): value for name, value in environ.items() if name.startswith(prefix) and value}
    default = Settings()
    bundle = Path(given["CA_BUNDLE"]) if "CA_BUNDLE" in given else None
    if bundle and not bundle.is_file():
        raise SettingsError(f"TRIALWATCH_CA_BUNDLE={str(bundle)!r}: no such file; give a PEM file of certificates")
    return Settings(
        data=Path(given.get("DATA", default.data)),
        reviews=Path(given.get("REVIEWS", _own_reviews() or default.reviews)),
        ledger_url=given.get("LEDGER_URL", ""),
        channels=tuple(given.get("CHANNELS", "").split()),
        contact=given.get("CONTACT", ""),
        ca_bundle=bundle,
        ncbi_api_key=given.get("NCBI_API_KEY", ""),
        ictrp_username=given.get("ICTRP_USERNAME", ""),
        ictrp_password=given.get("ICTRP_PASSWORD", ""),
        base_urls={
            name.removeprefix("BASE_URL_").lower().replace("_", "-"): value
            for name, value in given.items()
            if name.startswith("BASE_URL_")
        },
        keep_snapshots=_whole(given, "KEEP_SNAPSHOTS", default.keep_snapshots),
        lock_patience=_whole(given, "LOCK_PATIENCE_SECONDS", int(default.lock_patience), least=0),
        limits=Limits(
            seconds=60.0 * _whole(given, "SOURCE_MINUTES", int(default.limits.seconds / 60)),
            requests=_whole(given, "SOURCE_REQUESTS", default.limits.requests),
            records=_whole(given, "SOURCE_RECORDS", default.limits.records),
            bytes=1_000_000 * _whole(given, "SOURCE_MEGABYTES", default.limits.bytes // 1_000_000),
        ),
    )


def _own_reviews() -> Path | None:
    """People's own review folders, unless they stand in the program's sources."""
    is_own = HERE.is_dir() and HERE.resolve() != Settings().reviews.resolve()
    return HERE if is_own else None


def _whole(given: Mapping[str, str], name: str, default: int, least: int = 1) -> int:
    text = given.get(name, str(default))
    if not re.fullmatch("[0-9]{1,12}", text) or int(text) < least:
        raise SettingsError(f"TRIALWATCH_{name}={text!r}: give a whole number of at least {least}")
    return int(text)
