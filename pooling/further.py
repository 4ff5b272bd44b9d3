"""What is looked at around a pooled estimate: subgroups, single studies, order, small studies, information size."""

from collections.abc import Callable
from dataclasses import asdict

import numpy as np

from models.vocabulary import MEAN_MEASURES, TABLE_MEASURES, Measure, Model
from pooling.columns import MEAN_COLUMNS
from pooling.effects import Studies
from pooling.looks import anytime
from pooling.named_columns import column_of, numbers_of_column, words_of_column
from pooling.pool import Analysis, Choice, numbers_of, pool_chosen
from pooling.regression import one_tau2, regression
from pooling.spreadsheet import PoolError
from pooling.study_records import finite
from pooling.wanted import Further, Wanted
from synthesis.certainty import HALF_SD, RELATIVE_REDUCTION
from synthesis.heterogeneity import differences_of_groups
from synthesis.inverse_variance import pool_sets
from synthesis.pooling import COMMON_MODELS, OF_LIMITS, Pooled
from synthesis.sensitivity import influence
from synthesis.sequential import (
    DISCOURAGED,
    Spending,
    adjusted_information_size,
    diversity,
    information_size_of_means,
    information_size_of_risks,
    positions,
)
from synthesis.small_study import egger, funnel_contours, harbord, peters, trim_and_fill
from synthesis.tables import TABLE_MODELS

Json = dict[str, object]

OF_NARROW_GROUPS = (
    "the test rests on errors smaller than Wald's ({}): falsely precise, see the same with --interval wald"
)


def further_of(analysis: Analysis, wanted: Wanted) -> Json:
    """Everything that is wanted, by name.

    Raises
    ------
    PoolError
        If a column is missing. What the numbers do not allow is not an error: it comes as `refused`, with the
        reason.
    """
    made: dict[Further, Callable[[], Json]] = {
        Further.SUBGROUPS: lambda: _subgroups(analysis, wanted.group_by),
        Further.META_REGRESSION: lambda: regression(analysis, wanted.covariates),
        Further.LEAVE_ONE_OUT: lambda: _leave_one_out(analysis),
        Further.CUMULATIVE: lambda: {"looks": _cumulative(analysis, wanted.order_by)},
        Further.INFLUENCE: lambda: _influence(analysis),
        Further.SMALL_STUDY: lambda: _small_study(analysis),
        Further.FUNNEL: lambda: _funnel(analysis),
        Further.SEQUENTIAL: lambda: _sequential(analysis, wanted),
        Further.ANYTIME: lambda: anytime(
            analysis, _order(analysis.studies, wanted.order_by), wanted.g, wanted.smallest_effect
        ),
    }
    return {name.replace("-", "_"): _or_refused(made[name]) for name in wanted.further}


def _or_refused(work: Callable[[], Json]) -> Json:
    try:
        with np.errstate(all="ignore"):
            return {name: _finite(value) for name, value in work().items()}
    except PoolError:
        raise
    except (ValueError, ArithmeticError) as reason:
        return {"refused": str(reason)}


def _again(studies: Studies, choice: Choice, **labels: object) -> Json:
    """The same way of pooling, on some of the studies."""
    return labels | _told(pool_chosen(studies, choice).pooled)


def _told(pooled: Pooled) -> Json:
    """Numbers with what has to be known of their limits."""
    return numbers_of(pooled) | {"notes": [note for note in pooled.notes if note in OF_LIMITS]}


def _leave_one_out(analysis: Analysis) -> Json:
    studies = analysis.studies
    if len(studies.names) < 2:
        raise ValueError("a single study leaves nothing when it is left out")
    places = np.arange(len(studies.names))
    return {
        "without": [
            _again(studies.only(places != place), analysis.choice, study=name)
            for place, name in enumerate(studies.names)
        ]
    }


def _cumulative(analysis: Analysis, order_by: str | None) -> list[Json]:
    studies, order = analysis.studies, _order(analysis.studies, order_by)
    looks = []
    for i, last in enumerate(order):
        so_far = studies.only(np.isin(np.arange(len(order)), order[: i + 1]))
        labels = {"study": studies.names[last], "n_participants": so_far.n_participants}
        looks.append(_again(so_far, analysis.choice, **labels))
    return looks


def _subgroups(analysis: Analysis, column: str | None) -> Json:
    if column is None:
        raise PoolError("subgroups need the column that names each study's group: give --group-by COLUMN")
    labels = words_of_column(analysis.studies, column)
    groups: list[Json] = []
    narrow: list[str] = []
    estimates, ses = [], []
    for label in dict.fromkeys(labels):
        kept = [other == label for other in labels]
        found = pool_chosen(analysis.studies.only(kept), analysis.choice).pooled
        groups.append({"group": label} | _told(found))
        narrow += [label] if OF_LIMITS & {*found.notes} else []
        if found.estimate is not None and found.se is not None:
            estimates.append(found.estimate)
            ses.append(found.se)
    between = differences_of_groups(estimates, ses)
    return {
        "groups": groups,
        "q_between": between.q,
        "df": between.df,
        "p": finite(between.p_value),
        "notes": [OF_NARROW_GROUPS.format(", ".join(narrow))] if narrow else [],
        "one_tau2": _or_refused(lambda: one_tau2(analysis, labels)),
    }


def _influence(analysis: Analysis) -> Json:
    if analysis.choice.model in TABLE_MODELS:
        raise ValueError(f"influence is that of weights by variance, which model {analysis.choice.model} has not")
    found = influence(analysis.studies.yi, analysis.studies.vi, model=analysis.choice.model)
    columns = {name: values.tolist() for name, values in asdict(found).items()}
    return {
        "studies": [
            {"study": name} | {column: finite(values[i]) for column, values in columns.items()}
            for i, name in enumerate(analysis.studies.names)
        ]
    }


