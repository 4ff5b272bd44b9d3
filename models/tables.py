"""The warehouse's stored tables, declared once: DDL, comments, Parquet schema and data dictionary come from here.

Moments are UTC without zone (DuckDB TIMESTAMP). A `_date` column is the first day that a partial date can
mean; its `_precision` says how much of it was known. The warehouse is disposable: no migrations, no foreign
keys, referential checks in ``sql/checks/``.
"""

from models import corpus_tables
from models.columns import BOOL, DATE, FLOAT, INT, MOMENT, REPORT, STUDY, TEXT, TEXTS, column, dated, metadata, table

__all__ = ["corpus_tables", "metadata"]

review_study_record = table(
    "review_study_record",
    "One row per registry record of a study, with why it belongs there.",
    column(*STUDY),
    column("record_id", TEXT, "Registry entry"),
    column("method", TEXT, "own_id, declared_id, mined_id or person"),
    column("evidence", TEXT, "What the link rests on"),
    column("known_from", DATE, "First day on which what the link rests on was public"),
)

review_study_report = table(
    "review_study_report",
    "One row per report of a study, with what it is to it and why it belongs there.",
    column(*STUDY),
    column("report_id", TEXT, "Report"),
    column("kind", TEXT, "results, follow_up, protocol, abstract, registry_summary, notice or other"),
    column("method", TEXT, "databank, registry_reference, mined_id, match, same_report, own_id or person"),
    column("evidence", TEXT, "What the link rests on"),
    column("known_from", DATE, "First day on which what the link rests on was public"),
)

review_report = table(
    "review_report",
    "One row per report: a document about a study, however many databases describe it.",
    column(*REPORT),
    column("title", TEXT, "Title, verbatim"),
    column("first_author", TEXT, "First author, verbatim"),
    column("journal", TEXT, "Journal, verbatim"),
    column("doi", TEXT, "DOI; of a supplement or book where its own is not known"),
    dated("published", "Publication: the first day that is certain"),
    column("publication_types", TEXTS, "Publication types of all its copies, verbatim"),
    column("registry_ids", TEXTS, "Registry ids that any copy declares"),
    column(
        "kind", TEXT, "results, follow_up, protocol, abstract, registry_summary, notice or other, of whichever study"
    ),
    column("verdict", TEXT, "met, not_met or unclear, by title, abstract, types and keywords alone"),
)

review_report_copy = table(
    "review_report_copy",
    "One row per description of a report by a source.",
    column(*REPORT),
    column("source", TEXT, "Connector slug"),
    column("told_as", TEXT, "Id under which the source gave it"),
    column("database", TEXT, "Database that the file was exported from; NULL where nothing says so"),
    column("title", TEXT, "Title as this source gives it"),
)

review_report_screening = table(
    "review_report_screening",
    "One row per report and criterion that a report can tell of.",
    column(*REPORT),
    column("criterion", TEXT, "population, intervention, design or comparator"),
    column("verdict", TEXT, "met, not_met or unclear"),
    column(
        "field", TEXT, "title, keywords, abstract, publication_types or language; not said where reports may be silent"
    ),
    column("quote", TEXT, "The words that decided"),
)

review_study_relation = table(
    "review_study_relation",
    "One row per pair of studies that stay two and belong together, and way in which they do.",
    column(*STUDY),
    column("other_id", TEXT, "The other study; comes after study_id in the order of ids"),
    column("kind", TEXT, "duplicate, extension, sub_study, re_registration, shared_number or named"),
    column("evidence", TEXT, "What the relation rests on"),
)

review_screening_decision = table(
    "review_screening_decision",
    "One row per study and eligibility criterion.",
    column(*STUDY),
    column("criterion", TEXT, "population, intervention, design, comparator or co_interventions"),
    column("verdict", TEXT, "met, not_met or unclear"),
    column("field", TEXT, "Field of the record that decided"),
    column("quote", TEXT, "The words found there"),
    column("decided_by", TEXT, "rule, or the person or review version that decided"),
)

