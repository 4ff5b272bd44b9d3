"""The page about sources, made from the connectors themselves.

    python -m cli.sources > docs/sources.md

What each source costs is measured on the replayed registries, on a first night and on a quiet one after it.
"""

import inspect
import sys
import tempfile
from datetime import timedelta
from pathlib import Path

from connectors import CONNECTORS
from flows.gather import NightRequest
from flows.night import night
from models.connector import Connector
from models.dates import at_night
from models.reviews import review_meant
from models.search import SourceCheck
from models.settings import Settings
from replay.archive import known_until

_HEAD = """# Sources

Made by `python -m cli.sources`; what stands here is what the modules in `connectors/` say of themselves. How
recently each was searched to its end is in `out_source_freshness` and `trialwatch status`; what could not be read
is in `trialwatch queue`; what is no longer found in `out_tombstone`. The query of each source is written from the
question in `protocol.yaml` (`trialwatch searches`) and kept as it was sent (`out_search`).
"""


def chapters() -> str:
    """One chapter per connector: what it is, how it is asked, under which terms, with its quirks."""
    return "\n".join(_chapter(CONNECTORS[slug]) for slug in sorted(CONNECTORS))


def traffic() -> str:
    """Requests and bytes of a first night and of a quiet night after it, by source, on the replayed registries."""
    first, review = known_until(), review_meant("", Settings().reviews)
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(data=Path(folder))
        nights = [
            night(NightRequest(review=review, as_of=at_night(day), registries="replay"), settings).checks
            for day in (first, first + timedelta(days=1))
        ]
    lines = [
        "## Traffic",
        "",
        f"Requests and bytes for the review `{review}`, measured on the replay as of {first}, whose records are",
        "shorter than the registries' own: the number of requests is that of a live night with as many trials, the",
        "bytes are fewer.",
        "",
        "| source | first night | quiet night |",
        "|---|---|---|",
    ]
    sources = dict.fromkeys(check.source for check in nights[0])
    lines += [f"| {source} | {_cost(nights[0], source)} | {_cost(nights[1], source)} |" for source in sources]
    return "\n".join(lines) + "\n"


def _chapter(connector: Connector) -> str:
    module = inspect.getmodule(connector.parse)
    about = inspect.cleandoc((module.__doc__ if module else "") or "")
    asked = "by hand only"
    if connector.fetch:
        needs = " and ".join(Settings().unset(connector.needs))
        asked = f"{connector.base_url}, at most {connector.rate:g} requests per second"
        asked += f", once {needs} are set; by hand until then" if needs else ""
    facts = {
        "asked": asked,
        "ids": f"`{connector.id_pattern}`",
        "files": connector.loads or "none",
        "terms": connector.terms or "see the source",
        "overlap of incremental searches": f"{connector.overlap_days} days" if connector.fetch else "",
    }
    listed = "\n".join(f"- {name}: {value}" for name, value in facts.items() if value)
    return f"## {connector.title} (`{connector.slug}`)\n\n{about}\n\n{listed}\n"


def _cost(checks: tuple[SourceCheck, ...], source: str) -> str:
    own = [check for check in checks if check.source == source]
    return f"{sum(check.n_requests for check in own)} requests, {sum(check.n_bytes for check in own):,} bytes"


if __name__ == "__main__":
    sys.stdout.write("\n".join([_HEAD, chapters(), traffic()]))
