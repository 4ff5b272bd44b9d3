"""PRISMA 2020, items 1 to 15: title to methods. Items 10 to 15 are numbered from *memory*."""

from reporting.numbers import counted
from reporting.statements.facts import RULE, Facts, listed
from reporting.statements.items import Item, said
from reporting.words import CRITERIA


def front(facts: Facts) -> tuple[Item, ...]:
    """Items 1 to 4: title, abstract, introduction."""
    protocol = facts.night.review.protocol
    return (
        Item(
            number="1", topic="Title", asks="that the title calls the report a systematic review",
            said=(f"The review is called: {protocol.title}.",),
            owed=("a title that says systematic review",),
        ),
        Item(
            number="2", topic="Abstract", asks="an abstract that follows its own checklist",
            owed=("the abstract",),
        ),
        Item(
            number="3", topic="Rationale", asks="why the review is needed beside what is known",
            owed=("the rationale",),
        ),
        Item(
            number="4", topic="Objectives", asks="the question that the review answers",
            said=said(protocol.question),
            owed=() if protocol.question else ("the question",),
        ),
    )  # fmt: skip


def sources_and_screening(facts: Facts) -> tuple[Item, ...]:
    """Items 5 to 9: from eligibility to data collection."""
    return (_eligibility(facts), _information(facts), _strategy(facts), _selection(facts), _collection(facts))


def _eligibility(facts: Facts) -> Item:
    protocol = facts.night.review.protocol
    terms = protocol.eligibility
    people = listed(terms.population.terms)
    counted_in = len([row for row in facts.night["review_intervention"] if row["counts"] == "yes"])
    compared = listed([f"{item.intervention} against {item.control}" for item in protocol.comparisons])
    asked = [CRITERIA[item].lower() for item in terms.asked]
    by_words = (
        f"{counted(len(asked), 'criterion', 'criteria')} are judged for each study, from the words of protocol version"
        f" {protocol.version}: {', '.join(asked[:-1])} and {asked[-1]}."
    )
    by_number = "The protocol has no words yet: studies that the review lists are followed by number, and no other is looked for."
    return Item(
        number="5", topic="Eligibility criteria", asks="which studies count, and how they are grouped for the syntheses",
        said=said(
            by_words if people else by_number,
            f"People are known by the words {people}." if people else "",
            f"Designs that are taken: {listed([item.replace('_', ' ') for item in terms.designs])}." if people else "",
            f"{counted(counted_in, 'intervention')} that count are listed by name." if counted_in else "",
            f"Compared are {compared}; analyses are grouped by comparison, outcome and time.",
        ),
        owed=() if people else ("the criteria of eligibility",),
    )  # fmt: skip


def _information(facts: Facts) -> Item:
    unfollowed = _unfollowed(facts)
    return Item(
        number="6", topic="Information sources", asks="every source, and when it was last searched",
        said=said(*(f"{item.when}." for item in facts.sources), unfollowed),
        owed=("reference lists, websites, organisations and people that were asked, or that none was",),
    )  # fmt: skip


def _unfollowed(facts: Facts) -> str:
    """What the version was searched in and nobody searches here."""
    if not facts.unfollowed:
        return ""
    version = facts.night.review.baseline.version
    return f"Version {version} was searched in {', '.join(facts.unfollowed)}, too, which nobody searches here."


def _strategy(facts: Facts) -> Item:
    asked = [item.title for item in facts.sources if item.questions]
    by_hand = [item.title for item in facts.sources if item.is_by_hand]
    return Item(
        number="7", topic="Search strategy", asks="the full strategy of every source, with filters and limits",
        said=said(
            f"The questions that were put to {', '.join(asked)} stand in the search log as they were sent." if asked else "",
        ),
        owed=tuple(f"the strategy that was typed in for {title}" for title in by_hand)
        or (() if asked else ("the strategies",)),
    )  # fmt: skip


def _selection(facts: Facts) -> Item:
    by_people = {name: n for name, n in facts.decided_by.items() if name != RULE}
    n_by_people = sum(by_people.values())
    return Item(
        number="8", topic="Selection process", asks="who decided what counts, how many people, and by which tools",
        said=said(
            f"trialwatch {facts.night.program} judged {counted(facts.flow.n_studies, 'study', 'studies')} criterion by"
            f" criterion by published rules: {counted(facts.decided_by[RULE], 'verdict')} by rule,"
            f" {counted(n_by_people, 'verdict')} by people or a published version.",
            f"{counted(facts.flow.n_unclear, 'study', 'studies')} stay unclear until a person decides.",
        ),
        owed=("how many people screened, and whether independently of each other",),
    )  # fmt: skip


def _collection(facts: Facts) -> Item:
    rows = facts.night.review.extraction
    extractors = sorted({row.extractor for row in rows if row.extractor})
    second = sum(bool(row.second_extractor) for row in rows)
    provisional = facts.night["review_effect_input"].where(evidence_set="provisional")
    confirmed = {(row["study_id"], row["analysis"], row["part"], row["subgroup_number"]) for row in facts.inputs}
    read = sum(
        (row["study_id"], row["analysis"], row["part"], row["subgroup_number"]) not in confirmed for row in provisional
    )
    return Item(
        number="9", topic="Data collection process", asks="who took numbers from reports, how, and by which tools",
        said=said(
            f"{counted(len(rows), 'row')} of numbers stand in extraction.csv, each with report, place and population,"
            f" by {', '.join(extractors)}." if rows else "",
            f"{counted(len(facts.night.review.contrasts), 'row')} of estimates stand in contrasts.csv."
            if facts.night.review.contrasts else "",
            f"{counted(len(facts.night.review.survival), 'landmark')} of survival curves stand in survival.csv."
            if facts.night.review.survival else "",
            f"{counted(second, 'row')} of extraction.csv name a second reader." if rows else "",
            f"{counted(read, 'row')} that a registry posts or nobody has confirmed count in the provisional evidence"
            " only, not in the review's result.",
        ),
        owed=said(
            "" if rows and second == len(rows) else "whether a second person read the numbers",
            "whether investigators were asked for data",
        ),
    )  # fmt: skip


