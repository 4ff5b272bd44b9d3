"""Products as ICTRP prints them of EU CTR records: labels and values in one text, one product after another."""

import re
from collections.abc import Iterator

from connectors.reading import different
from models import registers
from models.trial import Intervention

_NAMES = (
    "Product Name",
    "Trade Name",
    "INN or Proposed INN",
    "Other descriptive name",
    "Product Code",
    "Current Sponsor code",
)
"""Names of a product, the one that people know it by first."""
_OTHERS = (
    "Pharmaceutical Form",
    "CAS Number",
    "Concentration unit",
    "Concentration type",
    "Concentration number",
    "Pharmaceutical form of the placebo",
    "Route of administration of the placebo",
)
_LABEL = re.compile(rf"(?<!\w)({'|'.join(map(re.escape, sorted((*_NAMES, *_OTHERS), key=len, reverse=True)))}):\s*")
_BEGINS = {"Trade Name", "Product Name", "Product Code"}
_FORM = "Pharmaceutical Form"
_PLACEBO = "Pharmaceutical form of the placebo"


def products_in(text: str) -> tuple[Intervention, ...]:
    """The products that a text lists, and the placebo that one of them has; none if it lists no product."""
    found: dict[str, Intervention] = {}
    is_imitated = False
    for given in _products(text):
        names = different(value for label in _NAMES for value in given.get(label, ()))
        is_imitated = is_imitated or _PLACEBO in given
        if names:
            found.setdefault(names[0].casefold(), Intervention(name=names[0], other_names=names[1:]))
    placebo = (Intervention(name="Placebo", type_text="Placebo"),) if found and is_imitated else ()
    return (*found.values(), *placebo)


def _products(text: str) -> Iterator[dict[str, list[str]]]:
    """Values by label; a name behind a form begins the next product."""
    given: dict[str, list[str]] = {}
    _, *parts = _LABEL.split(text)
    for label, value in zip(parts[::2], parts[1::2], strict=True):
        if label in _BEGINS and _FORM in given:
            yield given
            given = {}
        known = value.strip(" -\n")
        given.setdefault(label, []).extend([known] if known and known.lower() not in registers.ABSENT else [])
    yield given
