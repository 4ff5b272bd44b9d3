"""From record versions to a verdict on the review: links, eligibility, numbers, effects, states, events, rules.

Pure apart from its inputs: versions as a snapshot holds them, the review folder as of the night, and what
earlier nights left in the ledger. The same inputs give the same judgement.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence, Set
from types import MappingProxyType
from typing import TypeVar

import msgspec

from judging.curves import curves_of
from judging.describe import descriptions_of
from judging.doubled_numbers import given_twice, risks_beside_hazards
from judging.evidence import Numbers, as_printed, inputs_of, numbers_of_review
from judging.forecasts import Night
from judging.number_tasks import counted_twice, mixed_quantities, more_than_randomised, one_sided, to_confirm
from judging.rulings import out_of_evidence
from judging.screened import screen_records
from judging.supplements import supplements_of
from judging.tasks import (
    contradicted,
    look_alikes,
    number_conflicts,
    of_leading_record,
    of_studies_that_matter,
    recall,
    rejections,
    reopened_decisions,
    unclear,
    unread_languages,
    unread_results,
)
from judging.version_tasks import awaiting_classification, not_reproduced, numbers_to_check
from models.judgement import Judgement, Screened, Told
from models.literature import Literature
from models.published import PublishedStudy
from models.report import Report
from models.review import Review
from models.screening import Event, RunContext, StudyStatus
from models.synthesis import ArmResult, Contrast, EffectInput, PooledEffect, SourceFreshness, SubgroupTest
from models.trial import Observation, TrialRecord
from models.vocabulary import (
    EventCode,
    EvidenceSet,
    EvidenceWord,
    LinkMethod,
    Status,
    StudyList,
    Verdict,
)
from studies.comparison_arms import comparisons_of, may_be_of
from studies.corrections import is_disputed
from studies.events import events_of
from studies.lifecycle import LinkedReport, StudyFile, status_of
from studies.link_dates import dated
from studies.linkage import is_listed_only
from studies.literature import literature_of
from studies.numbers import numbers_of
from studies.reopening import eligible_from
from studies.verdicts import Verdicts
from synthesis.analyses import pool_review, pool_subgroups_of
from synthesis.certainty import rate_review
from synthesis.reproduction import reproduce
from synthesis.signals import compare, decide

Computed = TypeVar("Computed", PooledEffect, SubgroupTest)


def judge(
    context: RunContext,
    review: Review,
    told: Told,
    freshness: Sequence[SourceFreshness] = (),
    verdicts: Verdicts | None = None,
    known: Mapping[str, str] = MappingProxyType({}),
) -> Judgement:
    """Conclude one night.

    Parameters
    ----------
    context : the night, and since when things are news
    review : the review folder as of the night
    told : what its sources had told by the night
    freshness : how recently each source was searched to the end
    verdicts : those that the review's rules have found before; they save time and change nothing
    known : the study that each number stood for on earlier nights, the oldest first
    """
    verdicts = verdicts or Verdicts(review.protocol.eligibility)
    literature = literature_of(told.reports)
    reports = literature.reports
    screened, rulings = screen_records(told.newest, literature, review, verdicts, known)
    review = rulings.review
    queue = [
        *rulings.tasks,
        *of_studies_that_matter(screened, review),
        *rejections(told.rejected),
        *unclear(screened, review),
        *recall(screened, review, freshness),
        *contradicted(screened, review),
        *unread_languages(screened, review),
        *awaiting_classification(screened, review),
        *numbers_to_check(review),
    ]
    registered = {name: record for name, record in screened.newest.items() if not is_listed_only(record)}
    # What a person is asked about a report by what it tells is not asked again by its title.
    asked = {item.subject for item in screened.linked.queue if item.kind == "report"}
    unasked = {name: report for name, report in reports.items() if name not in asked}
    queue += look_alikes(screened.linked, registered, unasked, screened.studies_that_matter, review.links)
    met = [study for study, decision in screened.screening.items() if decision.verdict is Verdict.MET]
    sources = {study_id: screened.with_results(study_id, reports) for study_id in met}
    drawn = curves_of(review.survival)
    entered, problems = numbers_of_review(review, sources, drawn.curves)
    out = out_of_evidence(review, screened)
    queue += [*problems, *(task for task in out.values() if task), *drawn.without(out).tasks]
    numbers = entered.without(out)
    versions = _versions_by_study(screened, told.trials)
    screened = _with_dates(screened, told.trials, literature.versions, review)
    linked = _linked_reports(screened, review, literature)
    disputed = _disputed(numbers.settled, linked)
    inputs = inputs_of(review, numbers, disputed)
    sets = [item for item in EvidenceSet if disputed or item is not EvidenceSet.UNDISPUTED]
    effects = tuple(effect for name in sets for effect in pool_review(inputs, review.protocol, name))
    of_subgroups = [pool_subgroups_of(inputs, review.protocol, name) for name in sets]
    queue += reopened_decisions(review, screened, versions, verdicts)
    files = _study_files(screened, review, versions, linked, numbers, inputs, verdicts)
    thresholds = review.protocol.thresholds
    queue += number_conflicts(files, screened.linked, screened.newest)
    statuses = tuple(status_of(study, context, thresholds, review.decisions) for study in files)
    queue += unread_results(files, statuses, review)
    queue += to_confirm(numbers.provisional, numbers.contrasts)
    queue += more_than_randomised([*numbers.confirmed, *numbers.provisional], files)
    queue += one_sided([*numbers.confirmed, *numbers.provisional])
    queue += [*counted_twice(inputs, review.protocol), *mixed_quantities(inputs, review.protocol)]
    queue += [*given_twice(numbers.settled, review.protocol), *risks_beside_hazards(numbers.settled, review.protocol)]
    events = tuple(event for study in files for event in events_of(study, context, thresholds, told.nights))
    # The arithmetic is held against what was printed, with every study that was in it then.
    published_inputs = as_printed(review, entered)
    as_published = pool_review(published_inputs, review.protocol, EvidenceSet.PUBLISHED)
    # Before the first version could be read its data were not there either.
    is_readable = review.baseline.in_force_from <= context.today
    gate = reproduce(review.protocol, review.printed, as_published) if is_readable else []
    new_participants = _new_participants(files, statuses, events, review)
    membership = _membership(new_participants, screened, numbers, review)
    others = [item for item in effects if item.evidence_set is not EvidenceSet.PUBLISHED]
    closed = {signal.analysis for signal in gate if signal.fired}
    queue += not_reproduced(gate, review)
    effects = _open(effects, closed)
    signals = (*gate, *compare(review.protocol, [*as_published, *others], new_participants, closed, membership))
    decision = decide(
        review.protocol,
        review.baseline,
        context,
        f"{review.protocol.version}/{review.fingerprint}",
        events,
        signals,
        freshness,
    )
    return Judgement(
        context=context,
        review=review,
        screened=screened,
        literature=literature,
        descriptions=descriptions_of(screened, review.protocol.eligibility),
        statuses=statuses,
        events=events,
        inputs=tuple(inputs),
        effects=effects,
        subgroup_effects=_open((effect for found, _ in of_subgroups for effect in found), closed),
        subgroup_tests=_open((test for _, found in of_subgroups for test in found), closed),
        supplements=supplements_of(
            inputs,
            effects,
            review.protocol,
            Night(
                files=files,
                statuses=statuses,
                as_published=as_published,
                new_participants=new_participants,
                closed=closed,
                today=context.today,
            ),
            curves=drawn.without(out).curves,
        ),
        as_published=as_published,
        certainty=rate_review(
            effects,
            inputs,
            review.protocol,
            risk_of_bias=review.risk_of_bias,
            statuses=[status for status in statuses if status.list not in {StudyList.EXCLUDED, StudyList.SCREENED_OUT}],
            stated=review.certainty,
        ),
        signals=signals,
        decision=decision,
        freshness=tuple(freshness),
        queue=tuple(dict.fromkeys(queue)),
    )


def _open(items: Iterable[Computed], closed: Set[str]) -> tuple[Computed, ...]:
    """What does not come out of its own data is not made newer: only its published data are pooled."""
    return tuple(item for item in items if item.evidence_set is EvidenceSet.PUBLISHED or item.analysis not in closed)


def _study_files(
    screened: Screened,
    review: Review,
    versions: Mapping[str, Sequence[Observation]],
    reports: Mapping[str, Sequence[LinkedReport]],
    numbers: Numbers,
    inputs: Sequence[EffectInput],
    verdicts: Verdicts,
) -> list[StudyFile]:
    arms: dict[str, list[ArmResult]] = defaultdict(list)
    for arm in numbers.confirmed:
        arms[arm.study_id].append(arm)
    extracted_from: dict[str, set[str]] = defaultdict(set)
    for item in numbers.settled:
        extracted_from[item.study_id].add(item.report)
    pooled = {item.study_id for item in inputs if item.evidence_set is EvidenceSet.CONFIRMED and item.yi is not None}
    ongoing = {study.study_id: study.evidence for study in review.baseline.ongoing}
    awaiting = {study.study_id for study in review.baseline.awaiting}
    told = {study.study_id: study.told_state for study in review.baseline.watched}
    included: dict[str, PublishedStudy] = {study.study_id: study for study in review.baseline.included}
    return [
        StudyFile(
            study_id=study_id,
            versions=tuple(versions.get(study_id, ())),
            newest=screened.record_of(study_id),
            reports=tuple(reports.get(study_id, ())),
            screening=decision,
            numbers=numbers_of(screened.record_of(study_id), included.get(study_id), arms[study_id]),
            published=included.get(study_id),
            listed_ongoing=review.baseline.version if study_id in ongoing else None,
            listed_awaiting=review.baseline.version if study_id in awaiting else None,
            told_state=told.get(study_id),
            listed_from=(review.baseline.in_force_from if ongoing.get(study_id) is EvidenceWord.VERBATIM else None),
            is_extracted=study_id in extracted_from,
            is_pooled=study_id in pooled,
            extracted_from=frozenset(extracted_from[study_id]),
            eligible_from=eligible_from(of_leading_record(study_id, screened, versions), verdicts),
        )
        for study_id, decision in screened.screening.items()
    ]


def _disputed(confirmed: Sequence[ArmResult | Contrast], linked: Mapping[str, Sequence[LinkedReport]]) -> set[str]:
    """Studies with confirmed numbers of which a report was retracted or put in doubt."""
    extracted_from: dict[str, set[str]] = defaultdict(set)
    for arm in confirmed:
        extracted_from[arm.study_id].add(arm.report)
    return {study for study, reports in extracted_from.items() if is_disputed(linked.get(study, ()), reports)}


def _versions_by_study(screened: Screened, trial_versions: Sequence[Observation]) -> dict[str, list[Observation]]:
    study_of = screened.study_of
    versions: dict[str, list[Observation]] = defaultdict(list)
    for version in trial_versions:
        if isinstance(version.item, TrialRecord):
            versions[study_of[version.item.record_id]].append(version)
    return versions


def _with_dates(
    screened: Screened, trial_versions: Sequence[Observation], report_versions: Sequence[Observation], review: Review
) -> Screened:
    trials: dict[str, list[TrialRecord]] = defaultdict(list)
    reports: dict[str, list[Report]] = defaultdict(list)
    for item in (version.item for version in (*trial_versions, *report_versions)):
        if isinstance(item, TrialRecord):
            trials[item.record_id].append(item)
        else:
            reports[item.report_id].append(item)
    linked = dated(screened.linked, trials, reports, review.links)
    return msgspec.structs.replace(screened, linked=linked)


def _linked_reports(screened: Screened, review: Review, literature: Literature) -> dict[str, list[LinkedReport]]:
    versions: dict[str, list[Observation]] = defaultdict(list)
    for version in literature.versions:
        if isinstance(version.item, Report):
            versions[version.item.report_id].append(version)
    linked_from = {(row.study_id, row.item_id): row.known_from for row in review.links}
    linked: dict[str, list[LinkedReport]] = defaultdict(list)
    for item in screened.linked.reports:
        by_person = item.method is LinkMethod.PERSON
        linked[item.study_id].append(
            LinkedReport(
                report=literature.reports[item.report_id],
                link=item,
                first_seen_at=min(version.observed_at for version in versions[item.report_id]),
                linked_from=linked_from.get((item.study_id, item.report_id)) if by_person else None,
                versions=tuple(versions[item.report_id]),
            )
        )
    for reports in linked.values():
        reports.sort(key=lambda item: (item.report.published_date or item.report.registry_date, item.report.report_id))
    return linked


def _membership(
    studies: Iterable[str], screened: Screened, numbers: Numbers, review: Review
) -> dict[tuple[str, str], bool | None]:
    """Whether each study is of each comparison, by its registered arms and by the rows that are entered of it."""
    entered: dict[str, set[str]] = defaultdict(set)
    for item in (*numbers.settled, *numbers.provisional):
        entered[item.study_id].add(item.comparison)
    known = {study: comparisons_of(screened.record_of(study), review.protocol) | entered[study] for study in studies}
    return {
        (study, comparison.id): may_be_of(comparison.id, known[study], review.protocol)
        for study in known
        for comparison in review.protocol.comparisons
    }


def _new_participants(
    files: Sequence[StudyFile], statuses: Sequence[StudyStatus], events: Sequence[Event], review: Review
) -> dict[str, tuple[int, str]]:
    """Participants of studies completed or reported since the search, with which number it is."""
    codes = {EventCode.COMPLETED, EventCode.RESULTS_POSTED, EventCode.REPORT_LINKED, EventCode.LISTED_LATE}
    in_news = {event.study_id for event in events if event.is_news and event.event_code in codes}
    with_data = {study.study_id for study in review.baseline.included if study.contributes_data}
    lists = {status.study_id: status.list for status in statuses}
    found = {}
    for study in files:
        wanted = study.study_id in in_news - with_data and study.screening.verdict is Verdict.MET
        if wanted and lists[study.study_id] is not StudyList.EXCLUDED and study.newest.status is not Status.WITHDRAWN:
            numbers = study.numbers
            for n, kind in (
                (numbers.n_randomised, "randomised"),
                (numbers.n_started, "started"),
                (numbers.n_registered, f"registered, {numbers.n_registered_type or 'kind not stated'}"),
            ):
                if n is not None:
                    found[study.study_id] = (n, kind)
                    break
    return found
