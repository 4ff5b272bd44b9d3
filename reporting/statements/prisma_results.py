"""PRISMA 2020, items 16a to 27: results to other information, numbered from *memory*."""

from collections import Counter
from typing import Any

from models.counts import in_studies
from models.folder_rows import RiskOfBiasRow
from models.page import FlowNumbers
from models.vocabulary import EvidenceSet
from reporting.numbers import counted, percent, variance
from reporting.statements.facts import Facts, listed
from reporting.statements.items import Item, said


def results(facts: Facts) -> tuple[Item, ...]:
    """Items 16a to 22."""
    return (*_studies(facts), *_syntheses(facts))


def flow_in_words(flow: FlowNumbers) -> tuple[str, ...]:
    """The flow as the page draws it, in sentences."""
    reports = flow.of_reports
    identified = ", ".join(f"{title} {n}" for title, n in reports.identified)
    return said(
        f"{counted(flow.n_records, 'record')} of registries, or of the review's own lists, and {counted(flow.n_reports, 'report')} make up"
        f" {counted(flow.n_studies, 'study', 'studies')}.",
        f"Reports by database: {identified}; {counted(reports.n_duplicates, 'further copy', 'further copies')} removed."
        if identified
        else "",
        f"Not eligible: {flow.n_not_eligible} (population {flow.n_screened_out_population}, intervention"
        f" {flow.n_screened_out_intervention}, design {flow.n_screened_out_design}, other {flow.n_screened_out_other}).",
        f"Included {flow.n_included}, ongoing {flow.n_ongoing}, awaiting classification {flow.n_awaiting}; excluded with"
        f" reasons {flow.n_excluded}.",
    )


def _studies(facts: Facts) -> tuple[Item, ...]:
    near = list(facts.night["out_near_miss"])
    included = list(facts.night["out_study"].where(list="included"))
    judged = Counter(row.judgement for row in _judgements(facts))
    assessed = {row.study_id for row in _judgements(facts)}
    return (
        Item(
            number="16a", topic="Study selection: flow", asks="numbers from identification to inclusion",
            said=flow_in_words(facts.flow),
        ),
        Item(
            number="16b", topic="Study selection: near misses", asks="studies that seem to count and do not, and why",
            said=said(
                f"{counted(len(near), 'study fails', 'studies fail')} one criterion only: "
                + listed([f"{facts.night.label(row['study_id'])} ({row['criterion']}: {row['quote']})" for row in near])
                + "." if near else "No excluded study fails one criterion only.",
            ),
        ),
        Item(
            number="17", topic="Study characteristics", asks="each included study with its characteristics",
            said=said(
                listed([
                    f"{facts.night.label(row['study_id'])}: {row['design'] or 'design not told'},"
                    f" {_people(row['n_randomised'])}" for row in included
                ]) + "." if included else "No study is included.",
            ),
            owed=("characteristics that registrations do not tell",) if included else (),
        ),
        Item(
            number="18", topic="Risk of bias in studies", asks="the judgements for each included study",
            said=said(
                f"{counted(sum(judged.values()), 'judgement')} on {counted(len(assessed), 'study', 'studies')} of version"
                f" {facts.night.review.baseline.version}: "
                + ", ".join(f"{word} {n}" for word, n in sorted(judged.items())) + "." if judged else "",
            ),
            owed=tuple(
                f"the risk of bias of {facts.night.label(row['study_id'])}" for row in included
                if not ({row["study_id"], facts.night.label(row["study_id"]), *(row["registry_ids"] or ())} & assessed)
            ) or (() if judged else ("the judgements on risk of bias",)),
        ),
        Item(
            number="19", topic="Results of individual studies", asks="numbers and effect of each study and outcome",
            said=(
                f"{counted(len(facts.inputs), 'row')} of"
                f" {counted(len({row['study_id'] for row in facts.inputs}), 'study', 'studies')} enter confirmed analyses;"
                " they stand in study_rows.csv of trialwatch export --as csv, each with its place in a report.",
            ),
        ),
    )  # fmt: skip


def _judgements(facts: Facts) -> list[RiskOfBiasRow]:
    version = facts.night.review.baseline.version
    return [row for row in facts.night.review.risk_of_bias if row.version == version]


def _people(n: int | None) -> str:
    return "number randomised not known" if n is None else f"{n} randomised"


