"""How long after their end trials report, and how many never do.

Whoever ended and has not reported is no trial that never will: delays are those of Kaplan and Meier, whose last step
leaves what nobody has seen reported.
"""

from collections.abc import Iterable, Sequence
from datetime import date
from math import gamma, log

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from models.ages import DAYS_IN_YEAR
from models.dates import first_day
from models.trial import TrialRecord
from models.value import Value
from studies.lifecycle import StudyFile, results_date
from studies.slippage import end_of, has_ended, middle

LEAST_REPORTED = 20
"""Trials that reported, from which on their own delays are believed before a published figure."""
NODES = 400
"""Equal parts of probability by which a published distribution is represented."""
MONTH = DAYS_IN_YEAR / 12
COMPANIES = frozenset({"INDUSTRY", "COMMERCIAL", "PHARMACEUTICAL COMPANY"})
"""A company as sponsor in the words of ClinicalTrials.gov, of the EU register (B.3.1) and of CTIS."""


class Ended(Value, frozen=True, kw_only=True):
    """A trial that has ended: days to its results, or until tonight without any."""

    study_id: str
    registry: str
    is_industry: bool | None
    days: int
    has_reported: bool


class Delays(Value, frozen=True, kw_only=True):
    """Delays in days with their probabilities, which leave out those who report later or never, and what they rest on."""

    days: tuple[float, ...]
    masses: tuple[float, ...]
    horizon: float
    """Days after which nobody has looked."""
    source: str


def is_industry(record: TrialRecord) -> bool | None:
    """Whether the sponsor is a company, by the registry's own word for it; None where it has none."""
    if record.sponsor_class_text is None:
        return None
    return record.sponsor_class_text.strip().upper() in COMPANIES


def ended(studies: Iterable[StudyFile], today: date) -> list[Ended]:
    """The studies that have ended by their own account and were registered before.

    Whoever was registered after its end may have been so because it reported, and would make reporting look likelier.
    """
    found = []
    for study in studies:
        record, end = study.newest, end_of(study.newest)
        if end is None or not has_ended(record) or middle(end[0]) >= today or not _was_registered(study, end[0]):
            continue
        results = results_date(study)
        last = min(middle(results), today) if results else today
        found.append(
            Ended(
                study_id=study.study_id,
                registry=record.registry,
                is_industry=is_industry(record),
                days=max(0, (last - middle(end[0])).days),
                has_reported=results is not None,
            )
        )
    return found


def _was_registered(study: StudyFile, end: str) -> bool:
    shown = [item.item for item in study.versions if isinstance(item.item, TrialRecord)]
    days = [first_day(record.first_posted_date or record.registry_date) for record in (study.newest, *shown)]
    return min(days) <= middle(end)


def delays_for(record: TrialRecord, others: Sequence[Ended]) -> Delays:
    """Delays of the trials most like this one of which enough have reported; a published figure where there are none.

    Sponsor and registry, then sponsor, then everybody whom the review follows.
    """
    sponsor = is_industry(record)
    kind = {True: "with a company as sponsor", False: "without a company as sponsor", None: ""}[sponsor]
    circles = [
        (
            f"{kind} in {record.registry}",
            [o for o in others if (o.is_industry, o.registry) == (sponsor, record.registry)],
        ),
        (kind, [o for o in others if o.is_industry == sponsor]),
        ("", list(others)),
    ]
    for name, circle in circles if sponsor is not None else circles[2:]:
        if sum(item.has_reported for item in circle) >= LEAST_REPORTED:
            return _observed(circle, name)
    return PUBLISHED


def _observed(circle: Sequence[Ended], name: str) -> Delays:
    """Kaplan and Meier's steps; days of those who have not reported are censored."""
    data = stats.CensoredData(
        uncensored=[float(item.days) for item in circle if item.has_reported],
        right=[float(item.days) for item in circle if not item.has_reported],
    )
    survival = stats.ecdf(data).sf
    steps = -np.diff(np.concatenate([[1.0], survival.probabilities]))
    kept = steps > 0
    n = sum(item.has_reported for item in circle)
    words = " ".join(filter(None, (f"{len(circle)} ended trials of this review", name)))
    return Delays(
        days=tuple(survival.quantiles[kept].tolist()),
        masses=tuple(steps[kept].tolist()),
        horizon=float(max(item.days for item in circle)),
        source=f"{words}, {n} of which have reported",
    )


def _published() -> Delays:
    """The sample of Saito and Gill: 400 completed trials of ClinicalTrials.gov, chosen at random, four years after their end.

    282 had posted results or published their primary outcome, after 647 days on average, SD 454 (median 602). A Weibull
    distribution of this mean and SD, cut at four years, stands for them.

    Source: Saito and Gill (2014), PLoS ONE 9:e101826.
    """
    mean, sd, horizon, share = 647.0, 454.0, 4 * DAYS_IN_YEAR, 282 / 400
    shape = _weibull_shape(sd / mean)
    scale = mean / gamma(1 + 1 / shape)
    at: NDArray[np.float64] = (np.arange(NODES) + 0.5) / NODES
    reached = float(stats.weibull_min.cdf(horizon, shape, scale=scale))
    days = stats.weibull_min.ppf(at * reached, shape, scale=scale)
    return Delays(
        days=tuple(days.tolist()),
        masses=(share / NODES,) * NODES,
        horizon=horizon,
        source="400 completed trials of ClinicalTrials.gov (Saito and Gill 2014, PLoS ONE 9:e101826)",
    )


def _weibull_shape(variation: float) -> float:
    """Shape of the Weibull distribution with a coefficient of variation, by halving."""
    low, high = 0.2, 20.0
    for _ in range(80):
        middle_ = (low + high) / 2
        found = gamma(1 + 2 / middle_) / gamma(1 + 1 / middle_) ** 2 - 1
        low, high = (middle_, high) if log(1 + variation**2) < log(1 + found) else (low, middle_)
    return (low + high) / 2


PUBLISHED = _published()
