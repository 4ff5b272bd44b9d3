"""The warehouse's stored tables, declared once: DDL, comments, Parquet schema and data dictionary come from here.

Moments are UTC without zone (DuckDB TIMESTAMP). A `_date` column is the first day that a partial date can
mean; its `_precision` says how much of it was known. The warehouse is disposable: no migrations, no foreign
keys, referential checks in ``sql/checks/``.
"""

from typing import Any

from sqlalchemy import ARRAY, BigInteger, Boolean, Column, Date, DateTime, Float, MetaData, String, Table
from sqlalchemy.types import TypeEngine

metadata = MetaData()

_TEXT, _INT, _FLOAT, _BOOL, _DATE, _MOMENT = String(), BigInteger(), Float(53), Boolean(), Date(), DateTime()
_TEXTS = ARRAY(String())


def _column(name: str, kind: TypeEngine[Any], comment: str) -> Column[Any]:
    return Column(name, kind, comment=comment)


def _dated(name: str, what: str) -> list[Column[Any]]:
    return [
        _column(f"{name}_date", _DATE, f"{what}; first day that it can mean"),
        _column(f"{name}_date_precision", _TEXT, f"How much of {name}_date was known: day, month or year"),
    ]


def _table(name: str, comment: str, *columns: Column[Any] | list[Column[Any]]) -> Table:
    flat = [column for part in columns for column in (part if isinstance(part, list) else [part])]
    return Table(name, metadata, *flat, comment=comment)


_STUDY = ("study_id", _TEXT, "Study: the id of its first registry record")
_OBSERVED = ("observed_at", _MOMENT, "When we saw it, UTC")
_ARRIVAL = ("arrival", _INT, "Place in the order in which versions arrived; of one night the last is the newest")

core_capture = _table(
    "core_capture",
    "One row per answer of a source, or hand-loaded file, in the archive.",
    _column("capture_id", _TEXT, "Archive file and byte offset"),
    _column("source", _TEXT, "Connector slug"),
    _column("question", _TEXT, "Id of the question that it answers; empty where questions were not kept yet"),
    _column("kind", _TEXT, "What was asked: search, record, history, version, file"),
    _column("url", _TEXT, "Address without credentials, or the name of the loaded file"),
    _column("listing", _TEXT, "Listing that the page is part of"),
    _column("registry_total", _INT, "The registry's own total for that listing, records"),
    _column("http_status", _INT, "HTTP status; 200 for a file"),
    _column("n_bytes", _INT, "Size of the body, bytes"),
    _column("body_sha256", _TEXT, "SHA-256 of the body, hexadecimal"),
    _column("n_records", _INT, "Records and reports read from it"),
    _column("n_rejected", _INT, "Records or words in it that were rejected"),
    _column(*_OBSERVED),
)

core_trial_version = _table(
    "core_trial_version",
    "One row per version of a registry record, append-only. Two clocks: registry_date and observed_at.",
    _column("version_id", _TEXT, "Record, registry date, observation and content: unique"),
    _column("record_id", _TEXT, "Registry entry, e.g. NCT01363401"),
    _column("registry", _TEXT, "Registry by name"),
    _column("source", _TEXT, "Connector slug"),
    _column(
        "origin",
        _TEXT,
        "current: seen as the current version; history: from the registry's history; export: a file; "
        "copy: repeated by a portal",
    ),
    _dated("registry", "Day from which the registry showed this version, by its own account"),
    _column(*_OBSERVED),
    _column(*_ARRIVAL),
    _column("content_hash", _TEXT, "SHA-256 of the normalised content, hexadecimal"),
    _column("capture_id", _TEXT, "Answer it was read from (core_capture)"),
    _column("brief_title", _TEXT, "Brief title, verbatim"),
    _column("official_title", _TEXT, "Official title, verbatim"),
    _column(
        "status", _TEXT, "Recruitment status, harmonised (models.vocabulary.Status); NULL if the word is not known"
    ),
    _column("status_text", _TEXT, "Recruitment status, verbatim"),
    _column("study_type", _TEXT, "interventional, observational or expanded_access"),
    _column("phase_text", _TEXT, "Phase, verbatim"),
    _column("allocation", _TEXT, "randomised, non_randomised, not_applicable or NULL"),
    _column("enrolment_count", _INT, "The registry's enrolment field, participants; not randomised, not analysed"),
    _column("enrolment_type", _TEXT, "estimated or actual"),
    _dated("start", "Start of the study"),
    _dated("primary_completion", "Primary completion"),
    _column("primary_completion_type", _TEXT, "estimated or actual"),
    _dated("completion", "Completion"),
    _column("completion_type", _TEXT, "estimated or actual"),
    _dated("first_posted", "First posted in the registry"),
    _dated("results_posted", "Results first posted in the registry"),
    _column("has_results", _BOOL, "True when results are posted in this version"),
    _column("sponsor", _TEXT, "Lead sponsor, verbatim"),
    _column("conditions", _TEXTS, "Conditions, verbatim"),
    _column("interventions", _TEXTS, "Names of interventions, verbatim"),
    _column("arms", _TEXTS, "Labels of arms, verbatim"),
    _column("primary_outcomes", _TEXTS, "Planned primary outcomes, verbatim"),
    _column("secondary_ids", _TEXTS, "Other identifiers that the record declares"),
    _column("reference_pmids", _TEXTS, "PubMed ids that the record names"),
    _column("countries", _TEXTS, "Countries of sites, as the registry names them"),
    _column("document", _TEXT, "The whole normalised record, JSON (models.trial.TrialRecord)"),
)

