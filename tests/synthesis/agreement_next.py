"""Numbers of other programs that came after the first large comparison: rare events, further intervals, exact tau2.

`agreement.py` tabulates them beside the others.
"""

import csv
import gzip
import math
from collections import defaultdict
from collections.abc import Callable
from functools import cache

import numpy as np
from recomputed import REFERENCE, column, read
from scipy.optimize import brentq
from tally import Tally

from models.vocabulary import Interval, Measure, Model
from synthesis.glmm import Glmm, glmm
from synthesis.henmi_copas import henmi_copas
from synthesis.inverse_variance import critical_value
from synthesis.kenward_roger import kenward_roger
from synthesis.meta_regression import Covariates, meta_regression
from synthesis.pooling import Pooled, pool_studies
from synthesis.profile_likelihood import profile_limits_of_tau2
from synthesis.small_study import trim_and_fill
from synthesis.sparse_tables import SparseTables
from synthesis.study_effects import CELLS, DataType, StudyEffects, study_effects

Values = dict[str, float]
Key = tuple[str, ...]
Compared = Callable[..., None]

DEATHS = "als.k2.death"
"""The people of als.k2.survival who did not survive."""

GLMM_MODELS = {
    "UM.FS EE": Model.GLMM_UM_FS_EE,
    "UM.FS ML": Model.GLMM_UM_FS,
    "CM.AL EE": Model.GLMM_CM_AL_EE,
    "CM.AL ML": Model.GLMM_CM_AL,
    "CM.EL EE": Model.GLMM_CM_EL_EE,
    "CM.EL ML": Model.GLMM_CM_EL,
}

FIT = (
    "metafor fits mixed models with R's glm and lme4, whose steps end at 1e-8 of the deviance, 7 quadrature points and "
    "numerical derivatives; 25 and more digits confirm ours to 1e-8 (tests/synthesis/test_crosscheck_mixed.py)"
)
UNIROOT = "metafor closes in on profile-likelihood limits to 1e-4; with 40 digits ours is the nearer one"
EARLY = (
    "metafor's steps for tau2 end when it changes by less than 1e-5; the reference's own numbers imply a tau2 that is as "
    "near to ours, which is the exact root"
)
THRESHOLD = 2e-5
"""Largest distance from the root at which steps below 1e-5 were seen to end."""

LIMITED = 1e-9
"""Relative tolerance for numbers that both sides solve for."""

LOOSEST_FIT, LOOSEST_ROOT = 5e-5, 1e-4
"""Differences beyond these are no matter of stopping rules."""


@cache
def next_inputs() -> dict[str, list[dict[str, str]]]:
    found: defaultdict[str, list[dict[str, str]]] = defaultdict(list)
    with gzip.open(REFERENCE / "next_inputs.csv.gz", "rt", encoding="utf-8") as file:
        for row in csv.DictReader(file):
            found[row["dataset"]].append(row)
    return dict(found)


def next_column(dataset: str, name: str) -> np.ndarray:
    return np.array([float(row[name] or "nan") for row in next_inputs()[dataset]])


TYPES = {
    DataType.CONTRAST: ("yi", "vi"),
    DataType.RATES: ("x1i", "t1i", "x2i", "t2i"),
    DataType.CONTINUOUS: CELLS[DataType.CONTINUOUS],
    DataType.DICHOTOMOUS: CELLS[DataType.DICHOTOMOUS],
}


def effects_of(dataset: str, measure: Measure) -> StudyEffects:
    """Effects of a data set as anybody's spreadsheet has them."""
    first = next_inputs()[dataset][0]
    data_type = next(kind for kind, columns in TYPES.items() if all(first[name] for name in columns))
    columns = zip(CELLS[data_type], TYPES[data_type], strict=True)
    return study_effects({name: next_column(dataset, ours) for name, ours in columns}, data_type, measure)


def pooled(dataset: str, measure: str, model: str, interval: str, level: float = 0.95) -> Pooled:
    found = effects_of(dataset, Measure(measure))
    kept = found.exist
    return pool_studies(
        found.yi[kept].tolist(),
        found.vi[kept].tolist(),
        tables=None if found.tables is None else found.tables.columns(kept),
        measure=Measure(measure),
        model=Model(model),
        interval=Interval(interval),
        level=level,
    )


