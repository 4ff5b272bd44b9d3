"""Posted results become candidate numbers for the protocol's outcomes; a person confirms them.

A candidate carries its path into the raw record. What a rule cannot vouch for goes to the queue instead:
a group that mixes randomised and other participants is never pooled as if it were randomised.
"""

import re
from collections.abc import Iterator, Mapping, Sequence

import msgspec
from scipy.special import stdtrit

from models.analysis import Given
from models.printed import printed_number
from models.protocol import Comparison, Outcome, Protocol, Timepoint
from models.report import Report
from models.results import AdverseGroup, Measurement, MeasureTable, PostedResults
from models.screening import QueueItem
from models.synthesis import ArmResult
from models.terms import TermRule
from models.trial import TrialRecord
from models.vocabulary import ArmRole, EvidenceWord, Measure
from studies.comparison_arms import NO_WORDS, NOT_TOLD_APART, Group, Pair, is_told, places_of, sides_of
from studies.numbers import not_randomised_by_group, randomised_in_text, started, started_by_group, started_by_title
from studies.terms import Field, find
from studies.timeframe import is_within, read_time_frame

_CHANGE = TermRule(terms=["change*", "difference*"])
_RATE = TermRule(terms=["slope*", "rate of", "per month", "per week", "per year", "monthly", "decline*"])
_RATE_UNIT = re.compile(r"(?:/|\bper)\s*(?:month|week|year|day)", re.I)
_PER_CENT = re.compile(r"%|per\s?cent", re.I)
_SD = re.compile(r"standard deviation", re.I)
_SE = re.compile(r"standard error", re.I)
_CI = re.compile(r"(\d{2}(?:\.\d+)?)\s*%?\s*(?:confidence interval|CI\b)", re.I)


class Extracted(msgspec.Struct, frozen=True, kw_only=True):
    """Candidates of one study, and what a person has to settle first."""

    arms: tuple[ArmResult, ...] = ()
    queue: tuple[QueueItem, ...] = ()


def extract(study_id: str, source: TrialRecord | Report, protocol: Protocol) -> Extracted:
    """Read candidate rows for every outcome of the protocol from results that a registry posts.

    `source` is the record that holds them, or the summary that the registry publishes beside it.
    """
    results = source.results
    if results is None:
        return Extracted()
    if mixed := mixed_groups(study_id, results):
        return Extracted(queue=tuple(mixed))
    started_as = started_by_title(results.flow)
    readers = [
        _Reader(
            study_id,
            name_of(source),
            protocol,
            comparison,
            protocol.outcome(outcome),
            protocol.timepoint(timepoint),
            started_as,
        )
        for comparison, outcome, timepoint in places_of(protocol)
        if _takes_arms(protocol, comparison, outcome, timepoint)
    ]
    arms: list[ArmResult] = []
    queue: list[QueueItem] = []
    unread: dict[str, str] = {}
    is_of_none = True
    for reader in readers:
        try:
            found = reader.read(results)
        except _Unreadable as problem:
            queue.append(problem.item)
            is_of_none = False
        except _NotOfComparison as other:
            unread.setdefault(reader.comparison.id, other.value)
        else:
            arms += found
            is_of_none = is_of_none and not found
    if is_of_none and unread:
        queue.append(_of_no_comparison(study_id, protocol, unread))
    return Extracted(arms=tuple(_with_shared_groups(arms)), queue=tuple(dict.fromkeys(queue)))


def _takes_arms(protocol: Protocol, comparison: Comparison, outcome: str, timepoint: str) -> bool:
    """Whether numbers of arms count in an analysis of a place."""
    place = (comparison.id, outcome, timepoint)
    return any(
        item.given in {Given.ARMS, Given.ANY} and item.measure not in {Measure.HR, Measure.GEN}
        for item in protocol.analyses
        if item.place == place
    )