core_report_version = _table(
    "core_report_version",
    "One row per version of a report, a document about a study, append-only.",
    _column("version_id", _TEXT, "Report, registry date, observation and content: unique"),
    _column("report_id", _TEXT, "Report, e.g. PMID:30048006"),
    _column("source", _TEXT, "Connector slug"),
    _dated("registry", "Day from which the index showed this version"),
    _column(*_OBSERVED),
    _column(*_ARRIVAL),
    _column("content_hash", _TEXT, "SHA-256 of the normalised content, hexadecimal"),
    _column("capture_id", _TEXT, "Answer it was read from (core_capture)"),
    _column("title", _TEXT, "Title, verbatim"),
    _column("journal", _TEXT, "Journal, verbatim"),
    _column("doi", _TEXT, "DOI"),
    _dated("published", "Publication"),
    _dated("entered", "Entry into the index"),
    _column("publication_types", _TEXTS, "Publication types, verbatim"),
    _column("registry_ids", _TEXTS, "Registry ids that the index declares (DataBank list)"),
    _column("document", _TEXT, "The whole normalised report, JSON (models.trial.Report)"),
)

core_rejected = _table(
    "core_rejected",
    "One row per record, or word in a record, that could not be read.",
    _column("source", _TEXT, "Connector slug"),
    _column("record_ref", _TEXT, "Record as far as it is known"),
    _column("reason", _TEXT, "Why it was rejected"),
    _column("path", _TEXT, "Field"),
    _column("value", _TEXT, "What stood there"),
    _column("action", _TEXT, "What a person should do"),
    _column("capture_id", _TEXT, "Answer it stands in (core_capture)"),
    _column(*_OBSERVED),
)

core_listed = _table(
    "core_listed",
    "One row per record or report in a listing of a review's topic, each time that it was listed.",
    _column("source", _TEXT, "Connector slug"),
    _column("item_id", _TEXT, "Record or report"),
    _column("capture_id", _TEXT, "Answer that listed it (core_capture)"),
    _column(*_OBSERVED),
)

review_study_record = _table(
    "review_study_record",
    "One row per registry record of a study, with why it belongs there.",
    _column(*_STUDY),
    _column("record_id", _TEXT, "Registry entry"),
    _column("method", _TEXT, "own_id, declared_id, mined_id or person"),
    _column("evidence", _TEXT, "What the link rests on"),
    _column("known_from", _DATE, "First day on which what the link rests on was public"),
)

review_study_report = _table(
    "review_study_report",
    "One row per report of a study, with what it is to it and why it belongs there.",
    _column(*_STUDY),
    _column("report_id", _TEXT, "Report"),
    _column("kind", _TEXT, "results, follow_up, protocol, abstract, registry_summary, notice or other"),
    _column("method", _TEXT, "databank, registry_reference, mined_id, same_report or person"),
    _column("evidence", _TEXT, "What the link rests on"),
    _column("known_from", _DATE, "First day on which what the link rests on was public"),
)

