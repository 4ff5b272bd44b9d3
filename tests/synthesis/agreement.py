"""Compares every reference number with ours, method by method; run it to write ``docs/agreement.md``.

The reference files and where they come from are described in ``tests/synthesis/reference/README.md``.
"""

import json
import math
import re
from collections import defaultdict
from collections.abc import Callable
from functools import partial
from pathlib import Path

import agreement_bayes
import numpy as np
from agreement_next import NEXT, compare_next
from recomputed import (
    ITERATIVE,
    METHODS,
    STANDARD,
    Values,
    column,
    first,
    inverse_variance,
    mantel_haenszel,
    method_of,
    read,
)
from tally import Tally, relative_difference

from models.vocabulary import ArmRole, Measure, Model
from synthesis import conversions, sequential, survival
from synthesis.effect_size import combine_means
from synthesis.inverse_variance import critical_value, pool_sets
from synthesis.measures import (
    Means,
    hedges_j_approximate,
    mean_difference,
    standardised_mean_difference,
)
from synthesis.missing import (
    Assumption,
    IncompleteEvents,
    IncompleteMeans,
    Prior,
    effect_of_incomplete_events,
    effect_of_incomplete_means,
)
from synthesis.small_study import harbord
from synthesis.tables import Tables

DOCUMENT = Path(__file__).parents[2] / "docs" / "agreement.md"


CAPPED = "metafor searches tau2 up to a bound only (100 for small estimates); the upper limit lies beyond"
ROUNDED = "rounding in metafor: with 40 digits ours is the nearer one"
GAMMA = "the reference's unbiased variance of g inherits rounding of log-gamma; with 40 digits ours is the nearer one"
OVERFLOW = (
    "products of counts above 2^31 overflowed in the reference script, which lost those trials; on the trials "
    "that are left we get its figures, and on all of them those of meta"
)
TRUNCATED_H = "meta sets H to 1 before it takes limits of I2 where Q is below its degrees of freedom"
LOOSE = "meta solves for limits of tau2 with metafor's default tolerance"
CORRECTED_WEIGHTS = (
    "meta corrects the Mantel-Haenszel weights of risk differences too; RevMan's published weights are those of the "
    "counts as they are"
)
ONE_SIDED = "RTSA's root for one-sided designs is good to about 1e-4; two-sided ones agree to 1e-6"


def reason_for(source: str, key: tuple[str, ...], stat: str, ours: Values, theirs: Values) -> str | None:
    """Why one number differs, if we know."""
    dataset, measure, pooling, setting = key
    if stat.startswith("QP.") and stat.endswith(".ub") and ours["QP.tau2.ub"] > 100 and ours[stat] > theirs[stat]:
        return CAPPED
    if source == "revman_conventions" and stat in ("tau2.lb", "tau2.ub"):
        return CAPPED if theirs[stat] == 100 < ours[stat] else LOOSE
    if source == "revman_conventions" and (measure, pooling) == ("RD", "MH.RevMan5") and has_zero_cells(dataset):
        return CORRECTED_WEIGHTS
    if source == "revman_conventions" and stat == "I2.ub" and ours["I2"] == 0:
        return TRUNCATED_H
    if (dataset, measure) == ("dat.curtis1998", "MD") and relative_difference(ours[stat], theirs[stat]) < 1e-10:
        return ROUNDED
    if setting == "vtype=UB" and relative_difference(ours[stat], theirs[stat]) < 1e-10:
        return GAMMA
    if source == "metafor" and pooling == "harbord" and overflowed(dataset, stat, theirs[stat]):
        return OVERFLOW
    return None


def has_zero_cells(dataset: str) -> bool:
    a, n1, c, n2 = (np.array(column(dataset, name)) for name in ("ai", "n1i", "ci", "n2i"))
    return bool(((a == 0) | (a == n1) | (c == 0) | (c == n2)).any())


def overflowed(dataset: str, stat: str, theirs: float) -> bool:
    """Whether Harbord's test without the trials that overflow gives the reference's number."""
    cells = [np.array(column(dataset, name)) for name in ("ai", "n1i", "ci", "n2i")]
    events = cells[0] + cells[2]
    fits = cells[1] * cells[3] * events * (cells[1] + cells[3] - events) < 2**31
    test = harbord(Tables.of(*(cell[fits] for cell in cells)), least=3)
    ours = {"bias": test.bias, "se": test.se, "t": test.t, "p": test.p_value}
    return relative_difference(ours[stat], theirs) < ITERATIVE


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
        events = survival.Events(intervention=given["O1"], control=given["O2"])
        found = survival.o_minus_e_from_p(survival.PValue(given["p"]), events, ArmRole.CONTROL)
        return found.o_minus_e.value if stat == "OE" else found.effect.yi.value
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


