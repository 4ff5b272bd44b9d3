"""Knows how PubMed's E-utilities answer: esearch (JSON or XML) and efetch (XML), for the archived reports.

A report is there from its entry date. ``NCT…[si]`` searches the DataBank list, as the real one does; the
archive holds no abstracts, so ``[tiab]`` is the title. Errors of the search itself come with status 200.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from functools import lru_cache, partial
from typing import Any
from xml.sax.saxutils import escape, quoteattr

from models.dates import first_day
from replay.answer import Answer, json_answer, not_found_page, xml_answer
from replay.archive import Archive, ArchivedReport
from replay.search import Range, SearchError, Term, matches, parse_search

DEFAULT_RETMAX, MAXIMUM_IDS = 20, 9999

_FIELDS = {
    "si": "si",
    "secondary source id": "si",
    "tiab": "tiab",
    "title/abstract": "tiab",
    "ti": "ti",
    "title": "ti",
    "tw": "tiab",
    "text word": "tiab",
    "mh": "tiab",
    "mesh terms": "tiab",
    "pt": "pt",
    "publication type": "pt",
    "pmid": "uid",
    "uid": "uid",
    "au": "au",
    "author": "au",
    "1au": "au",
    "ta": "ta",
    "journal": "ta",
    "all fields": "all",
    "all": "all",
}
_SEARCH_PARAMETERS = {
    "db", "term", "retmode", "retstart", "retmax", "datetype", "mindate", "maxdate", "reldate", "sort",
    "usehistory", "rettype", "tool", "email", "api_key",
}  # fmt: skip
_FETCH_PARAMETERS = {"db", "id", "retmode", "rettype", "retstart", "retmax", "tool", "email", "api_key"}
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


class _Refused(Exception):
    """What esearch reports in its ERROR field, or efetch with status 400."""


def answer(path: str, parameters: Mapping[str, str], day: date, archive: Archive) -> Answer:
    """Answer one request; `parameters` come from the address or from the body of a POST.

    Parameters
    ----------
    path : under the base address, e.g. ``/entrez/eutils/esearch.fcgi``
    parameters : decoded
    day : the date as of which the index answers
    """
    match path.strip("/").split("/"):
        case ["entrez", "eutils", "esearch.fcgi"]:
            return _esearch(parameters, day, archive)
        case ["entrez", "eutils", "efetch.fcgi"]:
            return _efetch(parameters, day, archive)
    return not_found_page()


def _esearch(parameters: Mapping[str, str], day: date, archive: Archive) -> Answer:
    as_json = parameters.get("retmode", "xml") == "json"
    try:
        _refuse_unknown(parameters, _SEARCH_PARAMETERS)
        term = parameters.get("term", "").strip()
        start, most = (
            _number(parameters, name, usual) for name, usual in (("retstart", 0), ("retmax", DEFAULT_RETMAX))
        )
        found = _found(term, _bounds(parameters), day, archive)
        if start + min(most, 1) > MAXIMUM_IDS:
            raise _Refused(f"Cannot retrieve records beyond {MAXIMUM_IDS}")
    except (_Refused, SearchError) as error:
        if as_json:
            return json_answer({"header": _header("esearch"), "esearchresult": {"ERROR": str(error)}})
        return xml_answer(f"{_DECLARATION}<eSearchResult><ERROR>{escape(str(error))}</ERROR></eSearchResult>\n")
    ids = [each.pmid for each in found[start : start + most]]
    if as_json:
        result = {
            "count": str(len(found)),
            "retmax": str(len(ids)),
            "retstart": str(start),
            "idlist": ids,
            "translationset": [],
            "querytranslation": term,
        }
        return json_answer({"header": _header("esearch"), "esearchresult": result})
    listed = "".join(f"<Id>{each}</Id>\n" for each in ids)
    return xml_answer(
        f"{_DECLARATION}<eSearchResult><Count>{len(found)}</Count><RetMax>{len(ids)}</RetMax><RetStart>{start}</RetStart>"
        f"<IdList>\n{listed}</IdList><TranslationSet/><QueryTranslation>{escape(term)}</QueryTranslation></eSearchResult>\n"
    )


def _efetch(parameters: Mapping[str, str], day: date, archive: Archive) -> Answer:
    try:
        _refuse_unknown(parameters, _FETCH_PARAMETERS)
        if parameters.get("retmode", "xml") != "xml":
            raise _Refused(f"retmode {parameters['retmode']} is not spoken here: ask for xml")
        wanted = [each.strip() for each in parameters.get("id", "").split(",") if each.strip()]
        if not wanted or not all(each.isdigit() for each in wanted):
            raise _Refused("ID list is empty! Possibly it has no correct IDs.")
    except _Refused as error:
        return Answer(
            f"{_DECLARATION}<eFetchResult>\n\t<ERROR>{escape(str(error))}</ERROR>\n</eFetchResult>\n".encode(),
            400,
            "text/xml; charset=UTF-8",
        )
    shown = {each.pmid: each for each in archive.reports_shown(day)}
    articles = "".join(_article(shown[each], day) for each in dict.fromkeys(wanted) if each in shown)
    return xml_answer(f'<?xml version="1.0" ?>\n<PubmedArticleSet>\n{articles}</PubmedArticleSet>\n')


_DECLARATION = '<?xml version="1.0" encoding="UTF-8" ?>\n'


@lru_cache(maxsize=1024)
def _found(term: str, bounds: tuple[str, date, date] | None, day: date, archive: Archive) -> list[ArchivedReport]:
    """Newest entry first, as PubMed lists them."""
    if not term:
        raise _Refused("Empty term and query_key - nothing todo")
    expression = parse_search(term)
    found = [each for each in archive.reports_shown(day) if matches(expression, partial(_told_by, each))]
    if bounds:
        kind, low, high = bounds
        found = [each for each in found if low <= (each.published if kind == "pdat" else each.entered) <= high]
    return sorted(found, key=lambda each: (each.entered, int(each.pmid)), reverse=True)


def _told_by(report: ArchivedReport, atom: Term | Range) -> bool:
    if isinstance(atom, Range):
        raise _Refused("AREA and RANGE belong to another registry's search")
    field = (atom.field or "all fields").casefold().split(":")[0].strip()
    if field not in _FIELDS:
        raise _Refused(f"Field {atom.field} is not known here")
    return atom.stands_in(report.texts[_FIELDS[field]])


def _bounds(parameters: Mapping[str, str]) -> tuple[str, date, date] | None:
    if "reldate" in parameters:
        raise _Refused("reldate counts from a clock; give mindate and maxdate")
    if "mindate" not in parameters and "maxdate" not in parameters:
        return None
    kind = parameters.get("datetype", "pdat")
    if kind not in ("edat", "pdat", "crdt", "mhda"):
        raise _Refused(f"Unknown datetype: {kind}")
    if not {"mindate", "maxdate"} <= set(parameters):
        raise _Refused("mindate and maxdate must be used together")
    try:
        low, high = (first_day(parameters[name].replace("/", "-")) for name in ("mindate", "maxdate"))
    except ValueError as error:
        raise _Refused(f"Unreadable date: {error}") from error
    return kind, low, high


def _number(parameters: Mapping[str, str], name: str, usual: int) -> int:
    text = parameters.get(name, str(usual))
    if not text.isdigit():
        raise _Refused(f"{name} is not a number: {text}")
    return int(text)


def _refuse_unknown(parameters: Mapping[str, str], known: set[str]) -> None:
    if parameters.get("db") != "pubmed":
        raise _Refused(f"Invalid db name specified: {parameters.get('db', '')}")
    for name in parameters:
        if name not in known:
            raise _Refused(f"Parameter {name} is not spoken here")


def _header(kind: str) -> dict[str, str]:
    return {"type": kind, "version": "0.3"}


def _article(report: ArchivedReport, day: date) -> str:
    facts, corrections = report.facts, report.corrections_shown(day)
    revised = max([report.entered, *(date.fromisoformat(each["shown_from"]) for each in corrections)])
    ids = [("pubmed", report.pmid), ("doi", facts.get("doi")), ("pmc", facts.get("pmc"))]
    return (
        "<PubmedArticle>\n"
        f'<MedlineCitation Status="PubMed-not-MEDLINE" Owner="NLM"><PMID Version="1">{report.pmid}</PMID>'
        f"{_day('DateRevised', revised)}"
        f'<Article PubModel="Print-Electronic">{_journal(facts)}'
        f"<ArticleTitle>{escape(facts['title'])}</ArticleTitle>{_pages(facts)}{_doi(facts)}{_author(facts)}"
        f"<Language>eng</Language>{_databanks(facts)}{_types(facts['types'])}{_article_date(facts)}</Article>"
        f"{_corrections(corrections)}</MedlineCitation>\n"
        f"<PubmedData><History>{_history(report.entered)}</History><PublicationStatus>ppublish</PublicationStatus>"
        f"<ArticleIdList>{''.join(f'<ArticleId IdType={quoteattr(kind)}>{escape(text)}</ArticleId>' for kind, text in ids if text)}"
        "</ArticleIdList></PubmedData>\n</PubmedArticle>\n"
    )


def _journal(facts: Mapping[str, Any]) -> str:
    issue = "".join(
        f"<{name.title()}>{escape(facts[name])}</{name.title()}>" for name in ("volume", "issue") if name in facts
    )
    year, *rest = facts["published"].split("-")
    month = f"<Month>{_MONTHS[int(rest[0]) - 1]}</Month>" if rest else ""
    day = f"<Day>{rest[1]}</Day>" if rest[1:] else ""
    return (
        f'<Journal><JournalIssue CitedMedium="Internet">{issue}<PubDate><Year>{year}</Year>{month}{day}</PubDate></JournalIssue>'
        f"<Title>{escape(facts['journal'])}</Title></Journal>"
    )


def _pages(facts: Mapping[str, Any]) -> str:
    return f"<Pagination><MedlinePgn>{escape(facts['pages'])}</MedlinePgn></Pagination>" if "pages" in facts else ""


def _doi(facts: Mapping[str, Any]) -> str:
    return f'<ELocationID EIdType="doi" ValidYN="Y">{escape(facts["doi"])}</ELocationID>' if "doi" in facts else ""


def _author(facts: Mapping[str, Any]) -> str:
    author = facts.get("first_author")
    if author is None:
        return ""
    return (
        f'<AuthorList CompleteYN="N"><Author ValidYN="Y"><LastName>{escape(author["last"])}</LastName>'
        f"<Initials>{escape(author['initials'])}</Initials></Author></AuthorList>"
    )


def _databanks(facts: Mapping[str, Any]) -> str:
    banks = "".join(
        f"<DataBank><DataBankName>{escape(name)}</DataBankName><AccessionNumberList>"
        + "".join(f"<AccessionNumber>{escape(each)}</AccessionNumber>" for each in numbers)
        + "</AccessionNumberList></DataBank>"
        for name, numbers in facts.get("databank", {}).items()
    )
    return f'<DataBankList CompleteYN="Y">{banks}</DataBankList>' if banks else ""


def _types(types: Sequence[str]) -> str:
    listed = "".join(f"<PublicationType>{escape(each)}</PublicationType>" for each in types)
    return f"<PublicationTypeList>{listed}</PublicationTypeList>"


def _article_date(facts: Mapping[str, Any]) -> str:
    if len(facts["published"]) < len("2018-08-31"):
        return ""
    return _day("ArticleDate", date.fromisoformat(facts["published"]), ' DateType="Electronic"')


def _corrections(corrections: Sequence[Mapping[str, str]]) -> str:
    listed = "".join(
        f'<CommentsCorrections RefType="{each["type"]}"><RefSource>{escape(each["source"])}</RefSource>'
        + (f'<PMID Version="1">{each["pmid"]}</PMID>' if "pmid" in each else "")
        + "</CommentsCorrections>"
        for each in corrections
    )
    return f"<CommentsCorrectionsList>{listed}</CommentsCorrectionsList>" if listed else ""


def _history(entered: date) -> str:
    return "".join(_day("PubMedPubDate", entered, f' PubStatus="{kind}"') for kind in ("entrez", "pubmed"))


def _day(tag: str, day: date, attributes: str = "") -> str:
    return f"<{tag}{attributes}><Year>{day.year}</Year><Month>{day.month:02d}</Month><Day>{day.day:02d}</Day></{tag}>"
