"""`trialwatch adopt`: a Cochrane data package becomes a living review, from tonight on."""

import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Annotated, Any

import msgspec
import typer
from rich.table import Table

from cli import show
from cli.audit import audit_of
from cli.common import PARTIAL, AsJson, console, day_of, now, print_json, settings_of
from exchange.adopted_lists import Told
from exchange.cochrane.package import PackageError, StudyList
from exchange.cochrane.read import read_package
from exchange.cochrane.registrations import StudyRegistrations
from flows import backtest as backtesting
from flows.adopt import Adopted, adopt, name_of
from flows.gather import NightRequest
from flows.night import night
from flows.recompute import REPRODUCED, Recomputed, Verdict
from models.dates import at_night
from models.reviews import is_review_name
from replay.archive import known_until

adopting = typer.Typer()

_WATCHED = (StudyList.ONGOING, StudyList.AWAITING)


@adopting.command("adopt")
def adopt_command(
    context: typer.Context,
    package: Annotated[Path, typer.Argument(help="Data package: a zip, or the folder it was unpacked to.")],
    name: Annotated[str | None, typer.Option(help="Name of the review; the package's number by default.")] = None,
    searched: Annotated[str | None, typer.Option(help="Day of the version's search (YYYY-MM-DD).")] = None,
    published: Annotated[str | None, typer.Option(help="Day on which the version was published.")] = None,
    title: Annotated[str, typer.Option(help="Title of the review.")] = "",
    question: Annotated[str, typer.Option(help="Its question, in a sentence.")] = "",
    version: Annotated[str, typer.Option(help="Name of the version; the year by default.")] = "",
    registries: Annotated[str, typer.Option(help="Where the first night asks: live, replay, or none.")] = "live",
    as_of: Annotated[str | None, typer.Option(help="Day of the first night, on the replay.")] = None,
    audit: Annotated[bool, typer.Option("--audit", help="Tell what the review contradicts in itself.")] = False,
    as_json: AsJson = False,
) -> None:
    """Make a living review of a Cochrane data package: recompute it, write its folder, and carry out a first night."""
    settings = settings_of(context)
    if registries not in {"live", "replay", "none"}:
        raise typer.BadParameter(f"{registries!r} is none of live, replay, none", param_hint="--registries")
    try:
        read = read_package(package)
    except PackageError as problem:
        raise typer.BadParameter(str(problem), param_hint="PACKAGE") from None
    review = name or name_of(read)
    if not is_review_name(review):
        raise typer.BadParameter(
            f"{review!r} cannot name a review: letters, digits, _ and -, a letter first", param_hint="--name"
        )
    moment = at_night(day_of(as_of, "--as-of")) if as_of else now() if registries == "live" else at_night(known_until())
    told = Told(
        review=review,
        adopted_on=moment.date(),
        search_date=_day(searched, "--searched", "Day of its search"),
        publication_date=_day(published, "--published", "Day of its publication"),
        title=title or _asked("Title of the review"),
        question=question or _asked("Its question, in a sentence"),
        version=version,
    )
    if told.search_date and told.publication_date and told.search_date > told.publication_date:
        raise typer.BadParameter(
            f"{told.search_date} is after {told.publication_date}, the day of publication (--published)",
            param_hint="--searched",
        )
    settings = replace(settings, reviews=settings.own_reviews)
    adopted = adopt(read, told, settings.reviews)
    if as_json:
        for line in _as_json(adopted):
            print_json(line)
    else:
        _tell(adopted)
    if audit:
        _tell_audit(adopted, as_json)
    if registries == "none":
        return
    result = night(NightRequest(review=review, as_of=moment, registries=registries), settings)
    if as_json:
        print_json(backtesting.as_json(result))
    else:
        show.night(result, console())
    if result.state == "partial":
        raise typer.Exit(PARTIAL)


def _day(text: str | None, option: str, question: str) -> date | None:
    """A day that the package does not say: given, or asked at a terminal, or left unknown."""
    text = text or _asked(f"{question} (YYYY-MM-DD)")
    return day_of(text, option) if text else None


def _asked(question: str) -> str:
    """What a person answers at a terminal; nothing elsewhere, and nothing is made up."""
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        return ""
    return str(typer.prompt(f"{question}, or Enter if you do not know", default="", show_default=False)).strip()