def compare_bayes(source: str, tolerance: float) -> dict[str, Tally]:
    """Posteriors; a difference is measured in the value or the spread of its distribution, whichever is larger."""
    tallies: dict[str, Tally] = {}
    for heading, name, apart in agreement_bayes.differences(source):
        reason = agreement_bayes.reason_for(name, apart)
        tallies.setdefault(heading, Tally(tolerance)).add(name, 1 + apart, 1.0, reason)
    return tallies


def compare_missing() -> dict[str, Tally]:
    """Effects that count people without a value."""
    tallies = {
        "Informative missingness difference of means": Tally(1e-12),
        "Informative missingness odds ratio": Tally(1e-12),
    }
    for row in read("missing_outcomes"):
        told = {
            name: list(map(float, values.split(";"))) for name, values in re.findall(r"(\w+)=([-\d.;]+)", row["inputs"])
        }
        if "lambda" in told:
            heading, (yi, vi) = "Informative missingness difference of means", incomplete_means(told)
        else:
            heading, (yi, vi) = "Informative missingness odds ratio", incomplete_events(told)
        half_width = float(critical_value(0.95, math.inf)) * math.sqrt(vi)
        ours = {"MD": yi, "log RR": yi, "variance": vi, "low": yi - half_width, "high": yi + half_width}[row["stat"]]
        tallies[heading].add(f"{row['case']} {row['inputs']} {row['stat']}", ours, float(row["value"]))
    return tallies


def incomplete_means(told: dict[str, list[float]]) -> tuple[float, float]:
    """Mean difference and variance of one row of missing_outcomes.csv."""
    arms = [IncompleteMeans(*arm) for arm in zip(told["m"], told["sd"], told["n"], told["N"], strict=True)]
    priors = [Prior(mean, told["sd_lambda"][0]) for mean in told["lambda"]]
    yi, vi = effect_of_incomplete_means(*arms, Assumption(*priors), Measure.MD)
    return float(yi), float(vi)


def incomplete_events(told: dict[str, list[float]]) -> tuple[float, float]:
    """Log risk ratio and variance of one row."""
    rows = zip(told["events"], told["without"], told["missing"], strict=True)
    arms = [IncompleteEvents(events, events + others, events + others + missing) for events, others, missing in rows]
    yi, vi = effect_of_incomplete_events(
        *arms, Assumption(*(Prior(math.log(odds)) for odds in told["IMOR"])), Measure.RR
    )
    return float(yi), float(vi)


SOURCES: dict[str, tuple[str, Callable[[], dict[str, Tally]]]] = {
    "mpmath_reference": ("40-digit reference (mpmath)", lambda: compare("mpmath_reference")),
    "metafor": ("metafor 3.8", lambda: compare("metafor")),
    "revman_conventions": ("RevMan conventions (meta 8.2.1, metafor 4.8.0)", lambda: compare("revman_conventions")),
    "als": ("The 2019 review's data (metafor)", compare_als),
    "conversions": ("Conversions (metafor 4.8.0, R formulas)", compare_conversions),
    "bayes_nnhm_exact": (
        "Posteriors (double-exponential quadrature, independently of this project)",
        lambda: compare_bayes("bayes_nnhm_exact", agreement_bayes.EXACT),
    ),
    "bayes_nnhm": ("Posteriors (bayesmeta 3.4)", lambda: compare_bayes("bayes_nnhm", agreement_bayes.GRID)),
    "sequential": ("Sequential boundaries (RTSA 0.2.2)", compare_sequential),
    "missing_outcomes": ("People without a value (formulas)", compare_missing),
} | {name: (title, partial(compare_next, compared)) for name, (title, compared) in NEXT.items()}


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
    return "\n".join([*lines, forecasts(), "", CLOSING, ""])


def forecasts() -> str:
    """The section that benchmarks/forecast_accuracy.py writes from data that not every clone has, as it stands."""
    begin, end = "<!-- forecasts", "<!-- end of forecasts -->"
    text = DOCUMENT.read_text(encoding="utf-8")
    return text[text.index(begin) : text.index(end) + len(end)]


INTRODUCTION = """# Agreement with other programs

Generated by `python tests/synthesis/agreement.py`; a test fails when it is out of date. Where the figures come
from is said in `tests/synthesis/reference/README.md`. *Digits* is how many significant digits the worst of the
agreeing values shares with its reference; differences are relative, except for boundaries, and for posteriors, which are
compared on the larger of a value's own size and the spread that it belongs to. A value whose own size is below 1e-4 is
compared on that scale, since its leading digits were cancelled.
"""

CLOSING = """## Not compared

- Hunter-Schmidt estimates, standard errors of tau2, Cochran-Mantel-Haenszel and Tarone
  tests, rank correlation and arcsine differences: not offered here.
- Results under metafor's default stopping rules (`defaultctl`), which stop 4 to 8 digits early.
- Futility boundaries and RTSA's information sizes for its own example data, which are not in the reference."""


if __name__ == "__main__":
    DOCUMENT.write_text(document(), encoding="utf-8")
    print(f"{DOCUMENT} written")