review_intervention = table(
    "review_intervention",
    "One row per intervention that the review names in interventions.csv.",
    column("name", TEXT, "What people call it"),
    column("names", TEXTS, "Its names and codes, as terms: * ends a word early"),
    column("counts", TEXT, "yes, no, or person where the review has not decided"),
    column("evidence", TEXT, "verbatim, derived, inferred or memory"),
    column("source", TEXT, "Where that is written"),
    column("further", TEXT, "The review's own columns as a JSON object of texts; empty ones are left out"),
)

review_study_status = table(
    "review_study_status",
    "One row per study as of the night: eligibility, state, list, numbers, dates.",
    column(*STUDY),
    column("eligibility", TEXT, "met, not_met or unclear"),
    column("list", TEXT, "included, ongoing, awaiting, excluded or screened_out"),
    column("state", TEXT, "Where the study stands, from all evidence (models.vocabulary.StudyState)"),
    column("reason", TEXT, "The evidence that decided state and list"),
    column("title", TEXT, "Title of its newest record"),
    column("design", TEXT, "Allocation, model and masking in words"),
    column("product", TEXT, "Intervention under study, as registered"),
    column("comparator", TEXT, "Comparator, as registered"),
    column("n_registered", INT, "Participants in the registry's enrolment field"),
    column("n_registered_type", TEXT, "estimated or actual"),
    column("n_screened", INT, "Participants screened, where the posted participant flow says so in words"),
    column("n_started", INT, "Participants who started, by the posted participant flow"),
    column("n_randomised", INT, "Participants randomised"),
    column("n_randomised_source", TEXT, "Where n_randomised comes from"),
    column("n_analysed", INT, "Participants analysed for the primary outcome"),
    column("n_analysed_source", TEXT, "Where n_analysed comes from"),
    column("planned_participants", INT, "Participants planned, while the study is not complete"),
    column("is_start_late", BOOL, "Not recruiting yet, though its start was planned for more than half a year ago"),
    dated("start", "Start of the study"),
    dated("completion", "Completion, or primary completion where that is all there is"),
    column("results_date", DATE, "First day on which results were public, in a registry or a report"),
)

review_event = table(
    "review_event",
    "One row per thing that happened to an eligible study.",
    column("event_key", TEXT, "Identity across runs"),
    column(
        "event_code",
        TEXT,
        "E1 completed, E2Q results in quality control, E2 posted, E3 report, E4 new, E5 overdue, E6 reversal, E7 correction",
    ),
    column(*STUDY),
    column("event_date", DATE, "When it happened in the world"),
    column("event_date_precision", TEXT, "day, month or year"),
    column("public_date", DATE, "When a source first showed it"),
    column("first_seen_at", MOMENT, "When we first observed it, UTC"),
    column("grade", TEXT, "action, watch or info"),
    column("evidence", TEXT, "What it rests on"),
    column(
        "is_news",
        BOOL,
        "True when it became public after the search of the version in force, or after the day since which a review without one is watched",
    ),
)

review_effect_input = table(
    "review_effect_input",
    "One row per study, outcome, time and evidence set: what enters a pooled effect.",
    column(*STUDY),
    column("evidence_set", TEXT, "published, confirmed, provisional or undisputed"),
    column("comparison", TEXT, "Comparison of the protocol"),
    column("outcome", TEXT, "Outcome of the protocol"),
    column("timepoint", TEXT, "Window of the protocol"),
    column("measure", TEXT, "MD or RR"),
    column("n_intervention", INT, "Participants analysed, intervention"),
    column("n_control", INT, "Participants analysed, control"),
    column("events_intervention", INT, "Participants with the event, intervention"),
    column("events_control", INT, "Participants with the event, control"),
    column("mean_intervention", FLOAT, "Mean, unit of the outcome"),
    column("sd_intervention", FLOAT, "Standard deviation, unit of the outcome"),
    column("mean_control", FLOAT, "Mean, unit of the outcome"),
    column("sd_control", FLOAT, "Standard deviation, unit of the outcome"),
    column("yi", FLOAT, "Effect on the analysis scale: difference, or log of the ratio"),
    column("vi", FLOAT, "Sampling variance of yi"),
    column("source", TEXT, "Report with table, or path into the registry record"),
    column("evidence", TEXT, "verbatim, derived or inferred"),
    column("note", TEXT, "What a reader must know about these numbers"),
)

