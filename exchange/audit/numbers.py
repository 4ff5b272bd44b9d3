"""Numbers of one study that do not agree between analyses."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from itertools import combinations

from exchange.audit.cells import Arm, Cells, at_row, cells_of, has_arms, number, told, told_arm
from exchange.audit.contradiction import Contradiction, Kind
from exchange.audit.names import are_opposites, are_other_outcomes, may_be_one_arm, same_name, without_time
from exchange.cochrane.package import DataType, Package, PackageAnalysis, PackageRow

_CHANCE = 20
"""Fewer events than this in both arms together may be the same by chance."""

Found = tuple[PackageRow, PackageAnalysis]


def contradicting_numbers(package: Package) -> Iterator[Contradiction]:
    analyses = {analysis.key: analysis for analysis in package.analyses}
    by_study = defaultdict[str, list[Found]](list)
    for row in package.rows:
        by_study[row.study].append((row, analyses[row.key]))
    for found in by_study.values():
        yield from _under_two_outcomes(package, found)
        for outcome in _grouped(found, lambda item: (same_name(item[1].name), item[1].data_type)):
            whole = _alone(outcome)
            yield from _other_numbers(package, whole)
            yield from _under_two_labels(package, whole)
            yield from _parts_beyond_whole(package, outcome, whole)
        yield from _at_other_times(package, _alone(found), by_study)


def _grouped(found: Iterable[Found], key: Callable[[Found], object]) -> list[list[Found]]:
    groups = defaultdict[object, list[Found]](list)
    for item in found:
        groups[key(item)].append(item)
    return list(groups.values())


def _alone(found: list[Found]) -> list[Found]:
    """Rows of analyses in which the study has no other: several are its parts, doses or subgroups."""
    keys = [row.key for row, _ in found]
    return [item for item in found if keys.count(item[0].key) == 1]


# One number under two outcomes


def _under_two_outcomes(package: Package, found: list[Found]) -> Iterator[Contradiction]:
    by_numbers = defaultdict[object, list[tuple[Found, str]]](list)
    for row, analysis in found:
        for numbers, text in _telling(row, analysis):
            by_numbers[analysis.data_type, numbers].append(((row, analysis), text))
    seen = set[tuple[int, ...]]()
    for items in by_numbers.values():
        names = dict.fromkeys(analysis.name for (_, analysis), _ in items)
        lines = tuple(sorted({row.line for (row, _), _ in items}))
        pairs = [pair for pair in combinations(names, 2) if are_other_outcomes(*pair)]
        if lines in seen or not any(_cannot_be_chance(items[0][0], pair) for pair in pairs):
            continue
        seen.add(lines)
        one, other = next(pair for pair in pairs if _cannot_be_chance(items[0][0], pair))
        study = items[0][0][0].study
        yield Contradiction(
            kind=Kind.NUMBER_UNDER_TWO_OUTCOMES,
            sentence=f"{study} has {items[0][1]} as “{one}” and as “{other}”: both have it, or one row holds "
            "the other's number.",
            places=tuple(at_row(package, row, f"{analysis.name}: {text}") for (row, analysis), text in items),
        )


def _telling(row: PackageRow, analysis: PackageAnalysis) -> Iterator[tuple[object, str]]:
    """Numbers by which a study's result is known again: those of each arm, of means; of the whole row else."""
    cells = cells_of(row, analysis)
    if analysis.data_type is DataType.CONTINUOUS:
        for arm in cells:
            if all(arm):
                yield arm, told_arm(arm)
    elif analysis.data_type is DataType.DICHOTOMOUS:
        if None not in {*cells[0], *cells[1]} and (row.e1 or row.e2):
            yield cells, told(cells, analysis)
    elif all(cells[0]):
        yield cells[0], told(cells, analysis)


def _cannot_be_chance(found: Found, names: tuple[str, str]) -> bool:
    row, analysis = found
    if analysis.data_type is not DataType.DICHOTOMOUS or are_opposites(*names):
        return True
    return (row.e1 or 0) + (row.e2 or 0) >= _CHANCE


# The same study and outcome with other numbers


def _other_numbers(package: Package, whole: list[Found]) -> Iterator[Contradiction]:
    alike = _grouped(whole, lambda item: cells_of(*item))
    for first, second in combinations(alike, 2):
        (one, analysis), (other, its_analysis) = first[0], second[0]
        mine, theirs = cells_of(one, analysis), cells_of(other, its_analysis)
        if not any(_compare_the_same(a, b) for _, a in first for _, b in second):
            continue
        places = tuple(at_row(package, row, told(cells_of(row, its), its)) for row, its in (*first, *second))
        if has_arms(analysis) and mine == theirs[::-1]:
            yield Contradiction(
                kind=Kind.ARMS_EXCHANGED,
                sentence=f"{one.study}, “{analysis.name}”: the numbers of the two arms are exchanged between "
                f"{_keys(first)} and {_keys(second)}.",
                places=places,
            )
        elif _is_slip(mine, theirs, analysis):
            flipped = _flipped(mine, theirs)
            how = f"with the other sign ({flipped})" if flipped else "with other numbers"
            yield Contradiction(
                kind=Kind.OTHER_NUMBERS,
                sentence=f"{one.study}, “{analysis.name}”: {told(mine, analysis)} in {_keys(first)} stands in "
                f"{_keys(second)} {how}: {told(theirs, its_analysis)}.",
                places=places,
            )


def _keys(found: list[Found]) -> str:
    return ", ".join(row.key for row, _ in found)


def _compare_the_same(one: PackageAnalysis, other: PackageAnalysis) -> bool:
    return may_be_one_arm(one.experimental_label, other.experimental_label) and may_be_one_arm(
        one.control_label, other.control_label
    )


