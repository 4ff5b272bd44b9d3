"""What it takes to tell 100,000 reports apart and to screen them, beside reading them.

    python benchmarks/literature.py [--reports 100000]

Made-up reports in a RIS file, a third of them described a second time by another database in its own way. In one run the file
is read, reports are identified and put together, and each is screened by a protocol; seconds and the growth of memory are
printed, and as a ratio to reading, which is the least that anything done with the file can take.
"""

import argparse
import random
import resource
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TypeVar

from connectors.boundary import read_page
from models.dates import at_night, check_partial, first_day
from models.report import Report
from models.review import load_review
from models.trial import Observation, Page
from studies.literature import literature_of
from studies.report_screening import screen_report

REVIEW = Path(__file__).parents[1] / "reviews" / "als_cell_therapy"
SEEN = at_night(first_day(check_partial("2026-11-20")))
_SUBJECTS = ("cells", "a drug", "exercise", "ventilation", "a diet", "stimulation", "counselling", "an antibody")
_DISEASES = (
    "amyotrophic lateral sclerosis",
    "stroke",
    "heart failure",
    "asthma",
    "diabetes",
    "migraine",
    "ALS",
    "sepsis",
)
_KINDS = ("a randomised trial", "a cohort study", "a review", "in mice", "study protocol", "a case report")
_WORDS = [
    "early",
    "late",
    "mild",
    "severe",
    "rural",
    "urban",
    "repeated",
    "single",
    "high",
    "low",
    "home",
    "clinic",
    "care",
    "outcome",
    "survival",
    "function",
    "quality",
]
_JOURNALS = ("Journal of Made-Up Medicine", "Annals of Invention", "Imagined Neurology", "Proceedings of Nowhere")

Outcome = TypeVar("Outcome")


def records(n: int) -> Iterator[str]:
    """RIS records of `n` descriptions, three quarters of them of different reports."""
    chance = random.Random(7)
    made = 0
    while made < n:
        number = made
        title = (
            f"{chance.choice(_SUBJECTS).capitalize()} for {chance.choice(_WORDS)} {chance.choice(_WORDS)}"
            f" {chance.choice(_DISEASES)} {number % 977}: {chance.choice(_KINDS)}"
        )
        author, year, page = f"Author{number % 4999} A", 1990 + number % 36, number % 1777 + 1
        journal = chance.choice(_JOURNALS)
        abstract = f"{number % 480 + 20} patients with {chance.choice(_DISEASES)} were randomly assigned. " + " ".join(
            chance.choices(_WORDS, k=150)
        )
        yield _record(title, author, year, journal, page, abstract, f"DO  - 10.99999/bench.{number}")
        made += 1
        if number % 3 == 0 and made < n:
            yield _record(title.upper(), author, year, journal, page, abstract, f"AN  - L{2_000_000_000 + number}")
            made += 1


def _record(title: str, author: str, year: int, journal: str, page: int, abstract: str, number: str) -> str:
    return (
        f"TY  - JOUR\nTI  - {title}\nAU  - {author}\nPY  - {year}\nT2  - {journal}\nSP  - {page}\nAB  - {abstract}\n"
        f"{number}\nER  - \n\n"
    )


def measured(what: str, do: Callable[[], Outcome], reading: float | None = None) -> tuple[Outcome, float]:
    """Carry out one step; print its seconds and how far memory grew at its height, beside reading."""
    before, started = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, time.perf_counter()
    result = do()
    seconds = time.perf_counter() - started
    grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
    ratio = f"{seconds / reading:8.2f}" if reading else f"{'1':>8}"
    print(f"{what:12} {seconds:8.1f} s {ratio} of reading {grown:8.0f} MB more")
    return result, seconds


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--reports", type=int, default=100_000)
    n = parser.parse_args(arguments).reports
    body = "".join(records(n)).encode()
    page = Page(source="ris", kind="file", url="file:bench.ris", body=body, observed_at=SEEN)
    print(f"{n:,} descriptions, {len(body) / 1e6:.0f} MB")
    read, reading = measured("reading", lambda: [item for item in read_page(page) if isinstance(item, Report)])
    seen = [Observation(item=report, observed_at=SEEN) for report in read]
    literature, _ = measured("identity", lambda: literature_of(seen), reading)
    eligibility = load_review(REVIEW).protocol.eligibility
    reports = literature.reports.values()
    measured("screening", lambda: [screen_report(report, eligibility) for report in reports], reading)
    print(f"{len(reports):,} reports")
    return 0


if __name__ == "__main__":
    sys.exit(main())
