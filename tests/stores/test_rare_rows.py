"""Lines of rare events become rows that say whether they agree with the headline."""

from models.rare_events import RareEvents, RareLine
from models.supplements import Supplements
from models.tables import metadata
from models.vocabulary import EvidenceSet, Interval, Measure, Model
from stores.judged_supplements import supplements_as_rows


def test_a_line_agrees_differs_or_is_not_known() -> None:
    lines = (
        RareLine(
            model=Model.GLMM_CM_EL, measure=Measure.OR, interval=Interval.WALD, ci_low=0.5, ci_high=2.0, p_value=0.9
        ),
        RareLine(
            model=Model.GLMM_UM_FS, measure=Measure.OR, interval=Interval.WALD, ci_low=1.5, ci_high=2.0, p_value=0.01
        ),
        RareLine(model=Model.EXACT, measure=Measure.OR, interval=Interval.EXACT, note="not computable: why"),
    )
    item = RareEvents(
        evidence_set=EvidenceSet.CONFIRMED,
        analysis="1.1",
        comparison="cells",
        outcome="death",
        timepoint="6 months",
        headline_side=0,
        lines=lines,
    )
    rows = supplements_as_rows(Supplements(rare=(item,)))["review_rare_model"]
    assert [row["agrees"] for row in rows] == [True, False, None]
    assert {*rows[0]} == {column.name for column in metadata.tables["review_rare_model"].columns}
