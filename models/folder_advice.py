"""What a review folder says that can be read, and does not do what its people mean; and files that nobody reads.

Faults would leave the review blind somewhere; hints may be meant.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import yaml

from models import row_advice
from models.databases import DATABASES
from models.folder_checks import FILES
from models.folder_text import ReviewError
from models.plain_faults import short
from models.protocol import Protocol
from models.review import Review
from models.term_faults import Place, Said, faults_of_rules, hints_of_rules, rules_of
from models.yaml_nodes import place_of, tree_of, values_of

_SPREADSHEETS = {".xlsx", ".xls", ".xlsm", ".ods", ".numbers", ".tsv"}


def faults(folder: Path, review: Review | None) -> Iterator[str]:
    """What can never work, one line each, as far as the protocol can be read."""
    yield from _of_files(folder)
    if review:
        yield from row_advice.faults(folder, review)
        yield from _half_written(folder / "protocol.yaml", review.protocol)
    yield from _told(folder, _faults_of_protocol)


def hints(folder: Path, review: Review | None, today: date) -> Iterator[str]:
    """What was perhaps not meant, one line each; `today` tells which days are far ahead."""
    for path in sorted(folder.rglob("*")):
        if path.name.startswith(("~$", ".~lock")):
            yield f"{path}:1: file: left by a program that has the table open: close it there before a night runs"
    yield from _told(folder, _hints_of_protocol)
    if review:
        yield from row_advice.hints(folder, review, today)
    if review and not any(_written(review.protocol).values()):
        yield (
            f"{folder / 'protocol.yaml'}:1: pico: not written yet: listed studies are followed, and new ones are not looked"
            " for; write question, pico and eligibility"
        )
    if review and review.analyses:
        used = {row.outcome for row in review.analyses}
        for outcome in review.protocol.outcomes:
            if outcome.id not in used:
                yield (
                    f"{folder / 'analyses.csv'}:1: outcome: {outcome.id!r}: no analysis uses it: add one, or take the"
                    " outcome out of protocol.yaml"
                )


def _half_written(path: Path, protocol: Protocol) -> Iterator[str]:
    """Without one of the three nobody looks for new studies, and nothing else would say so."""
    written = _written(protocol)
    for name in written if written["pico"] or written["eligibility"] else ():
        if not written[name]:
            yield f"{path}:1: {name}: is missing; write it: without it new studies are not looked for, or not understood"


def _written(protocol: Protocol) -> dict[str, bool]:
    return {
        "question": bool(protocol.question),
        "pico": protocol.pico.is_written,
        "eligibility": protocol.eligibility.is_written,
    }


def _told(folder: Path, said: Any) -> Iterator[str]:
    path = folder / "protocol.yaml"
    try:
        tree = tree_of(path)
        values = values_of(tree)
    except (OSError, ValueError, yaml.YAMLError, ReviewError):
        return
    for where, value, to_do in said(values if isinstance(values, dict) else {}):
        yield f"{place_of(path, tree, where)}: {'.'.join(map(str, where))}: value {short(value)}: {to_do}"


def _of_files(folder: Path) -> Iterator[str]:
    """Files that hold a table, and do not have its name."""
    stems = {name.partition(".")[0] for name in FILES}
    for path in sorted(item for item in folder.iterdir() if item.is_file()):
        stem = path.name.partition(".")[0].casefold()
        if stem in stems and (
            path.suffix.lower() in _SPREADSHEETS or path.name.casefold().endswith((".csv.txt", ".yaml.txt"))
        ):
            wanted = next(name for name in FILES if name.startswith(f"{stem}."))
            yield f"{path}:1: file: {path.name!r} is not read: save it as {wanted} (in Excel: 'CSV UTF-8')"
    for path in sorted(item for item in folder.iterdir() if item.is_dir()):
        if path.name != "published" and list(path.glob("*.yaml")):
            yield f"{path}:1: file: the versions in {path.name!r} are not read: call the folder 'published'"


def _faults_of_protocol(protocol: Mapping[str, Any]) -> Iterator[Said]:
    yield from faults_of_rules(rules_of(protocol))
    yield from _overlapping(_items(protocol, "timepoints"))
    for place, outcome in _items(protocol, "outcomes"):
        if outcome.get("registry") == "outcome_measure" and not outcome.get("title_terms"):
            yield (
                (*place, "registry"),
                "outcome_measure",
                "has no title_terms by which posted results are recognised: give some, or write registry: none",
            )
    searches = protocol.get("searches")
    by_hand = {database.slug for database in DATABASES}
    if isinstance(searches, dict) and not set(searches) - by_hand:
        yield ("searches",), searches, "no source is asked: name some, as ctgov: {freshness_limit_days: 3}"


def _hints_of_protocol(protocol: Mapping[str, Any]) -> Iterator[Said]:
    yield from hints_of_rules(rules_of(protocol))
    comparisons = _items(protocol, "comparisons")
    for place, comparison in comparisons if len(comparisons) > 1 else ():
        if not comparison.get("intervention_terms") and not comparison.get("part_of"):
            yield (
                place,
                comparison.get("id"),
                "has no intervention_terms, so that posted results cannot be told from those of other comparisons:"
                " give the words of its intervention",
            )
    for kind in ("comparisons", "outcomes"):
        for place, item in _items(protocol, kind):
            if re.search(r"\s", str(item.get("id", "")).strip()):
                yield (
                    (*place, "id"),
                    item["id"],
                    "has blanks, which are easily mistyped in rows: write _ in their place",
                )
    for key in ("title", "question"):
        if str(protocol.get(key, "")).startswith(("“", "„", "‘")):
            yield (
                (key,),
                protocol[key],
                "begins with a curly quote, which is printed: remove it, or type a straight one",
            )


def _overlapping(timepoints: Sequence[tuple[Place, Mapping[str, Any]]]) -> Iterator[Said]:
    """Windows that share a day: a result of that day would belong to two times. A name that stands twice is told so."""
    windows = [
        (item["from_days"], item["to_days"], item.get("name"), place)
        for place, item in timepoints
        if all(isinstance(item.get(key), int) for key in ("from_days", "to_days"))
    ]
    for at, (first, last, own, place) in enumerate(windows):
        for from_days, to_days, name, _ in windows[:at]:
            if first <= to_days and from_days <= last and name != own:
                yield (
                    (*place, "from_days"),
                    first,
                    f"{first} to {last} overlaps {name}, {from_days} to {to_days}: let one begin after the other ends",
                )


def _items(protocol: Mapping[str, Any], kind: str) -> list[tuple[Place, Mapping[str, Any]]]:
    items = protocol.get(kind)
    return [
        ((kind, at), item) for at, item in enumerate(items if isinstance(items, list) else ()) if isinstance(item, dict)
    ]
