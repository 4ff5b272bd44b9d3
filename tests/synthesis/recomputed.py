"""Our numbers under the names of the reference files: one function per kind of row.

Dataset, measure, pooling and setting are the first four columns of a reference file; each function answers
with the numbers of one analysis by the names of the fifth.
"""

import csv
import gzip
import math
from collections import defaultdict
from collections.abc import Callable
from functools import cache
from pathlib import Path

import numpy as np

from models.vocabulary import Convention, Interval, Measure, Model
from models.zero_cells import AddTo
from synthesis.heterogeneity import i2_limits_of_q, i2_of_tau2, pool_subgroups
from synthesis.inverse_variance import PooledSets, pool_sets, prediction_interval
from synthesis.mantel_haenszel import pool_tables
from synthesis.measures import (
    Means,
    effect_of_means,
    effect_of_tables,
    mean_difference,
    standardised_mean_difference,
)
from synthesis.pooling import pool_studies
from synthesis.sensitivity import cumulative, leave_one_out
from synthesis.small_study import egger, harbord, peters, trim_and_fill
from synthesis.study_sets import StudySets
from synthesis.tables import UNCORRECTED, Tables, ZeroCells

REFERENCE = Path(__file__).parent / "reference"

CLOSED, ITERATIVE = 1e-12, 1e-9
INTERVALS = {"z": Interval.WALD, "knha": Interval.HKSJ, "adhoc": Interval.HKSJ_TRUNCATED}

STANDARD = "add=0.5;to=only0;drop00=TRUE"

Values = dict[str, float]


def read(name: str) -> list[dict[str, str]]:
    with gzip.open(REFERENCE / f"{name}.csv.gz", "rt", encoding="utf-8") as file:
        return list(csv.DictReader(file))


@cache
def data_sets() -> dict[str, list[dict[str, str]]]:
    found: defaultdict[str, list[dict[str, str]]] = defaultdict(list)
    for row in read("inputs"):
        found[row["dataset"]].append(row)
    return dict(found)


def column(dataset: str, name: str) -> list[float]:
    return [float(row[name]) for row in data_sets()[dataset]]


def tables_of(dataset: str) -> Tables:
    return Tables.of(*(column(dataset, name) for name in ("ai", "n1i", "ci", "n2i")))


def zero_cells_in(setting: str) -> ZeroCells:
    """``add=0.5;to=only0;drop00=TRUE`` and ``MHadd=0.5only0;drop00=FALSE``, as the reference writes them."""
    drop = "drop00=TRUE" in setting
    if setting.startswith("MHadd="):
        return ZeroCells(0.5, AddTo.ONLY_ZERO, drop) if "0.5" in setting else ZeroCells(0.0, AddTo.NONE, drop)
    add, to = (part.split("=")[1] for part in setting.split(";")[:2])
    return ZeroCells(float(add), AddTo(to), drop)


@cache
def effects(dataset: str, measure: str, setting: str) -> tuple[np.ndarray, np.ndarray]:
    """(k,) effects and variances, NaN where a study has none."""
    if measure == "GEN":
        return np.array(column(dataset, "yi")), np.array(column(dataset, "vi"))
    if measure in ("RR", "OR", "RD", "PETO"):
        yi, vi = effect_of_tables(tables_of(dataset).corrected(zero_cells_in(setting)), Measure(measure))
        return yi[0], vi[0]
    one, two = (Means(*(column(dataset, f"{name}{arm}i") for name in ("m", "sd", "n"))) for arm in (1, 2))
    if "HO" in setting:
        return mean_difference(one, two, is_pooled=True)
    if "UB" in setting:
        return standardised_mean_difference(one, two, is_unbiased=True)
    if measure == "SMD" and ("RevMan" in setting or "exact.smd=FALSE" in setting):
        return effect_of_means(one, two, Measure.SMD_APPROXIMATE)
    return effect_of_means(one, two, Measure(measure))


def known(dataset: str, measure: str, setting: str) -> tuple[np.ndarray, np.ndarray]:
    yi, vi = effects(dataset, measure, setting if "=" in setting and "k.min" not in setting else STANDARD)
    return yi[np.isfinite(yi)], vi[np.isfinite(yi)]


