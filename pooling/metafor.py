"""The third engine: metafor, where R is installed with it. It is asked through files, one R process per run.

What metafor has no name for is not asked: DerSimonian-Laird with Q around the Mantel-Haenszel estimate, RevMan's
Mantel-Haenszel risk difference, and cells with rules of their own for zeros. A fit that metafor itself refuses or does not finish says nothing.
"""

import math
from collections.abc import Sequence
from pathlib import Path

from models.analysis import Method
from models.synthesis import EffectInput, PooledEffect
from models.vocabulary import TABLE_MEASURES, Interval, Measure, Model
from pooling.by_r import Row, RProgram
from synthesis.analyses import rows_of
from synthesis.crosscheck import TOLERANCE, Disagreement

TESTS = {Interval.WALD: "z", Interval.HKSJ: "knha", Interval.HKSJ_TRUNCATED: "adhoc"}
METHODS = {Model.COMMON: "EE", Model.MH: "MH", Model.PETO: "PETO"}
_LEVEL = 0.95
COMPARED = {"estimate": "est", "ci_low": "lb", "ci_high": "ub", "se": "se", "tau2": "tau2"}

METAFOR = RProgram(
    "metafor",
    r"""
suppressMessages(library(metafor))
files <- commandArgs(TRUE)
rows <- read.csv(files[1], stringsAsFactors = FALSE)
out <- file(files[2], "w")
writeLines("effect,est,se,lb,ub,tau2", out)
for (g in split(rows, rows$effect)) {
  fit <- try(suppressWarnings(switch(g$method[1],
    MH = rma.mh(ai = ai, n1i = n1i, ci = ci, n2i = n2i, data = g, measure = g$measure[1],
                add = c(1/2, 1/2), to = c("only0", "only0"), correct = FALSE),
    PETO = rma.peto(ai = ai, n1i = n1i, ci = ci, n2i = n2i, data = g),
    rma(yi, vi, data = g, method = g$method[1], test = g$test[1],
        control = list(threshold = 1e-14, tol = 1e-14, maxiter = 10000, stepadj = 0.5)))), silent = TRUE)
  if (inherits(fit, "try-error")) next
  writeLines(paste(g$effect[1], paste(sprintf("%.17g",
    c(fit$beta, fit$se, fit$ci.lb, fit$ci.ub, fit$tau2)), collapse = ","), sep = ","), out)
}
close(out)
""",
)


def crosscheck_with_metafor(
    inputs: Sequence[EffectInput], effects: Sequence[PooledEffect], rscript: Path
) -> tuple[tuple[Disagreement, ...], int]:
    """Have metafor pool the same studies.

    Parameters
    ----------
    inputs : effects of studies, all evidence sets together
    effects : pooled effects that were computed from them, with intervals of level 0.95
    rscript : from ``METAFOR.find()``

    Returns
    -------
    tuple
        What metafor does not confirm to 1e-8, relative to the larger of a number and its standard error; and
        how many effects it answered for.

    Raises
    ------
    RuntimeError
        If R stops; the message is R's own.
    """
    own = {index: rows_of(inputs, effect) for index, effect in enumerate(effects) if effect.k}
    asked = {index: effects[index] for index, items in own.items() if _has_name(effects[index], items)}
    rows = [row for index, effect in asked.items() for row in _rows(index, effect, own[index])]
    answers = {int(row["effect"]): row for row in METAFOR.ask(rows, rscript)}
    found = [item for index, row in answers.items() for item in _differences(asked[index], row)]
    return tuple(found), len(answers)


def _has_name(effect: PooledEffect, items: Sequence[EffectInput]) -> bool:
    has_own_rules = any(item.zero_add is not None or item.zero_to or item.zero_by_arm for item in items)
    if effect.level != _LEVEL or (effect.model is Model.MH and has_own_rules):
        return False
    if effect.model is Model.MH:
        return effect.measure is not Measure.RD
    is_around_mh = effect.centre is Method.MH
    return not (is_around_mh and effect.measure in TABLE_MEASURES)


def _rows(index: int, effect: PooledEffect, inputs: Sequence[EffectInput]) -> list[Row]:
    return [
        {
            "effect": index,
            "method": METHODS.get(effect.model, effect.model.value),
            "test": TESTS[effect.interval],
            "measure": effect.measure.value,
            "yi": repr(item.yi),
            "vi": repr(item.vi),
            "ai": _share(item.events_intervention, item.design_effect),
            "n1i": _share(item.n_intervention, item.design_effect),
            "ci": _share(item.events_control, item.design_effect * item.shared_by),
            "n2i": _share(item.n_control, item.design_effect * item.shared_by),
        }
        for item in inputs
    ]


def _share(people: int | None, by: float) -> object:
    """People of clusters, and of a control group that several rows share, are divided."""
    return "NA" if people is None else people / by


def _differences(effect: PooledEffect, row: dict[str, str]) -> list[Disagreement]:
    found = []
    se = float(row["se"])
    for ours, theirs in COMPARED.items():
        stated, value = getattr(effect, ours), float(row[theirs])
        is_log = effect.is_ratio and ours in ("estimate", "ci_low", "ci_high")
        number = math.log(stated) if is_log and stated is not None else stated
        least = {"se": 0.0, "tau2": se**2}.get(ours, se)
        if number is None or not abs(number - value) <= TOLERANCE * max(abs(value), least):
            found.append(Disagreement(effect, f"{ours} (metafor)", stated, value))
    return found