def _syntheses(facts: Facts) -> tuple[Item, ...]:
    night = facts.night
    confirmed = EvidenceSet.CONFIRMED.value
    several = [row for row in facts.pooled if row["k"] > 1]
    tests = {
        row["analysis"]: row for row in night["out_subgroup"].where(evidence_set=confirmed) if row["test_p"] is not None
    }
    disputed = night["out_pooled_effect"].where(evidence_set="undisputed", is_headline=True)
    events = Counter(row["event_code"] for row in night["out_event"] if row["event_code"] in {"E5", "E6"})
    rated = [
        row
        for row in night["out_certainty"].where(evidence_set=confirmed)
        if row["computed"] or is_rated(row["stated"])
    ]
    return (
        Item(
            number="20a", topic="Syntheses: what contributes", asks="studies in each synthesis and their risk of bias",
            said=said(
                listed([f"{facts.outcome(row)}: {in_studies(row['n_studies'], row['k'])}" for row in facts.pooled]) + "."
                if facts.pooled else "No confirmed analysis has data.",
            ),
        ),
        Item(
            number="20b", topic="Syntheses: results", asks="summary estimate, precision and heterogeneity",
            said=said(
                *(f"{facts.estimate(row)}." for row in facts.pooled),
                listed([
                    f"{facts.outcome(row)}: tau² {variance(row['tau2'])}, I² {percent(row['i2_pct'])}" for row in several
                ]) + "." if several else "No confirmed analysis has more than one study, so none has heterogeneity.",
            ),
        ),
        Item(
            number="20c", topic="Syntheses: heterogeneity", asks="what was found of causes of heterogeneity",
            said=said(
                listed([f"{facts.outcome(row)}: p = {row['test_p']:.3g} between subgroups" for row in tests.values()])
                + "." if tests else "No difference between subgroups was tested.",
            ),
        ),
        Item(
            number="20d", topic="Syntheses: sensitivity", asks="results of sensitivity analyses",
            said=said(
                listed([f"without what is in doubt, {facts.estimate(row)}" for row in disputed if row["estimate"]]) + "."
                if any(row["estimate"] is not None for row in disputed)
                else "None was called for: no study with confirmed numbers is in doubt.",
            ),
        ),
        Item(
            number="21", topic="Reporting biases", asks="bias from missing results in each synthesis",
            said=(
                f"Events on record: {events['E5']} of results that are overdue, {events['E6']} of reversals, such as"
                " a switched outcome.",
            ),
            owed=("the judgement for each synthesis",),
        ),
        Item(
            number="22", topic="Certainty of evidence", asks="certainty for each outcome",
            said=said(listed([_certainty(facts, row) for row in rated]) + "." if rated else ""),
            owed=tuple(
                f"the certainty of {facts.outcome(row)}" for row in facts.pooled
                if row["analysis"] not in {item["analysis"] for item in rated if is_rated(item["stated"])}
            ) or (() if rated else ("the certainty of each outcome",)),
        ),
    )  # fmt: skip


def is_rated(word: str | None) -> bool:
    """Whether people have stated a certainty."""
    return bool(word) and word != "not stated"


def _certainty(facts: Facts, row: dict[str, Any]) -> str:
    parts = said(
        f"{row['stated']} as stated" if is_rated(row["stated"]) else "",
        f"{row['computed']} by the numbers alone" if row["computed"] else "",
    )
    return f"{facts.outcome(row)}: {', '.join(parts)}"


def discussion(facts: Facts) -> tuple[Item, ...]:
    """Items 23a to 27."""
    night = facts.night
    stale = [item.title for item in facts.sources if item.is_stale]
    return (
        Item(number="23a", topic="Discussion: interpretation", asks="what the results mean beside other evidence",
             owed=("the interpretation",)),
        Item(
            number="23b", topic="Discussion: limits of the evidence", asks="limits of the evidence",
            said=(
                f"{counted(facts.flow.n_awaiting, 'study awaits', 'studies await')} classification and"
                f" {counted(facts.flow.n_ongoing, 'study is', 'studies are')} ongoing; what they hold is not in the result.",
            ),
            owed=("the discussion of the evidence's limits",),
        ),
        Item(
            number="23c", topic="Discussion: limits of the process", asks="limits of the review's own process",
            said=said(
                f"Not searched to the end, or longer ago than allowed: {', '.join(stale)}." if stale else
                "Every source that is followed was asked to its end within its limit.",
                "" if night.review.protocol.is_written else "New studies are not looked for: the protocol has no words yet.",
                "The night was replayed from a dated archive of registries, which were not asked."
                if night.registries == "replay" else "",
                f"{counted(sum(facts.owed.values()), 'question waits', 'questions wait')} for a person." if facts.owed else "",
            ),
            owed=("the discussion of the process's limits",),
        ),
        Item(number="23d", topic="Discussion: implications", asks="implications for practice, policy and research",
             owed=("the implications",)),
        Item(number="24a", topic="Registration", asks="register and number of the review, or that there is none",
             owed=("where the review is registered",)),
        Item(
            number="24b", topic="Protocol", asks="where the protocol can be read",
            said=(f"The protocol is reviews/{night.review.protocol.review}/protocol.yaml, {night.protocol_version}.",),
            owed=("an address at which readers find it",),
        ),
        Item(
            number="24c", topic="Amendments", asks="changes to the registration or protocol, and why",
            said=said(*_amendments(facts)),
            owed=("why each change was made",) if _amendments(facts) else ("changes to the protocol, or that there are none",),
        ),
        Item(number="25", topic="Support", asks="who paid and what they had to say", owed=("sources of support",)),
        Item(number="26", topic="Competing interests", asks="the authors' competing interests",
             owed=("declarations of interest",)),
        Item(
            number="27", topic="Availability", asks="data, code and forms that can be had",
            said=(
                "Data and tables of the night: trialwatch export --as csv; decisions of people: the review folder under"
                f" version control; code: trialwatch {night.program}, MIT licence.",
            ),
            owed=("an address at which readers find them",),
        ),
    )  # fmt: skip


def _amendments(facts: Facts) -> tuple[str, ...]:
    """Versions of the protocol under which nights of the review were judged."""
    rows = sorted(facts.night["out_update_decision"], key=lambda row: row["decided_at"])
    versions = list(dict.fromkeys(row["protocol_version"] for row in rows))
    return (
        (f"Nights were judged under {len(versions)} states of the folder: {', '.join(versions)}.",)
        if versions[1:]
        else ()
    )