def numbers_of(found: Pooled) -> Values:
    """The numbers by the names of the reference files."""
    out = {
        "est": found.estimate,
        "se": found.se,
        "ci_low": found.ci_low,
        "ci_high": found.ci_high,
        "p": found.p_value,
        "tau2": found.tau2,
        "tau2_low": found.tau2_low,
        "tau2_high": found.tau2_high,
        "i2_pct": found.i2_pct,
        "h2": found.h2,
        "q": found.q,
    }
    values = {name: math.nan if value is None else float(value) for name, value in out.items()}
    ratios = {f"{name}_ratio": math.exp(values[name]) for name in ("est", "ci_low", "ci_high") if values[name] < 700}
    return values | ratios | {"z": values["est"] / values["se"]}


def compare_exact_tau2(add: Compared) -> None:
    """tau2 at the global maximum over all roots of the score; a value below 1e-12 of the variances is 0."""
    for row in read("exact_tau2"):
        found = effects_of(row["dataset"], Measure(row["measure"]))
        ours = numbers_of(pooled(row["dataset"], row["measure"], row["model"], "wald"))["tau2"]
        add(
            f"tau2: {row['model']}",
            " ".join((row["dataset"], row["measure"])),
            ours,
            float(row["value"]),
            tolerance=LIMITED,
            least=float(np.nanmin(found.vi)) * 1e-6,
        )


def compare_trim_and_fill(add: Compared) -> None:
    wanted: defaultdict[Key, Values] = defaultdict(dict)
    for row in read("trimfill"):
        wanted[row["dataset"], row["measure"]][row["stat"]] = float(row["value"])
    for (dataset, measure), theirs in wanted.items():
        found = effects_of(dataset, Measure(measure))
        yi, vi = found.yi[found.exist], found.vi[found.exist]
        filled = trim_and_fill(yi, vi, model=Model.REML)
        at = filled.pooled
        ours = {
            "n_filled": float(filled.n_filled),
            "est": at.estimate[0],
            "ci_low": at.ci_low[0],
            "ci_high": at.ci_high[0],
        }
        reason = EARLY if abs(tau2_behind(theirs, np.append(vi, filled.filled_vi)) - at.tau2[0]) < THRESHOLD else None
        for stat, value in theirs.items():
            add("Trim and fill", f"{dataset} {measure} {stat}", ours[stat], value, tolerance=LIMITED, reason=reason)


def tau2_behind(theirs: Values, vi: np.ndarray) -> float:
    """The tau2 with which these variances give the width of a Wald interval; 0 where none is needed."""
    se = (theirs["ci_high"] - theirs["ci_low"]) / 2 / float(critical_value(0.95, math.inf))

    def excess(tau2: float) -> float:
        return float(1 / (1 / (vi + tau2)).sum() - se**2)

    return 0.0 if excess(0.0) >= 0 else float(brentq(excess, 0.0, 1e6, xtol=1e-15))


def compare_printed(add: Compared) -> None:
    """Values that metafor's tests hold to printed digits; risk differences of lidocaine are per cent there."""
    for row in read("metafor_tests"):
        ours = numbers_of(
            pooled(*(row[name] for name in ("dataset", "measure", "model", "interval")), float(row["level"]))
        )
        stat = row["stat"]
        value = ours[stat] * (100 if row["dataset"] == "dat.hine1989" else 1)
        theirs = float(row["value"])
        half_digit = 0.5 * 10.0 ** -int(row["decimals"])
        name = " ".join((row["dataset"], row["measure"], row["model"], stat))
        reason = None
        if stat in ("i2_pct", "h2") and ours["tau2"] > 0 and row["model"] in ("ML", "REML", "EB"):
            ratio = {"i2_pct": lambda x: x / (100 - x), "h2": lambda x: x - 1}[stat]
            implied = ours["tau2"] * ratio(theirs) / ratio(ours[stat])
            reason = EARLY if abs(implied - ours["tau2"]) < THRESHOLD else None
        add("Printed values", name, value, theirs, tolerance=half_digit * (1 + 1e-9), reason=reason, is_absolute=True)


def compare_peers(add: Compared) -> None:
    for row in read("peer_tests"):
        ours = numbers_of(
            pooled(*(row[name] for name in ("dataset", "measure", "model", "interval")), float(row["level"]))
        )
        name = " ".join((row["dataset"], row["model"], row["interval"], row["stat"]))
        add(
            "PyMARE's tests",
            name,
            ours[row["stat"]],
            float(row["value"]),
            tolerance=float(row["tolerance"]),
            is_absolute=True,
        )


