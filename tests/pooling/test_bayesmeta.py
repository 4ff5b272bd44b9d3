"""bayesmeta confirms posteriors where R is installed; the exchange with it is tested everywhere, its coarseness with its own values."""

import csv
import os
import sys
from collections import defaultdict
from pathlib import Path

import msgspec
import numpy as np
import pytest

from models.bayes import BayesLine, Verdict
from models.synthesis import EffectInput
from models.vocabulary import EvidenceSet, Measure
from pooling.bayesmeta import BAYESMETA, COMPARED, crosscheck_with_bayesmeta
from synthesis.bayes import posterior
from synthesis.priors import FLAT, MuPrior, prior_named

NEXT = Path(__file__).parents[3] / "shared" / "golden" / "next"
OF_GOLDEN = {
    "mu median": "yi",
    "mu central95 lower": "ci_low",
    "mu central95 upper": "ci_high",
    "theta central95 lower": "pi_low",
    "theta central95 upper": "pi_high",
}
YI, VI = (-0.7557, 0.2917, 0.1), (0.4374, 0.0811, 0.2)


def read(path):
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def rows(yi, vi):
    return [
        EffectInput(
            study_id=f"S{i}",
            comparison="c",
            outcome="o",
            timepoint="t",
            measure=Measure.GEN,
            evidence_set=EvidenceSet.CONFIRMED,
            n_intervention=0,
            n_control=0,
            yi=float(y),
            vi=float(v),
        )
        for i, (y, v) in enumerate(zip(yi, vi, strict=True))
    ]


def line(yi, vi, prior="HN(0.5)", mu=FLAT):
    found, named = posterior(yi, vi, tau=prior_named(prior), mu=mu), prior_named(prior).named
    one = {name: float(getattr(found, name)[0]) for name in ("low", "median", "high", "pi_low", "pi_high")}
    return BayesLine(
        evidence_set=EvidenceSet.CONFIRMED,
        comparison="c",
        outcome="o",
        timepoint="t",
        analysis="",
        measure=Measure.GEN,
        is_ratio=False,
        prior=prior,
        prior_family=named.family,
        prior_scale=named.scale,
        prior_location=named.location,
        mu_prior="flat" if mu.is_flat else f"N({mu.mean}; {mu.sd}^2)",
        mu_prior_mean=0.0 if mu.is_flat else mu.mean,
        mu_prior_sd=None if mu.is_flat else mu.sd,
        level=0.95,
        k=len(yi),
        yi=one["median"],
        mean=None,
        sd=None,
        estimate=one["median"],
        ci_low=one["low"],
        ci_high=one["high"],
        pi_low=one["pi_low"],
        pi_high=one["pi_high"],
        tau_median=0.0,
        tau_low=0.0,
        tau_high=0.0,
        tau_mean=None,
        tau_sd=None,
        p_below_no_effect=0.5,
        p_benefit=None,
        p_beyond_mid=None,
        bf_tau_zero=None,
        verdict=Verdict.OPEN,
    )


@pytest.fixture
def rscript(tmp_path):
    """A stand-in for Rscript: answers the first posterior with the given numbers, refuses the others, keeps what it read."""

    def answering(numbers: dict[str, float], status: int = 0) -> Path:
        program = tmp_path / "Rscript"
        values = ",".join(repr(numbers[name]) for name in COMPARED)
        program.write_text(
            f"""#!{sys.executable}
import sys
script, question, answer = sys.argv[1:]
open({str(tmp_path / "asked.csv")!r}, "w").write(open(question).read())
open(answer, "w").write("line,{",".join(COMPARED)}\\n0,{values}\\n")
print("Error in bayesmeta: no", file=sys.stderr)
sys.exit({status})
""",
            encoding="utf-8",
        )
        program.chmod(0o755)
        return program

    return answering


def numbers_of(made, **changes):
    return {name: getattr(made, name) + changes.get(name, 0.0) for name in COMPARED}


@pytest.mark.skipif(BAYESMETA.find() is None, reason="R with bayesmeta is not installed")
@pytest.mark.parametrize("prior", ["HN(0.5)", "HC(0.5)", "Exp(0.5)", "U(2)", "LN(-2.085, 0.775)", "LT5(-1.72, 1.295)"])
@pytest.mark.parametrize("mu", [FLAT, MuPrior(0.0, 4.0)])
def test_bayesmeta_confirms_every_family_of_priors(prior, mu):
    assert crosscheck_with_bayesmeta(rows(YI, VI), [line(YI, VI, prior, mu)], BAYESMETA.find()) == ((), 1)


