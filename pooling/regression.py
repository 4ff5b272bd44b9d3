"""A spreadsheet's effects explained by its other columns, and subgroups that share one tau2."""

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import numpy as np

from models.vocabulary import Interval, Model
from pooling.effects import Studies
from pooling.named_columns import column_of, numbers_of_column, words_of_column
from pooling.spreadsheet import PoolError
from synthesis.meta_regression import (
    Covariates,
    NoRegression,
    dummies,
    meta_regression,
    pool_groups_with_one_tau2,
)
from synthesis.mixed_effects import ESTIMATORS
from synthesis.permutation import permutation_test

if TYPE_CHECKING:
    from pooling.pool import Analysis

Json = dict[str, object]


def regression(analysis: "Analysis", columns: tuple[str, ...]) -> Json:
    """Effects regressed on columns of the file, with a permutation test.

    Raises
    ------
    PoolError
        If no column is named, or one is missing or has a number that is none.
    NoRegression
        Where the numbers do not allow it; the message says why.
    """
    if not columns:
        raise PoolError("meta-regression needs what to explain effects by: give --covariate COLUMN")
    model = _model(analysis)
    keys = [column_of(analysis.studies, column) for column in columns]
    kept = np.array([all(map(row.has, keys)) for row in analysis.studies.rows], bool)
    studies = analysis.studies.only(kept)
    left_out = [name for name, keep in zip(analysis.studies.names, kept, strict=True) if not keep]
    if not len(studies.yi):
        raise NoRegression("no study gives the covariate")
    parts = [_covariate(studies, column) for column in columns]
    covariates = Covariates(
        tuple(name for part in parts for name in part.names), np.column_stack([part.values for part in parts])
    )
    options: dict[str, Any] = {"model": model, "level": analysis.choice.level}
    line = meta_regression(studies.yi, studies.vi, covariates, **options)
    fitted = asdict(line)
    found: Json = {
        "model": model.value,
        "interval": "knapp-hartung",
        **fitted,
        "coefficients": [_renamed(item) for item in fitted["coefficients"]],
        "left_out": left_out,
        "notes": list(line.notes),
    }
    try:
        found["permutation"] = _permuted(asdict(permutation_test(studies.yi, studies.vi, covariates, **options)))
    except NoRegression as reason:
        found["permutation"] = {"refused": str(reason)}
    return found


def one_tau2(analysis: "Analysis", labels: list[str]) -> Json:
    """Subgroups that share one tau2, and the test that they differ."""
    studies = analysis.studies
    is_hksj = analysis.choice.interval is Interval.HKSJ
    found = pool_groups_with_one_tau2(
        studies.yi,
        studies.vi,
        labels,
        model=_model(analysis),
        is_knapp_hartung=is_hksj,
        level=analysis.choice.level,
    )
    groups = [
        {
            "group": name,
            "k": int(found.k[i]),
            "est": float(found.estimate[i]),
            "se": float(found.se[i]),
            "ci_low": float(found.ci_low[i]),
            "ci_high": float(found.ci_high[i]),
            "p": float(found.p_value[i]),
        }
        for i, name in enumerate(found.groups)
    ]
    return {
        "tau2": found.tau2,
        "groups": groups,
        "q_between": found.q_between,
        "df": found.df_between,
        "p": found.p_between,
        "interval": Interval.HKSJ.value if is_hksj else Interval.WALD.value,
        "test": "F" if is_hksj else "chi-squared",
        "notes": list(found.notes),
    }


def _model(analysis: "Analysis") -> Model:
    if analysis.choice.model not in ESTIMATORS:
        raise NoRegression(f"model {analysis.choice.model} does not go with covariates: take {', '.join(ESTIMATORS)}")
    return analysis.choice.model


def _renamed(coefficient: Json) -> Json:
    names = {"estimate": "est", "p_value": "p", "wald_p_value": "wald_p"}
    return {names.get(name, name): value for name, value in coefficient.items()}


def _permuted(test: Json) -> Json:
    names, p_values = test.pop("names"), test.pop("p_values")
    columns = [{"name": name, "p": p} for name, p in zip(names, p_values, strict=True)]  # type: ignore[call-overload]
    return {"coefficients": columns, **test}


def _covariate(studies: Studies, column: str) -> Covariates:
    """A column as numbers, or as words if none of its cells is one."""
    numbers = numbers_of_column(studies, column)
    if numbers is None:
        return dummies(column, words_of_column(studies, column))
    return Covariates((column,), np.array(numbers, dtype=np.float64)[:, None])
