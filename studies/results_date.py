"""When an ongoing trial can be expected to report, with its spread, and how likely it is to report at all.

End and delay are put together by all pairs of their values, each with its probability; nothing is drawn by lot. What is
known tonight, that no results are public yet, takes away the pairs that would have been over.
"""

from collections.abc import Sequence
from datetime import date, timedelta

import numpy as np
from msgspec.structs import replace

from models.ages import DAYS_IN_YEAR
from models.dates import PartialDate
from models.forecast import ResultsDate, Spread
from models.screening import StudyStatus
from models.trial import TrialRecord
from models.value import Value
from models.vocabulary import StudyState, Verdict
from studies.lifecycle import StudyFile
from studies.reporting_delay import MONTH, Delays, Ended, delays_for, ended
from studies.slippage import Plan, end_of, middle, plan_of, stretched

LEAST_ENDED = 20
"""Trials whose plan and end are both known, from which on it is believed by how much trials run over."""
NO_SLIPPAGE = "it is taken as registered, and the true interval is wider: of fewer than {n} trials is it known by how much they ran over"


class Experience(Value, frozen=True, kw_only=True):
    """What the trials that a review knows of tell about ends and delays.

    `stretches` are how many times as long as first planned trials took, of every record that was found; delays are only
    of studies that are eligible or may be, for of the others no reports are looked for.
    """

    stretches: tuple[float, ...] = ()
    ended: tuple[Ended, ...] = ()


def experience_of(studies: Sequence[StudyFile], today: date) -> Experience:
    """What the studies of a night tell about ends and delays."""
    plans = [plan_of(study.versions, study.newest.record_id) for study in studies]
    stretches = [plan.stretch for plan in plans if plan is not None and plan.stretch is not None]
    followed = [study for study in studies if study.screening.verdict is not Verdict.NOT_MET]
    return Experience(stretches=tuple(sorted(stretches)), ended=tuple(ended(followed, today)))


def expected_results(study: StudyFile, status: StudyStatus, experience: Experience, today: date) -> ResultsDate:
    """When the results of an ongoing study are expected to be public."""
    record, delays = study.newest, delays_for(study.newest, experience.ended)
    end = end_of(record)
    told = ResultsDate(
        horizon_months=round(delays.horizon / MONTH),
        delay_from=delays.source,
        doubts=tuple(_doubts(status, record)),
    )
    if end is None:
        return replace(told, unknown="no end is registered")
    registered = plan_of(study.versions, record.record_id) or _as_registered(record, end[0])
    plan = _as_it_can_be(registered, status, today)
    known = replace(
        told,
        completion_date=end[0],
        completion_kind=end[1],
        earliest_completion=plan.last_end if plan is not registered else None,
        n_put_off=plan.n_put_off,
        days_put_off=plan.days_put_off,
    )
    ends, slippage = _ends(plan, experience.stretches)
    if status.state is not StudyState.STALE:
        # What runs has not ended; a status that nobody vouches for does not tell.
        ends = [day for day in ends if day > today] or [today]
    known = replace(known, slippage_from=slippage)
    return _put_together(known, ends, delays, today)


def _put_together(told: ResultsDate, ends: Sequence[date], delays: Delays, today: date) -> ResultsDate:
    day = np.array([(end - today).days for end in ends], dtype=np.float64)[:, None] + np.array(delays.days)[None, :]
    mass = np.broadcast_to(np.array(delays.masses)[None, :] / len(ends), day.shape)
    is_open = day > 0
    open_mass = float(mass[is_open].sum())
    never = 1 - sum(delays.masses)
    if open_mass <= 0:
        years = delays.horizon / DAYS_IN_YEAR
        return replace(
            told, unknown=f"its end is registered for more than {years:.0f} years ago, and no trial reported so late"
        )
    order = np.argsort(day[is_open], kind="stable")
    days = day[is_open][order]
    share = np.cumsum(mass[is_open][order]) / open_mass

    def at(level: float) -> date:
        return today + timedelta(days=round(float(days[min(int(np.searchsorted(share, level)), len(days) - 1)])))

    spread = Spread(median=at(0.5), low50=at(0.25), high50=at(0.75), low90=at(0.05), high90=at(0.95))
    return replace(told, spread=spread, chance=open_mass / (open_mass + never))


def _as_it_can_be(plan: Plan, status: StudyStatus, today: date) -> Plan:
    """What has not begun although its start has passed begins tonight at the earliest, and takes as long as planned."""
    is_waiting = status.state is StudyState.PLANNED and plan.start is not None and plan.start < today
    return plan.from_day(today) if is_waiting else plan


def _ends(plan: Plan, stretches: Sequence[float]) -> tuple[list[date], str]:
    """Days on which it may end, equally likely, and what says so."""
    ends = stretched(plan, stretches) if len(stretches) >= LEAST_ENDED else []
    if ends:
        return ends, f"it runs over as {len(stretches)} trials that the review has found did"
    return [plan.last_end], NO_SLIPPAGE.format(n=LEAST_ENDED)


def _doubts(status: StudyStatus, record: TrialRecord) -> list[str]:
    doubts = []
    if status.is_start_late:
        doubts.append(
            f"its start was planned for {record.start_date} and it is not recruiting yet; whether it ever starts is not"
            " known, and the dates hold if it starts now"
        )
    if status.state is StudyState.STALE:
        doubts.append("nobody has vouched for its status; the dates hold if it went on as registered")
    if status.state is StudyState.SUSPENDED:
        doubts.append("it is suspended; whether it goes on is not known")
    return doubts


def _as_registered(record: TrialRecord, end: PartialDate) -> Plan:
    return Plan(
        start=middle(record.start_date) if record.start_date else None,
        first_end=middle(end),
        last_end=middle(end),
        n_put_off=0,
        days_put_off=0,
        has_ended=False,
    )