def _is_slip(mine: Cells, theirs: Cells, analysis: PackageAnalysis) -> bool:
    """Whether two rows are of the same people: as many in each arm, or one arm with the same numbers.

    Without as many people, the rows may be of other people, which a name does not say.
    """
    if not has_arms(analysis):
        return mine[1] == theirs[1] and mine[0] != theirs[0]
    if _is_empty(mine) or _is_empty(theirs):
        return False
    if [arm[-1] for arm in mine] == [arm[-1] for arm in theirs]:
        return True
    return mine[0] == theirs[0] or mine[1] == theirs[1]


def _is_empty(cells: Cells) -> bool:
    """Whether no number was ever typed: means and SDs of nought are none, nobody with the event is one."""
    return not any(any(arm[:-1]) if len(arm) > 2 else arm[0] is not None for arm in cells)


def _flipped(mine: Cells, theirs: Cells) -> str:
    pairs = [(a, b) for one, other in zip(mine, theirs, strict=True) for a, b in zip(one, other, strict=True) if a != b]
    if len(pairs) == 1 and None not in pairs[0] and pairs[0][0] == -(pairs[0][1] or 0):
        return f"{number(pairs[0][0])} and {number(pairs[0][1])}"
    return ""


# One arm's numbers under two labels


def _under_two_labels(package: Package, whole: list[Found]) -> Iterator[Contradiction]:
    arms = defaultdict[Arm, list[tuple[Found, str]]](list)
    for row, analysis in whole:
        if has_arms(analysis):
            labels = (analysis.experimental_label, analysis.control_label)
            for arm, label in zip(cells_of(row, analysis), labels, strict=True):
                if label and (all(arm) if len(arm) == 3 else (arm[0] or 0) >= _CHANCE):
                    arms[arm].append(((row, analysis), label))
    for arm, items in arms.items():
        names = dict.fromkeys(label for _, label in items)
        pair = next((pair for pair in combinations(names, 2) if not may_be_one_arm(*pair)), None)
        if pair and not _are_exchanged(items):
            row, analysis = items[0][0]
            yield Contradiction(
                kind=Kind.ARM_UNDER_TWO_LABELS,
                sentence=f"{row.study}, “{analysis.name}”: {told_arm(arm)} is the arm “{pair[0]}” and the arm "
                f"“{pair[1]}”.",
                places=tuple(at_row(package, row, f"{label}: {told_arm(arm)}") for (row, _), label in items),
            )


def _are_exchanged(items: list[tuple[Found, str]]) -> bool:
    """Whether two of the rows are told already as exchanged."""
    rows = [found for found, _ in items]
    return any(
        cells_of(*one) == cells_of(*other)[::-1] and _compare_the_same(one[1], other[1])
        for one, other in combinations(rows, 2)
    )


# Subgroups and the whole


def _parts_beyond_whole(package: Package, outcome: list[Found], whole: list[Found]) -> Iterator[Contradiction]:
    for parts in _grouped([item for item in outcome if item not in whole], lambda item: item[0].key):
        names = {row.subgroup for row, _ in parts}
        controls = {cells_of(row, its)[1] if has_arms(its) else row.n2 for row, its in parts}
        if len(names) < len(parts) or len(controls) < len(parts):
            continue
        summed = [sum(getattr(row, name) or 0 for row, _ in parts) for name in ("n1", "n2")]
        of_same = [item for item in whole if _compare_the_same(item[1], parts[0][1])]
        most = [max((getattr(row, name) or 0 for row, _ in of_same), default=0) for name in ("n1", "n2")]
        if all(most) and any(part > all_of for part, all_of in zip(summed, most, strict=True)):
            row, analysis = parts[0]
            yield Contradiction(
                kind=Kind.PARTS_EXCEED_WHOLE,
                sentence=f"{row.study}, “{analysis.name}”: its subgroups in {row.key} have {summed[0]:g} and "
                f"{summed[1]:g} people, "
                f"the study {most[0]:g} and {most[1]:g} ({_keys(of_same)}).",
                places=tuple(
                    at_row(package, row, f"{number(row.n1)} and {number(row.n2)}") for row, _ in (*parts, *of_same)
                ),
            )


# One outcome at several times


def _at_other_times(package: Package, found: list[Found], by_study: dict[str, list[Found]]) -> Iterator[Contradiction]:
    """Analyses of one outcome at two times that repeat each other for some studies and differ for one."""
    binary = [item for item in found if item[1].data_type is DataType.DICHOTOMOUS]
    for items in _grouped(binary, lambda item: (item[1].group, without_time(item[1].name), item[0].n1, item[0].n2)):
        alike = _grouped(items, lambda item: cells_of(*item))
        if len(alike) > 1 and len({same_name(its.name) for _, its in items}) > 1 and _mixes(items, by_study):
            row, analysis = items[0]
            each = "; ".join(f"{told(cells_of(*group[0]), analysis)} in {_keys(group)}" for group in alike)
            yield Contradiction(
                kind=Kind.OTHER_NUMBERS_AT_ANOTHER_TIME,
                sentence=f"{row.study} has other numbers at other times, where further studies repeat theirs: {each}.",
                places=tuple(at_row(package, row, told(cells_of(row, its), its)) for row, its in items),
            )


def _mixes(items: list[Found], by_study: dict[str, list[Found]]) -> bool:
    study, keys = items[0][0].study, {row.key for row, _ in items}
    others = (rows for name, rows in by_study.items() if name != study)
    repeated = ([cells_of(row, its) for row, its in rows if row.key in keys and (row.e1 or row.e2)] for rows in others)
    return any(len(cells) > len(set(cells)) for cells in repeated)