def first(pooled: PooledSets) -> Values:
    """The only set's numbers by the reference's names."""
    return {
        "est": pooled.estimate[0],
        "se": pooled.se[0],
        "ci.lb": pooled.ci_low[0],
        "ci.ub": pooled.ci_high[0],
        "pval": pooled.p_value[0],
        "tau2": pooled.tau2[0],
        "QE": pooled.q[0],
        "QEp": pooled.q_p[0],
        "I2": pooled.i2_pct[0],
        "H2": pooled.h2[0],
        "k": pooled.k[0],
    }


def numbered(pooled: PooledSets) -> Values:
    """Each set's numbers, ``est.1`` and so on."""
    names = {"est": pooled.estimate, "se": pooled.se, "ci.lb": pooled.ci_low, "ci.ub": pooled.ci_high}
    names["tau2"] = pooled.tau2
    return {f"{name}.{i}": value for name, values in names.items() for i, value in enumerate(values, 1)}


def inverse_variance(dataset: str, measure: str, pooling: str, setting: str) -> Values:
    _, model, interval = pooling.split(".")
    yi, vi = known(dataset, measure, setting)
    pooled = pool_sets(
        yi,
        vi,
        model=Model.COMMON if model == "EE" else Model(model),
        interval=INTERVALS[interval],
        with_tau2_limits=interval == "z" and model in ("DL", "PM", "REML"),
    )
    values = first(pooled)
    k = len(yi)
    for name, df in (("z", math.inf), ("t(k-1)", k - 1), ("t(k-2)", k - 2)):
        low, high = prediction_interval(pooled, df)
        values |= {f"pi.lb.{name}": low[0], f"pi.ub.{name}": high[0]}
    if k == 1:
        values |= {"pi.lb.z": pooled.ci_low[0], "pi.ub.z": pooled.ci_high[0]}
    else:
        sets = StudySets.of(yi, vi)
        for name, limit in (("lb", pooled.tau2_low), ("ub", pooled.tau2_high)):
            i2, h2 = i2_of_tau2(sets, limit)
            values |= {f"QP.tau2.{name}": limit[0], f"QP.I2.{name}": i2[0], f"QP.H2.{name}": h2[0]}
    return values


def escalc(dataset: str, measure: str, _: str, setting: str) -> Values:
    yi, vi = effects(dataset, measure, setting)
    yi, vi = yi[np.isfinite(yi)], vi[np.isfinite(yi)]  # the reference numbers only the effects that exist
    values = {f"{name}.{i}": value for name, column in (("yi", yi), ("vi", vi)) for i, value in enumerate(column, 1)}
    return values | {"k": float(np.isfinite(yi).sum())}


def mantel_haenszel(dataset: str, measure: str, _: str, setting: str) -> Values:
    zero_cells = zero_cells_in(setting)
    tables = tables_of(dataset)
    kept = tables.corrected(ZeroCells(zero_cells.add, zero_cells.to, drop_double=False))
    yi, vi = effect_of_tables(tables.corrected(ZeroCells(drop_double=zero_cells.drop_double)), Measure(measure))
    return first(pool_tables(kept, yi, vi, measure=Measure(measure))) | {"k": float(len(column(dataset, "ai")))}


def peto(dataset: str, *_: str) -> Values:
    tables = tables_of(dataset).corrected(UNCORRECTED)
    yi, vi = effect_of_tables(tables, Measure.PETO)
    return first(pool_tables(tables, yi, vi, measure=Measure.PETO, model=Model.PETO)) | {
        "k": float(len(column(dataset, "ai")))
    }


def of_heterogeneity(dataset: str, measure: str, _: str, setting: str) -> Values:
    pooled = pool_sets(*known(dataset, measure, setting), model=Model.COMMON, with_tau2_limits=False)
    low, high = i2_limits_of_q(pooled.q, pooled.k)
    return {"Q": pooled.q[0], "I2.Q": pooled.i2_pct[0], "I2.lb": low[0], "I2.ub": high[0]}


MODELS = {"EE": Model.COMMON, "DL": Model.DL, "REML": Model.REML}


