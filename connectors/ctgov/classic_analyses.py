"""Posted analyses in the classic XML, by the elements of its public schema.

No file with analyses has been seen; the names of elements are those that the registry's own loader of the form read.
"""

from collections.abc import Iterator
from typing import Any

from lxml import etree

from connectors.ctgov import words
from connectors.markup import texts
from connectors.reading import FieldReader, tidy
from models.results import Agreement, PostedAnalysis, ResultGroup
from models.vocabulary import OutcomeRole

_SAID = {
    "group_text": "groups_desc",
    "method_text": "method",
    "method_comment_text": "method_desc",
    "p_text": "p_value",
    "p_comment_text": "p_value_desc",
    "estimate_type_text": "param_type",
    "estimate_text": "param_value",
    "estimate_comment_text": "estimate_desc",
    "ci_pct_text": "ci_percent",
    "ci_lower_text": "ci_lower_limit",
    "ci_upper_text": "ci_upper_limit",
    "ci_lower_comment_text": "ci_lower_limit_na_comment",
    "ci_upper_comment_text": "ci_upper_limit_na_comment",
    "dispersion_text": "dispersion_value",
    "hypothesis_comment_text": "non_inferiority_desc",
    "other_text": "other_analysis_desc",
}


def posted_analyses(
    outcome: etree._Element, path: str, role: OutcomeRole | None, groups: tuple[ResultGroup, ...], reader: FieldReader
) -> Iterator[PostedAnalysis]:
    """The analyses of an outcome, whose groups are given."""
    known = {group.id: group.title for group in groups}
    for number, given in enumerate(outcome.iterfind("analysis_list/analysis"), start=1):
        place = f"{path}/analysis_list/analysis[{number}]"
        said: dict[str, Any] = {name: tidy(given.findtext(element)) for name, element in _SAID.items()}
        yield PostedAnalysis(
            outcome_title=tidy(outcome.findtext("title")) or path,
            role=role,
            time_frame=tidy(outcome.findtext("time_frame")),
            unit_text=tidy(outcome.findtext("measure/units")),
            groups=tuple(
                ResultGroup(id=key, title=known.get(key, key)) for key in texts(given, "group_id_list/group_id")
            ),
            path=place,
            ci_sides_text=_known(given, place, "ci_n_sides", words.CLASSIC_CI_SIDES, reader),
            dispersion_type_text=_known(given, place, "dispersion_type", words.CLASSIC_ANALYSIS_DISPERSION, reader),
            hypothesis_text=_known(given, place, "non_inferiority_type", words.CLASSIC_HYPOTHESIS, reader),
            is_non_inferiority_tested=reader.word(
                f"{place}/non_inferiority", tidy(given.findtext("non_inferiority")), words.CLASSIC_TESTED
            ),
            **said,
        )


def _known(given: etree._Element, path: str, element: str, classic: dict[str, str], reader: FieldReader) -> str | None:
    return reader.known(f"{path}/{element}", tidy(given.findtext(element)), classic)


def agreement_of(results: etree._Element) -> Agreement | None:
    """What the form says in a sentence: ``Principal Investigators are NOT employed by …``."""
    employed = tidy(results.findtext("certain_agreements/pi_employee"))
    restrictive = tidy(results.findtext("certain_agreements/restrictive_agreement"))
    is_restrictive = _affirmed(restrictive)
    if employed is None and restrictive is None:
        return None
    return Agreement(
        is_investigator_employed=_affirmed(employed),
        is_restrictive=is_restrictive,
        details_text=restrictive if is_restrictive else None,
    )


def _affirmed(sentence: str | None) -> bool | None:
    """Capitals say it: ``NOT`` denies, and a sentence without it affirms."""
    return None if sentence is None else "NOT" not in sentence.split()
