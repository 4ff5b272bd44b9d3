"""`trialwatch draft`: the protocol's words as a first draft, from the registrations of the review's own studies."""

import shutil
from collections.abc import Iterator, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated

import msgspec
import typer
import yaml

from cli.common import FAILED, ReviewName, console, settings_of
from cli.draft_text import KEYS, block, lines_of_test
from judging.drafting import Draft, OwnStudy, draft
from judging.rulings import record_named
from judging.self_test import self_test, without_itself
from models.folder_files import ReviewError
from models.published import PublishedVersion
from models.review import Review, load_review, review_named
from models.settings import Settings
from models.trial import TrialRecord
from models.vocabulary import StudyList
from models.words import KEY as WORDS
from models.yaml_nodes import tree_of
from stores.published import published_folder
from stores.snapshot import query

drafting = typer.Typer()

_LISTS = (StudyList.INCLUDED, StudyList.ONGOING, StudyList.AWAITING)

_MOST_LEFT_OUT = 40
"""Studies of which each is left out in turn; it takes as many drafts."""


class CannotDraft(Exception):
    """There is nothing to draft from, or nothing to write; the message says what to do."""


@drafting.command("draft")
def draft_command(
    context: typer.Context,
    review: ReviewName,
    write: Annotated[
        bool, typer.Option("--write", help="Add the words to protocol.yaml, as far as it has none.")
    ] = False,
) -> None:
    """Draft the words of a protocol from the registrations of its own studies, and tell how many of them they find."""
    settings = settings_of(context)
    loaded = review_named(settings.reviews, review)
    studies, others = known_of(loaded, settings)
    try:
        drafted = drafted_of(loaded, studies, others)
        path = write_words(drafted, loaded, settings.reviews / review) if write else None
    except CannotDraft as problem:
        console().print(str(problem))
        raise typer.Exit(FAILED) from None
    out = console()
    out.print(block(drafted))
    for line in _told(loaded, drafted, studies, others):
        out.print(line)
    if path:
        out.print(f"{path}: words added; the folder loads with them, and the next night searches and judges by them")


def known_of(review: Review, settings: Settings) -> tuple[list[OwnStudy], list[TrialRecord]]:
    """The studies of a review's lists with their registrations, and all other records, as of the newest published night.

    Raises
    ------
    NothingPublished
        If there is no published night yet.
    """
    warehouse = published_folder(review.protocol.review, settings) / "warehouse.duckdb"
    _, documents = query(warehouse, "SELECT document FROM core_trial_latest ORDER BY record_id")
    records = {item.record_id: item for (text,) in documents for item in [msgspec.json.decode(text, type=TrialRecord)]}
    _, links = query(warehouse, "SELECT study_id, record_id FROM review_study_record ORDER BY record_id")
    study_of = {record: study for study, record in links if record in records}
    resolve = record_named(records, {})
    own: dict[str, OwnStudy] = {}
    for version in reversed(review.versions):
        for name, label, numbers in _listed(version):
            named = {found for number in numbers if (found := resolve(number))}
            ids = {study_of.get(item, item) for item in named}
            together = sorted(named | {record for record, study in study_of.items() if study in ids})
            study = OwnStudy(label=label, list=name, records=tuple(records[item] for item in together))
            own.setdefault(min(ids, default=numbers[0]), study)
    taken = {record.record_id for study in own.values() for record in study.records}
    return list(own.values()), [record for record_id, record in records.items() if record_id not in taken]


def _listed(version: PublishedVersion) -> Iterator[tuple[str, str, list[str]]]:
    """List, label and numbers of the studies that a version includes or waits for."""
    for name in _LISTS:
        for study in getattr(version, name):
            yield str(name), study.label, [study.study_id, *study.numbers]


def drafted_of(review: Review, studies: Sequence[OwnStudy], others: Sequence[TrialRecord]) -> Draft:
    """The draft.

    Raises
    ------
    CannotDraft
        If no own study has a registration.
    """
    if not any(study.records for study in studies):
        raise CannotDraft(
            f"none of the {len(studies)} studies that {review.protocol.review} lists has a registration that a night has"
            " brought: give their registry numbers in published/*.yaml, and carry out a night (trialwatch nightly)"
        )
    return draft(studies, others, review.protocol.comparisons)


def _told(review: Review, drafted: Draft, studies: Sequence[OwnStudy], others: Sequence[TrialRecord]) -> Iterator[str]:
    yield from lines_of_test(self_test(studies, drafted.pico, drafted.eligibility), "The drafted words")
    protocol = review.protocol
    if 1 < drafted.n_own <= _MOST_LEFT_OUT:
        found = without_itself(studies, others, protocol.comparisons)
        kept = sum(item.is_kept for item in found)
        yield f"Each of them left out of the draft in turn, the words of the others find {kept} of {len(found)}."
    if protocol.is_written:
        yield from lines_of_test(self_test(studies, protocol.pico, protocol.eligibility), "The protocol's own words")


def write_words(drafted: Draft, review: Review, folder: Path) -> Path:
    """Add the drafted words to the end of a protocol, in every other byte as it was; returns the file.

    Raises
    ------
    CannotDraft
        If people have written words, for all of which the draft has some.
    ReviewError
        If the folder could not be read with them; the file is as it was.
    """
    path = folder / "protocol.yaml"
    tree = tree_of(path)
    there = {key.value for key, _ in tree.value} if isinstance(tree, yaml.MappingNode) else set()
    lacking = [key for key in KEYS if key not in there and not getattr(review.protocol, key).is_written]
    if not lacking or WORDS in there:
        raise CannotDraft(
            f"{path}: has words already ({', '.join(sorted(there & {*KEYS, WORDS}))}), which a draft never touches:"
            " leave out --write, and copy what is of use"
        )
    if not all(getattr(drafted, key).is_written for key in lacking):
        raise CannotDraft(
            f"{path}: the registrations of its studies share no words that can be written; write your own"
        )
    before = path.read_bytes()
    end = "\r\n" if b"\r\n" in before else "\n"
    gap = "" if before.endswith(b"\n") else end
    after = before + (gap + block(drafted, lacking).replace("\n", end)).encode()
    _must_load(folder, after)
    fresh = path.with_name(f".{path.name}.new")
    fresh.write_bytes(after)
    fresh.replace(path)
    return path


def _must_load(folder: Path, protocol: bytes) -> None:
    with TemporaryDirectory() as trial:
        copy = Path(shutil.copytree(folder, Path(trial) / folder.name))
        (copy / "protocol.yaml").write_bytes(protocol)
        try:
            load_review(copy)
        except ReviewError as error:
            raise ReviewError(str(error).replace(str(copy), str(folder))) from None
