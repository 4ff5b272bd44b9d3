"""The difference to the published version, as those who keep it in RevMan or MAGICapp need it: a row for each analysis."""

from collections.abc import Mapping
from typing import Any

import msgspec

from exchange.cells import csv_text
from exchange.certainty import certainty_of
from models.analysis import Analysis
from models.counts import joined, k_equals, n_equals
from models.night import PublishedNight
from models.published import EstimateRow
from models.rounding import half_up
from models.search_day import searched
from models.value import Value
from models.vocabulary import EvidenceSet

_MINUS = "\u2212"


class Side(Value, frozen=True, kw_only=True):
    """An estimate before or after, on the natural scale; None where there is none."""

    source: str
    estimate: float | None = None
    ci_low: float | None = None
    ci_high: float | None = None
    k: int | None = None
    n_studies: int | None = None
    """Different studies in the k rows."""
    n_participants: int | None = None
    n_is_least: bool = False
    """Whether there are at least as many."""
    certainty: str = ""


class Difference(Value, frozen=True, kw_only=True):
    """One analysis before and after, and what changed it."""

    analysis: str
    comparison: str
    outcome: str
    timepoint: str
    is_primary: bool
    measure: str
    model: str
    interval: str
    before: Side
    after: Side
    change: str
    """``unchanged``, ``changed``, ``new``, ``no longer pooled`` or ``nothing pooled``."""
    added: tuple[str, ...]
    removed: tuple[str, ...]
    renewed: tuple[str, ...]
    """Studies whose numbers are others now."""
    fired_rules: tuple[str, ...]


def differences(night: PublishedNight, evidence: EvidenceSet) -> tuple[Difference, ...]:
    """Every analysis: as the version in force printed it, and as `evidence` pools it under the version's convention."""
    review = night.review
    protocol = review.protocol
    if not protocol.analyses:
        return ()
    convention = protocol.conventions[0].name.value
    effects = night["out_pooled_effect"].where(is_headline=True, convention=convention)
    now = {row["analysis"]: row for row in effects.where(evidence_set=evidence.value)}
    then = {row["analysis"]: row for row in effects.where(evidence_set=EvidenceSet.PUBLISHED.value)}
    printed = {row.analysis: row for row in review.printed if not row.subgroup_number and not row.subgroup}
    certainty = certainty_of(night, evidence)
    found = []
    for analysis in _in_order(night):
        name = analysis.analysis
        rated = certainty[name]
        after = _computed(f"{evidence} evidence, {night.as_of:%Y-%m-%d}", now.get(name), rated.in_words)
        before = _before(night.version, printed.get(name), then.get(name), rated.stated)
        added, removed, renewed = _studies(night, name, evidence)
        found.append(
            Difference(
                analysis=name,
                comparison=protocol.comparison(analysis.comparison).title,
                outcome=analysis.title or protocol.outcome(analysis.outcome).title,
                timepoint=analysis.timepoint,
                is_primary=protocol.is_primary(analysis),
                measure=_measure(analysis),
                model=now[name]["model"] if name in now else "",
                interval=now[name]["interval"] if name in now else "",
                before=before,
                after=after,
                change=_change(before, after, printed.get(name)),
                added=added,
                removed=removed,
                renewed=renewed,
                fired_rules=tuple(
                    f"{row['rule']} {row['explanation']}".strip()
                    for row in night["out_signal"].where(
                        analysis=name, evidence_set=evidence.value, convention=convention, fired=True
                    )
                ),
            )
        )
    return tuple(found)


def _in_order(night: PublishedNight) -> list[Analysis]:
    """Analyses by comparison, those of primary outcomes first."""
    protocol = night.review.protocol
    places = {item.id: place for place, item in enumerate(protocol.comparisons)}
    return sorted(protocol.analyses, key=lambda item: (places[item.comparison], not protocol.is_primary(item)))


def _measure(analysis: Analysis) -> str:
    return analysis.measure_label or (analysis.measure.value if analysis.measure else "")


def _before(version: str, printed: EstimateRow | None, computed: Mapping[str, Any] | None, stated: str) -> Side:
    """As printed, with people and studies from the version's own data where it does not print them."""
    side = _computed(f"data of {version}, pooled again", computed, stated)
    if printed is None:
        return side
    is_other_k = printed.k not in {None, side.k, side.n_studies}
    return Side(
        source=f"{version}, as printed",
        estimate=printed.estimate,
        ci_low=printed.ci_low,
        ci_high=printed.ci_high,
        k=printed.k if is_other_k else side.k,
        n_studies=printed.k if is_other_k else side.n_studies,
        n_participants=side.n_participants if printed.n_participants is None else printed.n_participants,
        n_is_least=side.n_is_least and printed.n_participants is None,
        certainty=stated,
    )


def _computed(source: str, row: Mapping[str, Any] | None, certainty: str) -> Side:
    names = ("estimate", "ci_low", "ci_high", "k", "n_studies", "n_participants", "n_is_least")
    return Side(source=source, certainty=certainty, **({name: row[name] for name in names} if row else {}))


def _change(before: Side, after: Side, printed: EstimateRow | None) -> str:
    """What is printed is compared to the digits to which it is printed."""
    if before.estimate is None:
        return "nothing pooled" if after.estimate is None else "new"
    if after.estimate is None:
        return "no longer pooled"
    decimals = printed.decimals if printed else None
    pairs = ((getattr(before, name), getattr(after, name)) for name in ("estimate", "ci_low", "ci_high"))
    same = all(_same(one, other, decimals) for one, other in pairs) and before.k == after.k
    return "unchanged" if same and _same_people(before, after) else "changed"


