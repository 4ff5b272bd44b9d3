"""metafor confirms pooled effects where R is installed; the exchange with it is tested everywhere."""

import sys
from pathlib import Path

import msgspec
import pytest

from models.further_ways import CONVENTIONAL_INTERVALS
from models.synthesis import EffectInput, PooledEffect
from models.vocabulary import Convention, EvidenceSet, Interval, Measure, Model
from pooling.metafor import METAFOR, crosscheck_with_metafor
from synthesis.pooling import natural, pool

TABLES = [(12, 60, 8, 61), (3, 33, 6, 31), (23, 95, 17, 94), (40, 210, 61, 205)]
YI = [0.4219, -0.7557, 0.2915, -0.4459]
VI = [0.1765, 0.4374, 0.0811, 0.0319]


def study(i):
    a, n1, c, n2 = TABLES[i]
    return EffectInput(
        study_id=f"S{i}",
        comparison="c",
        outcome="o",
        timepoint="t",
        measure=Measure.RR,
        evidence_set=EvidenceSet.CONFIRMED,
        n_intervention=n1,
        n_control=n2,
        events_intervention=a,
        events_control=c,
        yi=YI[i],
        vi=VI[i],
    )


INPUTS = [study(i) for i in range(4)]


def effect(model, interval=Interval.WALD, convention=Convention.REVMAN2025, inputs=INPUTS):
    pooled = pool(inputs, measure=Measure.RR, model=model, interval=interval, convention=convention)
    return PooledEffect(
        evidence_set=EvidenceSet.CONFIRMED,
        convention=convention,
        comparison="c",
        outcome="o",
        timepoint="t",
        measure=Measure.RR,
        model=model,
        interval=interval,
        k=pooled.k,
        n_studies=pooled.k,
        n_participants=pooled.n_participants,
        estimate=natural(pooled.estimate, Measure.RR),
        ci_low=natural(pooled.ci_low, Measure.RR),
        ci_high=natural(pooled.ci_high, Measure.RR),
        se=pooled.se,
        tau2=pooled.tau2,
    )


EFFECTS = [
    effect(Model.COMMON),
    effect(Model.MH),
    *(effect(model, interval) for model in (Model.DL, Model.REML, Model.PM) for interval in CONVENTIONAL_INTERVALS),
]


@pytest.mark.skipif(METAFOR.find() is None, reason="R with metafor is not installed")
def test_metafor_confirms_every_effect():
    found, answered = crosscheck_with_metafor(INPUTS, EFFECTS, METAFOR.find())
    assert answered == len(EFFECTS)
    assert found == ()


@pytest.fixture
def rscript(tmp_path):
    """A stand-in for Rscript: answers every REML effect with the given numbers and refuses the others."""

    def answering(numbers: str, status: int = 0) -> Path:
        program = tmp_path / "Rscript"
        program.write_text(
            f"""#!{sys.executable}
import csv, sys
script, question, answer = sys.argv[1:]
rows = list(csv.DictReader(open(question)))
asked = dict.fromkeys(row["effect"] for row in rows if row["method"] == "REML")
with open(answer, "w") as out:
    out.write("effect,est,se,lb,ub,tau2\\n")
    out.writelines(f"{{effect}},{numbers}\\n" for effect in asked)
print("Error: no package called metafor", file=sys.stderr)
sys.exit({status})
""",
            encoding="utf-8",
        )
        program.chmod(0o755)
        return program

    return answering


def numbers(found, **changes):
    pooled = pool(INPUTS, measure=Measure.RR, model=Model.REML, interval=Interval.WALD)
    values = [pooled.estimate, pooled.se, pooled.ci_low, pooled.ci_high, pooled.tau2]
    return ",".join(repr(value * changes.get(name, 1)) for name, value in zip(found, values, strict=True))


NAMES = ("estimate", "se", "ci_low", "ci_high", "tau2")


def test_what_metafor_confirms_is_counted_and_what_it_refuses_says_nothing(rscript):
    effects = [effect(Model.REML), effect(Model.DL), effect(Model.REML, inputs=[])]
    assert crosscheck_with_metafor(INPUTS, effects, rscript(numbers(NAMES))) == ((), 1)


@pytest.mark.parametrize("name", NAMES)
def test_a_difference_in_the_seventh_digit_is_found(rscript, name):
    answer = numbers(NAMES, **{name: 1 + 3e-7})
    found, answered = crosscheck_with_metafor(INPUTS, [effect(Model.REML)], rscript(answer))
    assert answered == 1
    assert [item.name for item in found] == [f"{name} (metafor)"]


def test_models_without_a_name_in_metafor_are_not_asked(rscript):
    around_mh = effect(Model.DL, convention=Convention.REVMAN5)
    renamed = msgspec.structs.replace(around_mh, model=Model.REML)
    program = rscript(numbers(NAMES))
    assert crosscheck_with_metafor(INPUTS, [around_mh], program)[1] == 0
    assert crosscheck_with_metafor(INPUTS, [renamed], program)[1] == 1


def test_when_r_stops_its_own_words_are_passed_on(rscript):
    with pytest.raises(RuntimeError, match="no package called metafor"):
        crosscheck_with_metafor(INPUTS, EFFECTS, rscript("", status=1))
