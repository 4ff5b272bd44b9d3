"""Compares every reference number with ours, method by method; run it to write ``docs/agreement.md``.

The reference files and where they come from are described in ``tests/synthesis/reference/README.md``.
"""

import csv
import gzip
import json
import math
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

import numpy as np

from models.vocabulary import Convention, Interval, Measure, Model
from synthesis import conversions, sequential
from synthesis.effect_size import combine_means
from synthesis.heterogeneity import i2_limits_of_q, i2_of_tau2, pool_subgroups
from synthesis.inverse_variance import PooledSets, pool_sets, prediction_interval
from synthesis.mantel_haenszel import pool_tables
from synthesis.measures import (
    Means,
    effect_of_means,
    effect_of_tables,
    hedges_j_approximate,
    mean_difference,
    standardised_mean_difference,
)
from synthesis.pooling import pool_studies
from synthesis.sensitivity import cumulative, leave_one_out
from synthesis.small_study import egger, harbord, peters, trim_and_fill
from synthesis.study_sets import StudySets
from synthesis.tables import UNCORRECTED, AddTo, Tables, ZeroCells

REFERENCE = Path(__file__).parent / "reference"
DOCUMENT = Path(__file__).parents[2] / "docs" / "agreement.md"

CLOSED, ITERATIVE = 1e-12, 1e-9
INTERVALS = {"z": Interval.WALD, "knha": Interval.HKSJ, "adhoc": Interval.HKSJ_TRUNCATED}

STANDARD = "add=0.5;to=only0;drop00=TRUE"

Values = dict[str, float]


@dataclass
class Tally:
    """What was compared under one heading: how many values, how well, and what differs for which reason."""

    tolerance: float
    n: int = 0
    worst: float = 0.0
    explained: defaultdict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    misses: list[str] = field(default_factory=list)

    def add(self, name: str, ours: float, theirs: float, reason: str | None = None) -> None:
        self.n += 1
        difference = relative_difference(ours, theirs)
        if difference <= self.tolerance:
            self.worst = max(self.worst, difference)
        elif reason:
            self.explained[reason].append(name)
        else:
            self.misses.append(f"{name}: ours {ours:.15g}, reference {theirs:.15g}")


def relative_difference(ours: float, theirs: float) -> float:
    """|ours - theirs| relative to the reference, or to 1e-4 where that is smaller and digits were cancelled."""
    if math.isnan(ours) or math.isnan(theirs):
        return 0.0 if math.isnan(ours) and math.isnan(theirs) else math.inf
    if ours == theirs:
        return 0.0
    return abs(ours - theirs) / max(abs(theirs), 1e-4)


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


CAPPED = "metafor searches tau2 up to a bound only (100 for small estimates); the upper limit lies beyond"
ROUNDED = "rounding in metafor: with 40 digits ours is the nearer one"
GAMMA = "the reference's unbiased variance of g inherits rounding of log-gamma; with 40 digits ours is the nearer one"
OVERFLOW = (
    "products of counts above 2^31 overflowed in the reference script, which lost those trials; on the trials "
    "that are left we get its figures, and on all of them those of meta"
)
TRUNCATED_H = "meta sets H to 1 before it takes limits of I2 where Q is below its degrees of freedom"
LOOSE = "meta solves for limits of tau2 with metafor's default tolerance"
ONE_SIDED = "RTSA's root for one-sided designs is good to about 1e-4; two-sided ones agree to 1e-6"


def reason_for(source: str, key: tuple[str, ...], stat: str, ours: Values, theirs: Values) -> str | None:
    """Why one number differs, if we know."""
    dataset, measure, pooling, setting = key
    if stat.startswith("QP.") and stat.endswith(".ub") and ours["QP.tau2.ub"] > 100 and ours[stat] > theirs[stat]:
        return CAPPED
    if source == "revman_conventions" and stat in ("tau2.lb", "tau2.ub"):
        return CAPPED if theirs[stat] == 100 < ours[stat] else LOOSE
    if source == "revman_conventions" and stat == "I2.ub" and ours["I2"] == 0:
        return TRUNCATED_H
    if (dataset, measure) == ("dat.curtis1998", "MD") and relative_difference(ours[stat], theirs[stat]) < 1e-10:
        return ROUNDED
    if setting == "vtype=UB" and relative_difference(ours[stat], theirs[stat]) < 1e-10:
        return GAMMA
    if source == "metafor" and pooling == "harbord" and overflowed(dataset, stat, theirs[stat]):
        return OVERFLOW
    return None


