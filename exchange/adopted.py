"""A Cochrane data package as a review folder: the texts of its files, the same for the same package.

What a package does not say (question, words, dates) is told by a person or stays unwritten. People's contacts,
addresses and telephone numbers, and the reasons for judgements, are not taken over.
"""

import re
from typing import Any

from exchange.adopted_analyses import AdoptedAnalyses, adopted_analyses
from exchange.adopted_estimates import adopted_estimates
from exchange.adopted_lists import Told, adopted_version, years_of
from exchange.adopted_numbers import adopted_numbers
from exchange.cochrane.package import Loss, Package
from exchange.folder_text import csv_text, yaml_text
from models.analysis import Analysis
from models.folder_rows import ContrastRow, ExtractionRow, RiskOfBiasRow
from models.protocol import Comparison, Outcome
from models.published import EstimateRow
from models.value import Value

FRESHNESS_DAYS = 3
_CONVENTIONS: list[dict[str, Any]] = [
    {"name": "published"},
    {
        "name": "revman2025",
        "continuous": [{"model": "REML", "interval": "wald"}, {"model": "REML", "interval": "hksj"}],
        "dichotomous": [{"model": "REML", "interval": "wald"}, {"model": "REML", "interval": "hksj"}],
    },
]
_PROTOCOL = """Adopted from the data package of {name}.
A package says nothing of the question, of who takes part (pico, eligibility) and of when searches were made. Until a
person writes them, the studies of its lists are followed by number, and no new study is looked for."""
_FILE_NAME = re.compile(r"[^\w.-]+")
_VERSION = "Lists of the data package of {name}."


class AdoptedFolder(Value, frozen=True, kw_only=True):
    """A review folder that has not been written yet.

    Attributes
    ----------
    files : text by path in the folder
    left_out : what the package has and the folder cannot say, beside what the reader lost already
    """

    files: dict[str, str]
    left_out: tuple[Loss, ...]


def folder_of(package: Package, told: Told) -> dict[str, str]:
    """The texts of the files of a review folder by their paths in it."""
    return adopted_folder(package, told).files


def adopted_folder(package: Package, told: Told) -> AdoptedFolder:
    """The review folder that a package comes to, and what it leaves out."""
    analyses = adopted_analyses(package)
    numbers = adopted_numbers(package, analyses.by_name, told.searched, told.named, years_of(package))
    left_out = (*analyses.left_out, *numbers.left_out)
    tables = {
        "analyses.csv": csv_text(Analysis, analyses.rows),
        "extraction.csv": csv_text(ExtractionRow, numbers.extraction),
        "contrasts.csv": csv_text(ContrastRow, numbers.contrasts),
        "estimates.csv": csv_text(EstimateRow, list(adopted_estimates(package, analyses.by_name, told.named))),
        "risk_of_bias.csv": csv_text(RiskOfBiasRow, numbers.risk_of_bias),
    }
    files = {
        "protocol.yaml": yaml_text(_protocol(package, told, analyses), _PROTOCOL.format(name=package.review)),
        f"published/{_FILE_NAME.sub('-', told.named)}.yaml": yaml_text(
            adopted_version(package, told), _VERSION.format(name=package.review)
        ),
        **{name: text for name, text in tables.items() if text.count("\n") > 1},
        "README.md": _readme(package, told, left_out),
    }
    return AdoptedFolder(files=files, left_out=left_out)


def _protocol(package: Package, told: Told, analyses: AdoptedAnalyses) -> dict[str, Any]:
    return {
        "review": told.review,
        "title": told.title or package.review,
        "version": "1.0",
        "question": told.question,
        "searches": {source: {"freshness_limit_days": FRESHNESS_DAYS} for source in told.sources},
        "comparisons": [_filled(item) for item in analyses.comparisons],
        "timepoints": [{"name": name} for name in analyses.timepoints],
        "outcomes": [_filled(item) for item in analyses.outcomes],
        "conventions": _CONVENTIONS,
    }


def _filled(item: Comparison | Outcome) -> dict[str, Any]:
    """What a comparison or outcome says, without what is as usual."""
    return {
        name: value
        for name, value in item.model_dump(mode="json").items()
        if type(item).model_fields[name].is_required() or value != type(item).model_fields[name].default
    }


def _readme(package: Package, told: Told, left_out: tuple[Loss, ...]) -> str:
    lists = [f"{len(package.listed(name))} {name}" for name in dict.fromkeys(study.list for study in package.studies)]
    days = "told by a person" if told.search_date else "not in the package and assumed"
    losses = [str(item) for item in (*package.losses, *left_out)]
    lines = [
        f"# {told.title or package.review}",
        "",
        f"Adopted from Cochrane's data package of {package.review} (layout {package.layout}): "
        f"{len(package.analyses)} analyses, {len(package.rows)} rows of numbers, studies: {', '.join(lists) or 'none'}.",
        f"Version {told.named}; the day of its search, {told.searched}, was {days}.",
        "",
        "`other_cells` holds what the package says and this folder has no column for, so that a package can be written"
        " from it again. Names of studies in the tables are those of the package.",
        "",
        "Not taken over: contacts, e-mail addresses and telephone numbers; the support for judgements of the risk of"
        " bias; characteristics of studies beyond registrations and their state; results and arms that the package"
        " holds by study; references other than registrations and the numbers of reports.",
        "",
        "Not in a package, to be written by a person: the question, the words of `pico` and `eligibility`, the day of"
        " the search, GRADE.",
    ]
    if losses:
        lines += ["", f"Left out or read otherwise ({len(losses)}):", "", *(f"- {item}" for item in losses)]
    return "\n".join(lines) + "\n"
