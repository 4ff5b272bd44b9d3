"""How XML from outside is read: no entity is expanded, nothing is fetched, no size limit is lifted."""

from lxml import etree

from connectors.reading import tidy


class UnreadableMarkup(ValueError):
    """The bytes are no XML that is safe to read; the message says why, `line` where."""

    def __init__(self, reason: str, line: int) -> None:
        super().__init__(reason)
        self.line = line


def read_xml(raw: bytes) -> etree._Element:
    """The root element of a document.

    Raises
    ------
    UnreadableMarkup
        If it is not well-formed, declares entities of its own, or exceeds libxml2's limits on depth and
        on the length of one text.
    """
    parser = etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
        # A comment inside a text would end it where it stands.
        remove_comments=True,
        remove_pis=True,
    )
    try:
        root = etree.fromstring(raw, parser)
    except etree.XMLSyntaxError as error:
        raise UnreadableMarkup(f"not well-formed XML: {error.msg}", error.lineno or 1) from None
    declared = root.getroottree().docinfo.internalDTD
    if declared is not None and next(declared.iterentities(), None) is not None:
        raise UnreadableMarkup("it declares entities of its own, which no registry does", 1)
    return root


def texts(parent: etree._Element, path: str) -> tuple[str, ...]:
    """The texts of all elements at `path` that hold one, in document order."""
    return tuple(text for element in parent.iterfind(path) if (text := tidy(element.text)))


def whole_text(element: etree._Element | None) -> str | None:
    """All text of an element on one line, that of inline markup such as ``<i>`` included."""
    if element is None:
        return None
    return tidy(" ".join(str(element.xpath("string()")).split()))
