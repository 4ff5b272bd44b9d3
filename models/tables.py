"""The warehouse's stored tables, declared once: DDL, comments, Parquet schema and data dictionary come from here.

Moments are UTC without zone (DuckDB TIMESTAMP). A `_date` column is the first day that a partial date can
mean; its `_precision` says how much of it was known. The warehouse is disposable: no migrations, no foreign
keys, referential checks in ``sql/checks/``.
"""

from models import analysis_tables, bayes_tables, corpus_tables, supplement_tables
from models.columns import BOOL, DATE, INT, MOMENT, REPORT, STUDY, TEXT, TEXTS, column, dated, metadata, table

__all__ = ["analysis_tables", "bayes_tables", "corpus_tables", "metadata", "supplement_tables"]

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
    column(
        "is_day_given",
        BOOL,
        "False when the day of a search by hand is that of loading, or of a version's publication, for nobody told it",
    ),
    column("last_sweep_at", MOMENT, "Last complete search of everything, not only of what changed, UTC"),
    column("reason", TEXT, "Why the check was not complete"),
)

review_search = table(
    "review_search",
    "One row per database and day on which people searched it by hand.",
    column("database", TEXT, "Database"),
    column("title", TEXT, "Database by name"),
    column("searched_on", DATE, "Day of the search"),
    column(
        "is_day_given",
        BOOL,
        "False when that is the day of loading, or of a version's publication, for nobody told the day of the search",
    ),
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