def overflowed(dataset: str, stat: str, theirs: float) -> bool:
    """Whether Harbord's test without the trials that overflow gives the reference's number."""
    cells = [np.array(column(dataset, name)) for name in ("ai", "n1i", "ci", "n2i")]
    events = cells[0] + cells[2]
    fits = cells[1] * cells[3] * events * (cells[1] + cells[3] - events) < 2**31
    test = harbord(Tables.of(*(cell[fits] for cell in cells)), least=3)
    ours = {"bias": test.bias, "se": test.se, "t": test.t, "p": test.p_value}
    return relative_difference(ours[stat], theirs) < ITERATIVE


def method_of(pooling: str) -> str:
    """The longest name in METHODS with which a reference's pooling begins."""
    return max((name for name in METHODS if (pooling + ".").startswith(name + ".")), key=len)


def compare(source: str) -> dict[str, Tally]:
    """Every number of one of the large reference files against ours, by method."""
    wanted: defaultdict[tuple[str, ...], Values] = defaultdict(dict)
    for row in read(source):
        key = tuple(row[name] for name in ("dataset", "measure", "pooling", "setting"))
        wanted[key][row["stat"]] = float(row["value"])
    tallies: dict[str, Tally] = {}
    for key, theirs in wanted.items():
        heading, ours_of, tolerance = METHODS[method_of(key[2])]
        ours = ours_of(*key)
        for stat, value in theirs.items():
            is_solved = stat.startswith("QP.")
            name = f"{heading}: Q-profile limits" if is_solved else heading
            tally = tallies.setdefault(name, Tally(ITERATIVE if is_solved else tolerance))
            tally.add(
                " ".join((*key, stat)), ours.get(stat, math.nan), value, reason_for(source, key, stat, ours, theirs)
            )
    return tallies


def compare_als() -> dict[str, Tally]:
    """The 2019 review's own data, and two trials together."""
    tallies = {"ALS: one trial and two": Tally(1e-11)}
    arms = {
        "ALSFRSR_4m": ((-1.69, 2.51, 32), (-4.67, 3.25, 27)),
        "ALSFRSR_6m": ((-3.1, 3.51, 31), (-6.48, 4.53, 25)),
        "FVCpct_4m": ((-11.28, 10.06, 31), (-10.75, 8.40, 25)),
    }
    wanted: defaultdict[tuple[str, str], Values] = defaultdict(dict)
    for row in read("als"):
        wanted[row["analysis"], row["method"]][row["stat"]] = float(row["value"])
    for (analysis, method), theirs in wanted.items():
        if analysis.startswith("Oh2018."):
            if analysis.removeprefix("Oh2018.") not in arms:
                continue
            one, two = (Means(*arm) for arm in arms[analysis.removeprefix("Oh2018.")])
            if method.startswith("SMD"):
                yi, vi = standardised_mean_difference(one, two)
            else:
                yi, vi = mean_difference(one, two, is_pooled="HO" in method)
            ours = first(pool_sets([yi], [vi], model=Model.COMMON)) | {"yi": float(yi), "vi": float(vi)}
        else:
            measure, kind, *rest = method.split()
            dataset = "als." + analysis
            if kind == "MH":
                ours = mantel_haenszel(dataset, measure, "MH", "MHadd=none;drop00=TRUE")
            elif kind == "IV":
                ours = inverse_variance(dataset, measure, f"IV.{rest[0]}.{rest[1]}", STANDARD)
            else:
                continue
        ours |= {"lb": ours["ci.lb"], "ub": ours["ci.ub"], "Q": ours["QE"]}
        for stat, value in theirs.items():
            tallies["ALS: one trial and two"].add(f"{analysis} {method} {stat}", ours[stat], value)
    return tallies


