"""Elements of the register's XML by their names, whatever namespace stands in front."""

from lxml import etree

from connectors.reading import FieldReader, tidy


def all_of(element: etree._Element, path: str) -> list[etree._Element]:
    return element.findall("/".join(f"{{*}}{name}" for name in path.split("/")))


def text_of(element: etree._Element, path: str) -> str | None:
    found = all_of(element, path)
    return tidy(found[0].text) if found else None


def count_of(element: etree._Element, path: str, reader: FieldReader) -> int | None:
    text = text_of(element, path)
    return reader.count(f"{path_of(element)}/{path}", text) if text else None


def path_of(element: etree._Element) -> str:
    """Where an element stands, by names and places from 1, namespaces left out."""
    steps = []
    for step in (element, *element.iterancestors()):
        name = etree.QName(step).localname
        before = [item for item in step.itersiblings(preceding=True) if isinstance(item.tag, str) and etree.QName(item).localname == name]  # fmt: skip
        after = next((item for item in step.itersiblings() if isinstance(item.tag, str) and etree.QName(item).localname == name), None)  # fmt: skip
        steps.append(f"{name}[{len(before) + 1}]" if before or after is not None else name)
    return "/" + "/".join(reversed(steps))