def one_left_out(dataset: str, measure: str, pooling: str, setting: str) -> Values:
    model, interval = (*pooling.split(".")[1:], "z")[:2]
    yi, vi = known(dataset, measure, setting)
    return numbered(leave_one_out(yi, vi, model=MODELS[model], interval=INTERVALS[interval]))


def one_after_another(dataset: str, measure: str, pooling: str, setting: str) -> Values:
    return numbered(cumulative(*known(dataset, measure, setting), model=MODELS[pooling.split(".")[1]]))


def of_egger(dataset: str, measure: str, _: str, setting: str) -> Values:
    test = egger(*known(dataset, measure, setting), least=3)
    return {
        "slope.on.se": test.bias,
        "se.slope": test.se,
        "tval": test.t,
        "df": test.df,
        "pval": test.p_value,
        "intercept": test.intercept,
        "bias": test.bias,
        "se": test.se,
        "stat": test.t,
        "p": test.p_value,
    }


def of_harbord(dataset: str, *_: str) -> Values:
    test = harbord(tables_of(dataset), least=3)
    return {"bias": test.bias, "se": test.se, "t": test.t, "p": test.p_value, "stat": test.t, "df": test.df}


def of_peters(dataset: str, *_: str) -> Values:
    test = peters(tables_of(dataset), least=3)
    return {
        "slope": test.bias,
        "bias": test.bias,
        "se": test.se,
        "t": test.t,
        "p": test.p_value,
        "stat": test.t,
        "df": test.df,
    }


def filled(dataset: str, measure: str, pooling: str, setting: str) -> Values:
    _, estimator, model = pooling.split(".")
    result = trim_and_fill(*known(dataset, measure, setting), model=MODELS[model], estimator=estimator, least=3)
    return first(result.pooled) | {"k0": float(result.n_filled), "side.left": float(result.side == "left")}


def odd_and_even(dataset: str, measure: str, pooling: str, setting: str) -> Values:
    yi, vi = known(dataset, measure, setting)
    groups = [i % 2 for i in range(1, len(yi) + 1)]
    result = pool_subgroups(yi, vi, groups, model=MODELS[pooling.split(".")[2]])
    by_group = dict(zip(result.groups, result.pooled.estimate, strict=True))
    return {
        "Qb": result.q_between,
        "df": result.df,
        "p": result.p_value,
        "est1": by_group[1],
        "est2": by_group.get(0, math.nan),
    }


def revman(dataset: str, measure: str, pooling: str, setting: str) -> Values:
    """RevMan 5 and RevMan since 2025; I2 is a fraction there."""
    word = Measure(measure if measure != "SMD" else "SMD-approximate")
    convention = Convention.REVMAN2025 if "New" in pooling else Convention.REVMAN5
    tables, is_peto = None, pooling.startswith("Peto")
    if data_sets()[dataset][0]["ai"]:
        tables = tables_of(dataset)
        zero_cells = ZeroCells(drop_double=measure != "RD")
        yi, vi = (values[0] for values in effect_of_tables(tables.corrected(zero_cells), word, uncorrected=tables))
        if is_peto:
            yi, vi = (values[0] for values in effect_of_tables(tables, Measure.PETO))
    else:
        yi, vi = effects(dataset, measure, setting)
    kept = np.isfinite(yi)
    if tables is not None:
        tables = Tables.of(*(np.array(column(dataset, name))[kept] for name in ("ai", "n1i", "ci", "n2i")))
    q_around_mh = pooling.startswith("MH") and "Q.Cochrane=TRUE" in setting
    random = pool_studies(
        yi[kept],
        vi[kept],
        tables=tables,
        measure=word,
        model=Model.DL if convention is Convention.REVMAN5 else Model.REML,
        interval=Interval.WALD if convention is Convention.REVMAN5 else Interval.HKSJ,
        convention=convention if q_around_mh or "New" in pooling else None,
    )
    common_model = Model.MH if pooling.startswith("MH") else Model.PETO if is_peto else Model.COMMON
    common = pool_studies(
        yi[kept],
        vi[kept],
        tables=tables,
        measure=word,
        model=common_model,
        interval=Interval.WALD,
        convention=convention,
    )
    source = common if q_around_mh else random
    values = {
        "common.est": common.estimate,
        "common.se": common.se,
        "common.lb": common.ci_low,
        "common.ub": common.ci_high,
        "random.est": random.estimate,
        "random.se": random.se,
        "random.lb": random.ci_low,
        "random.ub": random.ci_high,
        "tau2": random.tau2,
        "tau2.lb": random.tau2_low,
        "tau2.ub": random.tau2_high,
        "Q": source.q,
        "pQ": source.q_p,
        "I2.tau2": _fraction(random.i2_pct),
        "pi.lb.V": random.pi_low,
        "pi.ub.V": random.pi_high,
    }
    if source.q is not None and random.k > 1:
        low, high = i2_limits_of_q(source.q, random.k)
        values |= {"I2": max(0.0, 1 - (random.k - 1) / source.q) if source.q else 0.0}
        values |= {"I2.lb": float(low) / 100, "I2.ub": float(high) / 100}
        wald = pool_sets(yi[kept], vi[kept], model=Model.DL, moment_q=[random.q])
        pi_low, pi_high = prediction_interval(wald, random.k - 2)
        values |= {"pi.lb.HTS": pi_low[0], "pi.ub.HTS": pi_high[0]}
    return {name: math.nan if value is None else float(value) for name, value in values.items()}


