"""A pooled effect with one more study is what it is when the study is really there."""

import numpy as np
import pytest
from made_up_rows import counted, headline, means, protocol

from models.forecast import PlannedStudy
from models.synthesis import EffectInput, PooledEffect
from models.vocabulary import Measure
from synthesis.one_more_study import OneMore, with_one_more

WAYS = [("common", "wald"), ("DL", "wald"), ("REML", "wald"), ("REML", "hksj"), ("PM", "hksj-truncated")]
NUMBERS = ("k", "n_studies", "n_participants", "yi", "estimate", "ci_low", "ci_high", "se", "p_value", "tau2", "i2_pct")


def same(found: PooledEffect, wanted: PooledEffect) -> None:
    for name in NUMBERS:
        assert getattr(found, name) == pytest.approx(getattr(wanted, name), rel=1e-9, abs=1e-12), name


@pytest.mark.parametrize(("model", "interval"), WAYS)
@pytest.mark.parametrize("measure", [Measure.MD, Measure.HR])
@pytest.mark.parametrize("k", [1, 2, 5])
def test_by_inverse_variance(model: str, interval: str, measure: Measure, k: int) -> None:
    of = protocol(measure, model, interval)
    rows = [means(f"S{i}", 0.3 * i - 0.2, 0.2 + 0.1 * i, measure) for i in range(k)]
    study = OneMore(planned=PlannedStudy(study_id="NEW", n_intervention=50, n_control=50), se=0.4)
    results = np.array([-1.0, 0.0, 0.7])
    found = with_one_more(headline(of, rows), rows, study, results)
    for one, yi in zip(found, results, strict=True):
        same(one, headline(of, [*rows, means("NEW", float(yi), 0.4, measure)]))


@pytest.mark.parametrize(("model", "name"), [("mh", "revman5"), ("mh", "revman2025"), ("DL", "revman5")])
def test_by_tables_whose_control_risk_is_that_of_the_review(model: str, name: str) -> None:
    """A further table of 20 in 100 under control, with as many events as give a ratio of 0.5 or 1.5."""
    of = protocol("RR", model, name=name)
    rows = [counted("S1", 10, 100, 20, 100), counted("S2", 30, 150, 28, 140)]
    for treated in (10, 30):
        new = counted("NEW", treated, 100, 20, 100)
        assert new.yi is not None and new.vi is not None
        study = OneMore(
            planned=PlannedStudy(study_id="NEW", n_intervention=100, n_control=100), se=new.vi**0.5, risk=0.2
        )
        [found] = with_one_more(headline(of, rows), rows, study, np.array([new.yi]))
        same(found, headline(of, [*rows, new]))


@pytest.mark.parametrize("result", [-3.0, -0.5, 0.0, 0.5, 3.0])
@pytest.mark.parametrize("measure", ["RR", "OR", "RD"])
def test_tables_exist_for_whatever_is_predicted(measure: str, result: float) -> None:
    """At a control risk of 0.9 a ratio of 20 needs another control risk; no arm has more events than people."""
    rows = [counted("S1", 90, 100, 80, 100), counted("S2", 95, 100, 90, 100)]
    rows = [
        EffectInput(**({n: getattr(r, n) for n in r.__struct_fields__} | {"measure": Measure(measure)})) for r in rows
    ]
    study = OneMore(planned=PlannedStudy(study_id="NEW", n_intervention=40, n_control=40), se=0.1, risk=0.9)
    [found] = with_one_more(headline(protocol(measure, "mh"), rows), rows, study, np.array([result]))
    assert found.ci_low is not None and found.ci_high is not None
    assert found.ci_low < found.ci_high


def test_a_study_without_a_control_risk_has_no_table() -> None:
    rows = [counted("S1", 10, 100, 20, 100)]
    study = OneMore(planned=PlannedStudy(study_id="NEW", n_intervention=40, n_control=40), se=0.1)
    with pytest.raises(ValueError, match="control risk"):
        with_one_more(headline(protocol("RR", "mh"), rows), rows, study, np.array([0.0]))
