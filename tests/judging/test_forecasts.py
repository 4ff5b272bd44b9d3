"""The forecast of a night: each ongoing trial against each main analysis, and why some of it cannot be computed."""

from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from made_up_rows import headline, means, protocol
from msgspec.structs import replace

from judging.forecasts import Night, forecasts_of
from models.analysis import Analysis
from models.forecast import TrialForecast
from models.protocol import Protocol
from models.review import load_review
from models.screening import Numbers, ScreeningDecision, StudyStatus
from models.synthesis import EffectInput
from models.trial import Arm, TrialRecord
from models.vocabulary import EvidenceSet, Measure, Status, StudyList, StudyState, Verdict
from studies.lifecycle import StudyFile
from synthesis.analyses import pool_review
from synthesis.forecast import NO_NUMBER, NOT_OF_COMPARISON, NOTHING_POOLED

TODAY = date(2024, 1, 1)
ROWS = [means("S1", -0.3, 0.25, Measure.HR), means("S2", 0.1, 0.3, Measure.HR)]


def study(name: str) -> StudyFile:
    record = TrialRecord(
        source="ctgov",
        registry="ClinicalTrials.gov",
        registry_id=name,
        registry_date="2023-06-01",
        status=Status.RECRUITING,
        completion_date="2025-06-30",
    )
    return StudyFile(
        study_id=name,
        versions=(),
        newest=record,
        reports=(),
        screening=ScreeningDecision(study_id=name, verdict=Verdict.MET, criteria=()),
        numbers=Numbers(),
        published=None,
    )


def status(name: str, **fields: Any) -> StudyStatus:
    usual = {"state": StudyState.RECRUITING, "list": StudyList.ONGOING, "reason": "", "planned_participants": 120}
    return StudyStatus(study_id=name, numbers=Numbers(), **(usual | fields))  # type: ignore[arg-type]


def forecasts(
    *statuses: StudyStatus, of: Protocol | None = None, rows: Sequence[EffectInput] = ROWS, **night: Any
) -> tuple[TrialForecast, ...]:
    of = of or protocol("HR", "REML")
    usual = {"as_published": (), "new_participants": {}, "closed": frozenset(), "today": TODAY}
    known = Night(files=[study(item.study_id) for item in statuses], statuses=statuses, **(usual | night))
    return forecasts_of(list(rows), [headline(of, list(rows))], of, known)


def test_every_ongoing_trial_meets_every_analysis() -> None:
    found = forecasts(status("NCT1"), status("NCT2", list=StudyList.INCLUDED), status("NCT3"))
    assert [item.study_id for item in found] == ["NCT1", "NCT3"]
    for item in found:
        [effect] = item.effects
        assert effect.study_id == item.study_id
        assert effect.planned is not None and effect.planned.n == pytest.approx(120)
        assert effect.is_computed
        assert item.results.spread is not None


@pytest.mark.parametrize(
    ("planned", "rows", "why"), [(None, ROWS, NO_NUMBER), (0, ROWS, NO_NUMBER), (120, [], NOTHING_POOLED)]
)
def test_what_cannot_be_computed_says_why(planned: int | None, rows: list[EffectInput], why: str) -> None:
    [found] = forecasts(status("NCT1", planned_participants=planned), rows=rows)
    [effect] = found.effects
    assert (effect.study_id, effect.unknown, effect.is_computed) == ("NCT1", why, False)


def test_nothing_is_held_against_an_analysis_whose_gate_is_closed() -> None:
    [found] = forecasts(status("NCT1"), closed=frozenset({"o:t"}))
    assert found.effects == ()
    assert found.results.spread is not None, "when it reports is known all the same"


def test_only_main_analyses_are_forecast() -> None:
    of = protocol("HR", "REML")
    sensitivity = Analysis(analysis="o:t", comparison="c", outcome="o", timepoint="t", role="sensitivity")
    [found] = forecasts(status("NCT1"), of=of.with_analyses([sensitivity]))
    assert found.effects == ()


def test_provisional_numbers_are_no_ground_to_predict_from() -> None:
    wild = replace(means("S3", 5.0, 0.1, Measure.HR), evidence_set=EvidenceSet.PROVISIONAL)
    assert forecasts(status("NCT1"), rows=[*ROWS, wild]) == forecasts(status("NCT1"))


def test_a_night_without_ongoing_trials_has_no_forecast() -> None:
    assert forecasts(status("NCT1", list=StudyList.AWAITING)) == ()


def test_a_trial_of_another_comparison_is_not_counted_here() -> None:
    """Each comparison has its own words; the trial's arms name those of the second alone."""
    review = load_review(Path(__file__).parents[2] / "reviews" / "als_cell_therapy")
    data = review.protocol.model_dump(exclude_unset=True)
    first = data["comparisons"][0]
    data["comparisons"] = [
        first | {"id": "a", "intervention_terms": ["alpha cells"], "control_terms": ["sham"]},
        first | {"id": "b", "intervention_terms": ["beta cells"], "control_terms": ["sham"]},
    ]
    of = Protocol.model_validate(data)
    beta = replace(study("NCT1").newest, arms=(Arm(label="Beta cells"), Arm(label="Sham")))
    file = replace(study("NCT1"), newest=beta)
    effects = pool_review([], of, EvidenceSet.CONFIRMED)
    night = Night(
        files=[file], statuses=[status("NCT1")], as_published=(), new_participants={}, closed=frozenset(), today=TODAY
    )
    [found] = forecasts_of([], effects, of, night)
    reasons = {effect.comparison: effect.unknown for effect in found.effects}
    assert reasons == {"a": NOT_OF_COMPARISON, "b": NOTHING_POOLED}
