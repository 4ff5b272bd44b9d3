"""Posted analyses of an outcome measure in API v2: every number as it is printed, every group by its title."""

from collections.abc import Iterator
from typing import Any

from connectors.ctgov import words
from connectors.ctgov.shape import Analysis, OutcomeMeasure
from connectors.ctgov.text import plain
from connectors.reading import FieldReader, tidy
from models.results import PostedAnalysis, ResultGroup


def posted_analyses(outcome: OutcomeMeasure, path: str, reader: FieldReader) -> Iterator[PostedAnalysis]:
    """The analyses of an outcome; one that is not of its form goes to a person and costs no other.

    Parameters
    ----------
    path : where the outcome stands in the record
    """
    titles = {group.id: tidy(group.title) or group.id for group in outcome.groups}
    role = words.OUTCOME_ROLE.get(outcome.type or "")
    for place, given in reader.blocks(f"{path}.analyses", outcome.analyses, Analysis):
        yield PostedAnalysis(
            outcome_title=tidy(outcome.title) or path,
            role=role,
            time_frame=tidy(outcome.time_frame),
            unit_text=tidy(outcome.unit_of_measure),
            groups=tuple(ResultGroup(id=key, title=titles.get(key, key)) for key in given.group_ids),
            path=place,
            **_said(given),
            **_classed(given, place, reader),
        )


def _said(given: Analysis) -> dict[str, Any]:
    """What the registry prints, numbers and prose."""
    return {
        "group_text": plain(given.group_description),
        "method_text": tidy(given.statistical_method),
        "method_comment_text": plain(given.statistical_comment),
        "p_text": tidy(given.p_value),
        "p_comment_text": plain(given.p_value_comment),
        "estimate_type_text": tidy(given.param_type),
        "estimate_text": tidy(given.param_value),
        "estimate_comment_text": plain(given.estimate_comment),
        "ci_pct_text": tidy(given.ci_pct_value),
        "ci_lower_text": tidy(given.ci_lower_limit),
        "ci_upper_text": tidy(given.ci_upper_limit),
        "ci_lower_comment_text": plain(given.ci_lower_limit_comment),
        "ci_upper_comment_text": plain(given.ci_upper_limit_comment),
        "dispersion_text": tidy(given.dispersion_value),
        "hypothesis_comment_text": plain(given.non_inferiority_comment),
        "other_text": plain(given.other_analysis_description),
    }


def _classed(given: Analysis, path: str, reader: FieldReader) -> dict[str, Any]:
    """What the registry says by a word of a closed list."""
    return {
        "ci_sides_text": reader.known(f"{path}.ciNumSides", tidy(given.ci_num_sides), words.CI_SIDES),
        "dispersion_type_text": reader.known(
            f"{path}.dispersionType", tidy(given.dispersion_type), words.ANALYSIS_DISPERSION
        ),
        "hypothesis_text": reader.known(
            f"{path}.nonInferiorityType", tidy(given.non_inferiority_type), words.HYPOTHESIS
        ),
        "is_non_inferiority_tested": given.tested_non_inferiority,
    }
