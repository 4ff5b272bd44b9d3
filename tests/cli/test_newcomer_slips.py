"""What a newcomer mistypes in a new folder is answered with file, line, field, value and what to do; never a traceback."""

import codecs
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest

REVIEW = "vitamin_migraine"
ANSWERS = """\
title: Riboflavin for preventing migraine
question: Does riboflavin prevent migraine in adults, compared with placebo?
population: [migraine, migraines]
treatment: Riboflavin
intervention: [riboflavin, vitamin B2]
outcomes:
  - {title: Migraine days, measure: MD, unit: days per month, better: lower, words: [migraine day*]}
  - {title: Responders, measure: RR, unit: participants, better: higher}
  - {title: Time to relapse, measure: HR, unit: days, better: higher}
times: [3 months, 12 months]
adverse_events: false
published:
  version: "2024"
  search_date: 2024-03-31
  publication_date: 2024-09-02
  included: [{study_id: NCT90000101, label: Adams 2019}]
  ongoing: [{study_id: NCT90000102, label: Brown}]
"""
ARM = "NCT90000101,main,migraine_days,3 months,intervention,31,,4.1,2.2,PMID:1,T2,,all,AB,2024-01-31,verbatim,true,"
EVENTS = "NCT90000101,main,responders,3 months,intervention,31,12,,,PMID:1,T2,,all,AB,2024-01-31,verbatim,true,"
RATIO = "NCT90000101,main,time_to_relapse,3 months,HR,0.7,0.2,,,PMID:1,T2,,all,AB,2024-01-31,verbatim,true,"
ANALYSES = "analysis,comparison,outcome,timepoint,method,model,estimator\n1.1,main,migraine_days,3 months,,,\n"
BIAS = "study_id,domain,judgement,tool,version,source\nNCT90000101,selection,low,RoB 1,2024,p. 3\n"
ESTIMATES = "version,analysis,estimate,ci_low,ci_high,decimals\n2024,migraine_days:3 months,-1.2,-2.0,-0.4,1\n"
LINK = "study_id,item_id,relation,known_from,decided_by,reason\nNCT90000101,ISRCTN1234,record,2024-01-31,AB,read\n"
DECISION = "NCT90000101,design,met,AB,2024-01-31,read"

Write = Callable[[Path], None]
Trialwatch = Callable[..., Any]