def compare_conversions() -> dict[str, Tally]:
    """Each conversion under its group's name, those we have not left out."""
    tally = Tally(1e-12)
    for row in read("conversions"):
        key = f"{row['group']} {row['case']} {row['stat']}"
        ours = converted(row)
        if ours is not None:
            tally.add(key, ours, float(row["value"]))
    return {"Conversions": tally}


def converted(row: dict[str, str]) -> float | None:
    """Our number for one row of conversions.csv, None for a method that we do not offer."""
    group, stat = row["group"], row["stat"]
    if group == "conv.fivenum.default(luo/wan/shi)":
        (given,) = json.loads(row["inputs"])
        names = {"q1": "q1", "q3": "q3", "min": "low", "max": "high"}
        options = {ours: given[theirs] for theirs, ours in names.items() if given[theirs] is not None}
        return conversions.mean_sd_from_quantiles(given["median"], given["n"], **options).mean.value
    if group.startswith("conv.fivenum"):
        return None
    if group == "escalc.SMCR":
        effect = conversions.standardised_change(38, 42, 5, 27, 0.7)
        return (effect.yi if stat == "yi1" else effect.vi).value
    if group == "escalc.MC":
        effect = conversions.paired_mean_difference(38, 5, 42, 5.5, 27, 0.7)
        return (effect.yi if stat == "yi1" else effect.vi).value
    given = json.loads(row["inputs"])
    if group == "conv.wald":
        return (given["ci.lb"] + given["ci.ub"]) / 2
    if group == "conv.wald.log":
        return conversions.log_effect_from_ratio(given["ci.lb"], given["ci.ub"], ratio=given["out"])[0].value
    if group == "handbook.MD.CI->SE,SD(t)":
        return conversions.se_from_ci(given["lb"], given["ub"], df=given["n1"] + given["n2"] - 2).value
    if group == "handbook.change.sd":
        return conversions.sd_of_change(given["sdB"], given["sdF"], given["r"]).value
    if group == "combine.groups":
        n, _, sd = combine_means(zip(given["n"], given["m"], given["s"], strict=True))
        return n if stat == "N" else sd
    if group == "hedges.J":
        return float(hedges_j_approximate(given["df"]))
    if group == "cluster.DE":
        effect = conversions.design_effect(given["M"], given["ICC"]).value
        return {"DE": effect, "se*1": math.sqrt(effect), "n=100->neff": 100 / effect}[stat]
    if group == "tierney.HR.from.p+events":
        o_minus_e, v = conversions.o_minus_e_from_p(given["O1"], given["O2"], given["p"], favours_control=True)
        return o_minus_e.value if stat == "OE" else o_minus_e.value / v.value
    if group == "HR.from.CI":
        return conversions.log_effect_from_ratio(given["lb"], given["ub"], ratio=given["hr"])[0].value
    if group == "split.control":
        events, _ = conversions.split_control(given["e"], given["n"], given["arms"])
        return None if events is None else events.value
    if group == "absolute.effect":
        return 1000 * given["acr"] * given["rr"]
    if group == "OIS.dichotomous":
        return sequential.information_size_of_risks(given["p1"], given["p2"])
    raise ValueError(f"no method for {group}")


