"""Reviews of one analysis and rows of it, in one line each."""

import numpy as np

from models.forecast import EffectForecast
from models.protocol import Protocol
from models.synthesis import EffectInput, PooledEffect
from models.vocabulary import Convention, EvidenceSet, Measure
from synthesis.analyses import pool_review

CONFIRMED = EvidenceSet.CONFIRMED
PROTOCOL = {
    "review": "r",
    "title": "R",
    "version": "1",
    "searches": {},
    "comparisons": [{"id": "c", "title": "C", "intervention": "i", "control": "k"}],
    "timepoints": [{"name": "t", "from_days": 1, "to_days": 200}],
}


def protocol(measure: str, model: str, interval: str = "wald", name: str = "revman2025", **outcome: object) -> Protocol:
    choice = {"model": model, "interval": interval}
    usual = {"id": "o", "title": "O", "short": "O", "measure": measure, "unit": "", "direction": "higher"}
    return Protocol.model_validate(
        PROTOCOL
        | {
            "outcomes": [usual | {"timepoints": ["t"], "registry": "none"} | outcome],
            "conventions": [{"name": name, "continuous": [choice], "dichotomous": [choice]}],
        }
    )


def row(study: str, measure: Measure, **cells: object) -> EffectInput:
    usual = {"comparison": "c", "outcome": "o", "timepoint": "t", "analysis": "o:t", "evidence_set": CONFIRMED}
    return EffectInput(study_id=study, measure=measure, **(usual | cells))  # type: ignore[arg-type]


def means(study: str, yi: float, se: float, measure: Measure = Measure.MD) -> EffectInput:
    return row(study, measure, n_intervention=50, n_control=50, yi=yi, vi=se**2)


def counted(study: str, a: int, n1: int, c: int, n2: int) -> EffectInput:
    yi, vi = np.log(a * n2 / (c * n1)), 1 / a - 1 / n1 + 1 / c - 1 / n2
    return row(
        study,
        Measure.RR,
        n_intervention=n1,
        n_control=n2,
        events_intervention=a,
        events_control=c,
        yi=float(yi),
        vi=float(vi),
    )


def headline(of: Protocol, rows: list[EffectInput]) -> PooledEffect:
    [effect] = pool_review(rows, of, CONFIRMED)
    return effect


def effect_forecast(study: str = "NCT1", **told: object) -> EffectForecast:
    """What a trial would do to a mean difference; the rest is told."""
    usual: dict[str, object] = {
        "analysis": "o:t", "comparison": "c", "outcome": "o", "timepoint": "t", "convention": Convention.REVMAN2025,
        "measure": Measure.MD, "is_ratio": False,
    }  # fmt: skip
    return EffectForecast(study_id=study, **(usual | told))  # type: ignore[arg-type]
