"""Databases that people search, on a made-up review: by inbox, command line and row, on page, mail, status and log."""

import os
import re
import shutil
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from cli.status import status_of
from connectors.strategies import PLATFORMS
from flows.night import NightResult
from flows.rebuild import rebuild
from models.database_names import PLATFORMS_OF
from models.dates import at_night
from models.settings import Settings
from replay.server import ReplayServer
from stores.archive import archive_files, read_pages
from stores.snapshot import query

pytestmark = pytest.mark.slow

NIGHT = date(2021, 3, 1)
REVIEW = "pressure_ulcers"
DATABASES = """\
  central: {freshness_limit_days: 90}
  embase: {freshness_limit_days: 90}
  crs: {freshness_limit_days: 365, title: Wounds Specialised Register}
  wounds: {freshness_limit_days: 180, title: Wounds Index}
"""
ALL = {"central": "CENTRAL", "embase": "Embase", "crs": "Wounds Specialised Register", "wounds": "Wounds Index"}


def ris(*numbers: str, title: str = "Beds", accession: str = "L62476{}") -> str:
    return "".join(f"TY  - JOUR\nAN  - {accession.format(n)}\nTI  - {title} {n}\nPY  - 2019\nER  - \n" for n in numbers)


class House:
    """A data folder with a review folder of its own, whose nights ask the replay as if it were live."""

    def __init__(self, folder: Path, carry_out: Callable[..., NightResult], server: ReplayServer, urls: Any) -> None:
        self.data, self.reviews, self.inbox = folder / "data", folder / "reviews", folder / "data" / "inbox"
        self._carry_out, self._server, self._urls = carry_out, server, urls

    @property
    def settings(self) -> Settings:
        return Settings(data=self.data, reviews=self.reviews, base_urls=self._urls)

    def night(self, day: date = NIGHT) -> NightResult:
        self._server.as_of = day
        given = {"reviews": self.reviews, "base_urls": self._urls}
        return self._carry_out(self.data, day, settings=given, review=REVIEW, registries="live")

    def put(self, name: str, text: str, day: date = NIGHT) -> None:
        path = self.inbox / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        os.utime(path, (at_night(day).timestamp() - 600,) * 2)

    def rows(self, statement: str) -> list[tuple[Any, ...]]:
        return query(self.data / "published" / REVIEW / "current" / "warehouse.duckdb", statement)[1]

    def page(self) -> str:
        html = (self.data / "published" / REVIEW / "current" / "site" / "index.html").read_text(encoding="utf-8")
        return " ".join(re.sub(r"<style.*?</style>|<[^>]+>", " ", html, flags=re.DOTALL).split())


@pytest.fixture
def house(
    tmp_path: Path, second_review: Path, carry_out: Callable[..., NightResult], both_worlds: ReplayServer
) -> Iterator[House]:
    shutil.copytree(second_review, tmp_path / "reviews" / REVIEW)
    protocol = tmp_path / "reviews" / REVIEW / "protocol.yaml"
    text = protocol.read_text(encoding="utf-8").replace("\n\neligibility:", f"\n{DATABASES}\neligibility:", 1)
    protocol.write_text(text, encoding="utf-8")
    urls = {slug: both_worlds.base_url(slug) for slug in ("ctgov", "pubmed")}
    yield House(tmp_path, carry_out, both_worlds, urls)


def search_all(house: House, day: date = NIGHT) -> None:
    """A file for every database, each with records of its own."""
    for n, slug in enumerate(ALL):
        house.put(f"{slug}/{day}.ris", ris(f"{n}001", f"{n}002", title=slug, accession="{}"), day)


def test_one_file_is_the_search_of_one_database_and_no_other(house: House) -> None:
    house.put("ris/embase/export.ris", ris("0001", "0002", "0003"))
    result = house.night()
    assert result.state == "done"
    found = house.rows(
        "SELECT source, title, last_complete_at::DATE, is_overdue, n_records, n_new, is_day_given"
        " FROM out_source_freshness WHERE is_by_hand ORDER BY ALL"
    )
    assert found == [
        ("central", "CENTRAL", None, True, None, None, True),
        ("crs", "Wounds Specialised Register", None, True, None, None, True),
        ("embase", "Embase", NIGHT, False, 3, 3, False),
        ("wounds", "Wounds Index", None, True, None, None, True),
    ]
    assert {row[0] for row in house.rows("SELECT subject FROM out_queue WHERE kind = 'search'")} == {
        "CENTRAL",
        "Wounds Specialised Register",
        "Wounds Index",
    }