_POOLED_KEY = [
    column(
        "evidence_set",
        TEXT,
        "published, confirmed (the review's result), provisional (with machine-read results) or undisputed (confirmed without what was retracted or put in doubt)",
    ),
    column("convention", TEXT, "revman5: as published in 2019; revman2025: Cochrane's since January 2025"),
    column("comparison", TEXT, "Comparison of the protocol"),
    column("outcome", TEXT, "Outcome of the protocol"),
    column("timepoint", TEXT, "Window of the protocol"),
]

review_pooled_effect = table(
    "review_pooled_effect",
    "One row per evidence set, convention, outcome, time and pooling choice.",
    _POOLED_KEY,
    column("measure", TEXT, "MD or RR"),
    column("model", TEXT, "common, mh, DL or REML"),
    column("interval", TEXT, "wald or hksj"),
    column("is_headline", BOOL, "True for the line that rules compare and readers see first"),
    column("k", INT, "Studies pooled"),
    column("n_participants", INT, "Participants in them"),
    column("estimate", FLOAT, "Pooled effect: difference in the outcome's unit, or ratio"),
    column("ci_low", FLOAT, "Lower 95 % confidence limit, scale of estimate"),
    column("ci_high", FLOAT, "Upper 95 % confidence limit, scale of estimate"),
    column("se", FLOAT, "Standard error on the analysis scale (log for ratios)"),
    column("p_value", FLOAT, "Two-sided p-value of no effect"),
    column("tau2", FLOAT, "Between-study variance on the analysis scale"),
    column("tau2_low", FLOAT, "Lower 95 % Q-profile limit of tau2"),
    column("tau2_high", FLOAT, "Upper 95 % Q-profile limit of tau2"),
    column("i2_pct", FLOAT, "I², per cent"),
    column("h2", FLOAT, "H², ratio of total to sampling variability"),
    column("q", FLOAT, "Cochran's Q"),
    column("q_p", FLOAT, "p-value of Q"),
    column("pi_low", FLOAT, "Lower 95 % prediction limit, scale of estimate; from three studies on"),
    column("pi_high", FLOAT, "Upper 95 % prediction limit, scale of estimate; from three studies on"),
    column("pi_df", INT, "Degrees of freedom of the prediction interval"),
    column("note", TEXT, "What a reader must know about this line"),
)

review_certainty = table(
    "review_certainty",
    "One row per outcome, time and evidence set: GRADE certainty, as far as numbers can tell, and as people stated it.",
    column("evidence_set", TEXT, "confirmed or provisional"),
    column("outcome", TEXT, "Outcome of the protocol"),
    column("timepoint", TEXT, "Window of the protocol"),
    column("computed", TEXT, "high, moderate, low or very low from the domains that numbers decide; NULL without data"),
    column("stated", TEXT, "Certainty that people stated (certainty.csv)"),
    column("stated_reasons", TEXT, "Their reasons"),
    column(
        "information_size", INT, "Participants that one adequately powered trial would need; NULL if not computable"
    ),
)

review_certainty_concern = table(
    "review_certainty_concern",
    "One row per GRADE domain of each outcome, time and evidence set.",
    column("evidence_set", TEXT, "confirmed or provisional"),
    column("outcome", TEXT, "Outcome of the protocol"),
    column("timepoint", TEXT, "Window of the protocol"),
    column("domain", TEXT, "risk of bias, inconsistency, indirectness, imprecision or publication bias"),
    column("is_rated_down", BOOL, "True when the numbers rate the certainty down in this domain"),
    column("needs_person", BOOL, "True when the numbers leave something to judge"),
    column("reason", TEXT, "What the judgement rests on"),
)

review_absolute_effect = table(
    "review_absolute_effect",
    "One row per dichotomous outcome, time, evidence set and baseline risk: people per 1,000.",
    column("evidence_set", TEXT, "confirmed or provisional"),
    column("outcome", TEXT, "Outcome of the protocol"),
    column("timepoint", TEXT, "Window of the protocol"),
    column("baseline_risk", FLOAT, "Risk under control, 0 to 1"),
    column("control", FLOAT, "People with the event per 1,000 under control"),
    column("intervention", FLOAT, "People with the event per 1,000 under the intervention"),
    column("ci_low", FLOAT, "Lower 95 % limit of intervention, per 1,000"),
    column("ci_high", FLOAT, "Upper 95 % limit of intervention, per 1,000"),
)

