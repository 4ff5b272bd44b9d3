"""Knows how ICTRP's web service answers: numbers of trials by words of their title, one trial as a DataSet.

It holds WHO's copies of the archive's EU trials, four weeks after the register showed them; two of the three copies
are known from a source, the other is inferred. A number without a record, or one of ClinicalTrials.gov, gets an
answer without content. Any name and password will do; without them it refuses.
"""

from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from xml.sax.saxutils import escape

from replay.answer import Answer, not_found_page, plain_error, xml_answer
from replay.archive import Archive, EudractTrial
from replay.search import Term, words_of

DELAY = timedelta(weeks=4)
_HEAD = '<?xml version="1.0" encoding="utf-8"?>\n<DataSet xmlns="http://www.who.int">\n'
_SCHEMAS = (
    'xmlns:msdata="urn:schemas-microsoft-com:xml-msdata" xmlns:diffgr="urn:schemas-microsoft-com:xml-diffgram-v1"'
)


def answer(path: str, parameters: Mapping[str, str], day: date, archive: Archive) -> Answer:
    """Answer one request as of a day."""
    service, _, operation = path.rpartition("/")
    asked_by = {"GetTrials": "Title", "GetTrialDetails": "TrialIDnum"}.get(operation)
    if service != "/TrialService.asmx" or asked_by is None:
        return not_found_page()
    if absent := [name for name in (asked_by, "username", "password") if name not in parameters]:
        return plain_error(f"give {absent[0]}")
    shown = [trial for trial in archive.eudract_trials if trial.shown_from + DELAY <= day]
    if operation == "GetTrials":
        words = Term(parameters["Title"])
        found = [trial for trial in shown if words.stands_in(words_of([trial.facts["title"]]))]
        return xml_answer(_data_set(_row("Trial", {"TrialID": trial.facts["ictrp_id"]}) for trial in found))
    told = (trial for trial in shown if trial.facts["ictrp_id"] == parameters["TrialIDnum"])
    return xml_answer(_data_set(row for trial in told for row in _rows(trial)))


def _rows(trial: EudractTrial) -> list[str]:
    facts = trial.facts
    decided = facts["decided"] and date.fromisoformat(facts["decided"])
    return [
        _row(
            "Trial",
            {
                "TrialID": facts["ictrp_id"],
                "Primary_Register_text": "EU Clinical Trials Register",
                "last_updated": f"{trial.shown_from + DELAY:%-d %B %Y}",
                "Primary_sponsor": facts["sponsor"],
                "Public_title": facts["title"],
                "Scientific_title": facts["title"],
                "Date_enrollement": f"{decided:%d/%m/%Y}" if decided else "",
                "Target_size": str(facts["planned"]),
                "Study_type": "Interventional clinical trial of medicinal product",
                "Study_design": {True: "Randomised: yes", False: "Randomised: no", None: ""}[facts["is_randomised"]],
            },
        ),
        _row("Country", {"CountryName": facts["country"]}),
        _row("Health_condition", {"Condition_FreeText": facts["condition"]}),
        _row("Intervention", {"Intervention_FreeText": facts["product"]}),
        _row("Secondary_IDs", {"SecondaryID": facts["nct"]}),
    ]


def _row(table: str, cells: Mapping[str, str]) -> str:
    told = "".join(f"<{column}>{escape(text)}</{column}>" for column, text in cells.items() if text)
    return f'<{table} diffgr:id="{table}1" msdata:rowOrder="0">{told}</{table}>'


def _data_set(rows: Iterable[str]) -> str:
    held = "".join(rows)
    content = f'<NewDataSet xmlns="">{held}</NewDataSet>' if held else ""
    return f"{_HEAD}<diffgr:diffgram {_SCHEMAS}>{content}</diffgr:diffgram>\n</DataSet>"