def als(dataset: str) -> tuple[SparseTables, np.ndarray, np.ndarray]:
    """Counts, log odds ratios and variances of two trials."""
    if dataset == DEATHS:
        a, n1, c, n2 = (np.array(column("als.k2.survival", name)) for name in CELLS[DataType.DICHOTOMOUS])
        cells = n1 - a, n1, n2 - c, n2
    else:
        cells = tuple(np.array(column(dataset, name)) for name in CELLS[DataType.DICHOTOMOUS])
    found = study_effects(dict(zip(CELLS[DataType.DICHOTOMOUS], cells, strict=True)), DataType.DICHOTOMOUS, Measure.OR)
    return SparseTables.of(*cells), found.yi, found.vi


def wanted_values(dataset: str, method: str) -> Values:
    """Our numbers for one method of wanted_methods.csv."""
    if dataset == "dat.bcg on ablat":
        found = effects_of("dat.bcg", Measure.RR)
        covariates = Covariates(("ablat",), next_column("dat.bcg", "ablat")[:, None])
        fit = meta_regression(found.yi, found.vi, covariates)
        zero, one = fit.coefficients
        return {
            "b0": zero.estimate,
            "b1": one.estimate,
            "se0": zero.se,
            "se1": one.se,
            "p1": one.p_value,
            "tau2": fit.tau2,
            "R2": fit.r2_pct or 0.0,
        }
    tables, yi, vi = als(dataset)
    if method.startswith("GLMM "):
        return of_glmm(glmm(tables, GLMM_MODELS[method.removeprefix("GLMM ")]))
    if method == "tau2 profile likelihood (ML)":
        low, high = profile_limits_of_tau2(yi, vi)
        return {"tau2_low": low, "tau2_high": high}
    limits = {"REML Kenward-Roger": kenward_roger, "Henmi-Copas": henmi_copas}[method](yi, vi)
    return {"est": limits.estimate, "se": limits.se or math.nan, "ci_low": limits.ci_low, "ci_high": limits.ci_high}


def of_glmm(fit: Glmm) -> Values:
    return {"est": fit.estimate, "se": fit.se, "ci_low": fit.ci_low, "ci_high": fit.ci_high, "tau2": fit.tau2}


def compare_wanted(add: Compared) -> None:
    wanted: defaultdict[Key, Values] = defaultdict(dict)
    for row in read("wanted_methods"):
        wanted[row["dataset"], row["method"]][row["stat"]] = float(row["value"])
    for (dataset, method), theirs in wanted.items():
        ours = wanted_values(dataset, method)
        for stat, value in theirs.items():
            difference = abs(ours[stat] - value)
            reason = None
            if method.startswith("GLMM") and difference < LOOSEST_FIT:
                reason = FIT
            elif method.startswith("tau2 profile") and difference < LOOSEST_ROOT:
                reason = UNIROOT
            add(method, f"{dataset} {method} {stat}", ours[stat], value, tolerance=LIMITED, reason=reason)


def compare_next(compared: Callable[..., None]) -> dict[str, Tally]:
    """One of the later reference files, in which each number has a tolerance of its own."""
    tallies: dict[str, Tally] = {}

    def add(
        heading: str,
        name: str,
        ours: float,
        theirs: float,
        *,
        tolerance: float,
        reason: str | None = None,
        least: float = 1e-4,
        is_absolute: bool = False,
    ) -> None:
        tally = tallies.setdefault(heading, Tally(tolerance))
        if is_absolute:  # the reference is shifted to 1, against which the difference is taken
            tally.add(name, 1 + ours - theirs, 1.0, reason)
        elif abs(theirs) < least:
            tally.add(name, 1 + (ours - theirs) / least, 1.0, reason)
        else:
            tally.add(name, ours / theirs, 1.0, reason)

    compared(add)
    return tallies


NEXT: dict[str, tuple[str, Callable[[Compared], None]]] = {
    "exact_tau2": ("Between-study variance over all roots (mpmath, 40 digits)", compare_exact_tau2),
    "wanted_methods": (
        "Rare events, further intervals and meta-regression (metafor 5.1.12, meta 8.3.0)",
        compare_wanted,
    ),
    "trimfill": ("Trim and fill (metafor 5.1.12)", compare_trim_and_fill),
    "metafor_tests": ("Values that metafor's tests print", compare_printed),
    "peer_tests": ("Values of PyMARE's tests", compare_peers),
}