def _same_people(before: Side, after: Side) -> bool:
    """Whether both may be about as many people; it is no change that nobody tells how many."""
    is_told = not (before.n_is_least or after.n_is_least or None in (before.n_participants, after.n_participants))
    return not is_told or before.n_participants == after.n_participants


def _same(before: float | None, after: float | None, decimals: int | None) -> bool:
    if before is None or after is None:
        return before is after
    unit = 10.0**-decimals if decimals is not None else 0.0
    return abs(before - after) <= max(unit / 2, 1e-6 * max(1.0, abs(before))) * (1 + 1e-9)


def _studies(night: PublishedNight, analysis: str, evidence: EvidenceSet) -> tuple[tuple[str, ...], ...]:
    """Studies added, removed, and those whose numbers are others, by how readers know them."""
    before, after = (
        _numbers(night, analysis, evidence_set) for evidence_set in (EvidenceSet.PUBLISHED.value, evidence.value)
    )
    found = (
        set(after) - set(before),
        set(before) - set(after),
        {study for study in set(before) & set(after) if before[study] != after[study]},
    )
    return tuple(tuple(night.label(study) for study in sorted(studies)) for studies in found)


def _numbers(night: PublishedNight, analysis: str, evidence: str) -> dict[str, list[tuple[Any, ...]]]:
    """What each study gives to an analysis, row by row."""
    found: dict[str, list[tuple[Any, ...]]] = {}
    for row in night["review_effect_input"].where(analysis=analysis, evidence_set=evidence):
        cells = tuple(row[name] for name in ("subgroup_number", "part", "n_intervention", "n_control", "yi", "vi"))
        found.setdefault(row["study_id"], []).append(cells)
    return found


def diff_files(night: PublishedNight, evidence: EvidenceSet) -> Mapping[str, str]:
    """``diff.csv`` in full precision, ``diff.md`` for readers."""
    found = differences(night, evidence)
    return {"diff.csv": _csv(found), "diff.md": _markdown(night, evidence, found)}


def _cells(item: Difference) -> dict[str, Any]:
    """A difference as a flat row, before and after side by side."""
    cells = msgspec.structs.asdict(item)
    sides = {name: msgspec.structs.asdict(cells.pop(name)) for name in ("before", "after")}
    return cells | {f"{side}_{name}": value for name in sides["before"] for side, value in _both(sides, name)}


def _both(sides: Mapping[str, Mapping[str, Any]], name: str) -> list[tuple[str, Any]]:
    return [(side, told[name]) for side, told in sides.items()]


def _csv(found: tuple[Difference, ...]) -> str:
    rows = [_cells(item) for item in found]
    return csv_text(list(rows[0]), (row.values() for row in rows))


def _markdown(night: PublishedNight, evidence: EvidenceSet, found: tuple[Difference, ...]) -> str:
    protocol, baseline = night.review.protocol, night.review.baseline
    lines = [
        f"# {protocol.title}: what is other than in {night.version}",
        "",
        f"Before: {night.version}, {searched(baseline, on='searched on')}. After: {evidence} evidence on"
        f" {night.as_of:%Y-%m-%d}, pooled as the version pooled it by trialwatch, not by its authors.",
    ]
    for comparison in dict.fromkeys(item.comparison for item in found):
        lines += [
            "",
            f"## {comparison}",
            "",
            "| outcome | time | measure | before | after | change | studies added | certainty before | certainty now |",
            "|---|---|---|---|---|---|---|---|---|",
        ]
        for item in found:
            if item.comparison == comparison:
                cells = (
                    item.outcome, item.timepoint, item.measure, _in_words(item.before), _in_words(item.after),
                    item.change, ", ".join(item.added), item.before.certainty, item.after.certainty,
                )  # fmt: skip
                lines.append(f"| {' | '.join(_plain(cell) or '–' for cell in cells)} |")
    told = [line for item in found for line in _what_changed(item)]
    return "\n".join([*lines, *(["", "## What changed it", "", *told] if told else []), ""])


def _what_changed(item: Difference) -> list[str]:
    parts = [
        *(f"added {study}" for study in item.added),
        *(f"removed {study}" for study in item.removed),
        *(f"other numbers of {study}" for study in item.renewed),
        *item.fired_rules,
    ]
    return [f"- {_plain(item.outcome)}, {_plain(item.timepoint)}: {'; '.join(parts)}"] if parts else []


def _plain(text: str) -> str:
    return " ".join(text.replace("|", "/").split())


def _in_words(side: Side) -> str:
    """``1.07 (0.94 to 1.22), k = 1, n = 64``."""
    if side.estimate is None:
        return ""
    limits = f" ({_two(side.ci_low)} to {_two(side.ci_high)})" if side.ci_low is not None else ""
    size = "" if side.k is None else k_equals(side.k if side.n_studies is None else side.n_studies, side.k)
    return joined(f"{_two(side.estimate)}{limits}", size, n_equals(side.n_participants, side.n_is_least))


def _two(value: float | None) -> str:
    """Two decimals, more where two would show nothing."""
    if value is None:
        return "–"
    decimals = 2 if value == 0 or abs(value) >= 0.01 else 4
    rounded = half_up(value, decimals)
    return f"{abs(rounded):f}" if not rounded else f"{rounded:f}".replace("-", _MINUS)
