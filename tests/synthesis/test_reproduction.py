"""Gate S0: a published estimate comes out of its own data to the digits that it was printed with, or is a reason to stop."""

from math import exp

import pytest

from models.analysis import Analysis
from models.protocol import Protocol
from models.published import EstimateRow
from models.synthesis import EffectInput, Signal
from models.vocabulary import EvidenceSet, Measure
from synthesis.analyses import pool_review
from synthesis.reproduction import reproduce

PUBLISHED = EvidenceSet.PUBLISHED
EXACT = {"estimate": 2.0, "ci_low": 2 - 1.959963984540054 * 0.2, "ci_high": 2 + 1.959963984540054 * 0.2}


def protocol(**told: object) -> Protocol:
    base = Protocol.model_validate(
        {
            "review": "r",
            "title": "R",
            "version": "1",
            "searches": {},
            "comparisons": [{"id": "c", "title": "C", "intervention": "i", "control": "k"}],
            "timepoints": [{"name": "t"}],
            "outcomes": [
                {
                    "id": "o", "title": "O", "short": "O", "measure": "MD", "unit": "", "direction": "higher",
                    "timepoints": ["t"],
                }
            ],
            "conventions": [{"name": "published"}],
        }
    )  # fmt: skip
    line = {"analysis": "1.1", "comparison": "c", "outcome": "o", "timepoint": "t", "method": "iv", "model": "fixed"}
    return base.with_analyses([Analysis.model_validate(line | told)])


def gate(
    yi: float | None = 2.0, measure: Measure = Measure.MD, printed: dict[str, object] | None = None
) -> list[Signal]:
    """What is said of one published estimate, whose study has this effect with a standard error of 0.2."""
    of = protocol(measure=measure)
    item = EffectInput(
        study_id="S", comparison="c", outcome="o", timepoint="t", analysis="1.1", measure=measure,
        evidence_set=PUBLISHED, n_intervention=50, n_control=50, yi=yi, vi=None if yi is None else 0.04, is_contrast=True,
    )  # fmt: skip
    row = EstimateRow.model_validate({"version": "1", "analysis": "1.1"} | EXACT | (printed or {}))
    return reproduce(of, [row], pool_review([item], of, PUBLISHED))


PRINTED = [
    # what is printed, and whether that is the data's estimate of 2.0 (1.608 to 2.392) in one study of 100 people
    ({}, True),
    ({"estimate": 2.0 + 1e-10}, True),
    ({"estimate": 2.0 + 1e-8}, False),
    ({"ci_high": 2.3919}, False),
    ({"estimate": 2, "ci_low": 1.61, "ci_high": 2.39, "decimals": 2}, True),
    ({"estimate": 2, "ci_low": 1.6, "ci_high": 2.4, "decimals": 1}, True),
    ({"estimate": 2, "ci_low": 1.6, "ci_high": 2.39, "decimals": 2}, False),
    ({"estimate": 2, "ci_low": 1.608, "ci_high": 2.392, "decimals": 3, "k": 1, "n_participants": 100}, True),
    ({"k": 2}, False),
    ({"n_participants": 99}, False),
    ({"k": 2, "not_reproduced": "one report counts two trials"}, True),
    ({"ci_low": None}, False),
]


@pytest.mark.parametrize(("printed", "agrees"), PRINTED)
def test_an_estimate_is_met_to_its_printed_digits(printed: dict[str, object], agrees: bool) -> None:
    [signal] = gate(printed=printed)
    assert signal.fired is not agrees
    assert (signal.rule, signal.analysis) == ("S0", "1.1")


def test_a_ratio_is_met_on_the_scale_of_its_logarithm() -> None:
    """With all digits: of 1000, a difference of 1e-8 is nothing; of 1e-6, it is."""
    limits = [exp(7 - 1.959963984540054 * 0.2), exp(7 + 1.959963984540054 * 0.2)]
    told = {"estimate": exp(7) + 1e-7, "ci_low": limits[0], "ci_high": limits[1]}
    assert [item.fired for item in gate(7.0, Measure.HR, told)] == [False]
    assert [item.fired for item in gate(7.0, Measure.HR, told | {"estimate": exp(7) * (1 + 1e-7)})] == [True]


def test_an_estimate_without_data_is_not_met() -> None:
    [signal] = gate(None)
    assert signal.fired
    assert "nothing can be pooled from the published data" in signal.explanation


@pytest.mark.parametrize("told", [{"subgroup": "Men", "subgroup_number": 1}, {"estimate": None}])
def test_lines_of_subgroups_and_lines_without_an_estimate_are_no_gate(told: dict[str, object]) -> None:
    assert gate(printed=told) == []


def test_a_known_difference_is_accepted_and_still_told() -> None:
    [signal] = gate(printed={"estimate": 2.2, "ci_low": 2.0, "ci_high": 2.4, "not_reproduced": "a misprint"})
    assert not signal.fired
    assert signal.explanation.endswith("Known and accepted: a misprint.")
    assert signal.value == pytest.approx(0.2, abs=0.01)
    assert signal.threshold == 1e-9


SIZES = [
    # what is printed, of one study in two rows: as the rows tell people
    ({"k": 2}, {}, True),
    ({"k": 1}, {}, True),
    ({"k": 3}, {}, False),
    ({"n_participants": 40}, {"correlation": 0.5}, True),
    ({"n_participants": 80}, {"correlation": 0.5}, True),
    ({"n_participants": 60}, {"correlation": 0.5}, False),
    ({"n_participants": 60}, {"n_intervention": 0, "n_control": 0}, True),
    ({"n_participants": 60}, {"n_control": 0}, True),
    ({"n_participants": 30}, {"n_control": 0}, False),
]


@pytest.mark.parametrize(("printed", "told", "agrees"), SIZES)
def test_studies_and_people_may_be_printed_as_rows_and_arms_or_once_each(
    printed: dict[str, object], told: dict[str, object], agrees: bool
) -> None:
    of = protocol(measure=Measure.MD)
    usual = {
        "study_id": "S", "comparison": "c", "outcome": "o", "timepoint": "t", "analysis": "1.1", "measure": Measure.MD,
        "evidence_set": PUBLISHED, "n_intervention": 20, "n_control": 20, "yi": 2.0, "vi": 0.08, "is_contrast": True,
    }  # fmt: skip
    rows = [EffectInput(**(usual | told | {"part": part})) for part in ("low", "high")]
    row = EstimateRow.model_validate({"version": "1", "analysis": "1.1"} | EXACT | printed)
    [signal] = reproduce(of, [row], pool_review(rows, of, PUBLISHED))
    assert signal.fired is not agrees
    assert "k = 1 in 2 rows" in signal.explanation