def _of_no_comparison(study_id: str, protocol: Protocol, unread: Mapping[str, str]) -> QueueItem:
    """Posted results that no comparison takes: one question for the study."""
    names = [item.id for item in protocol.comparisons if not is_told(item, protocol)]
    told = f"; {', '.join(names)} {'have' if len(names) > 1 else 'has'} no words" if names else ""
    return QueueItem(
        kind="extraction",
        subject=study_id,
        reason=f"results are posted, and {NO_WORDS}{told}",
        field=WHOSE,
        value=next(iter(unread.values())),
        action="give the comparisons intervention_terms and control_terms in protocol.yaml, or enter the rows in"
        " extraction.csv",
    )


def _with_shared_groups(arms: Sequence[ArmResult]) -> Iterator[ArmResult]:
    """Rows of one group in several comparisons say so."""
    for arm in arms:
        others = [item.comparison for item in arms if item.comparison != arm.comparison and _is_same_group(item, arm)]
        said = f"the same numbers are the {arm.arm} group of {', '.join(others)}" if others else ""
        yield msgspec.structs.replace(arm, note="; ".join(filter(None, (arm.note, said)))) if said else arm


def _is_same_group(one: ArmResult, other: ArmResult) -> bool:
    return one == msgspec.structs.replace(other, comparison=one.comparison)


WHOSE = "comparison"
"""Of a question about the comparison of posted results."""
MIXED = "participant flow, STARTED"
"""Where a group that mixes randomised and other people shows itself."""


def name_of(source: TrialRecord | Report) -> str:
    return source.report_id if isinstance(source, Report) else source.record_id


def mixed_groups(study_id: str, results: PostedResults) -> list[QueueItem]:
    """Groups of the participant flow that hold more people than were randomised."""
    flow = results.flow
    stated, total, by_group = randomised_in_text(flow), started(flow), started_by_group(flow)
    titles = {group.id: group.title for group in flow.groups}
    found = []
    for group_id, extra in not_randomised_by_group(flow).items():
        in_group = by_group.get(group_id)
        if in_group is not None and 0 < extra < in_group:
            found.append(
                _mixed(study_id, f"{titles.get(group_id, group_id)}: {in_group}",
                       f"{in_group} = {in_group - extra} randomised + {extra} not randomised")
            )  # fmt: skip
    if not found and stated is not None and total is not None and total > stated:
        found.append(
            _mixed(study_id, f"{total} started, {stated} randomised", f"{total - stated} of {total} not randomised")
        )
    return found


def _mixed(study_id: str, value: str, what: str) -> QueueItem:
    return QueueItem(
        kind="extraction",
        subject=study_id,
        reason=f"a results group mixes randomised and other participants: {what}",
        field=MIXED,
        value=value,
        action="take the randomised comparison from a report and enter it in extraction.csv",
    )


def is_change_of(outcome: Outcome, title: str) -> bool:
    """Whether a posted title names the outcome, and a change of it."""
    return is_titled(outcome, title) and find(_CHANGE, [Field("title", title)]) is not None


def is_titled(outcome: Outcome, title: str) -> bool:
    """Whether a posted title names the outcome."""
    return find(TermRule(terms=outcome.title_terms), [Field("title", title)]) is not None


def has_several_times(time_frame: str) -> bool:
    """A frame that names several times does not say which of them a table's numbers are of."""
    return read_time_frame(time_frame).is_list


def has_one_row(table: MeasureTable) -> bool:
    """Whether a table has one number for each group."""
    return len({(cell.class_title, cell.category_title) for cell in table.measurements}) == 1


def other_scale(outcome: Outcome, title: str, unit_text: str | None) -> str | None:
    """Why posted numbers are not on the outcome's scale."""
    unit = unit_text or ""
    if find(_RATE, [Field("title", title)]) or _RATE_UNIT.search(unit):
        return "a rate, not a change"
    wants_per_cent = "percent" in outcome.unit or "%" in outcome.unit
    if wants_per_cent and not _PER_CENT.search(f"{unit} {title}"):
        return f"in {unit or 'a unit not stated'}, not in {outcome.unit}"
    return None


class _NotOfComparison(Exception):
    """The groups of a table are not of a comparison, or nothing says whether they are."""

    def __init__(self, value: str) -> None:
        super().__init__(value)
        self.value = value


