"""How fast many sets of studies are pooled, beside statsmodels and metafor where they are installed.

    python benchmarks/pooling.py [--sets 10000] [--others 500]

One line per program: sets of k = 10 per second, and how many times faster ours is. Ours does REML with HKSJ,
Q-profile limits and a prediction interval in one call; statsmodels has no REML and does DL and PM without
limits of tau2; metafor does all of it with rma, confint and predict, set by set. Other programs pool
`--others` sets only, because rates do not depend on how many they are.
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
from synthesis.inverse_variance import pool_sets, prediction_interval

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


def with_metafor(yi: np.ndarray, vi: np.ndarray) -> float | None:
    """Seconds for all sets, None where R or metafor is not installed."""
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
        script.write_text(R_SCRIPT, encoding="utf-8")
        answer = subprocess.run(["Rscript", script, data], capture_output=True, text=True, check=False)
    if answer.returncode:
        print(f"metafor: {answer.stderr.strip()}")
        return None
    elapsed, failed = answer.stdout.split()
    if int(failed) > len(yi) // 10:
        raise SystemExit(f"metafor failed on {failed} of {len(yi)} sets: this is no comparison")
    print(f"metafor: {failed} of {len(yi)} sets did not converge with its defaults")
    return float(elapsed)


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
        "metafor: REML, HKSJ, Q-profile, prediction": with_metafor(yi[few], vi[few]),
    }
    for name, took in others.items():
        if took is None:
            print(f"{name:<44}{'not installed':>16}")
        else:
            rate = options.others / took
            print(f"{name:<44}{rate:>16,.0f}{own / rate:>10,.0f} ×")

    print(f"\n{'k':>6}{'sets':>8}{'ms per set':>12}{'µs per study':>14}")
    for k in (2, 5, 10, 30, 100, 300, 1000):
        n = max(100, 100_000 // k)
        yi, vi = random_sets(n, k)
        took = seconds(lambda yi=yi, vi=vi: ours(yi, vi))
        print(f"{k:>6}{n:>8}{1e3 * took / n:>12.4f}{1e6 * took / (n * k):>14.2f}")


if __name__ == "__main__":
    main()
