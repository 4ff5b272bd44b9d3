"""Cells that nothing would read are refused, and not ignored."""

import pytest
from pydantic import ValidationError

from models.analysis import Analysis
from models.folder_rows import ContrastRow
from models.published import EstimateRow
from models.terms import Row

CONTRAST = {
    "study_id": "Adams 2019",
    "analysis": "1.1",
    "measure": "HR",
    "estimate": 0.7,
    "se": 0.2,
    "report": "PMID:1",
    "table": "T1",
    "population": "all",
    "extractor": "AB",
    "known_from": "2019-05-01",
    "evidence": "verbatim",
    "is_confirmed": True,
}
ESTIMATE = {"version": "2019", "analysis": "1.1", "estimate": 0.7, "ci_low": 0.5, "ci_high": 0.9}
ANALYSIS = {"analysis": "1.1", "comparison": "c", "outcome": "o", "timepoint": "t"}


@pytest.mark.parametrize(
    ("shape", "cells", "more", "said"),
    [
        (ContrastRow, CONTRAST, {"subgroup": "women"}, "give subgroup_number"),
        (EstimateRow, ESTIMATE, {"subgroup": "women"}, "give subgroup_number"),
        (Analysis, ANALYSIS, {"estimator": "REML"}, "goes with method and model"),
    ],
)
def test_a_cell_without_the_one_that_it_goes_with_is_refused(
    shape: type[Row], cells: dict[str, object], more: dict[str, object], said: str
) -> None:
    shape.model_validate(cells)
    with pytest.raises(ValidationError, match=said):
        shape.model_validate(cells | more)