def test_a_night_runs_alerts_and_publishes_while_a_search_is_overdue_and_says_so_everywhere(house: House) -> None:
    result = house.night()
    assert (result.state, str(result.judgement.decision.status)) == ("done", "Not known tonight")
    assert "Embase (never)" in result.judgement.decision.explanation
    [alert] = result.alerts
    assert alert.title.startswith("Not known tonight")
    mail = " ".join(alert.body.split())
    assert "Searched by hand: Embase: never yet; the limit is 90 days. Never searched." in mail
    assert "Search Embase and load what it finds" in mail
    assert "Searched by hand: Embase: never yet" in house.page()
    status = status_of(REVIEW, house.settings, at_night(NIGHT))
    assert status["status"] == "Not known tonight"
    assert "Searched by hand: Embase: never yet; the limit is 90 days. Never searched." in status["problems"]
    assert [alert.title for alert in house.night(NIGHT + timedelta(days=1)).alerts] == [], "told once"


def test_every_source_was_searched_is_said_once_people_have_searched_theirs(house: House) -> None:
    search_all(house)
    assert str(house.night().judgement.decision.status) == "Up to date"
    search_all(house, NIGHT + timedelta(days=1))
    house.night(NIGHT + timedelta(days=1))
    assert "every source was searched to the end, those that people search by hand within their limits" in house.page()
    status = status_of(REVIEW, house.settings, at_night(NIGHT + timedelta(days=1)))
    assert (status["status"], status["problems"]) == ("Up to date", [])
    late = status_of(REVIEW, house.settings, at_night(NIGHT + timedelta(days=92)))
    assert late["status"] == "Not known tonight"
    assert (
        "Searched by hand: Embase: last on 2 March 2021, 2 records, 0 of them new; the limit is 90 days,"
        " until 31 May 2021. Its last search is too old."
    ) in late["problems"]


def test_without_databases_nothing_more_is_claimed_than_what_the_program_searches(
    house: House, second_review: Path
) -> None:
    shutil.copy(second_review / "protocol.yaml", house.reviews / REVIEW / "protocol.yaml")
    version = next((house.reviews / REVIEW / "published").glob("*.yaml"))
    with version.open("a", encoding="utf-8") as file:
        file.write("databases: [Embase, MEDLINE, AMED]\n")
    first, second = house.night(), house.night(NIGHT + timedelta(days=1))
    page = house.page()
    assert "every source that is searched by program was searched to the end" in page
    assert "every source was searched" not in page
    assert "as far as is searched by program" in second.judgement.decision.explanation
    assert "it: Embase and AMED. What only they hold is not known." in page
    assert first.judgement.unfollowed == ("Embase", "AMED")
    assert status_of(REVIEW, house.settings, at_night(NIGHT + timedelta(days=1)))["unfollowed"] == ("Embase", "AMED")


def test_a_search_has_its_day_its_counts_and_a_line_in_the_log(house: House) -> None:
    house.put("Embase/embase_2021-02-20.ris", ris("0001", "0002"))
    house.night()
    later = NIGHT + timedelta(days=10)
    house.put("ris/embase/second.ris", ris("0001", "0002", "0003"), later)
    house.night(later)
    logged = house.rows(
        "SELECT source, searched_on, is_day_given, n_records, n_new, question, told_by FROM out_search"
        " WHERE kind = 'by hand' ORDER BY searched_on"
    )
    assert logged == [
        ("embase", date(2021, 2, 20), True, 2, 2, "embase_2021-02-20.ris", "folder or option"),
        ("embase", later, False, 3, 1, "second.ris", "folder or option"),
    ]
    page = house.page()
    assert "11 March 2021 (taken for the day of the search) Embase 3 1 2 second.ris" in page
    assert "holds until 9 June 2021" in page


