"""How fast many sets of studies are pooled, beside statsmodels and metafor where they are installed.

    python benchmarks/pooling.py [--sets 10000] [--others 500]

One line per program: sets of k = 10 per second, and how many times faster ours is. Ours does REML with HKSJ,
Q-profile limits and a prediction interval in one call; statsmodels has no REML and does DL and PM without
limits of tau2; metafor does all of it with rma, confint and predict, set by set. Other programs pool
`--others` sets only, because rates do not depend on how many they are.

Posteriors under three priors follow, as a ratio to what everything frequentist took; bayesmeta stands beside them
where R has it, on a tenth of the others' sets.
"""

import argparse
import importlib.util
import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

from models.vocabulary import Interval, Model
from synthesis.bayes import posterior
from synthesis.inverse_variance import pool_sets, prediction_interval
from synthesis.priors import prior_named

R_SCRIPT = """
suppressMessages(library(metafor))
sets <- read.csv(commandArgs(TRUE)[1])
groups <- split(sets, sets$set)
begin <- proc.time()[["elapsed"]]
failed <- 0
for (g in groups) {
  fit <- try(rma(yi, vi, data = g, method = "REML", test = "knha"), silent = TRUE)
  if (inherits(fit, "try-error")) { failed <- failed + 1; next }
  confint(fit); predict(fit)
}
cat(proc.time()[["elapsed"]] - begin, failed)
"""


def random_sets(n: int, k: int) -> tuple[np.ndarray, np.ndarray]:
    """Sets of studies: n of k log ratios each, with within-study variances from 0.01 to 0.5 and tau2 from 0 to 0.2."""
    rng = np.random.default_rng(1)
    vi = rng.uniform(0.01, 0.5, (n, k))
    return rng.normal(0, np.sqrt(vi + rng.uniform(0, 0.2, (n, 1)))), vi


def ours(yi: np.ndarray, vi: np.ndarray) -> None:
    pooled = pool_sets(yi, vi, model=Model.REML, interval=Interval.HKSJ)
    prediction_interval(pooled, pooled.k - 1)


PRIORS = ("HN(0.5)", "HN(1.0)", "Turner: all-cause mortality; non-pharm v placebo")

BAYESMETA = """
suppressMessages(library(bayesmeta))
sets <- read.csv(commandArgs(TRUE)[1])
groups <- split(sets, sets$set)
priors <- list(function(t) dhalfnormal(t, scale = 0.5), function(t) dhalfnormal(t, scale = 1),
               function(t) dlnorm(t, -2.085, 0.775))
begin <- proc.time()[["elapsed"]]
for (g in groups) for (prior in priors) bayesmeta(y = g$yi, sigma = sqrt(g$vi), tau.prior = prior)
cat(proc.time()[["elapsed"]] - begin, 0)
"""


def posteriors(yi: np.ndarray, vi: np.ndarray) -> None:
    """Everything that a row of ``pool --model bayes`` says of mu, tau and a new study, under three priors."""
    for name in PRIORS:
        found = posterior(yi, vi, tau=prior_named(name))
        _ = found.mean, found.sd, found.median, found.low, found.high, found.pi_low, found.pi_high
        _ = found.tau_mean, found.tau_sd, found.below(0.0), found.bf_tau_zero


def seconds(work: Callable[[], None], repeats: int = 3) -> float:
    """Best of several runs."""
    best = float("inf")
    for _ in range(repeats):
        begin = time.perf_counter()
        work()
        best = min(best, time.perf_counter() - begin)
    return best


def with_statsmodels(yi: np.ndarray, vi: np.ndarray, method: str) -> float | None:
    """Seconds for all sets, None where it is not installed."""
    if importlib.util.find_spec("statsmodels") is None:
        return None
    from statsmodels.stats.meta_analysis import combine_effects  # noqa: PLC0415

    def work() -> None:
        for y, v in zip(yi, vi, strict=True):
            combine_effects(y, v, method_re=method).summary_frame()

    return seconds(work, repeats=1)


def with_r(yi: np.ndarray, vi: np.ndarray, package: str, text: str) -> float | None:
    """Seconds for all sets by a script of R, None where R or the package is not installed."""
    if shutil.which("Rscript") is None:
        return None
    with tempfile.TemporaryDirectory() as folder:
        data, script = Path(folder) / "sets.csv", Path(folder) / "time.R"
        rows = (
            f"{i},{float(y)!r},{float(v)!r}"
            for i, pair in enumerate(zip(yi, vi, strict=True))
            for y, v in zip(*pair, strict=True)
        )
        data.write_text("set,yi,vi\n" + "\n".join(rows), encoding="utf-8")
        script.write_text(text, encoding="utf-8")
        answer = subprocess.run(["Rscript", script, data], capture_output=True, text=True, check=False)
    if answer.returncode:
        print(f"{package}: {answer.stderr.strip()}")
        return None
    elapsed, failed = answer.stdout.split()
    if int(failed) > len(yi) // 10:
        raise SystemExit(f"{package} failed on {failed} of {len(yi)} sets: this is no comparison")
    print(f"{package}: {failed} of {len(yi)} sets did not converge with its defaults")
    return float(elapsed)


def bayesian(yi: np.ndarray, vi: np.ndarray, frequentist: float, few: int) -> None:
    """Print what three posteriors of every set take, beside the seconds of everything frequentist."""
    took = seconds(lambda: posteriors(yi, vi))
    print(
        f"\nposteriors under three priors: {len(yi) / took:,.0f} sets per second, {took / frequentist:.1f} times as long"
    )
    theirs = with_r(yi[:few], vi[:few], "bayesmeta", BAYESMETA)
    if theirs is None:
        print("bayesmeta: not installed")
    else:
        print(
            f"bayesmeta: {few / theirs:,.2f} sets per second, ours is {theirs / few / (took / len(yi)):,.0f} × as fast"
        )


def main() -> None:
    """Print both tables."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--sets", type=int, default=10_000)
    parser.add_argument("--others", type=int, default=500)
    options = parser.parse_args()

    yi, vi = random_sets(options.sets, 10)
    own = options.sets / seconds(lambda: ours(yi, vi))
    print(f"{options.sets} sets of k = 10\n")
    print(f"{'program':<44}{'sets per second':>16}{'ours is':>12}")
    print(f"{'ours: REML, HKSJ, Q-profile, prediction':<44}{own:>16,.0f}{'':>12}")
    few = slice(0, options.others)
    others = {
        "statsmodels: DL": with_statsmodels(yi[few], vi[few], "dl"),
        "statsmodels: PM": with_statsmodels(yi[few], vi[few], "pm"),
        "metafor: REML, HKSJ, Q-profile, prediction": with_r(yi[few], vi[few], "metafor", R_SCRIPT),
    }
    for name, took in others.items():
        if took is None:
            print(f"{name:<44}{'not installed':>16}")
        else:
            rate = options.others / took
            print(f"{name:<44}{rate:>16,.0f}{own / rate:>10,.0f} ×")

    bayesian(yi, vi, options.sets / own, max(1, options.others // 10))

    print(f"\n{'k':>6}{'sets':>8}{'ms per set':>12}{'µs per study':>14}")
    for k in (2, 5, 10, 30, 100, 300, 1000):
        n = max(100, 100_000 // k)
        yi, vi = random_sets(n, k)
        took = seconds(lambda yi=yi, vi=vi: ours(yi, vi))
        print(f"{k:>6}{n:>8}{1e3 * took / n:>12.4f}{1e6 * took / (n * k):>14.2f}")


if __name__ == "__main__":
    main()