def _fraction(per_cent: float | None) -> float | None:
    return None if per_cent is None else per_cent / 100


def revman_study(dataset: str, measure: str, _: str, setting: str) -> Values:
    yi, vi = effects(dataset, measure, setting)
    return {f"TE.{i}": value for i, value in enumerate(yi, 1)} | {
        f"seTE.{i}": math.sqrt(value) for i, value in enumerate(vi, 1)
    }


METHODS: dict[str, tuple[str, Callable[..., Values], float]] = {
    "escalc": ("Effects of single studies", escalc, CLOSED),
    "IV.EE": ("Common effect, inverse variance", inverse_variance, CLOSED),
    "IV.DL": ("DerSimonian-Laird", inverse_variance, CLOSED),
    "IV.HE": ("Hedges", inverse_variance, CLOSED),
    "IV.SJ": ("Sidik-Jonkman", inverse_variance, CLOSED),
    "IV.PM": ("Paule-Mandel", inverse_variance, ITERATIVE),
    "IV.EB": ("Empirical Bayes", inverse_variance, ITERATIVE),
    "IV.ML": ("Maximum likelihood", inverse_variance, ITERATIVE),
    "IV.REML": ("REML", inverse_variance, ITERATIVE),
    "HT2002": ("I2 with test-based limits", of_heterogeneity, CLOSED),
    "MH": ("Mantel-Haenszel", mantel_haenszel, CLOSED),
    "Peto": ("Peto", peto, CLOSED),
    "leave1out": ("Leave-one-out", one_left_out, ITERATIVE),
    "cumul": ("Cumulative", one_after_another, ITERATIVE),
    "egger": ("Egger's regression", of_egger, ITERATIVE),
    "harbord": ("Harbord's regression", of_harbord, ITERATIVE),
    "peters": ("Peters's regression", of_peters, ITERATIVE),
    "trimfill": ("Trim and fill", filled, ITERATIVE),
    "subgroup": ("Subgroups", odd_and_even, ITERATIVE),
    "MH.RevMan5": ("RevMan 5: Mantel-Haenszel and its random effects", revman, ITERATIVE),
    "Peto.RevMan5": ("RevMan 5: Peto", revman, ITERATIVE),
    "Inverse.RevMan5": ("RevMan 5: inverse variance", revman, ITERATIVE),
    "Inverse.RevManNew": ("RevMan 2025: REML with HKSJ", revman, ITERATIVE),
    "study.RevMan5": ("RevMan 5: effects of single studies", revman_study, CLOSED),
    "metabias.Egger": ("Egger's regression, meta", of_egger, ITERATIVE),
    "metabias.Harbord": ("Harbord's regression, meta", of_harbord, ITERATIVE),
    "metabias.Peters": ("Peters's regression, meta", of_peters, ITERATIVE),
}


def method_of(pooling: str) -> str:
    """The longest name in METHODS with which a reference's pooling begins."""
    return max((name for name in METHODS if (pooling + ".").startswith(name + ".")), key=len)
