"""The forecast of a night: each ongoing eligible trial against each main analysis of the review."""

from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from datetime import date

from msgspec.structs import replace

from models.forecast import EffectForecast, TrialForecast
from models.protocol import Protocol
from models.screening import StudyStatus
from models.synthesis import EffectInput, PooledEffect
from models.vocabulary import EvidenceSet, StudyList
from studies.lifecycle import StudyFile
from studies.planned_arms import measures, planned_in
from studies.results_date import expected_results, experience_of
from synthesis.analyses import rows_in
from synthesis.forecast import NO_NUMBER, NOT_OF_COMPARISON, Believed, Situation, forecast_effect
from synthesis.participant_rules import Participants


@dataclass(frozen=True)
class Night:
    """What a night knows of the review's studies, as far as a forecast needs it.

    Attributes
    ----------
    files, statuses : of the same studies in the same order
    as_published : pooled effects of the version in force
    new_participants : of trials that completed or reported since its search
    closed : analyses whose published estimate is not reproduced: nothing is forecast of them
    """

    files: Sequence[StudyFile]
    statuses: Sequence[StudyStatus]
    as_published: Sequence[PooledEffect]
    new_participants: Mapping[str, Participants]
    closed: Set[str]
    today: date

    @property
    def ongoing(self) -> list[tuple[StudyFile, StudyStatus]]:
        pairs = zip(self.files, self.statuses, strict=True)
        return [(study, status) for study, status in pairs if status.list is StudyList.ONGOING]


def forecasts_of(
    inputs: Sequence[EffectInput], effects: Sequence[PooledEffect], protocol: Protocol, night: Night
) -> tuple[TrialForecast, ...]:
    """When each ongoing trial reports, and what it would do to each main analysis under each convention.

    Parameters
    ----------
    inputs : effects of studies, all evidence sets together
    effects : pooled from them
    """
    ongoing = night.ongoing
    if not ongoing:
        return ()
    experience = experience_of(night.files, night.today)
    situations = list(_situations(inputs, effects, protocol, night))
    return tuple(
        TrialForecast(
            study_id=study.study_id,
            results=expected_results(study, status, experience, night.today),
            effects=tuple(_effects(study, status, situations, protocol)),
        )
        for study, status in ongoing
    )


def _situations(
    inputs: Sequence[EffectInput], effects: Sequence[PooledEffect], protocol: Protocol, night: Night
) -> Iterator[tuple[Situation, Believed | None]]:
    """Every main analysis under every convention, with what its rows say of a further trial."""
    published = {(item.convention, item.analysis): item for item in night.as_published if item.is_headline}
    first = protocol.conventions[0].name
    headlines = {
        (item.analysis, item.convention): item
        for item in effects
        if item.is_headline and item.evidence_set is EvidenceSet.CONFIRMED
    }
    for analysis in protocol.analyses:
        if analysis.role != "main" or analysis.analysis in night.closed or not analysis.totals.has_overall:
            continue
        rows = rows_in(inputs, analysis.analysis, EvidenceSet.CONFIRMED)
        believed = None
        for convention in protocol.conventions:
            now = headlines.get((analysis.analysis, convention.name))
            if now is None:
                continue
            believed = believed or Believed.from_rows(rows, now)
            yield (
                Situation(
                    protocol=protocol,
                    analysis=analysis,
                    now=now,
                    old=published.get((convention.name, analysis.analysis)),
                    before=published.get((first, analysis.analysis)),
                    rows=rows,
                    new_participants=night.new_participants,
                ),
                believed,
            )


def _effects(
    study: StudyFile, status: StudyStatus, situations: Sequence[tuple[Situation, Believed | None]], protocol: Protocol
) -> Iterator[EffectForecast]:
    """One study in each situation; its arms are read once for each comparison."""
    n = status.planned_participants
    arms = {item.id: planned_in(study.newest, n, item, protocol) for item in protocol.comparisons} if n else {}
    why = NOT_OF_COMPARISON if n else NO_NUMBER
    for situation, believed in situations:
        analysis = situation.analysis
        planned = arms.get(analysis.comparison)
        if planned is None:
            forecast = forecast_effect(situation, believed, None, why)
        else:
            word, quote = measures(study.newest, situation.outcome, analysis.timepoint, protocol)
            own = replace(planned, study_id=study.study_id, measures=word, measures_quote=quote)
            forecast = forecast_effect(situation, believed, own)
        yield replace(forecast, study_id=study.study_id)
