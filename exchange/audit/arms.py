"""Labels of arms and of graphs that contradict the comparison's name, or each other."""

from collections import defaultdict
from collections.abc import Iterator

from exchange.audit.cells import at_analysis
from exchange.audit.contradiction import Contradiction, Kind
from exchange.audit.names import label_words, same_name, side_of, sides_of
from exchange.cochrane.package import Package, PackageAnalysis


def contradicting_labels(package: Package) -> Iterator[Contradiction]:
    yield from _against_group_name(package)
    yield from _one_arm_on_both_sides(package)
    yield from _other_sides(package)


def _against_group_name(package: Package) -> Iterator[Contradiction]:
    by_group = defaultdict[tuple[int, str], list[PackageAnalysis]](list)
    for analysis in package.analyses:
        if _is_against(analysis):
            by_group[analysis.group, analysis.group_name].append(analysis)
    for (_, name), found in by_group.items():
        first = found[0]
        yield Contradiction(
            kind=Kind.LABELS_EXCHANGED,
            sentence=f"“{name}” has “{first.experimental_label}” as its experimental and "
            f"“{first.control_label}” as its control arm in {', '.join(item.key for item in found)}: the labels are exchanged, or the data are.",
            places=tuple(
                at_analysis(package, item, f"{item.experimental_label} v {item.control_label}") for item in found
            ),
        )


def _is_against(analysis: PackageAnalysis) -> bool:
    if (sides := sides_of(analysis.group_name)) is None:
        return False
    left, right = sides
    first, second = label_words(analysis.experimental_label), label_words(analysis.control_label)
    first, second = first - second, second - first
    return bool(first & right and second & left) and not (first & left or second & right)


def _one_arm_on_both_sides(package: Package) -> Iterator[Contradiction]:
    for item in package.analyses:
        sides = [side_of(text, item.experimental_label, item.control_label) for text in _graph(item)]
        is_one = same_name(item.graph_left) and same_name(item.graph_left) == same_name(item.graph_right)
        if is_one or (sides[0] and sides[0] == sides[1]):
            yield Contradiction(
                kind=Kind.DIRECTION,
                sentence=f"{item.key}: both sides of the graph favour one arm: "
                f"“{item.graph_left}”, “{item.graph_right}”.",
                places=(at_analysis(package, item, f"{item.graph_left} | {item.graph_right}"),),
            )


def _graph(analysis: PackageAnalysis) -> tuple[str, str]:
    return analysis.graph_left, analysis.graph_right


def _other_sides(package: Package) -> Iterator[Contradiction]:
    """Analyses of one outcome whose graphs do not agree on which side favours the experimental arm."""
    by_outcome = defaultdict[object, dict[str, list[PackageAnalysis]]](lambda: defaultdict(list))
    for item in package.analyses:
        left, right = (side_of(text, item.experimental_label, item.control_label) for text in _graph(item))
        if (left or right) and left != right:
            on_left = left or ("control" if right == "experimental" else "experimental")
            by_outcome[same_name(item.name), item.swaps_events, item.is_log][on_left].append(item)
    for told in by_outcome.values():
        if len(told) == 2:
            more, fewer = sorted(told.values(), key=len, reverse=True)
            yield Contradiction(
                kind=Kind.DIRECTION,
                sentence=f"“{fewer[0].name}”: the graph of {_keys(fewer)} favours the experimental arm on the side on "
                f"which {_keys(more)} {'favour' if len(more) > 1 else 'favours'} the control.",
                places=tuple(
                    at_analysis(package, item, f"{item.graph_left} | {item.graph_right}") for item in (*fewer, *more)
                ),
            )


def _keys(found: list[PackageAnalysis]) -> str:
    return ", ".join(item.key for item in found)