def analysis_plan(facts: Facts) -> tuple[Item, ...]:
    """Items 10a to 15: data items, and how they are analysed."""
    protocol = facts.night.review.protocol
    outcomes = [f"{item.title} ({', '.join(item.timepoints)}; {item.measure})" for item in protocol.outcomes]
    tools = sorted({row.tool for row in facts.night.review.risk_of_bias})
    measures = sorted({str(item.measure or protocol.outcome(item.outcome).measure) for item in protocol.analyses})
    return (
        Item(
            number="10a", topic="Data items: outcomes", asks="every outcome for which data were sought",
            said=(f"{counted(len(outcomes), 'outcome')}: {listed(outcomes)}.",),
        ),
        Item(
            number="10b", topic="Data items: other variables", asks="what else was sought, and what was assumed",
            said=(
                "From registrations: status, dates, design, arms, and four numbers that are not exchanged for each other:"
                " registered, started, randomised, analysed.",
            ),
            owed=("other variables that people collected, and what they assumed of what is missing",),
        ),
        Item(
            number="11", topic="Risk of bias assessment", asks="the tool, who judged, how many people",
            said=said(f"Judgements in risk_of_bias.csv are by {', '.join(tools)}." if tools else ""),
            owed=("how many people judged the risk of bias, and whether independently of each other",),
        ),
        Item(
            number="12", topic="Effect measures", asks="the measure for each outcome",
            said=(f"Measures: {', '.join(measures)}; each outcome's stands under 10a.",),
        ),
        *_synthesis(facts),
        Item(
            number="14", topic="Reporting bias assessment", asks="how missing results were looked for",
            said=(
                "Registrations are followed to their end: completed studies without results, overdue ones, and outcomes"
                " that were switched are events of their own. No test of small-study effects is made for the review.",
            ),
            owed=("the judgement on bias from missing results",),
        ),
        Item(
            number="15", topic="Certainty assessment", asks="how certainty was judged",
            said=(
                "GRADE: imprecision, inconsistency and risk of bias are rated from numbers and stated judgements, and"
                " shown beside what people state in certainty.csv.",
            ),
            owed=("the domains that numbers cannot decide",),
        ),
    )  # fmt: skip


def _synthesis(facts: Facts) -> tuple[Item, ...]:
    protocol = facts.night.review.protocol
    conventions = listed([_convention(facts, str(item.name)) for item in protocol.conventions])
    n_analyses = len(protocol.analyses)
    groups = [item for item in protocol.analyses if item.subgroup_factor]
    has_subgroups = any(row["subgroup_number"] for row in facts.inputs)
    disputed = len(facts.night["out_pooled_effect"].where(evidence_set="undisputed").rows)
    sensitivity = [item for item in protocol.analyses if item.role == "sensitivity"]
    return (
        Item(
            number="13a", topic="Synthesis: which studies", asks="how it was decided which studies enter which synthesis",
            said=(
                f"{counted(n_analyses, 'analysis', 'analyses')}, each of one comparison, outcome and time; a study enters"
                " with the rows that name it, and only confirmed rows enter the review's result.",
            ),
        ),
        Item(
            number="13b", topic="Synthesis: preparation", asks="conversions and missing statistics",
            said=(
                "Standard errors and limits are turned into standard deviations, arms of one role are combined, shared"
                " control groups divided, clusters and cross-over widened, each as the row says; nothing else is imputed.",
            ),
        ),
        Item(
            number="13c", topic="Synthesis: display", asks="how results are tabulated or drawn",
            said=("Forest plots and tables on the night's page; the numbers behind them by trialwatch export --as csv.",),
        ),
        Item(
            number="13d", topic="Synthesis: methods", asks="models, heterogeneity, software",
            said=(
                f"Conventions: {conventions}.",
                f"trialwatch {facts.night.program}; every pooled effect is computed a second time by another engine"
                " before it is published (docs/methods.md).",
            ),
        ),
        Item(
            number="13e", topic="Synthesis: heterogeneity", asks="how causes of heterogeneity were explored",
            said=said(
                f"Subgroups by {', '.join(sorted({item.subgroup_factor for item in groups}))}." if groups else "",
                "" if groups or has_subgroups else "No analysis of this review has subgroups.",
            ),
            owed=("what the subgroups differ in",) if has_subgroups and not groups else (),
        ),
        Item(
            number="13f", topic="Synthesis: sensitivity", asks="sensitivity analyses",
            said=said(
                f"{counted(len(sensitivity), 'sensitivity analysis', 'sensitivity analyses')} of the protocol."
                if sensitivity else "",
                "Every analysis was pooled once more without studies with numbers of which a report was retracted or put in"
                " doubt."
                if disputed else "No study with confirmed numbers has a report that was retracted or put in doubt; had one, every"
                " analysis would be pooled once more without it.",
            ),
        ),
    )  # fmt: skip


def _convention(facts: Facts, name: str) -> str:
    """A convention with the models of its headlines."""
    rows = facts.night["out_pooled_effect"].where(convention=name, is_headline=True, evidence_set="confirmed")
    models = sorted({f"{row['model']} with {row['interval']} limits" for row in rows})
    return f"{name} ({', '.join(models)})" if models else name
