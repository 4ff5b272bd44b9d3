"""The page about sources says what the connectors say."""

from pathlib import Path

from cli.sources import chapters
from connectors import CONNECTORS

PAGE = Path(__file__).parents[2] / "docs" / "sources.md"


def test_the_page_is_the_one_that_the_connectors_make():
    assert chapters() in PAGE.read_text(encoding="utf-8"), "run: python -m cli.sources > docs/sources.md"


def test_every_source_has_a_chapter_with_its_terms():
    for slug, connector in CONNECTORS.items():
        assert f"## {connector.title} (`{slug}`)" in chapters()
        assert connector.terms, f"{slug} states no terms of use"