def test_an_export_that_does_not_tell_is_loaded_and_the_answer_to_the_question_works(
    house: House, trialwatch: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    house.put("ris/export.ris", ris("0001", "0002", accession="{}"))
    house.night()
    [(subject, key, action)] = house.rows(
        "SELECT subject, value, action FROM out_queue WHERE kind = 'search' AND field = 'file'"
    )
    assert subject == "export.ris"
    assert house.rows("SELECT count(*) FROM core_report_version WHERE source = 'ris'") == [(2,)]
    monkeypatch.setenv("TRIALWATCH_REVIEWS", str(house.reviews))
    assert f"trialwatch searched DATABASE --file {key} --on DAY" in action
    refused = trialwatch("--data", house.data, "settle", _item(house, key), "--by", "me", "--reason", "no")
    assert "closes in another way" in refused.err
    told = trialwatch("--data", house.data, "searched", "wounds", "--file", "export.ris", "--on", "2021-02-27")
    assert told.code == 0, told.err
    status = {item["source"]: item for item in status_of(REVIEW, house.settings, at_night(NIGHT))["sources"]}
    assert (status["wounds"]["is_overdue"], status["wounds"]["n_records"]) == (False, 2)
    rebuild(REVIEW, house.settings)
    assert house.rows("SELECT count(*) FROM out_queue WHERE field = 'file'") == [(0,)]
    assert house.rows("SELECT searched_on, n_records FROM review_search") == [(date(2021, 2, 27), 2)]


def _item(house: House, key: str) -> str:
    [(item,)] = house.rows(f"SELECT item FROM out_queue WHERE value = '{key}'")
    return str(item)


DOWNLOADED = [
    ("ris/ovid.ris", "TY  - JOUR\nDB  - Embase\nAN  - 624760001\nTI  - Beds\nPY  - 2019\nER  - \n", "embase"),
    (
        "central.ris",
        "TY  - JOUR\nAN  - CN-02999001\nC3  - EMBASE 629867342\nTI  - Beds\nPY  - 2019\nER  - \n",
        "central",
    ),
    ("nbib/one.nbib", "PMID- 90000001\nTI  - Beds\nDP  - 2019\nSO  - Made up. 2019\n", "medline"),
]


def test_an_export_that_names_its_database_or_has_its_numbers_needs_no_folder(house: House) -> None:
    for name, text, _ in DOWNLOADED:
        house.put(name, text)
    house.night()
    found = house.rows("SELECT database, told_by, is_day_given FROM review_search ORDER BY database")
    assert found == sorted((slug, "its records", False) for *_, slug in DOWNLOADED)
    assert house.rows("SELECT count(*) FROM out_queue WHERE field = 'file'") == [(0,)]


def test_moving_an_unclear_export_into_its_folder_answers_the_question_too(house: House) -> None:
    text = ris("0001", accession="{}")
    house.put("ris/export.ris", text)
    house.night()
    house.put("wounds/export.ris", text)
    house.night(NIGHT + timedelta(days=1))
    assert house.rows("SELECT database, searched_on, n_records, n_new FROM review_search") == [("wounds", NIGHT, 1, 1)]
    assert house.rows("SELECT count(*) FROM out_queue WHERE field = 'file'") == [(0,)]


def test_a_search_that_finds_nothing_is_a_search(
    house: House, trialwatch: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TRIALWATCH_REVIEWS", str(house.reviews))
    house.night()
    for slug in ALL:
        told = trialwatch("--data", house.data, "searched", slug, "--on", str(NIGHT), "--records", "0", "--by", "me")
        assert told.code == 0, told.err
    assert status_of(REVIEW, house.settings, at_night(NIGHT))["problems"] == []
    later = house.night(NIGHT + timedelta(days=1))
    assert str(later.judgement.decision.status) == "Up to date"
    assert house.rows("SELECT count(*) FROM out_queue WHERE kind = 'search'") == [(0,)]


def test_a_task_names_a_strategy_that_can_be_printed(
    house: House, trialwatch: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TRIALWATCH_REVIEWS", str(house.reviews))
    house.night()
    [(action,)] = house.rows("SELECT action FROM out_queue WHERE kind = 'search' AND subject = 'Embase'")
    named = re.findall(r"'trialwatch (searches [^']+)'", action)
    assert named == [f"searches {REVIEW} --for {platform}" for platform in PLATFORMS_OF["embase"]]
    for words in named:
        assert trialwatch("--data", house.data, *words.split()).code == 0
    assert {platform for several in PLATFORMS_OF.values() for platform in several} <= set(PLATFORMS)


SAID_WRONGLY = [
    (
        ("embsae", "--on", "2021-02-20", "--records", "0"),
        "no database 'embsae'; write one of central, embase, crs, wounds",
    ),
    (("embase", "--on", "2021-02-20"), "how many records were found"),
    (("embase", "--records", "0"), "how many records were found"),
    (("embase", "--on", "2999-01-01", "--records", "0"), "still to come"),
    (("embase", "--on", "20.2.2021", "--records", "0"), "is not a day of the form"),
    (("embase", "--file", "nowhere.ris"), "no file 'nowhere.ris' is loaded"),
    (("other", "--on", "2021-02-20", "--records", "0"), "said of a file"),
]


def test_what_cannot_be_said_of_a_search_is_refused(
    house: House, trialwatch: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TRIALWATCH_REVIEWS", str(house.reviews))
    house.night()
    for words, why in SAID_WRONGLY:
        ended = trialwatch("--data", house.data, "searched", *words)
        assert (ended.code != 0, why in " ".join(ended.err.split())) == (True, True), (words, ended.err)
    assert not (house.reviews / REVIEW / "searches.csv").exists()


def test_the_command_line_loads_a_file_as_the_search_of_a_database(
    house: House, tmp_path: Path, trialwatch: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TRIALWATCH_REVIEWS", str(house.reviews))
    export = tmp_path / "export.ris"
    export.write_text(ris("0001", "0002", accession="{}"), encoding="utf-8")
    load = ("--data", house.data, "ingest", "ris", export)
    refused = trialwatch(*load, "--database", "embsae")
    assert (refused.code, "no database 'embsae'" in refused.err) == (1, True)
    assert list(archive_files(house.settings.archive)) == []
    told = trialwatch(*load, "--database", "Embase", "--searched-on", "2021-02-20")
    assert told.code == 0, told.err
    assert "export.ris: counts as the search of Embase of 2021-02-20" in told.out
    [page] = [
        item.page for path in archive_files(house.settings.archive) for item in read_pages(house.settings.archive, path)
    ]
    assert (page.database, page.searched_on) == ("embase", "2021-02-20")
    assert house.rows("SELECT searched_on, is_day_given, n_records FROM review_search") == [
        (date(2021, 2, 20), True, 2)
    ]
    export.write_text(" ", encoding="utf-8")
    empty = trialwatch(*load, "--database", "embase")
    assert "trialwatch searched embase --on DAY --records 0" in empty.err


def test_the_same_export_put_in_again_is_another_search_only_with_a_day(house: House) -> None:
    house.put("embase/first.ris", ris("0001"))
    house.night()
    later = NIGHT + timedelta(days=95)
    house.put("embase/again.ris", ris("0001"), later)
    house.night(later)
    assert house.rows("SELECT searched_on FROM review_search") == [(NIGHT,)]
    house.put(f"embase/again_{later}.ris", ris("0001"), later)
    house.night(later + timedelta(days=1))
    assert house.rows("SELECT searched_on FROM review_search ORDER BY ALL") == [(NIGHT,), (later,)]


def test_a_rebuild_knows_the_same_searches(house: House) -> None:
    search_all(house)
    house.night()
    before, after, reason = rebuild(REVIEW, house.settings)
    assert (before == after, reason) == (True, "")


def test_an_export_that_its_folder_contradicts_counts_for_nobody(house: House) -> None:
    house.put("embase/odd.txt", "TY  - JOUR\nAN  - CN-02999001\nTI  - Beds\nPY  - 2019\nER  - \n")
    house.put("embase/letter.txt", "Dear colleague")
    result = house.night()
    assert result.state == "done"
    assert house.rows("SELECT * FROM review_search") == []
    [(reason,)] = house.rows("SELECT reason FROM out_queue WHERE subject = 'odd.txt'")
    assert reason.startswith("it was loaded as Embase, and its records are of CENTRAL")
    assert (house.inbox / "embase" / "letter.txt").exists()


def test_a_source_that_nobody_can_search_is_refused_with_its_line(house: House) -> None:
    protocol = house.reviews / REVIEW / "protocol.yaml"
    text = protocol.read_text(encoding="utf-8")
    protocol.write_text(text.replace("  wounds: ", "  isrctn: "), encoding="utf-8")
    with pytest.raises(Exception, match=r"protocol\.yaml:\d+: searches\.isrctn: isrctn is searched by the program"):
        house.night()
    protocol.write_text(
        text.replace("  wounds: {freshness_limit_days: 180, title: Wounds Index}", "  wounds: {}"), encoding="utf-8"
    )
    with pytest.raises(Exception, match=r"protocol\.yaml:\d+: searches\.wounds: wounds cannot be searched over the"):
        house.night()
