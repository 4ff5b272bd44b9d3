"""Posted results become candidate numbers for the protocol's outcomes; a person confirms them.

A candidate carries its path into the raw record. What a rule cannot vouch for goes to the queue instead:
a group that mixes randomised and other participants is never pooled as if it were randomised.
"""

import re
from collections.abc import Sequence

import msgspec
from scipy.special import stdtrit

from models.printed import printed_number
from models.protocol import Comparison, Outcome, Protocol, Timepoint
from models.report import Report
from models.results import AdverseGroup, Measurement, MeasureTable, PostedResults
from models.screening import QueueItem
from models.synthesis import ArmResult
from models.terms import TermRule
from models.trial import TrialRecord
from models.vocabulary import ArmRole, EvidenceWord
from studies.numbers import not_randomised_by_group, randomised_in_text, started, started_by_group
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


class Pair(msgspec.Struct, frozen=True):
    """Group ids of intervention and control in one table."""

    intervention: str
    control: str


def extract(study_id: str, source: TrialRecord | Report, protocol: Protocol) -> Extracted:
    """Read candidate rows for every outcome of the protocol from results that a registry posts.

    `source` is the record that holds them, or the summary that the registry publishes beside it.
    """
    results = source.results
    if results is None:
        return Extracted()
    if mixed := mixed_groups(study_id, results):
        return Extracted(queue=tuple(mixed))
    comparison = protocol.comparisons[0]
    arms: list[ArmResult] = []
    queue: list[QueueItem] = []
    for outcome in protocol.outcomes:
        for name in outcome.timepoints:
            timepoint = protocol.timepoint(name)
            reader = _Reader(study_id, name_of(source), protocol, comparison, outcome, timepoint)
            try:
                arms += reader.read(results)
            except _Unreadable as problem:
                queue.append(problem.item)
    return Extracted(arms=tuple(arms), queue=tuple(queue))


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


NOT_TOLD_APART = "groups cannot be told apart as one intervention and one comparator"


def pair_of(groups: Sequence[tuple[str, str]], protocol: Protocol) -> Pair | None:
    """The one group that is the comparator and the one that is not, by the words of their titles.

    `groups` has id and title of each; None where they are not one of each.
    """
    controls: list[str] = []
    actives: list[str] = []
    for group_id, title in groups:
        field = [Field("title", title)]
        is_tested = find(protocol.eligibility.intervention, field)
        is_control = find(protocol.eligibility.comparator, field)
        (controls if is_control and not is_tested else actives).append(group_id)
    return Pair(actives[0], controls[0]) if len(controls) == len(actives) == 1 else None


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


class _Unreadable(Exception):
    def __init__(self, item: QueueItem) -> None:
        super().__init__(item.reason)
        self.item = item


class _Reader(msgspec.Struct, frozen=True):
    """Reads one outcome at one time from posted results."""

    study_id: str
    source: str
    protocol: Protocol
    comparison: Comparison
    outcome: Outcome
    timepoint: Timepoint

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
        pair = self._pair([(group.id, group.title) for group in events.groups])
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
        return self._row(role, group.path, group.serious_at_risk, n_events=group.serious_affected)

    def _dead(self, group: AdverseGroup, role: ArmRole) -> ArmResult | None:
        """Deaths as the registry counts them."""
        n, note = _at_risk_of_death(group)
        if group.deaths_affected is None or not n:
            return None
        evidence = EvidenceWord.DERIVED if note else EvidenceWord.VERBATIM
        return self._row(role, group.path, n, n_events=group.deaths_affected, evidence=evidence, note=note)

    def _alive(self, group: AdverseGroup, role: ArmRole) -> ArmResult | None:
        n, note = _at_risk_of_death(group)
        if group.deaths_affected is None or not n:
            return None
        note = "; ".join(part for part in ("participants at risk minus deaths", note) if part)
        return self._row(
            role, group.path, n, n_events=n - group.deaths_affected, evidence=EvidenceWord.DERIVED, note=note
        )

    def _measured(self, results: PostedResults) -> list[ArmResult]:
        """Mean change with a measure of spread, from the first table that fits title and window and can be read.

        Where tables fit and none can be read, the first of them goes to a person.
        """
        problems: list[_Unreadable] = []
        for table in results.outcomes:
            if is_change_of(self.outcome, table.title) and is_within(table.time_frame, self.timepoint):
                try:
                    self._one_time(table)
                    return self._table(table)
                except _Unreadable as problem:
                    problems.append(problem)
        if problems:
            raise problems[0]
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
        pair = self._pair([(group.id, group.title) for group in table.groups])
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
        return self._row(role, table.path, n, mean=mean, sd=sd, evidence=evidence, note=note)

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

    def _pair(self, groups: Sequence[tuple[str, str]]) -> Pair:
        """The one group that is the comparator and the one that is not, by the words of their titles."""
        pair = pair_of(groups, self.protocol)
        if pair is None:
            raise self._unreadable(NOT_TOLD_APART, "; ".join(title for _, title in groups))
        return pair

    def _row(
        self,
        role: ArmRole,
        path: str,
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
            n_events=n_events,
            mean=mean,
            sd=sd,
            report=self.source,
            place=path,
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
