"""A review without a published version is not out of date: it is told what there is to assess."""

from datetime import date, datetime

import pytest

from models.dates import at_night
from models.protocol import Protocol
from models.published import PublishedVersion
from models.review import load_review
from models.screening import Event, RunContext
from models.settings import Settings
from models.synthesis import EffectInput, SourceFreshness
from models.vocabulary import AlertGrade, EventCode, EvidenceSet, Measure, SourceState
from synthesis.analyses import pool_review
from synthesis.reproduction import reproduce
from synthesis.signals import compare, decide

WATCHED = date(2016, 6, 21)
NONE_YET = PublishedVersion(version="", search_date=WATCHED)
CONTEXT = RunContext(as_of=at_night(date(2024, 1, 1)), baseline_search_date=WATCHED)


@pytest.fixture(scope="module")
def protocol() -> Protocol:
    return load_review(Settings().reviews / "als_calcium_sensitisers").protocol


def posted(on: str, grade: AlertGrade = AlertGrade.ACTION) -> Event:
    day = date.fromisoformat(on)
    return Event(
        event_code=EventCode.RESULTS_POSTED,
        study_id="NCT1",
        event_date=on,
        public_date=day,
        first_seen_at=CONTEXT.as_of,
        grade=grade,
        evidence="made up",
        reference="NCT1",
        is_news=day > WATCHED,
    )


def source(complete: date) -> SourceFreshness:
    is_old = complete < date(2023, 12, 28)
    return SourceFreshness(
        source="ctgov",
        title="ClinicalTrials.gov",
        state=SourceState.FAILED if is_old else SourceState.COMPLETE,
        last_checked_at=CONTEXT.as_of,
        last_complete_at=datetime.combine(complete, CONTEXT.as_of.timetz()),
        limit_days=3,
        is_stale=is_old,
        is_overdue=is_old,
        n_expected=None,
    )


TONIGHT, LONG_AGO = date(2024, 1, 1), date(2023, 12, 1)


@pytest.mark.parametrize(
    ("events", "searched", "rationale", "begins", "keys"),
    [
        ([], TONIGHT, "Review in preparation", "No results of an eligible trial were found", 0),
        ([], LONG_AGO, "New search needed", "Not searched to the end, so there may be more: ClinicalTrials.gov", 0),
        ([posted("2015-03-01")], TONIGHT, "Studies awaiting assessment", "NCT1 results posted 2015-03-01.", 0),
        ([posted("2020-03-01")], TONIGHT, "Studies awaiting assessment", "NCT1 results posted 2020-03-01.", 1),
        ([posted("2020-03-01")], LONG_AGO, "Studies awaiting assessment", "Not searched to the end", 1),
        ([posted("2020-03-01", AlertGrade.WATCH)], TONIGHT, "Review in preparation", "No results", 0),
    ],
    ids=["nothing", "not searched", "found", "news", "news of an unsearched night", "of a trial that may be none"],
)
def test_the_status_says_that_nothing_is_published_and_the_rationale_what_there_is(
    protocol: Protocol, events: list[Event], searched: date, rationale: str, begins: str, keys: int
) -> None:
    verdict = decide(protocol, NONE_YET, CONTEXT, "1", events, [], [source(searched)])
    assert (verdict.status, verdict.rationale) == ("No published version yet", rationale)
    assert verdict.explanation.startswith(begins)
    assert (verdict.baseline_version, len(verdict.event_keys)) == ("", keys)


def test_first_numbers_fire_s5_alone_and_nothing_is_gated(protocol: Protocol) -> None:
    arms = [
        EffectInput(
            study_id="NCT1",
            comparison="drug_vs_placebo",
            outcome="svc_change",
            timepoint="6 months",
            analysis="svc_change:6 months",
            measure=Measure.MD,
            evidence_set=EvidenceSet.CONFIRMED,
            n_intervention=100,
            n_control=100,
            yi=9.0,
            vi=0.25,
        )
    ]
    effects = pool_review(arms, protocol, EvidenceSet.CONFIRMED)
    assert reproduce(protocol, [], effects) == []
    signals = compare(protocol, effects, {"NCT1": (744, "registered, actual")})
    assert {signal.rule for signal in signals if signal.fired} == {"S5"}
    verdict = decide(protocol, NONE_YET, CONTEXT, "1", [], signals, [])
    assert (verdict.status, verdict.is_confirmed_only) == ("No published version yet", True)
    assert "Rules fired: S5 SVC." in verdict.explanation