def _small_study(analysis: Analysis) -> Json:
    studies, model = analysis.studies, _iv_model(analysis)

    def filled() -> Json:
        found = trim_and_fill(studies.yi, studies.vi, model=model)
        return {
            "n_filled": found.n_filled,
            "side": found.side,
            "est": float(found.pooled.estimate[0]),
            "ci_low": float(found.pooled.ci_low[0]),
            "ci_high": float(found.pooled.ci_high[0]),
            "filled": found.filled_yi.tolist(),
        }

    tests: dict[str, Callable[[], Json]] = {"egger": lambda: asdict(egger(studies.yi, studies.vi))}
    if (tables := studies.tables) is not None:
        tests |= {"harbord": lambda: asdict(harbord(tables)), "peters": lambda: asdict(peters(tables))}
    return {name: _or_refused(test) for name, test in {**tests, "trim_and_fill": filled}.items()}


def _funnel(analysis: Analysis) -> Json:
    studies = analysis.studies
    if not len(studies.yi):
        raise ValueError("no study, no funnel")
    contours = funnel_contours(studies.vi)
    points = zip(studies.names, studies.yi.tolist(), np.sqrt(studies.vi).tolist(), strict=True)
    return {
        "centre": analysis.pooled.estimate,
        "studies": [{"study": name, "yi": yi, "se": se} for name, yi, se in points],
        "se": contours.se.tolist(),
        "contours": [
            {"level": level, "low": low.tolist(), "high": high.tolist()}
            for level, low, high in zip(contours.levels, contours.low, contours.high, strict=True)
        ],
    }


def _sequential(analysis: Analysis, wanted: Wanted) -> Json:
    studies = analysis.studies
    if not len(studies.yi):
        raise ValueError("no study, no information")
    if studies.n_participants is None or studies.n_is_least:
        raise ValueError("not every row tells how many people it is of: give n1i and n2i, or ni")
    if analysis.pooled.se is None:
        raise ValueError("a look needs a standard error, which this way of pooling has not: take interval wald")
    size, said = _information_size(studies, analysis.choice.measure, wanted.smallest_effect)
    se = {
        model: float(pool_sets(studies.yi, studies.vi, model=model, with_tau2_limits=False).se[0])
        for model in (Model.COMMON, Model.DL if _iv_model(analysis) in COMMON_MODELS else _iv_model(analysis))
    }
    common, random = se.values()
    d2 = diversity(common, random)
    required = adjusted_information_size(size, d2)
    looks = [(look, z) for look in _cumulative(analysis, wanted.order_by) if (z := _z_of(look)) is not None]
    people = [float(str(look["n_participants"])) for look, _ in looks]
    told: list[Json] = [
        {
            "spending": spending.value,
            "study": look["study"],
            "n_participants": look["n_participants"],
            "share": at.share,
            "z": at.z,
            "z_boundary": finite(at.z_boundary),
            "has_crossed": at.has_crossed,
        }
        for spending in Spending
        for (look, _), at in zip(
            looks, positions(people, [z for _, z in looks], required, spending=spending), strict=True
        )
    ]
    return {
        "note": DISCOURAGED,
        "for": said,
        "information_size": size,
        "diversity": d2,
        "required": required,
        "n_participants": studies.n_participants,
        "looks": told,
    }


def _z_of(look: Json) -> float | None:
    estimate, se = look["est"], look["se"]
    return estimate / se if isinstance(estimate, float) and isinstance(se, float) and se > 0 else None


def _information_size(studies: Studies, measure: Measure, smallest: float | None) -> tuple[float, str]:
    """People in one trial with power 0.8 at two-sided 0.05, and what for."""
    if measure in TABLE_MEASURES and studies.tables is not None:
        control = float(studies.tables.events_2.sum() / studies.tables.totals[1].sum())
        reduction = RELATIVE_REDUCTION if smallest is None else smallest
        said = f"a relative reduction of {reduction:g} from a risk of {control:.4g} under control"
        return information_size_of_risks(control, control * (1 - reduction)), said
    if measure in MEAN_MEASURES and {*MEAN_COLUMNS} <= studies.values.keys():
        one, two = ((studies.values[f"n{arm}i"] - 1, studies.values[f"sd{arm}i"]) for arm in "12")
        df = one[0].sum() + two[0].sum()
        sd = float(np.sqrt(((one[0] * one[1] ** 2).sum() + (two[0] * two[1] ** 2).sum()) / df))
        difference = HALF_SD * sd if smallest is None else smallest
        return information_size_of_means(difference, sd), f"a difference of {difference:.4g} with an SD of {sd:.4g}"
    raise ValueError("an information size is computed from events or means of two arms, which this file has not")


def _iv_model(analysis: Analysis) -> Model:
    return Model.COMMON if analysis.choice.model in COMMON_MODELS else analysis.choice.model


def _order(studies: Studies, column: str | None) -> list[int]:
    """Studies in order, by number or by words; ties as in the file, and last what is not given."""
    places = list(range(len(studies.names)))
    if column is None:
        return places
    given = [row.has(column_of(studies, column)) for row in studies.rows]
    numbers, words = numbers_of_column(studies, column), words_of_column(studies, column)
    if numbers is None:
        return sorted(places, key=lambda place: (not given[place], words[place]))
    return sorted(places, key=lambda place: (not given[place], numbers[place] or 0.0))


def _finite(value: object) -> object:
    """The same without numbers that are none, which JSON has not."""
    if isinstance(value, float):
        return finite(value)
    if isinstance(value, dict):
        return {name: _finite(item) for name, item in value.items()}
    if isinstance(value, list | tuple):
        return [_finite(item) for item in value]
    return value