review_study_relation = _table(
    "review_study_relation",
    "One row per pair of studies that stay two and belong together, and way in which they do.",
    _column(*_STUDY),
    _column("other_id", _TEXT, "The other study; comes after study_id in the order of ids"),
    _column("kind", _TEXT, "duplicate, extension, sub_study, re_registration, shared_number or named"),
    _column("evidence", _TEXT, "What the relation rests on"),
)

review_screening_decision = _table(
    "review_screening_decision",
    "One row per study and eligibility criterion.",
    _column(*_STUDY),
    _column("criterion", _TEXT, "population, intervention, design, comparator or co_interventions"),
    _column("verdict", _TEXT, "met, not_met or unclear"),
    _column("field", _TEXT, "Field of the record that decided"),
    _column("quote", _TEXT, "The words found there"),
    _column("decided_by", _TEXT, "rule, or the person or review version that decided"),
)

review_intervention = _table(
    "review_intervention",
    "One row per intervention that the review names in interventions.csv.",
    _column("name", _TEXT, "What people call it"),
    _column("names", _TEXTS, "Its names and codes, as terms: * ends a word early"),
    _column("counts", _TEXT, "yes, no, or person where the review has not decided"),
    _column("evidence", _TEXT, "verbatim, derived, inferred or memory"),
    _column("source", _TEXT, "Where that is written"),
    _column("further", _TEXT, "The review's own columns as a JSON object of texts; empty ones are left out"),
)

review_study_status = _table(
    "review_study_status",
    "One row per study as of the night: eligibility, state, list, numbers, dates.",
    _column(*_STUDY),
    _column("eligibility", _TEXT, "met, not_met or unclear"),
    _column("list", _TEXT, "included, ongoing, awaiting, excluded or screened_out"),
    _column("state", _TEXT, "Where the study stands, from all evidence (models.vocabulary.StudyState)"),
    _column("reason", _TEXT, "The evidence that decided state and list"),
    _column("title", _TEXT, "Title of its newest record"),
    _column("design", _TEXT, "Allocation, model and masking in words"),
    _column("product", _TEXT, "Intervention under study, as registered"),
    _column("comparator", _TEXT, "Comparator, as registered"),
    _column("n_registered", _INT, "Participants in the registry's enrolment field"),
    _column("n_registered_type", _TEXT, "estimated or actual"),
    _column("n_screened", _INT, "Participants screened, where the posted participant flow says so in words"),
    _column("n_started", _INT, "Participants who started, by the posted participant flow"),
    _column("n_randomised", _INT, "Participants randomised"),
    _column("n_randomised_source", _TEXT, "Where n_randomised comes from"),
    _column("n_analysed", _INT, "Participants analysed for the primary outcome"),
    _column("n_analysed_source", _TEXT, "Where n_analysed comes from"),
    _column("planned_participants", _INT, "Participants planned, while the study is not complete"),
    _column("is_start_late", _BOOL, "Not recruiting yet, though its start was planned for more than half a year ago"),
    _dated("start", "Start of the study"),
    _dated("completion", "Completion, or primary completion where that is all there is"),
    _column("results_date", _DATE, "First day on which results were public, in a registry or a report"),
)

review_event = _table(
    "review_event",
    "One row per thing that happened to an eligible study.",
    _column("event_key", _TEXT, "Identity across runs"),
    _column(
        "event_code",
        _TEXT,
        "E1 completed, E2Q results in quality control, E2 posted, E3 report, E4 new, E5 overdue, E6 reversal, E7 correction",
    ),
    _column(*_STUDY),
    _column("event_date", _DATE, "When it happened in the world"),
    _column("event_date_precision", _TEXT, "day, month or year"),
    _column("public_date", _DATE, "When a source first showed it"),
    _column("first_seen_at", _MOMENT, "When we first observed it, UTC"),
    _column("grade", _TEXT, "action, watch or info"),
    _column("evidence", _TEXT, "What it rests on"),
    _column("is_news", _BOOL, "True when it became public after the search of the version in force"),
)

