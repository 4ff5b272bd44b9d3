"""What judgements on risk of bias come to for one row of an analysis, in the words of the tool that made them."""

from collections.abc import Sequence
from enum import IntEnum

from models.folder_rows import RiskOfBiasRow
from models.synthesis import EffectInput
from models.value import Value


class Risk(IntEnum):
    """How much is at stake, the least first; the tools' own words differ."""

    UNJUDGED = 0
    LOW = 1
    OPEN = 2
    """Some concerns, moderate, unclear, or without information: a person weighs it."""
    HIGH = 3


RISK_OF = {
    "low": Risk.LOW,
    "some concerns": Risk.OPEN,
    "moderate": Risk.OPEN,
    "unclear": Risk.OPEN,
    "no information": Risk.OPEN,
    "high": Risk.HIGH,
    "serious": Risk.HIGH,
    "critical": Risk.HIGH,
}
"""What each judgement comes to. A domain that is not applicable, or of which nothing is stated, says nothing."""


class BiasOfRow(Value, frozen=True, kw_only=True):
    """The judgements that hold for one row: by the tool that judges results where there are any, else of the study."""

    tool: str
    domains: tuple[tuple[str, str], ...]
    """Domain and judgement, in the order of the file, without the overall one."""
    overall: str = ""
    """The tool's overall judgement; '' where it has none, or nobody made it."""

    @property
    def risk(self) -> Risk:
        """The overall judgement where there is one, and otherwise the worst domain."""
        if overall := RISK_OF.get(self.overall):
            return overall
        return max((RISK_OF.get(judgement, Risk.UNJUDGED) for _, judgement in self.domains), default=Risk.UNJUDGED)

    @property
    def reasons(self) -> tuple[str, ...]:
        """The domains that are as bad as the whole."""
        return tuple(domain for domain, judgement in self.domains if RISK_OF.get(judgement) == self.risk)


def is_overall(domain: str) -> bool:
    """Whether a domain is the tool's judgement on the whole, as ``Overall bias``."""
    return domain.strip().casefold() in {"overall", "overall bias", "overall risk of bias", "overall judgement"}


def bias_of(item: EffectInput, rows: Sequence[RiskOfBiasRow]) -> BiasOfRow | None:
    """The judgements on one row of an analysis; None where nobody has judged it.

    Parameters
    ----------
    item : the row
    rows : judgements of all versions, older ones first; the newest on each domain holds
    """
    own = [row for row in rows if row.study_id == item.study_id and _is_of(row, item)]
    of_result = [row for row in own if row.analysis]
    kept = of_result or own
    if not kept:
        return None
    tool = kept[-1].tool
    newest = {row.domain: row.judgement for row in kept if row.tool == tool}
    return BiasOfRow(
        tool=tool,
        domains=tuple((domain, word) for domain, word in newest.items() if not is_overall(domain)),
        overall=next((word for domain, word in newest.items() if is_overall(domain)), ""),
    )


def _is_of(row: RiskOfBiasRow, item: EffectInput) -> bool:
    return (
        row.analysis in {"", item.analysis}
        and row.part in {"", item.part}
        and row.subgroup_number in {None, item.subgroup.number}
    )
