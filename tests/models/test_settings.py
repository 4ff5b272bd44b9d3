"""Settings come from the environment alone, and a wrong one is named."""

from pathlib import Path

import pytest

from models.settings import Settings, SettingsError, load_settings


def test_nothing_is_needed_for_a_first_run() -> None:
    settings = load_settings({})
    assert settings == Settings()
    assert settings.data == Path("data")
    assert settings.ledger == f"sqlite:///{Path('data/ledger.sqlite').absolute()}"
    assert (settings.reviews / "als_cell_therapy" / "protocol.yaml").is_file()


def test_every_setting_has_its_variable() -> None:
    environ = {
        "TRIALWATCH_DATA": "/srv/state",
        "TRIALWATCH_REVIEWS": "/srv/reviews",
        "TRIALWATCH_LEDGER_URL": "postgresql+psycopg://somebody@host/ledger",
        "TRIALWATCH_CHANNELS": "mailto://host  json://other",
        "TRIALWATCH_CONTACT": "people@review.example",
        "TRIALWATCH_NCBI_API_KEY": "k",
        "TRIALWATCH_ICTRP_USERNAME": "u",
        "TRIALWATCH_ICTRP_PASSWORD": "p",
        "TRIALWATCH_BASE_URL_CTGOV": "http://127.0.0.1:1/ctgov",
        "TRIALWATCH_BASE_URL_CTGOV_CLASSIC": "http://127.0.0.1:1/classic",
        "TRIALWATCH_KEEP_SNAPSHOTS": "7",
        "TRIALWATCH_LOCK_PATIENCE_SECONDS": "0",
        "HOME": "/root",
    }
    settings = load_settings(environ)
    assert (settings.data, settings.reviews) == (Path("/srv/state"), Path("/srv/reviews"))
    assert settings.ledger == "postgresql+psycopg://somebody@host/ledger"
    assert settings.channels == ("mailto://host", "json://other")
    assert (settings.contact, settings.ncbi_api_key, settings.keep_snapshots) == ("people@review.example", "k", 7)
    assert settings.lock_patience == 0
    assert (settings.ictrp_username, settings.ictrp_password) == ("u", "p")
    assert settings.base_urls == {
        "ctgov": "http://127.0.0.1:1/ctgov",
        "ctgov-classic": "http://127.0.0.1:1/classic",
    }


def test_what_is_not_set_is_named_by_its_variable() -> None:
    settings = load_settings({"TRIALWATCH_ICTRP_USERNAME": "u"})
    assert settings.unset(["ictrp_username", "ictrp_password"]) == ["TRIALWATCH_ICTRP_PASSWORD"]
    assert settings.unset([]) == []


def test_no_secret_is_shown_with_the_settings() -> None:
    secrets = {"CHANNELS": "mailto://u:sesame@host", "NCBI_API_KEY": "sesame", "ICTRP_PASSWORD": "sesame"}
    assert "sesame" not in repr(load_settings({f"TRIALWATCH_{name}": value for name, value in secrets.items()}))


def test_all_state_is_in_one_folder() -> None:
    settings = load_settings({"TRIALWATCH_DATA": "/srv/state"})
    for path in (settings.archive, settings.corpus, settings.published, settings.outbox):
        assert path.parent == Path("/srv/state")
    assert settings.ledger == "sqlite:////srv/state/ledger.sqlite"


def test_an_empty_variable_is_none() -> None:
    assert load_settings({"TRIALWATCH_DATA": "", "TRIALWATCH_BASE_URL_CTGOV": ""}) == Settings()


@pytest.mark.parametrize("value", ["0", "-1", "many", "1.5", " "])
def test_a_number_that_is_none_is_named(value: str) -> None:
    with pytest.raises(SettingsError, match=f"TRIALWATCH_KEEP_SNAPSHOTS='{value}': give a whole number of at least 1"):
        load_settings({"TRIALWATCH_KEEP_SNAPSHOTS": value})


def test_reviews_under_the_folder_where_it_is_called_are_meant(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert load_settings({}).reviews == Settings().reviews
    (tmp_path / "reviews").mkdir()
    assert load_settings({}).reviews == Path("reviews")
    assert load_settings({"TRIALWATCH_REVIEWS": "elsewhere"}).reviews == Path("elsewhere")


@pytest.mark.parametrize(("environ", "folder"), [({}, "reviews"), ({"TRIALWATCH_REVIEWS": "elsewhere"}, "elsewhere")])
def test_a_new_review_is_never_written_among_those_that_ship(
    environ: dict[str, str], folder: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert load_settings(environ).own_reviews == Path(folder)


def test_in_the_programs_own_sources_its_reviews_are_meant(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(Settings().reviews.parent)
    assert load_settings({}) == Settings()