def test_what_bayesmeta_confirms_is_counted_and_what_it_refuses_says_nothing(rscript):
    made = line(YI, VI)
    assert crosscheck_with_bayesmeta(rows(YI, VI), [made, made], rscript(numbers_of(made))) == ((), 1)


def test_nothing_is_asked_of_no_posteriors(rscript):
    assert crosscheck_with_bayesmeta(rows(YI, VI), [], rscript(numbers_of(line(YI, VI)), status=1)) == ((), 0)


@pytest.mark.parametrize("name", COMPARED)
def test_a_number_that_is_apart_by_more_than_a_grid_explains_is_found(rscript, name):
    made = line(YI, VI)
    width = made.pi_high - made.pi_low
    found, answered = crosscheck_with_bayesmeta(
        rows(YI, VI), [made], rscript(numbers_of(made, **{name: 0.002 * width}))
    )
    assert answered == 1
    assert [item.name for item in found] == [f"{name} (bayesmeta)"]


def test_it_is_asked_with_the_prior_s_own_numbers(rscript, tmp_path):
    made = line(YI, VI, "LN(-2.085, 0.775)", MuPrior(0.0, 4.0))
    crosscheck_with_bayesmeta(rows(YI, VI), [made], rscript(numbers_of(made)))
    asked = read(tmp_path / "asked.csv")
    assert [(float(row["yi"]), float(row["vi"])) for row in asked] == list(zip(YI, VI, strict=True))
    assert {(row["family"], row["scale"], row["location"]) for row in asked} == {("LN", "0.775", "-2.085")}
    assert {(row["mu_mean"], row["mu_sd"]) for row in asked} == {("0.0", "4.0")}


def test_a_ratio_is_compared_by_its_logarithm(rscript):
    made = line(YI, VI)
    limits = {name: float(np.exp(getattr(made, name))) for name in COMPARED if name != "yi"}
    ratio = msgspec.structs.replace(made, is_ratio=True, **limits)
    assert crosscheck_with_bayesmeta(rows(YI, VI), [ratio], rscript(numbers_of(made))) == ((), 1)


@pytest.mark.parametrize(("r_says", "differs"), [(-1000.0, False), (-5.0, True), (0.0, True)])
def test_a_limit_too_small_to_be_held_agrees_with_one_that_is_as_small_and_with_no_other(rscript, r_says, differs):
    made = msgspec.structs.replace(line(YI, VI), pi_low=r_says)
    limits = {name: float(np.exp(getattr(made, name))) for name in COMPARED if name != "yi"}
    ratio = msgspec.structs.replace(made, is_ratio=True, **(limits | {"pi_low": 0.0}))
    found, _ = crosscheck_with_bayesmeta(rows(YI, VI), [ratio], rscript(numbers_of(made)))
    assert [item.name for item in found] == (["pi_low (bayesmeta)"] if differs else [])


def test_when_r_stops_its_own_words_are_passed_on(rscript):
    made = line(YI, VI)
    with pytest.raises(RuntimeError, match="bayesmeta stopped: Error in bayesmeta: no"):
        crosscheck_with_bayesmeta(rows(YI, VI), [made], rscript(numbers_of(made), status=1))


def test_bayesmeta_s_own_values_are_within_the_tolerance(rscript):
    if not NEXT.is_dir():
        assert os.environ.get("CI") != "true", "the reference values are not here, and CI needs them"
        pytest.skip("the reference values are not here")
    studies = {
        row["dataset"]: ([float(y) for y in row["yi"].split(";")], [float(s) ** 2 for s in row["sei"].split(";")])
        for row in read(NEXT / "bayes_nnhm_exact.csv")
    }
    theirs = defaultdict(dict)
    for row in read(NEXT / "bayes_nnhm.csv"):
        if row["stat"] in OF_GOLDEN and row["dataset"] in studies and row["prior_tau"].startswith("H"):
            theirs[row["dataset"], row["prior_mu"], row["prior_tau"]][OF_GOLDEN[row["stat"]]] = float(row["value"])
    assert len(theirs) > 20
    for (dataset, mu, tau), values in theirs.items():
        yi, vi = studies[dataset]
        prior = FLAT if mu == "flat" else MuPrior(0.0, 10.0 if "10" in mu else 4.0)
        found, _ = crosscheck_with_bayesmeta(rows(yi, vi), [line(yi, vi, tau, prior)], rscript(values))
        assert found == (), (dataset, mu, tau)