class _Unreadable(Exception):
    def __init__(self, item: QueueItem) -> None:
        super().__init__(item.reason)
        self.item = item


class _Posted(msgspec.Struct, frozen=True):
    """Which group of which table a number is of."""

    title: str
    path: str


class _Reader(msgspec.Struct, frozen=True):
    """Reads one outcome at one time from posted results."""

    study_id: str
    source: str
    protocol: Protocol
    comparison: Comparison
    outcome: Outcome
    timepoint: Timepoint
    started_as: Mapping[str, int]
    """How many started, by title of their group."""

    def read(self, results: PostedResults) -> list[ArmResult]:
        if self.outcome.registry in {"deaths", "survivors", "serious_adverse_events"}:
            return self._adverse(results)
        if self.outcome.registry == "outcome_measure":
            return self._measured(results)
        return []

    def _adverse(self, results: PostedResults) -> list[ArmResult]:
        """Group totals of the adverse-event module; never a sum of its rows."""
        events = results.adverse_events
        if not events.groups or not is_within(events.time_frame, self.timepoint):
            return []
        pair = self._pair([Group(item.id, item.title, item.description_text or "") for item in events.groups])
        groups = {group.id: group for group in events.groups}
        read = {"deaths": self._dead, "survivors": self._alive}.get(self.outcome.registry, self._serious)
        rows = [
            read(groups[group_id], role)
            for group_id, role in ((pair.intervention, ArmRole.INTERVENTION), (pair.control, ArmRole.CONTROL))
        ]
        return [row for row in rows if row] if all(rows) else []

    def _serious(self, group: AdverseGroup, role: ArmRole) -> ArmResult | None:
        if group.serious_affected is None or not group.serious_at_risk:
            return None
        return self._row(role, group, group.serious_at_risk, n_events=group.serious_affected)

    def _dead(self, group: AdverseGroup, role: ArmRole) -> ArmResult | None:
        """Deaths as the registry counts them."""
        n, note = _at_risk_of_death(group)
        if group.deaths_affected is None or not n:
            return None
        evidence = EvidenceWord.DERIVED if note else EvidenceWord.VERBATIM
        return self._row(role, group, n, n_events=group.deaths_affected, evidence=evidence, note=note)

    def _alive(self, group: AdverseGroup, role: ArmRole) -> ArmResult | None:
        n, note = _at_risk_of_death(group)
        if group.deaths_affected is None or not n:
            return None
        note = "; ".join(part for part in ("participants at risk minus deaths", note) if part)
        return self._row(role, group, n, n_events=n - group.deaths_affected, evidence=EvidenceWord.DERIVED, note=note)

    def _measured(self, results: PostedResults) -> list[ArmResult]:
        """Mean change with a measure of spread, from the first table that fits title and window and can be read.

        Where tables fit and none can be read, the first of them goes to a person.
        """
        problems: list[_Unreadable | _NotOfComparison] = []
        for table in results.outcomes:
            if is_change_of(self.outcome, table.title) and is_within(table.time_frame, self.timepoint):
                try:
                    self._one_time(table)
                    return self._table(table)
                except (_Unreadable, _NotOfComparison) as problem:
                    problems.append(problem)
        if problems:
            raise next((item for item in problems if isinstance(item, _Unreadable)), problems[0])
        return []

    def _one_time(self, table: MeasureTable) -> None:
        if table.time_frame and has_several_times(table.time_frame):
            raise self._unreadable(f"{table.title}: its time frame names several times", table.time_frame)

    def _table(self, table: MeasureTable) -> list[ArmResult]:
        if why := other_scale(self.outcome, table.title, table.unit_text):
            raise self._unreadable(f"{table.title}: {why}", table.unit_text or "")
        if table.param_text != "MEAN":
            raise self._unreadable(f"{table.title}: posted as {table.param_text or 'no parameter'}", table.path)
        if not has_one_row(table):
            raise self._unreadable(f"{table.title}: several rows for one group", table.path)
        pair = self._pair([Group(item.id, item.title, item.description_text or "") for item in table.groups])
        cells = {cell.group_id: cell for cell in table.measurements}
        return [
            self._mean(table, cells, group_id, role)
            for group_id, role in ((pair.intervention, ArmRole.INTERVENTION), (pair.control, ArmRole.CONTROL))
        ]

    def _mean(self, table: MeasureTable, cells: dict[str, Measurement], group_id: str, role: ArmRole) -> ArmResult:
        cell, n = cells.get(group_id), table.denominators.get(group_id)
        mean = printed_number(cell.value_text) if cell else None
        if cell is None or mean is None or not n:
            raise self._unreadable(f"{table.title}: mean or number analysed is missing", group_id)
        sd, note = self._sd(table, cell, n)
        evidence = EvidenceWord.DERIVED if note else EvidenceWord.VERBATIM
        title = next(group.title for group in table.groups if group.id == group_id)
        return self._row(role, _Posted(title, table.path), n, mean=mean, sd=sd, evidence=evidence, note=note)

    def _sd(self, table: MeasureTable, cell: Measurement, n: int) -> tuple[float, str]:
        """Standard deviation and how it was had, by the Cochrane Handbook, version 6.5, section 6.5.2.2."""
        dispersion = table.dispersion_text or ""
        spread, lower, upper = (printed_number(text) for text in (cell.spread_text, cell.lower_text, cell.upper_text))
        if spread is not None and spread > 0 and _SD.search(dispersion):
            return spread, ""
        if spread is not None and spread > 0 and _SE.search(dispersion):
            return float(spread * n**0.5), "SD from the standard error: SE × √n"
        level = _CI.search(dispersion)
        if level and lower is not None and upper is not None and upper > lower and n > 1:
            quantile = float(stdtrit(n - 1, 0.5 + float(level[1]) / 200))
            sd = n**0.5 * (upper - lower) / (2 * quantile)
            return float(sd), f"SD from the {level[1]} % confidence interval: √n × width / (2 × {quantile:.4f})"
        raise self._unreadable(
            f"{table.title}: no SD can be had from {dispersion or 'no dispersion'}", cell.spread_text or ""
        )

    def _pair(self, groups: Sequence[Group]) -> Pair:
        """The one group that is the comparator and the one that is not, by the words of their titles."""
        titles = "; ".join(group.title for group in groups)
        if not is_told(self.comparison, self.protocol):
            raise _NotOfComparison(titles)
        sides = sides_of(groups, self.comparison, self.protocol)
        if sides.pair:
            return sides.pair
        if len(self.protocol.comparisons) > 1 and not sides.has_both:
            raise _NotOfComparison(titles)
        raise self._unreadable(NOT_TOLD_APART, titles)

    def _row(
        self,
        role: ArmRole,
        posted: "AdverseGroup | _Posted",
        n: int,
        *,
        n_events: int | None = None,
        mean: float | None = None,
        sd: float | None = None,
        evidence: EvidenceWord = EvidenceWord.VERBATIM,
        note: str = "",
    ) -> ArmResult:
        return ArmResult(
            study_id=self.study_id,
            comparison=self.comparison.id,
            outcome=self.outcome.id,
            timepoint=self.timepoint.name,
            arm=role,
            n_analysed=n,
            n_started=self.started_as.get(posted.title),
            n_events=n_events,
            mean=mean,
            sd=sd,
            report=self.source,
            place=posted.path,
            population="as posted",
            extractor="trialwatch",
            evidence=evidence,
            note=note,
        )

    def _unreadable(self, reason: str, value: str) -> _Unreadable:
        return _Unreadable(
            QueueItem(
                kind="extraction",
                subject=self.study_id,
                reason=reason,
                field=f"{self.outcome.id}, {self.timepoint.name}",
                value=value,
                action="read the posted results and enter the rows in extraction.csv",
            )
        )


def _at_risk_of_death(group: AdverseGroup) -> tuple[int | None, str]:
    """People among whom deaths were counted, with a note where the registry does not say it itself."""
    if group.deaths_at_risk:
        return group.deaths_at_risk, ""
    return group.serious_at_risk, (
        "the registry leaves those at risk of death empty, so those at risk of serious events are taken"
    )