review_signal = table(
    "review_signal",
    "One row per rule, outcome, time, evidence set and convention.",
    column("rule", TEXT, "S0 to S5"),
    column("outcome", TEXT, "Outcome of the protocol"),
    column("timepoint", TEXT, "Window of the protocol"),
    column("evidence_set", TEXT, "Evidence set compared with the published one"),
    column("convention", TEXT, "Convention under which both were computed"),
    column("fired", BOOL, "True when the rule calls for attention"),
    column("value", FLOAT, "What was measured"),
    column("threshold", FLOAT, "What it was measured against"),
    column("explanation", TEXT, "One sentence"),
)

review_update_decision = table(
    "review_update_decision",
    "One row per night and review, append-only.",
    column("review", TEXT, "Review folder"),
    column("decided_at", MOMENT, "Night of the decision, UTC"),
    column(
        "status", TEXT, "Up to date, Update pending, No update planned, No published version yet or Not known tonight"
    ),
    column("rationale", TEXT, "Brief reason"),
    column("explanation", TEXT, "At most 400 characters"),
    column("baseline_version", TEXT, "Published version it is about; empty while there is none"),
    column("fired_rules", TEXTS, "Signals that fired"),
    column("event_keys", TEXTS, "News events behind the status"),
    column("is_confirmed_only", BOOL, "False when a rule fired on provisional numbers only"),
    column("protocol_version", TEXT, "Version and fingerprint of the review folder"),
)

review_source_check = table(
    "review_source_check",
    "One row per source: how its last check ended.",
    column("source", TEXT, "Connector slug"),
    column("title", TEXT, "Source by name"),
    column("state", TEXT, "complete, partial or failed"),
    column("last_checked_at", MOMENT, "Last check, UTC"),
    column("last_complete_at", MOMENT, "Last check that reached the end, UTC"),
    column("limit_days", INT, "Older than this many days is stale"),
    column(
        "is_stale",
        BOOL,
        "True when the last complete check is older than that, or the last check did not reach the end",
    ),
    column("is_overdue", BOOL, "True when no complete check is within the limit: what happened there is not known"),
    column("n_records", INT, "Records read at the last check"),
    column("n_expected", INT, "Records that the registry announced"),
    column("n_new", INT, "Of a search by hand, records of which nothing had told before"),
    column("is_by_hand", BOOL, "True for a database that people search, whose days count from the day of the search"),
    column("is_day_given", BOOL, "False when the day of a search by hand is that of loading, for nobody told it"),
    column("last_sweep_at", MOMENT, "Last complete search of everything, not only of what changed, UTC"),
    column("reason", TEXT, "Why the check was not complete"),
)

review_search = table(
    "review_search",
    "One row per database and day on which people searched it by hand.",
    column("database", TEXT, "Database"),
    column("title", TEXT, "Database by name"),
    column("searched_on", DATE, "Day of the search"),
    column("is_day_given", BOOL, "False when that is the day of loading, for nobody told the day of the search"),
    column("loaded_at", MOMENT, "When its last file was loaded, UTC; NULL without a file"),
    column("files", TEXTS, "Names of its files"),
    column("told_by", TEXT, "What tells that it is a search of this database"),
    column("n_records", INT, "Records of the database in its files"),
    column("n_new", INT, "Those of them of which nothing had told before"),
    column("n_expected", INT, "Records that it found, as people say"),
    column("reason", TEXT, "Why it does not count as a whole search"),
)

review_queue = table(
    "review_queue",
    "One row per thing that only a person can settle.",
    column("item", TEXT, "Name of the item, for settled.csv; another one as soon as anything about it changes"),
    column(
        "kind",
        TEXT,
        "results, report, eligibility, extraction, link, discrepancy, search, ruling, rejected, recall, vanished or check",
    ),
    column("subject", TEXT, "Study, record or file it is about"),
    column("reason", TEXT, "Why a person is needed"),
    column("field", TEXT, "Field"),
    column("value", TEXT, "What stood there"),
    column("action", TEXT, "What to do"),
)
