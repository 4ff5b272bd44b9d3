"""The files of a new review folder, as text: short, and with what each part means beside it."""

import json
import re
import textwrap
import unicodedata
from collections.abc import Iterable, Sequence
from datetime import date
from itertools import pairwise
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from models.draft import Draft, DraftOutcome, days_of, search_words
from models.vocabulary import Measure

_PLAIN = re.compile(r"[^\W\d_](?:[\w \-]*[\w*])?")
"""Texts that YAML takes without quotes."""
_WORDS_OF_YAML = {"y", "n", "yes", "no", "on", "off", "true", "false", "null"}
_TEMPLATES = Path(__file__).parent / "templates"

_ARMS = (
    "study_id,comparison,outcome,timepoint,arm,n_analysed,n_events,mean,sd,report,table,page,population,extractor,"
    "known_from,evidence,is_confirmed,note"
)
_CONTRASTS = (
    "study_id,comparison,outcome,timepoint,measure,estimate,se,ci_low,ci_high,report,table,page,population,extractor,"
    "known_from,evidence,is_confirmed,note"
)
TABLES = {
    "interventions.csv": "name,names,counts,evidence,source",
    "extraction.csv": _ARMS,
    "contrasts.csv": _CONTRASTS,
    "decisions.csv": "study_id,criterion,verdict,decided_by,known_from,reason",
}
"""First lines of the tables that people fill."""


def files_of(draft: Draft, name: str, today: date) -> dict[str, str]:
    """Text of each file of a review folder, by its path in it.

    Parameters
    ----------
    draft : answers
    name : of the folder, which is the review's id
    today : from when the review is watched, unless the draft says
    """
    templates = Environment(
        loader=FileSystemLoader(_TEMPLATES),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        autoescape=False,
    )
    templates.filters |= {"yaml": as_yaml, "folded": _folded}
    whole, truncated = zip(search_words(draft.population), search_words(draft.intervention), strict=True)
    given = {
        "draft": draft,
        "name": name,
        "today": draft.watched_from or today,
        "population": {"whole": whole[0], "truncated": truncated[0]},
        "intervention": {"whole": whole[1], "truncated": truncated[1]},
        "outcomes": list(zip(_ids(item.title for item in draft.outcomes), draft.outcomes, strict=True)),
        "short": _short,
        "windows": _windows(draft.times),
        "measures": Measure,
    }
    files = {"protocol.yaml": templates.get_template("protocol.yaml.j2").render(given)}
    if draft.published:
        version = re.sub(r"[^\w.-]", "_", draft.published.version).lstrip(".") or "version"
        files[f"published/{version}.yaml"] = templates.get_template("published.yaml.j2").render(given)
    return files | {table: f"{columns}\n" for table, columns in TABLES.items()}


def as_yaml(text: str) -> str:
    """A text as one line of YAML reads it back."""
    if _PLAIN.fullmatch(text) and text.casefold() not in _WORDS_OF_YAML:
        return text
    return json.dumps(text, ensure_ascii=False)


def _folded(text: str) -> str:
    """A long text under ``>-``."""
    return "\n".join(
        textwrap.wrap(
            text, 100, initial_indent="  ", subsequent_indent="  ", break_long_words=False, break_on_hyphens=False
        )
    )


def _ids(titles: Iterable[str]) -> list[str]:
    """Names for rows, from titles: small letters and _."""
    ids: list[str] = []
    for title in titles:
        plain = unicodedata.normalize("NFKD", title).encode("ascii", "ignore").decode().lower()
        wanted = re.sub(r"[^a-z0-9]+", "_", plain)[:40].strip("_") or "outcome"
        taken = {*ids, "serious_adverse_events"}
        ids.append(next(item for item in (wanted, *(f"{wanted}_{n}" for n in range(2, 10**4))) if item not in taken))
    return ids


def _short(outcome: DraftOutcome) -> str:
    """A title that is short enough for lists, or its first words."""
    return textwrap.shorten(outcome.title, 30, placeholder="…")


def _windows(times: Sequence[str]) -> list[tuple[str, int, int]]:
    """Name, first and last day of each time: windows meet half-way between times, and none overlaps another."""
    days = [days_of(time) for time in times]
    starts = [max(1, days[0] // 2), *((before + after) // 2 + 1 for before, after in pairwise(days))]
    ends = [*(start - 1 for start in starts[1:]), days[-1] + days[-1] // 2]
    return list(zip(times, starts, ends, strict=True))
