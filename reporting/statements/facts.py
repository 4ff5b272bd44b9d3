"""What several statements say of a night."""

from collections import Counter
from collections.abc import Sequence
from typing import Any

import msgspec

from models.counts import in_studies, joined, n_equals
from models.database_names import WITHIN, database_meant
from models.night import PublishedNight
from models.page import FlowNumbers
from models.vocabulary import EvidenceSet
from reporting.numbers import confidence, effect, interval
from reporting.statements.flow import flow_of_night
from reporting.statements.searches import HandSearched, Searched, hand_searches, searched_sources

RULE = "rule"


class Facts(msgspec.Struct, frozen=True, kw_only=True):
    """A night with what is counted from it."""

    night: PublishedNight
    flow: FlowNumbers
    sources: tuple[Searched, ...]
    by_hand: tuple[HandSearched, ...]

    @property
    def decision(self) -> dict[str, Any]:
        """The night's decision on the version in force."""
        return max(self.night["out_update_decision"], key=lambda row: row["decided_at"])

    @property
    def effects(self) -> list[dict[str, Any]]:
        """Confirmed headline effects under the convention of the version in force, in the order of the analyses."""
        convention = self.night.review.protocol.conventions[0].name.value
        rows = self.night["out_pooled_effect"].where(
            evidence_set=EvidenceSet.CONFIRMED.value, convention=convention, is_headline=True
        )
        order = [row["analysis"] for row in self.night["out_analysis"]]
        return sorted(rows, key=lambda row: order.index(row["analysis"]))

    @property
    def pooled(self) -> list[dict[str, Any]]:
        """Those of them that have an estimate."""
        return [row for row in self.effects if row["estimate"] is not None]

    @property
    def inputs(self) -> list[dict[str, Any]]:
        """Rows of single studies that enter confirmed analyses."""
        return list(self.night["review_effect_input"].where(evidence_set=EvidenceSet.CONFIRMED.value))

    @property
    def unfollowed(self) -> tuple[str, ...]:
        """Databases that the version in force was searched in, as it names them, and that nobody follows here."""
        protocol = self.night.review.protocol
        own = {title.casefold(): slug for slug, title in protocol.by_hand.items()}
        followed = set(protocol.searches)
        slugs = {
            name: own.get(name.strip().casefold()) or database_meant(name)
            for name in self.night.review.baseline.databases
        }
        return tuple(
            name for name, slug in slugs.items() if slug not in followed and followed.isdisjoint(WITHIN.get(slug, ()))
        )

    def outcome(self, row: dict[str, Any]) -> str:
        """Title of a row's outcome, with its time where one is told, and its comparison where there are several."""
        protocol = self.night.review.protocol
        title = protocol.outcome(row["outcome"]).title
        if protocol.timepoint(row["timepoint"]).is_told:
            title = f"{title}, {row['timepoint']}"
        if len(protocol.comparisons) > 1:
            title = f"{title} ({protocol.comparison(row['comparison']).title})"
        return title

    def estimate(self, row: dict[str, Any]) -> str:
        """A pooled effect as the page prints it."""
        is_ratio = self.night.review.protocol.analysis(row["analysis"]).is_ratio
        limits = f"{confidence(row['level'])} {interval(row['ci_low'], row['ci_high'], is_ratio)}"
        people = n_equals(row["n_participants"], row["n_is_least"])
        said = f"{row['measure']} {effect(row['estimate'], is_ratio)} ({limits})"
        return f"{self.outcome(row)}: {joined(said, in_studies(row['n_studies'], row['k']), people)}"

    @property
    def decided_by(self) -> Counter[str]:
        """Who decided how many verdicts on criteria: the rules, or a person or version by name."""
        return Counter(row["decided_by"] for row in self.night["review_screening_decision"])

    @property
    def owed(self) -> Counter[str]:
        """Open items of the queue by their kind."""
        return Counter(row["kind"] for row in self.night["out_queue"])


def facts_of(night: PublishedNight) -> Facts:
    """A night with what the statements count from it."""
    return Facts(night=night, flow=flow_of_night(night), sources=searched_sources(night), by_hand=hand_searches(night))


def listed(items: Sequence[str]) -> str:
    """``a; b; c``; sentences hold commas of their own."""
    return "; ".join(items)