def _tell(adopted: Adopted) -> None:
    package, out = adopted.package, console()
    lists = Counter(study.list for study in package.studies)
    counted = ", ".join(f"{lists[name]} {name}" for name in StudyList if lists[name]) or "no studies"
    said = "written to" if adopted.is_new else "was adopted already, and is unchanged:"
    out.print(f"{package.review} ({package.name}, layout {package.layout}) {said} {adopted.folder}")
    out.print(f"{len(package.analyses)} analyses, {len(package.rows)} rows of numbers; {counted}.")
    for loss in adopted.losses:
        out.print(f"not taken over as it stands: {loss}")
    if adopted.recomputed:
        out.print()
        out.print(_table(adopted.recomputed))
        out.print(_summary(adopted.recomputed))
    out.print()
    for line in (*_registrations(adopted.registrations), *_unsaid(adopted.told)):
        out.print(line)


def _tell_audit(adopted: Adopted, as_json: bool) -> None:
    results = {item.key: item.result for item in adopted.recomputed if item.result}
    lines = audit_of(adopted.package, results)
    if as_json:
        print_json({"audit": lines})
        return
    out = console()
    out.print()
    out.print("What the review contradicts in itself:")
    for line in lines or ["nothing was found"]:
        out.print(line)


def _table(found: Sequence[Recomputed]) -> Table:
    table = Table(title="Analyses, computed again", box=None, pad_edge=False)
    for column in ("Analysis", "Outcome", "Comparison", "Numbers", "Reproduced", "Remark"):
        table.add_column(column, justify="right" if column == "Numbers" else "left")
    for item in found:
        remark = item.reason or "; ".join(item.result.notes if item.result else ())
        table.add_row(item.key, item.name, item.comparison, str(item.n_numbers), str(item.verdict), remark)
    return table


def _summary(found: Sequence[Recomputed]) -> str:
    counts = Counter(item.verdict for item in found)
    told = ", ".join(f"{counts[verdict]} {verdict}" for verdict in Verdict if counts[verdict])
    good = sum(item.verdict in REPRODUCED for item in found)
    return (
        f"{good} of {len(found)} analyses are reproduced: {told}. Others are not made newer until a person has looked."
    )


def _registrations(found: Sequence[StudyRegistrations]) -> Iterator[str]:
    """Who is followed from tonight on, and by what."""
    for name in _WATCHED:
        own = [item for item in found if item.list == name]
        if own:
            followed = [item for item in own if item.numbers]
            yield f"{name.capitalize()}: {len(followed)} of {len(own)} studies have a registry number and are followed by it."
            for item in followed:
                numbers = ", ".join(f"{one.number} ({', '.join(one.places)})" for one in item.found if one.is_declared)
                yield f"  {item.study}: {numbers}"
    remarks = [f"  {item.study}: {remark}" for item in found for remark in item.remarks]
    doubts = [f"  {item.study}: {one.number}: {one.doubt}" for item in found for one in item.found if one.doubt]
    if remarks or doubts:
        yield "To look at (each is a task of the review, too):"
        yield from (*remarks, *doubts)


def _unsaid(told: Told) -> Iterator[str]:
    """What a package never says, and nobody has told."""
    lacking = [
        what
        for what, given in (
            ("the day of its search (--searched)", told.search_date),
            ("the day of its publication (--published)", told.publication_date),
            ("its title (--title)", told.title),
            ("its question (--question)", told.question),
        )
        if not given
    ]
    if lacking:
        yield f"A package does not say {', '.join(lacking)}; write it in {told.review}/protocol.yaml and published/."
    yield (
        "New studies are looked for once protocol.yaml has words for its question"
        f" (trialwatch draft {told.review} makes a first draft)."
    )


def _as_json(adopted: Adopted) -> Iterator[dict[str, Any]]:
    package = adopted.package
    yield {
        "review": adopted.review.protocol.review,
        "folder": str(adopted.folder),
        "package": package.review,
        "layout": str(package.layout),
        "is_new": adopted.is_new,
        "n_analyses": len(package.analyses),
        "n_rows": len(package.rows),
        "n_reproduced": sum(item.verdict in REPRODUCED for item in adopted.recomputed),
        "losses": [str(loss) for loss in adopted.losses],
    }
    for item in adopted.recomputed:
        yield {
            "analysis": item.key,
            "outcome": item.name,
            "comparison": item.comparison,
            "verdict": str(item.verdict),
            "reason": item.reason,
            "n_numbers": item.n_numbers,
            "differing": [str(number) for number in item.differing],
        }
    for study in adopted.registrations:
        yield {
            "list": str(study.list),
            "study": study.study,
            "numbers": list(study.numbers),
            "found": [msgspec.to_builtins(item) for item in study.found],
            "remarks": list(study.remarks),
        }
