"""Rows that count people more than once, or more events than people."""

from collections import defaultdict
from collections.abc import Iterator
from itertools import combinations

from exchange.audit.cells import Arm, at_row, cells_of, estimates_of, has_arms, number, told, told_arm
from exchange.audit.contradiction import Contradiction, Kind
from exchange.audit.names import may_be_one_arm
from exchange.cochrane.package import Package, PackageAnalysis, PackageRow


def contradicting_rows(package: Package) -> Iterator[Contradiction]:
    yield from _more_events_than_people(package)
    for analysis in package.analyses:
        for name, rows in estimates_of(package, analysis):
            yield from _several_rows(package, analysis, name, [row for row in rows if row.estimate is not None])
    yield from _controls_of_several(package)


def _more_events_than_people(package: Package) -> Iterator[Contradiction]:
    """By the cells as written: what cannot be is not taken over."""
    for row in package.rows:
        for arm in ("Experimental", "Control"):
            cases, people = (_written(row, f"{arm} {what}") for what in ("cases", "N"))
            if cases is not None and people and cases > people:
                text = f"{number(cases)}/{number(people)}"
                yield Contradiction(
                    kind=Kind.MORE_EVENTS_THAN_PEOPLE,
                    sentence=f"{row.key}, {row.study}: more events than people in the {arm.lower()} arm: {text}.",
                    places=(at_row(package, row, text),),
                )


def _written(row: PackageRow, column: str) -> float | None:
    try:
        return float(row.cells.get(column, ""))
    except ValueError:
        return None


def _several_rows(
    package: Package, analysis: PackageAnalysis, name: str, rows: list[PackageRow]
) -> Iterator[Contradiction]:
    where = f"the estimate of {analysis.key}{f' ({name})' if name else ''}"
    by_study = defaultdict[str, list[PackageRow]](list)
    for row in rows:
        by_study[row.study].append(row)
    for study, own in by_study.items():
        by_control = defaultdict[Arm, list[PackageRow]](list)
        for row in own:
            by_control[cells_of(row, analysis)[1]].append(row)
        shared = {control: same for control, same in by_control.items() if len(same) > 1 and _has_data(control)}
        if shared and has_arms(analysis):
            for control, same in shared.items():
                yield Contradiction(
                    kind=Kind.SHARED_CONTROL,
                    sentence=f"{study}: one control group ({told_arm(control)}) counts {len(same)} times in {where}.",
                    places=tuple(at_row(package, row, told(cells_of(row, analysis), analysis)) for row in same),
                )
        elif len(own) > 1 and len({row.subgroup for row in own}) < len(own):
            yield Contradiction(
                kind=Kind.STUDY_SEVERAL_TIMES,
                sentence=f"{study} counts {len(own)} times in {where}, as if it were {len(own)} studies.",
                places=tuple(at_row(package, row, told(cells_of(row, analysis), analysis)) for row in own),
            )


def _has_data(arm: Arm) -> bool:
    """Whether an arm tells enough to be known again."""
    return None not in arm and any(arm[:-1])


def _controls_of_several(package: Package) -> Iterator[Contradiction]:
    """Arms of one study that stand against others in several comparisons: no error, and no independent estimates."""
    analyses = {analysis.key: analysis for analysis in package.analyses}
    found = defaultdict[object, list[PackageRow]](list)
    for row in package.rows:
        analysis = analyses[row.key]
        if has_arms(analysis) and _has_data(control := cells_of(row, analysis)[1]):
            found[row.study, analysis.name, analysis.data_type, control].append(row)
    by_study = defaultdict[tuple[str, str], list[PackageRow]](list)
    for rows in found.values():
        arms = {cells_of(row, analyses[row.key])[0] for row in rows}
        if len(arms) == len(rows) and _are_against_others([analyses[row.key] for row in rows]):
            by_study[rows[0].study, analyses[rows[0].key].name] += rows
    for (study, name), rows in by_study.items():
        keys = ", ".join(dict.fromkeys(row.key for row in rows))
        yield Contradiction(
            kind=Kind.CONTROL_IN_SEVERAL_ANALYSES,
            sentence=f"{study}, “{name}”: a control group stands in {keys}; these estimates are not independent.",
            places=tuple(
                at_row(package, row, told(cells_of(row, analyses[row.key]), analyses[row.key])) for row in rows
            ),
        )


def _are_against_others(found: list[PackageAnalysis]) -> bool:
    """Whether analyses are of several comparisons, each with an experimental arm of its own."""
    pairs = combinations(found, 2)
    return len(found) > 1 and not any(may_be_one_arm(a.experimental_label, b.experimental_label) for a, b in pairs)