review_effect_input = _table(
    "review_effect_input",
    "One row per study, outcome, time and evidence set: what enters a pooled effect.",
    _column(*_STUDY),
    _column("evidence_set", _TEXT, "published, confirmed, provisional or undisputed"),
    _column("comparison", _TEXT, "Comparison of the protocol"),
    _column("outcome", _TEXT, "Outcome of the protocol"),
    _column("timepoint", _TEXT, "Window of the protocol"),
    _column("measure", _TEXT, "MD or RR"),
    _column("n_intervention", _INT, "Participants analysed, intervention"),
    _column("n_control", _INT, "Participants analysed, control"),
    _column("events_intervention", _INT, "Participants with the event, intervention"),
    _column("events_control", _INT, "Participants with the event, control"),
    _column("mean_intervention", _FLOAT, "Mean, unit of the outcome"),
    _column("sd_intervention", _FLOAT, "Standard deviation, unit of the outcome"),
    _column("mean_control", _FLOAT, "Mean, unit of the outcome"),
    _column("sd_control", _FLOAT, "Standard deviation, unit of the outcome"),
    _column("yi", _FLOAT, "Effect on the analysis scale: difference, or log of the ratio"),
    _column("vi", _FLOAT, "Sampling variance of yi"),
    _column("source", _TEXT, "Report with table, or path into the registry record"),
    _column("evidence", _TEXT, "verbatim, derived or inferred"),
    _column("note", _TEXT, "What a reader must know about these numbers"),
)

_POOLED_KEY = [
    _column(
        "evidence_set",
        _TEXT,
        "published, confirmed (the review's result), provisional (with machine-read results) or undisputed (confirmed without what was retracted or put in doubt)",
    ),
    _column("convention", _TEXT, "revman5: as published in 2019; revman2025: Cochrane's since January 2025"),
    _column("comparison", _TEXT, "Comparison of the protocol"),
    _column("outcome", _TEXT, "Outcome of the protocol"),
    _column("timepoint", _TEXT, "Window of the protocol"),
]

review_pooled_effect = _table(
    "review_pooled_effect",
    "One row per evidence set, convention, outcome, time and pooling choice.",
    _POOLED_KEY,
    _column("measure", _TEXT, "MD or RR"),
    _column("model", _TEXT, "common, mh, DL or REML"),
    _column("interval", _TEXT, "wald or hksj"),
    _column("is_headline", _BOOL, "True for the line that rules compare and readers see first"),
    _column("k", _INT, "Studies pooled"),
    _column("n_participants", _INT, "Participants in them"),
    _column("estimate", _FLOAT, "Pooled effect: difference in the outcome's unit, or ratio"),
    _column("ci_low", _FLOAT, "Lower 95 % confidence limit, scale of estimate"),
    _column("ci_high", _FLOAT, "Upper 95 % confidence limit, scale of estimate"),
    _column("se", _FLOAT, "Standard error on the analysis scale (log for ratios)"),
    _column("p_value", _FLOAT, "Two-sided p-value of no effect"),
    _column("tau2", _FLOAT, "Between-study variance on the analysis scale"),
    _column("tau2_low", _FLOAT, "Lower 95 % Q-profile limit of tau2"),
    _column("tau2_high", _FLOAT, "Upper 95 % Q-profile limit of tau2"),
    _column("i2_pct", _FLOAT, "I², per cent"),
    _column("h2", _FLOAT, "H², ratio of total to sampling variability"),
    _column("q", _FLOAT, "Cochran's Q"),
    _column("q_p", _FLOAT, "p-value of Q"),
    _column("pi_low", _FLOAT, "Lower 95 % prediction limit, scale of estimate; from three studies on"),
    _column("pi_high", _FLOAT, "Upper 95 % prediction limit, scale of estimate; from three studies on"),
    _column("pi_df", _INT, "Degrees of freedom of the prediction interval"),
    _column("note", _TEXT, "What a reader must know about this line"),
)

review_certainty = _table(
    "review_certainty",
    "One row per outcome, time and evidence set: GRADE certainty, as far as numbers can tell, and as people stated it.",
    _column("evidence_set", _TEXT, "confirmed or provisional"),
    _column("outcome", _TEXT, "Outcome of the protocol"),
    _column("timepoint", _TEXT, "Window of the protocol"),
    _column(
        "computed", _TEXT, "high, moderate, low or very low from the domains that numbers decide; NULL without data"
    ),
    _column("stated", _TEXT, "Certainty that people stated (certainty.csv)"),
    _column("stated_reasons", _TEXT, "Their reasons"),
    _column(
        "information_size", _INT, "Participants that one adequately powered trial would need; NULL if not computable"
    ),
)