@pytest.fixture
def folder(tmp_path: Path, trialwatch: Trialwatch, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder as `trialwatch init` makes it, in a directory of a person who has nothing else."""
    monkeypatch.chdir(tmp_path)
    Path("answers.yaml").write_text(ANSWERS, encoding="utf-8")
    ended = trialwatch("init", REVIEW, "--from", "answers.yaml")
    assert ended.code == 0, ended
    return Path("reviews") / REVIEW


def edited(file: str, old: str, new: str) -> Write:
    def write(folder: Path) -> None:
        text = (folder / file).read_text(encoding="utf-8")
        assert old in text, text
        (folder / file).write_text(text.replace(old, new, 1), encoding="utf-8")

    return write


def protocol(old: str, new: str) -> Write:
    return edited("protocol.yaml", old, new)


def rows(file: str, *lines: str) -> Write:
    """Adds lines below the first one of a table."""

    def write(folder: Path) -> None:
        with (folder / file).open("a", encoding="utf-8") as table:
            table.write("".join(f"{line}\n" for line in lines))

    return write


def without(folder: Path, part: str) -> None:
    """Takes a part out of the protocol."""
    path = folder / "protocol.yaml"
    text = path.read_text(encoding="utf-8")
    shorter = re.sub(rf"^{part}:\n(?:(?: .*)?\n)*", "", text, flags=re.MULTILINE)
    assert shorter != text
    path.write_text(shorter, encoding="utf-8")


def holding(file: str, content: str | bytes) -> Write:
    def write(folder: Path) -> None:
        (folder / file).write_bytes(content if isinstance(content, bytes) else content.encode())

    return write


def moved(old: str, new: str) -> Write:
    def write(folder: Path) -> None:
        (folder / old).rename(folder / new)

    return write


def recoded(file: str, encoding: str, *lines: str, mark: bytes = b"") -> Write:
    def write(folder: Path) -> None:
        text = (folder / file).read_text(encoding="utf-8") + "".join(f"{line}\n" for line in lines)
        (folder / file).write_bytes(mark + text.encode(encoding))

    return write


class Slip(NamedTuple):
    what: str
    write: Write
    place: str
    """File and field, as the answer names them."""
    value: str
    to_do: str
    line: int | None = None
    stops_nights: bool = True
    """Whether a night refuses the folder, too; the others are told by `check` alone."""


def advised(what: str, write: Write, place: str, value: str, to_do: str, line: int | None = None) -> Slip:
    return Slip(what, write, place, value, to_do, line, stops_nights=False)


SLIPS = [
    # protocol.yaml: its form
    Slip("a misspelt key", protocol("question:", "qestion:"), "protocol.yaml qestion", "unknown key", "correct its spelling"),
    Slip("a missing key", protocol("title: Rib", "# title: Rib"), "protocol.yaml title", "", "is missing; add it"),
    Slip("wrong indentation", protocol("    from_days:", "     from_days:"), "protocol.yaml file", "not YAML", "begin"),
    Slip("a tab", protocol("    from_days:", "\tfrom_days:"), "protocol.yaml file", "not YAML", "never with tabs"),
    Slip("a colon in a title", protocol("title: Rib", "title: Vitamins: Rib"), "protocol.yaml file", "not YAML", "in quotes", line=4),
    Slip("a quote that is not closed", protocol("title: Riboflavin", 'title: "Riboflavin'), "protocol.yaml file", "not YAML", ""),
    Slip("a term that begins with *", protocol("- riboflavin", "- *flavin"), "protocol.yaml file", "not YAML", "in quotes"),
    Slip("a list that is not closed", protocol('[{model: REML, interval: wald}, {model: REML, interval: hksj}]', '[{model: REML, interval: wald}'), "protocol.yaml file", "not YAML", "close the list"),
    Slip("a key twice", protocol("title: Rib", "title: Other\ntitle: Rib"), "protocol.yaml title", "stands twice", "keep one", line=5),
    Slip("an empty protocol", holding("protocol.yaml", ""), "protocol.yaml file", "is empty", "fill it in", line=1),
    Slip("a list for a protocol", holding("protocol.yaml", "- title\n"), "protocol.yaml file", "has no keys", "write 'key: value'"),
    Slip("no protocol", lambda folder: (folder / "protocol.yaml").unlink(), "protocol.yaml file", "not found", "needs a protocol.yaml"),
    Slip("a protocol called .yml", moved("protocol.yaml", "protocol.yml"), "protocol.yml file", "not read", "write 'protocol.yaml'"),
    Slip("a list where a text is wanted", protocol("title: Riboflavin for preventing migraine", "title: [Riboflavin, migraine]"), "protocol.yaml title", "['Riboflavin', 'migraine']", "write text here"),
    Slip("a text where a list is wanted", protocol("    terms:\n      - riboflavin\n      - vitamin B2\n", "    terms: riboflavin\n"), "protocol.yaml eligibility.intervention.terms", "'riboflavin'", "write a list"),
    Slip("NO read as false", protocol("- riboflavin\n      - vitamin B2\n    except", "- NO\n    except"), "protocol.yaml eligibility.intervention.terms.0", "False", 'put the word in quotes'),
    Slip("a version without quotes", protocol('version: "0.1"', "version: 0.1"), "protocol.yaml version", "0.1", 'put it in quotes, as "0.1"'),
    Slip("an empty list of words", protocol("  population:\n    - migraine\n    - migraines\n", "  population: []\n"), "protocol.yaml pico", "population has no words", "give some"),
    Slip("* in a plain search word", protocol("    - migraine\n", "    - migrain*\n"), "protocol.yaml pico.population.0", "'migrain*'", "more than words"),
    Slip("a day as 30/11/2026", protocol("version: \"0.1\"", 'version: "0.1"\nwatched_from: 30/11/2026'), "protocol.yaml watched_from", "'30/11/2026'", "write the date as 2026-11-20"),
    Slip("an unknown measure", protocol("measure: MD", "measure: MDD"), "protocol.yaml outcomes.0.measure", "'MDD'", "write 'MD'"),
    Slip("an unknown model", protocol("model: REML", "model: REM"), "protocol.yaml conventions.0.continuous.0.model", "'REM'", "write 'REML'"),
    Slip("an unknown direction", protocol("direction: lower", "direction: less"), "protocol.yaml outcomes.0.direction", "'less'", "write one of higher, lower"),
    Slip("an unknown timepoint", protocol('timepoints: ["3 months", "12 months"]', 'timepoints: ["3 month"]'), "protocol.yaml outcomes.0.timepoints.0", "'3 month'", "write one of 3 months, 12 months"),
    Slip("a window that ends before it begins", protocol("from_days: 45", "from_days: 450"), "protocol.yaml timepoints.0", "from_days 450 is after", ""),
    Slip("two outcomes of one id", protocol("id: responders", "id: migraine_days"), "protocol.yaml outcomes.1.id", "'migraine_days'", "its own name"),
    Slip("a number as a word", protocol("unit: days per month", "unit: days per month\n    mid: two"), "protocol.yaml outcomes.0.mid", "'two'", "write a number"),
    Slip("a decimal comma in YAML", protocol("unit: days per month", "unit: days per month\n    mid: 0,5"), "protocol.yaml outcomes.0.mid", "'0,5'", "with a point: 0.5"),
    Slip("another review's name", protocol(f"review: {REVIEW}", "review: other"), "protocol.yaml review", "'other'", "the same name", line=3),
    Slip("a misspelt source setting", protocol("ctgov: {freshness_limit_days: 3}", "ctgov: {freshness_limit: 3}"), "protocol.yaml searches.ctgov.freshness_limit", "unknown key", "correct its spelling"),
    # protocol.yaml: what it means
    advised("no rules for who belongs", lambda folder: without(folder, "eligibility"), "protocol.yaml eligibility", "is missing", "write it"),
    advised("no words to search by", lambda folder: without(folder, "pico"), "protocol.yaml pico", "is missing", "write it"),
    advised("* alone", protocol("      - riboflavin\n", '      - "*"\n'), "protocol.yaml eligibility.intervention.terms.0", "'*'", "write a word"),
    advised("one letter", protocol("      - riboflavin\n", "      - B\n"), "protocol.yaml eligibility.intervention.terms.0", "'B'", "write the word"),
    advised("an empty term", protocol("      - riboflavin\n", '      - ""\n'), "protocol.yaml eligibility.intervention.terms.0", "''", "remove it"),
    advised("a term that its exceptions hide", protocol("      - vitamin B2\n    except_terms: []", "      - vitamin B2\n    except_terms: [Riboflavin]"), "protocol.yaml eligibility.intervention.terms.0", "'riboflavin'", "keep it in one"),
    advised("a word of both arms", protocol("    except_terms: []\n  intervention:", "    except_terms: []\n  comparator: {terms: [riboflavin]}\n  intervention:"), "protocol.yaml eligibility.intervention.terms.0", "'riboflavin'", "keep it in one"),
    advised("curly quotes round a term", protocol("      - riboflavin\n", "      - “riboflavin”\n"), "protocol.yaml eligibility.intervention.terms.0", "'“riboflavin”'", "remove them"),
    advised("a search as a term", protocol("      - riboflavin\n", "      - riboflavin OR vitamin\n"), "protocol.yaml eligibility.intervention.terms.0", "OR", "without operators"),
    advised("another platform's wildcard", protocol("      - riboflavin\n", "      - riboflavin$\n"), "protocol.yaml eligibility.intervention.terms.0", "'riboflavin$'", "the only sign"),
    advised("two words in one item", protocol("      - riboflavin\n", '      - "riboflavin, lactoflavin"\n'), "protocol.yaml eligibility.intervention.terms.0", "lactoflavin", "an item of its own"),
    advised("an outcome that no result is recognised as", protocol("    title_terms:\n      - migraine day*\n", ""), "protocol.yaml outcomes.0.registry", "'outcome_measure'", "write registry: none"),
    Slip("a time twice", protocol('name: "12 months"', 'name: "3 months"'), "protocol.yaml timepoints.1.name", "3 months", "stands twice: give each its own name"),
    Slip("a time of an outcome twice", protocol('timepoints: ["3 months", "12 months"]', 'timepoints: ["3 months", "3 months"]'), "protocol.yaml outcomes.0.timepoints.1", "3 months", "stands twice: keep it once"),
    advised("a number with a digit too few", rows("extraction.csv", ARM.replace("NCT90000101", "NCT9000010")), "extraction.csv study_id", "'NCT9000010'", "digit by digit", line=2),
    advised("a number with a letter in it", rows("decisions.csv", DECISION.replace("NCT90000101", "NCT9OOOO1O1")), "decisions.csv study_id", "'NCT9OOOO1O1'", "of ClinicalTrials.gov and has not its form"),
    advised("a link to a number cut off", holding("links.csv", LINK), "links.csv item_id", "'ISRCTN1234'", "of ISRCTN and has not its form"),
    advised("times that overlap", protocol("from_days: 229", "from_days: 200"), "protocol.yaml timepoints.1.from_days", "200", "begin after"),
    Slip("a recipient without an address", protocol("\nconventions:", "\nrecipients: [Dr Smith]\n\nconventions:"), "protocol.yaml recipients.0", "'Dr Smith'", "as team@example.org"),
    advised("no source", protocol("searches:\n  ctgov: {freshness_limit_days: 3}\n  pubmed: {freshness_limit_days: 3}\n  europepmc: {freshness_limit_days: 3}\n  isrctn: {freshness_limit_days: 3}\n  euctr: {freshness_limit_days: 3}\n  ctis: {freshness_limit_days: 3}\n", "searches: {}\n"), "protocol.yaml searches", "{}", "name some"),
    advised("a spreadsheet beside the tables", holding("extraction.xlsx", b"PK\x03\x04"), "extraction.xlsx file", "is not read", "save it as extraction.csv"),
    advised("an ending that Windows hides", holding("analyses.csv.txt", ANALYSES), "analyses.csv.txt file", "is not read", "save it as analyses.csv"),
    # published versions
    Slip("a version without its name", edited("published/2024.yaml", 'version: "2024"', "version: 2024"), "published/2024.yaml version", "2024", 'as "2024"'),
    Slip("a study in two lists", edited("published/2024.yaml", "NCT90000102", "NCT90000101"), "published/2024.yaml ongoing.0.study_id", "'NCT90000101'", "in one list"),
    Slip("a version called .yml", moved("published/2024.yaml", "published/2024.yml"), "published/2024.yml file", "is not read", "call it 2024.yaml"),
    Slip("no version and no day", lambda folder: (folder / "published/2024.yaml").unlink(), "protocol.yaml watched_from", "missing", "written as watched_from"),
    Slip("a search after its publication", edited("published/2024.yaml", "search_date: 2024-03-31", "search_date: 2025-03-31"), "published/2024.yaml search_date", "2025-03-31", "correct the one or the other"),
    # rows of numbers
    Slip("an unknown outcome in a row", rows("extraction.csv", ARM.replace("migraine_days", "migrane_days")), "extraction.csv outcome", "'migrane_days'", "write 'migraine_days'", line=2),
    Slip("a wrong word for an arm", rows("extraction.csv", ARM.replace(",intervention,", ",treatment,")), "extraction.csv arm", "'treatment'", "write one of intervention, control", line=2),
    Slip("an arm twice", rows("extraction.csv", ARM, ARM), "extraction.csv row", "NCT90000101", "keep one", line=3),
    Slip("a mean without SD", rows("extraction.csv", ARM.replace(",4.1,2.2,", ",4.1,,")), "extraction.csv row", "a mean", "has one of sd", line=2),
    Slip("more events than people", rows("extraction.csv", EVENTS.replace(",31,12,", ",31,32,")), "extraction.csv row", "n_events 32", "more than n_analysed 31", line=2),
    Slip("events of an outcome that has means", rows("extraction.csv", EVENTS.replace("responders", "migraine_days")), "extraction.csv n_events", "12", "give mean and sd"),
    Slip("arms of a hazard ratio", rows("extraction.csv", EVENTS.replace("responders", "time_to_relapse")), "extraction.csv arm", "'intervention'", "contrasts.csv"),
    Slip("a decimal comma", rows("extraction.csv", ARM.replace("4.1", '"4,1"')), "extraction.csv mean", "'4,1'", "with a point: 4.1"),
    Slip("a decimal comma without quotes", rows("extraction.csv", ARM.replace("4.1", "4,1")), "extraction.csv row", "another number of fields", "count the commas"),
    Slip("people in halves", rows("extraction.csv", ARM.replace(",31,", ",31.5,")), "extraction.csv n_analysed", "'31.5'", "whole number"),
    Slip("a day as Excel writes it", rows("extraction.csv", ARM.replace("2024-01-31", "31/01/2024")), "extraction.csv known_from", "'31/01/2024'", "write the date as"),
    Slip("yes for true, misspelt", rows("extraction.csv", ARM.replace(",true,", ",yess,")), "extraction.csv is_confirmed", "'yess'", "write true or false"),
    Slip("a cell left empty", rows("extraction.csv", ARM.replace(",T2,", ",,")), "extraction.csv table", "", "is empty; give a value"),
    Slip("semicolons", holding("extraction.csv", "study_id;comparison;outcome\n"), "extraction.csv header", "'study_id;comparison;outcome'", "with commas", line=1),
    Slip("tabs", holding("extraction.csv", "study_id\tcomparison\toutcome\n"), "extraction.csv header", "study_id", "with commas", line=1),
    Slip("a misspelt column", edited("extraction.csv", "n_analysed", "n_analyzed"), "extraction.csv n_analyzed", "unknown column", "write 'n_analysed'"),
    Slip("an empty table", holding("extraction.csv", ""), "extraction.csv header", "is empty", "take the file away"),
    Slip("a quote that is not closed in a table", rows("extraction.csv", ARM.replace("all", '"all')), "extraction.csv row", "", "quote"),
    Slip("a table in Windows' encoding", recoded("extraction.csv", "cp1252", ARM + "Müller"), "extraction.csv file", "Müller", "CSV UTF-8", line=2),
    Slip("a table in UTF-16", recoded("extraction.csv", "utf-16-le", mark=codecs.BOM_UTF16_LE), "extraction.csv file", "UTF-16", "CSV UTF-8"),
    Slip("a spreadsheet under a table's name", holding("extraction.csv", b"PK\x03\x04\x14\x00"), "extraction.csv file", "spreadsheet", "CSV UTF-8"),
    Slip("a table under another name", moved("extraction.csv", "extractions.csv"), "extractions.csv file", "is not read", "write 'extraction.csv'"),
    Slip("an estimate without its error", rows("contrasts.csv", RATIO.replace(",0.7,0.2,", ",0.7,,")), "contrasts.csv row", "an estimate", "needs se", line=2),
    Slip("a ratio below 0", rows("contrasts.csv", RATIO.replace(",0.7,", ",-0.36,")), "contrasts.csv row", "-0.36", "write is_log true", line=2),
    Slip("an estimate outside its limits", rows("contrasts.csv", RATIO.replace(",0.7,0.2,,,", ",0.7,,0.8,0.9,")), "contrasts.csv row", "0.7", "between", line=2),
    Slip("an estimate of another measure", rows("contrasts.csv", RATIO.replace(",HR,", ",OR,")), "contrasts.csv measure", "'OR'", "pooled as HR", line=2),
    # analyses, judgements, decisions
    Slip("an analysis twice", holding("analyses.csv", ANALYSES + ANALYSES.splitlines()[1] + "\n"), "analyses.csv row", "1.1", "its own name", line=3),
    Slip("a method without a model", holding("analyses.csv", ANALYSES.replace("months,,,", "months,iv,,")), "analyses.csv row", "method and model", "give both", line=2),
    Slip("an analysis of an unknown outcome", holding("analyses.csv", ANALYSES.replace("migraine_days", "migrane_days")), "analyses.csv outcome", "'migrane_days'", "write 'migraine_days'", line=2),
    Slip("an estimate of an unknown analysis", holding("estimates.csv", ESTIMATES.replace("migraine_days:3", "migraine_days:4")), "estimates.csv analysis", "'migraine_days:4 months'", "write 'migraine_days:3 months'", line=2),
    Slip("an estimate of an unknown version", holding("estimates.csv", ESTIMATES.replace("\n2024,", "\n2042,")), "estimates.csv version", "'2042'", "write '2024'", line=2),
    Slip("a judgement in another tool's words", holding("risk_of_bias.csv", BIAS.replace(",low,", ",some concerns,")), "risk_of_bias.csv row", "'some concerns'", "write one of low, high, unclear", line=2),
    Slip("a judgement of an unknown version", holding("risk_of_bias.csv", BIAS.replace(",2024,", ",2014,")), "risk_of_bias.csv version", "'2014'", "write '2024'", line=2),
    Slip("a decision without a day", rows("decisions.csv", DECISION.replace("2024-01-31", "")), "decisions.csv known_from", "", "is empty; give a value", line=2),
    Slip("a decision on an unknown criterion", rows("decisions.csv", DECISION.replace("design", "desgin")), "decisions.csv criterion", "'desgin'", "write 'design'", line=2),
    Slip("two decisions on one day", rows("decisions.csv", DECISION, DECISION.replace(",met,", ",not_met,")), "decisions.csv study_id", "'NCT90000101'", "keep one", line=3),
    Slip("an intervention with two answers", rows("interventions.csv", "Riboflavin,riboflavin,yes,verbatim,x", "B2,Riboflavin,no,verbatim,x"), "interventions.csv names", "'Riboflavin'", "keep one", line=3),
]  # fmt: skip


def test_there_are_more_than_forty_slips() -> None:
    assert len(SLIPS) > 45
    assert len({slip.what for slip in SLIPS}) == len(SLIPS)


@pytest.mark.parametrize("slip", SLIPS, ids=lambda slip: slip.what)
def test_a_slip_is_answered(slip: Slip, folder: Path, trialwatch: Trialwatch) -> None:
    slip.write(folder)
    ended = trialwatch("check", REVIEW)
    assert ended.code == 1
    assert "Traceback" not in ended.err + ended.out
    [answer] = list(answers(ended.out, folder, slip))[:1]
    assert slip.value in answer
    assert slip.to_do in answer
    assert "{" not in answer or "{" in slip.value + slip.to_do, "no row is printed as the program holds it"


@pytest.mark.parametrize("slip", [slip for slip in SLIPS if slip.stops_nights][::4], ids=lambda slip: slip.what)
def test_a_night_says_the_same_before_it_asks_anything(slip: Slip, folder: Path, trialwatch: Trialwatch) -> None:
    slip.write(folder)
    told = next(answers(trialwatch("check", REVIEW).out, folder, slip))
    ended = trialwatch("nightly", REVIEW, "--registries", "replay")
    assert ended.code == 1
    assert "Traceback" not in ended.err + ended.out
    assert told in ended.err


def answers(out: str, folder: Path, slip: Slip) -> Iterator[str]:
    """Lines of a slip's file and field."""
    file, field = slip.place.split(" ")
    lines = re.compile(rf"{re.escape(str(folder / file))}:{slip.line or '[0-9]+'}: {re.escape(field)}: ")
    found = [line for line in out.splitlines() if lines.match(line)]
    assert found, out
    return iter(found)


def test_all_slips_are_told_at_once(folder: Path, trialwatch: Trialwatch) -> None:
    protocol("question:", "qestion:")(folder)
    protocol("      - riboflavin\n", '      - "*"\n')(folder)
    rows("extraction.csv", ARM, ARM, ARM.replace(",31,", ",x,"))(folder)
    holding("risk_of_bias.csv", BIAS.replace(",2024,", ",2014,"))(folder)
    out = trialwatch("check", REVIEW).out
    for place in (
        "protocol.yaml:6: qestion", "protocol.yaml:41: eligibility.intervention.terms.0", "extraction.csv:3: row",
        "extraction.csv:4: n_analysed", "risk_of_bias.csv:2: version",
    ):  # fmt: skip
        assert f"{folder}/{place}: " in out, out
    assert "5 to mend" in out


def test_a_fault_of_analyses_is_not_held_against_the_rows_that_name_them(folder: Path, trialwatch: Trialwatch) -> None:
    holding("analyses.csv", ANALYSES.replace("months,,,", "months,iv,,"))(folder)
    holding("estimates.csv", ESTIMATES.replace("migraine_days:3 months", "1.1"))(folder)
    lines = trialwatch("check", REVIEW).out.splitlines()
    assert [line for line in lines if ".csv:" in line] == [
        f"{folder}/analyses.csv:2: row: method and model go together: give both, or leave both to the protocol's conventions"
    ]


def test_a_new_folder_has_nothing_wrong(folder: Path, trialwatch: Trialwatch) -> None:
    assert trialwatch("check", REVIEW)[:2] == (0, "nothing is wrong\n")
    assert trialwatch("check", folder).code == 0
    assert trialwatch("check", folder / "protocol.yaml", "--json")[:2] == (0, "")


def test_what_may_be_meant_is_a_hint_and_no_fault(folder: Path, trialwatch: Trialwatch) -> None:
    protocol("      - riboflavin\n", "      - RIBOFLAVIN\n      - Vitamin b2\n")(folder)
    (folder / "~$extraction.xlsx").touch()
    ended = trialwatch("check", REVIEW, "--json")
    assert ended.code == 0
    assert [(line["field"], line["is_hint"]) for line in ended.lines] == [
        ("file", True), ("eligibility.intervention.terms.0", True), ("eligibility.intervention.terms.2", True)
    ]  # fmt: skip


def test_a_value_with_a_line_break_is_told_on_one_line(folder: Path, trialwatch: Trialwatch) -> None:
    broken = ARM.replace("NCT90000101", '"Adams\n2019"')
    rows("extraction.csv", broken, broken)(folder)
    ended = trialwatch("check", REVIEW)
    assert ended.code == 1
    assert f"{folder}/extraction.csv:5: row: Adams 2019, main" in ended.out


@pytest.mark.parametrize("name", ["my review", "2024", "../other", "", "ü"])
def test_a_name_that_cannot_be_is_wrong_usage(name: str, folder: Path, trialwatch: Trialwatch) -> None:
    ended = trialwatch("init", name, "--from", "answers.yaml")
    assert ended.code == 2
    assert "a letter first" in " ".join(ended.err.split())
    assert [path.name for path in folder.parent.iterdir()] == [REVIEW]


def test_a_folder_with_blanks_in_its_name_is_answered(folder: Path, trialwatch: Trialwatch) -> None:
    other = folder.rename(folder.with_name("my review"))
    ended = trialwatch("check", other)
    assert ended.code == 1
    assert "review: 'my review' cannot name a review" in ended.out
