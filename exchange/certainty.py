"""GRADE certainty of an analysis as a night has it: what a version states, and what the numbers alone come to."""

from models.certainty import rating_in_words
from models.night import PublishedNight
from models.value import Value
from models.vocabulary import EvidenceSet


class AnalysisCertainty(Value, frozen=True, kw_only=True):
    """Certainty of one analysis; words are empty where nobody and nothing has rated it."""

    stated: str = ""
    stated_reasons: str = ""
    computed: str = ""
    rated_down_for: tuple[str, ...] = ()
    left_to_people: tuple[str, ...] = ()
    starts_low: bool = False

    @property
    def in_words(self) -> str:
        """What the numbers come to, as far as they can."""
        return rating_in_words(self.computed, self.rated_down_for, self.left_to_people, starts_low=self.starts_low)


def stated_certainty(night: PublishedNight) -> dict[str, tuple[str, str]]:
    """What the version in force states of each analysis, and why."""
    review = night.review
    return {
        analysis.analysis: (row.certainty, row.reasons)
        for row in review.certainty
        for analysis in review.protocol.analyses
        if row.version == review.baseline.version
        if row.is_of(analysis.analysis, analysis.place)
    }


def certainty_of(night: PublishedNight, evidence: EvidenceSet) -> dict[str, AnalysisCertainty]:
    """Certainty by analysis; the published evidence has what the version states, and nothing computed."""
    stated = stated_certainty(night)
    computed = {row["analysis"]: row for row in night["out_certainty"].where(evidence_set=evidence.value)}
    found = {}
    for analysis in night.review.protocol.analyses:
        row = computed.get(analysis.analysis, {})
        words, reasons = stated.get(analysis.analysis, ("", ""))
        found[analysis.analysis] = AnalysisCertainty(
            stated=words,
            stated_reasons=reasons,
            computed=row.get("computed") or "",
            rated_down_for=tuple(row.get("rated_down_for") or ()),
            left_to_people=tuple(row.get("for_a_person") or ()),
            starts_low=bool(row.get("starts_low")),
        )
    return found
