"""Words that several reviews share: files beside the review folders, joined to a protocol as it is read.

``words: [als_mnd]`` in a protocol takes what ``words/als_mnd.yaml`` says under ``pico`` and ``eligibility``. A mapping
is joined key by key, a list gets the shared items after its own, and where both give one value the protocol's counts.
``without`` of a rule takes a shared word away. Nodes keep their places, so that a fault is named in its own file.
"""

from collections.abc import Iterator, Sequence
from difflib import get_close_matches
from pathlib import Path

import yaml

from models.reviews import is_review_name
from models.yaml_nodes import doubled, tree_of

KEY = "words"
SHARED = ("pico", "eligibility")
"""What words can be about; everything else is a review's own."""
_SHIPPED = Path(__file__).parent.parent / "reviews" / KEY


def files_of_words(names: Sequence[str], folder: Path) -> list[Path]:
    """The files that a review of a folder names: those beside it before those that ship with the program."""
    return [found for name in names if (found := _file_of(name, folder))]


def beside(path: Path, protocol: yaml.Node) -> tuple[yaml.Node, list[str]]:
    """A protocol's nodes with those of the words that it names, and what is wrong with the names or their files.

    Raises
    ------
    yaml.YAMLError, OSError, ValueError
        If a file of words cannot be read.
    """
    names = list(_names_of(protocol))
    problems = [
        f"{path}:{name.start_mark.line + 1}: {problem}"
        for name in names
        if (problem := _problem_of(name.value, path.parent))
    ]
    for file in files_of_words([name.value for name in names], path.parent):
        shared = tree_of(file)
        problems += doubled(shared)
        if not isinstance(shared, yaml.MappingNode):
            problems.append(f"{file}:1: file: has no words: give {' or '.join(SHARED)}")
            continue
        problems += [
            f"{file}:{key.start_mark.line + 1}: {key.value}: cannot be shared: only {' and '.join(SHARED)} can"
            for key, _ in shared.value
            if key.value not in SHARED
        ]
        protocol = joined(protocol, shared)
    return protocol, problems


def _names_of(protocol: yaml.Node) -> Iterator[yaml.ScalarNode]:
    """The names under ``words``; what is no list of names is told by the protocol's shape."""
    for key, value in protocol.value if isinstance(protocol, yaml.MappingNode) else ():
        if key.value == KEY:
            yield from _items(value)


def _problem_of(name: str, folder: Path) -> str:
    """Why a name gives no words, and what to do; '' when it does."""
    if _file_of(name, folder):
        return ""
    known = sorted({path.stem for place in _places(folder) for path in place.glob("*.yaml")})
    near = get_close_matches(name, known, n=1)
    to_do = f"write {near[0]!r}" if near else f"write one of {', '.join(known) or 'none'}"
    return f"{KEY}: {name!r}: there is no {folder.parent / KEY / f'{name}.yaml'}: {to_do}, or make that file"


def joined(own: yaml.Node, shared: yaml.Node) -> yaml.Node:
    """A protocol's node with a shared one beside it."""
    if isinstance(own, yaml.MappingNode) and isinstance(shared, yaml.MappingNode):
        taken_away = {item.value for key, value in own.value if key.value == "without" for item in _items(value)}
        theirs = {key.value: (key, _less(value, taken_away)) for key, value in shared.value}
        unknown = taken_away - {item.value for _, value in shared.value for item in _items(value)}
        mine = [
            (key, _kept(value, unknown) if key.value == "without" else _beside(value, theirs.get(key.value)))
            for key, value in own.value
        ]
        names = {key.value for key, _ in mine}
        more = [pair for name, pair in theirs.items() if name not in names]
        return yaml.MappingNode(own.tag, [*mine, *more], own.start_mark, own.end_mark)
    if isinstance(own, yaml.SequenceNode) and isinstance(shared, yaml.SequenceNode):
        said = {item.value for item in _items(own)}
        more = [item for item in shared.value if item.value not in said]
        return yaml.SequenceNode(own.tag, [*own.value, *more], own.start_mark, own.end_mark)
    return own


def _beside(own: yaml.Node, pair: tuple[yaml.Node, yaml.Node] | None) -> yaml.Node:
    return joined(own, pair[1]) if pair else own


def _items(node: yaml.Node) -> list[yaml.ScalarNode]:
    """The words of a list."""
    return [item for item in node.value if isinstance(item, yaml.ScalarNode)] if _is_list(node) else []


def _less(node: yaml.Node, words: set[str]) -> yaml.Node:
    return _picked(node, [item for item in node.value if item.value not in words]) if _is_list(node) else node


def _kept(node: yaml.Node, words: set[str]) -> yaml.Node:
    return _picked(node, [item for item in node.value if item.value in words]) if _is_list(node) else node


def _picked(node: yaml.Node, items: list[yaml.Node]) -> yaml.Node:
    return yaml.SequenceNode(node.tag, items, node.start_mark, node.end_mark)


def _is_list(node: yaml.Node) -> bool:
    return isinstance(node, yaml.SequenceNode)


def _places(folder: Path) -> tuple[Path, Path]:
    return folder.parent / KEY, _SHIPPED


def _file_of(name: str, folder: Path) -> Path | None:
    if not is_review_name(name):
        return None
    files = (place / f"{name}.yaml" for place in _places(folder))
    return next((path for path in files if path.is_file()), None)