def compare_sequential() -> dict[str, Tally]:
    """Boundaries within 1e-6 and the inflation of the information size, in absolute differences."""
    tallies = {
        "Lan-DeMets boundaries": Tally(1e-6),
        "Alpha spent": Tally(1e-12),
        "Inflation of the information size": Tally(1e-6),
    }
    wanted: defaultdict[str, Values] = defaultdict(dict)
    for row in read("sequential"):
        if row["group"] == "boundaries":
            wanted[row["case"]][row["stat"]] = float(row["value"])
    for case, theirs in wanted.items():
        is_pocock = case.startswith("timing")
        options = dict(part.split("=") for part in case.split(";")) if is_pocock else {}
        timing = [float(share) for share in options.get("timing", "0.25/0.5/0.75/1").split("/")]
        alpha, sides = float(options.get("alpha", 0.05)), int(options.get("side", 2))
        spending = sequential.Spending.POCOCK if is_pocock else sequential.Spending.OBRIEN_FLEMING
        limits = sequential.boundaries(timing, alpha=alpha, sides=sides, spending=spending)
        for i, (z, spent) in enumerate(zip(limits.z, limits.alpha_spent, strict=True), 1):
            # absolute differences: the reference is shifted by 1 so that relative_difference leaves them alone
            tallies["Lan-DeMets boundaries"].add(f"{case} {i}", 1 + z - theirs[f"alpha_ubound.{i}"], 1.0)
            if f"as_cum.{i}" in theirs:
                tallies["Alpha spent"].add(f"{case} {i}", spent, theirs[f"as_cum.{i}"])
        if "inflation.root" in theirs:
            ours = sequential.inflation(limits, alpha=alpha, beta=0.1)
            reason = ONE_SIDED if sides == 1 and abs(ours - theirs["inflation.root"]) < 1e-4 else None
            tallies["Inflation of the information size"].add(case, ours, theirs["inflation.root"], reason)
    return tallies


SOURCES: dict[str, tuple[str, Callable[[], dict[str, Tally]]]] = {
    "mpmath_reference": ("40-digit reference (mpmath)", lambda: compare("mpmath_reference")),
    "metafor": ("metafor 3.8", lambda: compare("metafor")),
    "revman_conventions": ("RevMan conventions (meta 8.2.1, metafor 4.8.0)", lambda: compare("revman_conventions")),
    "als": ("The 2019 review's data (metafor)", compare_als),
    "conversions": ("Conversions (metafor 4.8.0, R formulas)", compare_conversions),
    "sequential": ("Sequential boundaries (RTSA 0.2.2)", compare_sequential),
}


def document() -> str:
    """The text of docs/agreement.md."""
    lines = [INTRODUCTION]
    for title, compared in SOURCES.values():
        lines += [f"## {title}", "", "| method | values | agree | digits | tolerance |", "|---|--:|--:|--:|--:|"]
        reasons: defaultdict[str, list[str]] = defaultdict(list)
        for heading, tally in compared().items():
            n_explained = sum(map(len, tally.explained.values()))
            agree = tally.n - n_explained - len(tally.misses)
            digits = min(15, math.floor(-math.log10(max(tally.worst, 1e-15))))
            lines.append(f"| {heading} | {tally.n} | {agree} | {digits} | {tally.tolerance:.0e} |")
            for reason, names in tally.explained.items():
                reasons[reason] += names
            if tally.misses:
                reasons["**unexplained**"] += tally.misses
        if reasons:
            lines += ["", "Which do not, and why:", ""]
            lines += [f"- {len(names)}: {reason} (e.g. `{names[0]}`)." for reason, names in reasons.items()]
        lines.append("")
    return "\n".join([*lines, CLOSING, ""])


INTRODUCTION = """# Agreement with other programs

Generated by `python tests/synthesis/agreement.py`; a test fails when it is out of date. Where the figures come
from is said in `tests/synthesis/reference/README.md`. *Digits* is how many significant digits the worst of the
agreeing values shares with its reference; differences are relative, except for boundaries. A value whose own
size is below 1e-4 is compared on that scale, since its leading digits were cancelled.
"""

CLOSING = """## Not compared

- Hunter-Schmidt estimates, profile-likelihood limits, standard errors of tau2, Cochran-Mantel-Haenszel and Tarone
  tests, rank correlation and arcsine differences: not offered here.
- Results under metafor's default stopping rules (`defaultctl`), which stop 4 to 8 digits early.
- Futility boundaries and RTSA's information sizes for its own example data, which are not in the reference."""


if __name__ == "__main__":
    DOCUMENT.write_text(document(), encoding="utf-8")
    print(f"{DOCUMENT} written")
