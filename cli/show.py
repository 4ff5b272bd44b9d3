"""What the command line prints for people. Programs read the same from ``--json``."""

from collections.abc import Iterable, Sequence
from itertools import groupby
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from connectors.strategies import Strategy
from flows.ingest import IngestedRecord, field_counts
from flows.night import NightResult
from flows.probe import Probe
from flows.searches import SourceSearched
from models.counts import joined, k_equals, n_equals
from models.protocol import Protocol
from models.synthesis import PooledEffect
from models.vocabulary import EvidenceSet, StudyList
from reporting.claims import gate, staleness, unsearched
from reporting.numbers import counted, estimate
from reporting.words import SHORT_MEASURES


def strong(words: str, rest: str = "") -> Text:
    """A line that begins with what matters most in it."""
    return Text.assemble((words, "bold"), rest)


def night(result: NightResult, console: Console) -> None:
    """One night: decision, what is new, where to look."""
    judgement, page = result.judgement, result.page
    decision = judgement.decision
    console.print(strong(judgement.review.protocol.title, f", as of {judgement.context.today}"))
    console.print(f"{decision.status}: {decision.rationale}. {decision.explanation}")
    for item in unsearched(judgement.freshness):
        console.print(f"not searched to the end: {staleness(item)}")
    if not all(item.is_reproduced for item in page.comparisons):
        console.print(gate(page))
    found = ((page.n_new_versions, "new version"), (len(result.new_events), "new event"), (len(result.alerts), "alert"))
    console.print(", ".join(counted(n, noun) for n, noun in found))
    for event in result.new_events:
        if event.is_news:
            console.print(f"  {event.event_code} {event.study_id} {event.event_date}: {event.evidence}")
    if result.state == "failed":
        console.print(f"failed: {result.reason}")
    else:
        for sentence in (result.gathered.holdings.reason, result.concluded.lost.told, *result.undelivered):
            if sentence:
                console.print(sentence)
    if result.state != "failed" and result.folder.exists():
        console.print(f"published in {result.folder}")


def years(results: Iterable[NightResult], console: Console) -> None:
    """Nights of a backtest, a line each, with what happened and the numbers that moved."""
    last: NightResult | None = None
    for result in results:
        judgement = result.judgement
        lists = [status.list for status in judgement.statuses]
        news = [event for event in result.new_events if event.is_news]
        if (
            last is not None
            and not news
            and not result.alerts
            and result.judgement.decision.status == last.judgement.decision.status
        ):
            last = result
            continue
        console.print(
            strong(
                f"{judgement.context.today}",
                f"  {judgement.decision.status:<16} included {lists.count(StudyList.INCLUDED)},"
                f" ongoing {lists.count(StudyList.ONGOING)}, awaiting {lists.count(StudyList.AWAITING)}",
            )
        )
        for event in news:
            console.print(f"            {event.event_code} {event.study_id} {event.event_date}: {event.evidence}")
        for line in _moved(last, result):
            console.print(f"            {line}")
        for alert in result.alerts:
            console.print(f"            alert ({alert.grade}): {alert.title}")
        last = result
    if last is not None:
        console.print(f"\npublished in {last.folder}")
        console.print(f"page: {(last.folder / 'site' / 'index.html').resolve()}")


def _moved(before: NightResult | None, now: NightResult) -> list[str]:
    """Headline estimates that are new or other than on the night before."""

    def lines(result: NightResult) -> dict[tuple[str, ...], str]:
        protocol = result.judgement.review.protocol
        return {
            (effect.evidence_set, effect.analysis): _line(effect, protocol)
            for effect in result.judgement.effects
            if effect.is_headline
            and effect.convention is protocol.conventions[0].name
            and effect.k
            and effect.evidence_set is not EvidenceSet.PUBLISHED
        }

    old, new = lines(before) if before else {}, lines(now)
    confirmed = {key[1:]: text for key, text in new.items() if key[0] == EvidenceSet.CONFIRMED}
    return [
        text
        for key, text in new.items()
        if old.get(key) != text
        and (
            key[0] == EvidenceSet.CONFIRMED or text.split(": ", 1)[1] != confirmed.get(key[1:], ": ").split(": ", 1)[1]
        )
    ]


def _line(effect: PooledEffect, protocol: Protocol) -> str:
    analysis = protocol.analysis(effect.analysis)
    measure = analysis.measure_label or SHORT_MEASURES[effect.measure]
    comparison = f"{analysis.comparison}, " if len(protocol.comparisons) > 1 else ""
    name = f"{analysis.analysis} {analysis.title}" if analysis.title else f"{analysis.outcome}, {analysis.timepoint}"
    numbers = estimate(effect.estimate, effect.ci_low, effect.ci_high, effect.is_ratio)
    size = joined(k_equals(effect.n_studies, effect.k), n_equals(effect.n_participants, effect.n_is_least))
    return f"{comparison}{name} ({effect.evidence_set}): {measure} {numbers}, {size}"


