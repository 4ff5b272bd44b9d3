"""The supplements of a judgement as rows."""

import msgspec

from models.supplements import Supplements
from stores.forecast_rows import forecast_rows
from stores.judged_bayes import answer_rows, line_rows, study_rows
from stores.judged_looks import anytime_rows, look_rows
from stores.judged_missing import missing_rows
from stores.judged_rare import rare_rows
from stores.rows import Row, plain


def supplements_as_rows(supplements: Supplements) -> dict[str, list[Row]]:
    """Rows by table."""
    return {
        "review_bayes": line_rows(supplements.bayes.lines),
        "review_bayes_study": study_rows(supplements.bayes.lines),
        "review_answer": answer_rows(supplements.bayes.answers),
        "review_rmst": [plain(msgspec.structs.asdict(item)) for item in supplements.survival],
        "review_anytime": anytime_rows(supplements.looks),
        "review_look": look_rows(supplements.looks),
        "review_rare_model": rare_rows(supplements.rare),
        **missing_rows(supplements.missing),
        **forecast_rows(supplements.forecast, supplements.forecast_scores),
    }
