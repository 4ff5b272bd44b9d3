"""Knows how the EU Clinical Trials Register answers: the count in HTML, the full download as text, the feed of a week.

The archive has one country record of each of three trials, rebuilt from facts; a field whose content is not known
is not there. Nothing in it changes after its first day, no results are published.
"""

from collections.abc import Mapping
from datetime import date, timedelta
from functools import partial
from xml.sax.saxutils import escape

from replay.answer import Answer, not_found_page, xml_answer
from replay.archive import Archive, EudractTrial
from replay.search import Range, SearchError, Term, matches, parse_search, words_of

PAGE_SIZE = 20
FEED_DAYS = timedelta(days=7)
_SITE = "https://www.clinicaltrialsregister.eu/ctr-search"
_PREAMBLE = "This file contains full details on each clinical trial selected for download.\n\n"


def answer(path: str, parameters: Mapping[str, str], day: date, archive: Archive) -> Answer:
    """Answer one request as of a day; an unknown path is a page of the web server."""
    found = _found(parameters.get("query", ""), day, archive)
    if path == "/ctr-search/search":
        page = f"<html><body><p>Trials with a EudraCT protocol ({len(found):,})</p></body></html>"
        return Answer(page.encode(), 200, "text/html")
    if path == "/ctr-search/rest/download/full":
        first = (int(parameters.get("page", "1")) - 1) * PAGE_SIZE
        text = "\n".join(_record(trial) for trial in found[first : first + PAGE_SIZE])
        return Answer((_PREAMBLE + text).encode(), 200, "text/plain;charset=UTF-8")
    if path == "/ctr-search/rest/feed/bydates":
        return xml_answer(_feed([trial for trial in found if day - trial.shown_from <= FEED_DAYS]))
    return not_found_page()


def _found(query: str, day: date, archive: Archive) -> list[EudractTrial]:
    """Trials that were public on the day and that a query finds, by number; an empty query finds all."""
    shown = [trial for trial in archive.eudract_trials if trial.shown_from <= day]
    if not query.strip():
        return shown
    if own := [trial for trial in shown if trial.number == query.removeprefix("eudract_number:")]:
        return own
    try:
        expression = parse_search(query)
    except SearchError:
        return []
    return [trial for trial in shown if matches(expression, partial(_stands_in, trial))]


def _stands_in(trial: EudractTrial, term: Term | Range) -> bool:
    facts = trial.facts
    words = words_of([facts["title"], facts["condition"], facts["product"], facts["sponsor"], trial.number])
    return isinstance(term, Term) and term.stands_in(words)


def _record(trial: EudractTrial) -> str:
    facts = trial.facts
    code, country = facts["country_code"], facts["country"]
    return "\n".join(
        [
            "Summary",
            f"EudraCT Number: {trial.number}",
            f"Sponsor's Protocol Code Number: {facts['sponsor_code']}",
            f"National Competent Authority: {country}",
            "Clinical Trial Type: EEA CTA",
            f"Trial Status: {facts['status']}",
            f"Date on which this record was first entered in the EudraCT database: {facts['entered']}",
            f"Link: {_SITE}/trial/{trial.number}/{code}/",
            "",
            "A. Protocol Information",
            f"A.1 Member State Concerned: {country}",
            f"A.2 EudraCT number: {trial.number}",
            f"A.3 Full title of the trial: {facts['title']}",
            f"A.4.1 Sponsor's protocol code number: {facts['sponsor_code']}",
            f"A.5.2 US NCT (ClinicalTrials.gov registry) number: {facts['nct']}",
            "",
            "B. Sponsor Information",
            "Sponsor 1",
            f"B.1.1 Name of Sponsor: {facts['sponsor']}",
            "",
            "D. IMP Identification",
            "D.IMP: 1",
            "D.1.2 and D.1.3 IMP Role: Test",
            f"D.3.1 Product name: {facts['product']}",
            "D.3.11.3.1 Somatic cell therapy medicinal product: Yes",
            "",
            "D.8 Information on Placebo",
            *(["D.8 Placebo: 1", "D.8.1 Is a Placebo used in this Trial? Yes"] if facts["has_placebo"] else []),
            "",
            "E. General Information on the Trial",
            f"E.1.1 Medical condition(s) being investigated: {facts['condition']}",
            "E.8 Design of the trial",
            f"E.8.1 Controlled: {_yes(facts['has_placebo'])}",
            *([] if facts["is_randomised"] is None else [f"E.8.1.1 Randomised: {_yes(facts['is_randomised'])}"]),
            f"E.8.2.2 Placebo: {_yes(facts['has_placebo'])}",
            "",
            "F. Population of Trial Subjects",
            f"F.4.2.2 In the whole clinical trial: {facts['planned']}",
            "",
            "N. Review by the Competent Authority or Ethics Committee in the country concerned",
            f"N. Date of Competent Authority Decision: {facts['decided']}",
            "",
            "P. End of Trial",
            f"P. End of Trial Status: {facts['status']}",
            "",
        ]
    )


def _yes(is_so: bool) -> str:
    return "Yes" if is_so else "No"


def _feed(trials: list[EudractTrial]) -> str:
    items = "".join(
        f"<item><title>{escape(trial.facts['title'])}</title>"
        f"<link>{_SITE}/search?query=eudract_number:{trial.number}</link></item>"
        for trial in trials
    )
    return f'<?xml version="1.0" encoding="UTF-8"?><rss version="2.0"><channel>{items}</channel></rss>'