def ingested(records: Sequence[IngestedRecord], console: Console) -> None:
    """What became of every record of the loaded files."""
    for record in records:
        if record.kind == "rejected":
            named = "" if record.record_id == f"file:{record.file}" else f"{record.record_id}: "
            console.print(f"{record.file}: {named}rejected: {record.reason}")
            continue
        known = "" if record.is_new else ", known already"
        console.print(f"{record.file}: {record.record_id}, version of {record.registry_date}{known}")
        if record.kind == "report":
            _report(record, console)
        elif record.numbers:
            numbers = record.numbers
            console.print(
                f"  registered {_or_dash(numbers.n_registered)}, started {_or_dash(numbers.n_started)},"
                f" randomised {_or_dash(numbers.n_randomised)}, analysed {_or_dash(numbers.n_analysed)}"
            )
        if record.eligibility and record.kind == "record":
            why = f" ({record.deciding.criterion}: {record.deciding.quote})" if record.deciding else ""
            console.print(f"  {record.status_text}; eligibility {record.eligibility}{why}")
        for item in record.queue:
            console.print(f"  for a person: {item.reason} [{item.value}]: {item.action}")
    for file in dict.fromkeys(record.file for record in records):
        for search in dict.fromkeys(item for record in records if record.file == file for item in record.searches):
            console.print(f"{file}: counts as the search of {search} (--database other when it is none)")
    counts = field_counts(records)
    rows(["field", "found", "queued"], [(item.field, item.n_found, item.n_queued) for item in counts], console)
    n_rejected, n_new = sum(record.kind == "rejected" for record in records), sum(record.is_new for record in records)
    reports = [record.report_id for record in records if record.kind == "report"]
    joined = f", {len(reports)} descriptions of {len(set(reports))} reports" if reports else ""
    console.print(f"{len(records) - n_rejected} records read{joined}, {n_new} of them new, {n_rejected} rejected")


def _report(record: IngestedRecord, console: Console) -> None:
    """Which report it is, of which study, or why of none."""
    if record.report_id != record.record_id or record.n_copies > 1:
        console.print(f"  is {record.report_id}, of which {counted(record.n_copies, 'description')} are known")
    for study in record.studies:
        console.print(f"  of {study}")
    if not record.studies:
        why = f" ({record.deciding.criterion}: {record.deciding.quote})" if record.deciding else ""
        console.print(f"  of no known study; by itself {record.eligibility}{why}".replace("_", " "))


def alerts(told: Sequence[dict[str, Any]], console: Console) -> None:
    """Two lines for each alert: key and title; what became of it and who has answered."""
    if not told:
        console.print("no alert has been raised")
    for alert in told:
        console.print(f"{alert['key']}  {alert['raised_at']:%Y-%m-%d}  {alert['grade']:<6}  {alert['title']}")
        sent = ", ".join(f"{channel} {state}" for channel, state in alert["deliveries"].items())
        answers = []
        if alert["acknowledged_at"]:
            answers.append(f"acknowledged by {alert['acknowledged_by']}, {alert['acknowledged_at']:%Y-%m-%d}")
        elif alert["snoozed_until"]:
            answers.append(f"put off until {alert['snoozed_until']:%Y-%m-%d}")
        console.print(f"    {'; '.join([sent, *answers])}")


def probes(found: Sequence[Probe], console: Console) -> None:
    """One line per source."""
    for item in found:
        console.print(f"{item.source}: {item.state}" + (f": {item.reason}" if item.reason else ""))


def searches(found: Sequence[SourceSearched], console: Console) -> None:
    """One paragraph per source."""
    for item in found:
        last = f", last {item.last_asked_at} UTC" if item.last_asked_at else ""
        console.print(f"{item.title} ({item.source}), {item.how}{last}\n  {item.query}")
    console.print("strategies with headings and filters, for people: trialwatch searches --for PLATFORM")


def strategy(written: Strategy, console: Console) -> None:
    """What is reported of a strategy, then its lines, each to be copied as it stands."""
    heads = {
        "Database": f"{written.database}, searched by {written.host}",
        "Review": f"{written.title} ({written.review}), protocol version {written.protocol_version}",
        "Written": f"{written.written_on} by trialwatch from the protocol; the day of the search is for the searcher to add",
        "Limits": written.limits,
        "Filter": written.filter,
    }
    for name, said in heads.items():
        console.print(f"{name + ':':<10}{said}")
    for about, lines in groupby(written.lines, key=lambda line: line.about):
        numbers = [line.number for line in lines]
        span = f"line {numbers[0]}" if len(numbers) == 1 else f"lines {numbers[0]} to {numbers[-1]}"
        console.print(f"{'':<10}{span}: {about}")
    for note in written.notes:
        console.print(f"{'Note:':<10}{note}")
    console.print("")
    width = len(str(len(written.lines)))
    for line in written.lines:
        console.print(f"{line.number:>{width}}  {line.text}")


_ENDING = str.maketrans({"\t": "\\t", "\n": "\\n", "\r": "\\r"})


def rows(names: Sequence[str], found: Sequence[Sequence[Any]], console: Console) -> None:
    """A result as a table; what would end a line or a cell is shown as it is written in a program."""
    table = Table(*names, box=None, pad_edge=False)
    for row in found:
        table.add_row(*("" if value is None else str(value).translate(_ENDING) for value in row))
    console.print(table)


def _or_dash(value: int | None) -> str:
    return "—" if value is None else str(value)
