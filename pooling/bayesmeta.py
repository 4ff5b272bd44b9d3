"""The third engine of posteriors: bayesmeta, where R is installed with it.

Its grid over tau is coarse by design, so that only what is grossly apart is named; the second
engine (`synthesis.crosscheck_bayes`) confirms all digits. What bayesmeta refuses, as a single study, says nothing.
"""

import math
from collections.abc import Sequence
from pathlib import Path

from models.bayes import BayesLine
from models.synthesis import EffectInput
from pooling.by_r import Row, RProgram
from synthesis.analyses import rows_of
from synthesis.crosscheck_bayes import BayesDisagreement
from synthesis.natural_scale import natural_of

TOLERANCE = 0.001
"""Largest difference, as a share of the interval's width, beyond which one of the two is wrong and not only coarse: its
own values in the reference files lie within 0.0002 of the exact ones, and five times that is still below what is printed."""

BAYESMETA = RProgram(
    "bayesmeta",
    r"""
suppressMessages(library(bayesmeta))
files <- commandArgs(TRUE)
rows <- read.csv(files[1], stringsAsFactors = FALSE)
out <- file(files[2], "w")
writeLines("line,yi,ci_low,ci_high,pi_low,pi_high", out)
density_of <- function(family, scale, location) switch(family,
  HN = function(t) dhalfnormal(t, scale = scale),
  HC = function(t) dhalfcauchy(t, scale = scale),
  Exp = function(t) dexp(t, rate = 1 / scale),
  U = function(t) dunif(t, 0, scale),
  LN = function(t) dlnorm(t, location, scale),
  LT5 = function(t) dt((log(t) - location) / scale, df = 5) / (scale * t))
for (g in split(rows, rows$line)) {
  fit <- try(suppressWarnings(bayesmeta(y = g$yi, sigma = sqrt(g$vi),
    tau.prior = density_of(g$family[1], g$scale[1], g$location[1]),
    mu.prior.mean = g$mu_mean[1], mu.prior.sd = g$mu_sd[1])), silent = TRUE)
  if (inherits(fit, "try-error")) next
  tails <- c((1 - g$level[1]) / 2, (1 + g$level[1]) / 2)
  numbers <- c(fit$qposterior(mu.p = c(0.5, tails)), fit$qposterior(mu.p = tails, predict = TRUE))
  writeLines(paste(g$line[1], paste(sprintf("%.17g", numbers), collapse = ","), sep = ","), out)
}
close(out)
""",
)

COMPARED = ("yi", "ci_low", "ci_high", "pi_low", "pi_high")


def crosscheck_with_bayesmeta(
    inputs: Sequence[EffectInput], lines: Sequence[BayesLine], rscript: Path
) -> tuple[tuple[BayesDisagreement, ...], int]:
    """Have bayesmeta compute the same posteriors.

    Parameters
    ----------
    inputs : effects of studies, all evidence sets together
    lines : posteriors that were computed from them
    rscript : from ``BAYESMETA.find()``

    Returns
    -------
    tuple
        What bayesmeta does not confirm to `TOLERANCE`, and how many posteriors it answered for.

    Raises
    ------
    RuntimeError
        If R stops; the message is R's own.
    """
    rows = [row for place, line in enumerate(lines) for row in _rows(place, line, inputs)]
    answers = BAYESMETA.ask(rows, rscript)
    found = [item for answer in answers for item in _differences(lines[int(answer["line"])], answer)]
    return tuple(found), len(answers)


def _rows(place: int, line: BayesLine, inputs: Sequence[EffectInput]) -> list[Row]:
    return [
        {
            "line": place,
            "family": line.prior_family,
            "scale": line.prior_scale,
            "location": line.prior_location,
            "mu_mean": "NA" if line.mu_prior_sd is None else line.mu_prior_mean,
            "mu_sd": "NA" if line.mu_prior_sd is None else line.mu_prior_sd,
            "level": line.level,
            "yi": repr(item.yi),
            "vi": repr(item.vi),
        }
        for item in rows_of(inputs, line)
    ]


def _differences(line: BayesLine, answer: dict[str, str]) -> list[BayesDisagreement]:
    value = {name: float(answer[name]) for name in COMPARED}
    widths = {"ci": value["ci_high"] - value["ci_low"], "pi": value["pi_high"] - value["pi_low"]}
    found = []
    for name in COMPARED:
        stated = getattr(line, name)
        is_natural = line.is_ratio and name != "yi"
        if is_natural and natural_of(value[name], is_ratio=True) == stated:
            continue  # which is also how an end beyond what a number holds agrees with its own
        number = stated if not is_natural else math.log(stated) if stated > 0 else -math.inf
        if not abs(number - value[name]) <= TOLERANCE * widths["pi" if name.startswith("pi") else "ci"]:
            found.append(BayesDisagreement(line, f"{name} (bayesmeta)", number, value[name]))
    return found