review_certainty_concern = _table(
    "review_certainty_concern",
    "One row per GRADE domain of each outcome, time and evidence set.",
    _column("evidence_set", _TEXT, "confirmed or provisional"),
    _column("outcome", _TEXT, "Outcome of the protocol"),
    _column("timepoint", _TEXT, "Window of the protocol"),
    _column("domain", _TEXT, "risk of bias, inconsistency, indirectness, imprecision or publication bias"),
    _column("is_rated_down", _BOOL, "True when the numbers rate the certainty down in this domain"),
    _column("needs_person", _BOOL, "True when the numbers leave something to judge"),
    _column("reason", _TEXT, "What the judgement rests on"),
)

review_absolute_effect = _table(
    "review_absolute_effect",
    "One row per dichotomous outcome, time, evidence set and baseline risk: people per 1,000.",
    _column("evidence_set", _TEXT, "confirmed or provisional"),
    _column("outcome", _TEXT, "Outcome of the protocol"),
    _column("timepoint", _TEXT, "Window of the protocol"),
    _column("baseline_risk", _FLOAT, "Risk under control, 0 to 1"),
    _column("control", _FLOAT, "People with the event per 1,000 under control"),
    _column("intervention", _FLOAT, "People with the event per 1,000 under the intervention"),
    _column("ci_low", _FLOAT, "Lower 95 % limit of intervention, per 1,000"),
    _column("ci_high", _FLOAT, "Upper 95 % limit of intervention, per 1,000"),
)

review_signal = _table(
    "review_signal",
    "One row per rule, outcome, time, evidence set and convention.",
    _column("rule", _TEXT, "S0 to S5"),
    _column("outcome", _TEXT, "Outcome of the protocol"),
    _column("timepoint", _TEXT, "Window of the protocol"),
    _column("evidence_set", _TEXT, "Evidence set compared with the published one"),
    _column("convention", _TEXT, "Convention under which both were computed"),
    _column("fired", _BOOL, "True when the rule calls for attention"),
    _column("value", _FLOAT, "What was measured"),
    _column("threshold", _FLOAT, "What it was measured against"),
    _column("explanation", _TEXT, "One sentence"),
)

review_update_decision = _table(
    "review_update_decision",
    "One row per night and review, append-only.",
    _column("review", _TEXT, "Review folder"),
    _column("decided_at", _MOMENT, "Night of the decision, UTC"),
    _column("status", _TEXT, "Up to date, Update pending or No update planned"),
    _column("rationale", _TEXT, "Brief reason"),
    _column("explanation", _TEXT, "At most 400 characters"),
    _column("baseline_version", _TEXT, "Published version it is about"),
    _column("fired_rules", _TEXTS, "Signals that fired"),
    _column("event_keys", _TEXTS, "News events behind the status"),
    _column("is_confirmed_only", _BOOL, "False when a rule fired on provisional numbers only"),
    _column("protocol_version", _TEXT, "Version and fingerprint of the review folder"),
)

review_source_check = _table(
    "review_source_check",
    "One row per source: how its last check ended.",
    _column("source", _TEXT, "Connector slug"),
    _column("title", _TEXT, "Source by name"),
    _column("state", _TEXT, "complete, partial or failed"),
    _column("last_checked_at", _MOMENT, "Last check, UTC"),
    _column("last_complete_at", _MOMENT, "Last check that reached the end, UTC"),
    _column("limit_days", _INT, "Older than this many days is stale"),
    _column(
        "is_stale",
        _BOOL,
        "True when the last complete check is older than that, or the last check did not reach the end",
    ),
    _column("is_overdue", _BOOL, "True when no complete check is within the limit: what happened there is not known"),
    _column("n_records", _INT, "Records read at the last check"),
    _column("n_expected", _INT, "Records that the registry announced"),
    _column("last_sweep_at", _MOMENT, "Last complete search of everything, not only of what changed, UTC"),
    _column("reason", _TEXT, "Why the check was not complete"),
)

review_queue = _table(
    "review_queue",
    "One row per thing that only a person can settle.",
    _column("kind", _TEXT, "rejected, eligibility, link, extraction or recall"),
    _column("subject", _TEXT, "Study, record or file it is about"),
    _column("reason", _TEXT, "Why a person is needed"),
    _column("field", _TEXT, "Field"),
    _column("value", _TEXT, "What stood there"),
    _column("action", _TEXT, "What to do"),
)
