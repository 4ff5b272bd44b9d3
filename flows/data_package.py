"""A review as a Cochrane data package, with everything computed anew from the rows that are written."""

import tempfile
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

import msgspec

from exchange.cochrane.package import PackageAnalysis, PackageRow, Published
from exchange.cochrane.read import read_package
from exchange.cochrane.write import zipped
from exchange.computed import ComputedAnalysis, ComputedRow, ComputedSubgroup
from exchange.folder_package import WrittenPackage, package_of
from exchange.listed import listed_studies
from exchange.night_lists import version_of_night
from flows.recompute import recompute, subgroup_name
from models.night import PublishedNight
from models.published import PublishedVersion
from models.review import Review
from models.synthesis import EffectInput
from models.vocabulary import EvidenceSet, Interval, StudyList
from synthesis.analysis import TAU2_PRINTED_AT_MOST, AnalysisResult, Total

LEFT_OUT = "not-in-the-package.txt"


def package_files(night: PublishedNight, evidence: EvidenceSet) -> dict[str, bytes]:
    """The data package of a night and one of its evidence sets, by its name, beside what a package cannot say."""
    inputs = [
        msgspec.convert(_with_subgroup(row), EffectInput)
        for row in night["review_effect_input"].where(evidence_set=str(evidence))
    ]
    is_published = evidence is EvidenceSet.PUBLISHED
    with_rows = {item.study_id for item in inputs}
    version = None if is_published else version_of_night(night, with_rows)
    package = data_package(night.review, night.as_of.date(), inputs, published=is_published, version=version)
    files = {package.name: zipped(package.files)}
    untold = [str(loss) for loss in package.left_out]
    if not is_published:
        untold += [
            f"{study.label}: its list that night is {study.list}; it is under included, where its rows can be"
            for study in listed_studies(night, evidence)
            if study.study_id in with_rows and study.list is not StudyList.INCLUDED
        ]
    if untold:
        files[LEFT_OUT] = "".join(f"{line}\n" for line in untold).encode()
    return files


def _with_subgroup(row: dict[str, Any]) -> dict[str, Any]:
    """A row of the warehouse as the value it was made from: its subgroup is one thing."""
    return row | {"subgroup": {"number": row["subgroup_number"], "name": row["subgroup"]}}


def data_package(
    review: Review,
    written_on: date,
    inputs: Sequence[EffectInput] | None = None,
    published: bool = False,
    version: PublishedVersion | None = None,
) -> WrittenPackage:
    """The data package of a review, computed.

    Parameters
    ----------
    review : as of the day, its rows as a night resolves them where `inputs` come from that night
    inputs : effects of the evidence set that is written; None for every confirmed row of the folder
    published : write the estimates of the version in force in place of those computed
    version : the version in force with other lists than its own, as those of a night

    Returns
    -------
    WrittenPackage
        With RevMan's numbers in RevMan's columns: P of the effect is Wald's, upper limits of tau² end at 100.
    """
    bare = package_of(review, written_on, inputs, version=version)
    with tempfile.TemporaryDirectory() as folder:
        package = read_package(bare.write(Path(folder)))
    computed = {
        bare.keys[told.key]: computed_of(told, tuple(package.rows_of(told.key)), item.result)
        for told, item in zip(package.analyses, recompute(package), strict=True)
        if item.result is not None
    }
    return package_of(review, written_on, inputs, computed, prints_published=published, version=version)


def computed_of(told: PackageAnalysis, rows: Sequence[PackageRow], result: AnalysisResult) -> ComputedAnalysis:
    """What is computed of an analysis, as far as it shows it.

    Parameters
    ----------
    rows : of the analysis, in the order in which they were computed
    """
    numbers = {subgroup_name(row.subgroup_number, row.subgroup): row.subgroup_number for row in rows}
    test = result.test if told.tests_subgroups else None
    tested = {
        "subgroup_chi2": test.chi2, "subgroup_df": test.df, "subgroup_p": test.p, "subgroup_i2": test.i2_pct,
    } if test else {}  # fmt: skip
    overall = _published(told, result.overall, result) if told.shows_totals else {}
    return ComputedAnalysis(
        overall=Published(**overall, **tested),
        subgroups={
            number: ComputedSubgroup(weight=total.weight_pct, published=Published(**_published(told, total, result)))
            for total in result.subgroups
            if told.shows_subgroups and (number := numbers.get(total.subgroup or ""))
        },
        rows=tuple(
            ComputedRow(weight=row.weight_pct, estimate=row.estimate, ci_low=row.ci_low, ci_high=row.ci_high)
            for row in result.rows
        ),
    )


def _published(told: PackageAnalysis, total: Total, result: AnalysisResult) -> dict[str, float | None]:
    pooled = total.pooled
    if total.estimate is None:
        return {}
    is_hksj = result.settings.own_interval is not Interval.WALD
    high = pooled.tau2_high if told.tau2_ci else None
    prediction = (
        {"pi_low": total.pi_low, "pi_high": total.pi_high} if told.has_prediction and not total.subgroup else {}
    )
    return {
        "estimate": total.estimate,
        "ci_low": total.ci_low,
        "ci_high": total.ci_high,
        "tau2": pooled.tau2 if result.settings.is_random else None,
        "tau2_low": None if high is None else pooled.tau2_low,
        "tau2_high": None if high is None else min(high, TAU2_PRINTED_AT_MOST),
        "chi2": pooled.q if total.k > 1 else 0.0,
        "df": total.df,
        "p_heterogeneity": pooled.q_p if total.k > 1 else 1.0,
        "i2": pooled.i2_pct if total.k > 1 else 0.0,
        "z": None if is_hksj else total.z,
        "t": 0.0 if is_hksj and total.k == 1 else total.t,
        "p": total.p_as_revman,
        **prediction,
    }
