"""What a register posts of a study beside its arms: told with the rows for extraction.csv, and entered by nobody."""

from collections.abc import Iterator

import msgspec

from models.protocol import Protocol
from models.report import Report
from models.results import Agreement, DropOut, PostedAnalysis, PostedResults, ResultGroup
from models.trial import TrialRecord
from models.vocabulary import Masked
from studies.contrasts import Contrast, Contrasts, NoContrast, contrasts
from studies.extraction import name_of
from studies.posted import agreement_words, analysis_line, leaving_lines, masking_words


class Posted(msgspec.Struct, frozen=True, kw_only=True):
    """What one record, or the summary that its register publishes beside it, says of how the study went.

    `drop_outs` name groups of the participant flow, `groups`, by id. `lines` say the same for people.
    """

    source: str
    masking: str
    who_masked: tuple[Masked, ...] = ()
    limitations: str | None = None
    agreement: Agreement | None = None
    groups: tuple[ResultGroup, ...] = ()
    drop_outs: tuple[DropOut, ...] = ()
    analyses: tuple[PostedAnalysis, ...] = ()
    contrasts: tuple[Contrast, ...] = ()
    refused: tuple[NoContrast, ...] = ()
    lines: tuple[str, ...] = ()


def posted_of(study_id: str, source: TrialRecord | Report, protocol: Protocol) -> Posted:
    """Everything that is posted of a study by one source."""
    offered = contrasts(study_id, source, protocol)
    results = source.results or PostedResults()
    return Posted(
        source=name_of(source),
        masking=masking_words(source) if isinstance(source, TrialRecord) else "",
        who_masked=source.who_masked if isinstance(source, TrialRecord) else (),
        limitations=results.limitations_text,
        agreement=results.agreement,
        groups=results.flow.groups,
        drop_outs=results.flow.drop_outs,
        analyses=results.analyses,
        contrasts=offered.contrasts,
        refused=offered.refused,
        lines=tuple(_lines(source, results, offered)),
    )


def _lines(source: TrialRecord | Report, results: PostedResults, offered: Contrasts) -> Iterator[str]:
    name = name_of(source)
    if isinstance(source, TrialRecord):
        yield f"{name}, who was masked: {masking_words(source)}"
    for line in leaving_lines(results.flow):
        yield f"{name}, left: {line}"
    if results.limitations_text:
        yield f"{name}, limitations: {results.limitations_text}"
    if agreed := agreement_words(results.agreement):
        yield f"{name}, agreement: {agreed}"
    for analysis in results.analyses:
        yield f"{name}, posted analysis: {analysis_line(analysis)}; {analysis.path}"
    yield from (f"posted contrast: {_contrast(item)}" for item in offered.contrasts)
    yield from (
        f"no contrast for {item.outcome}, {item.timepoint}: {item.reason}; {item.place}" for item in offered.refused
    )


def _contrast(item: Contrast) -> str:
    scale = f"log {item.measure}" if item.is_log else str(item.measure)
    parts = [f"{item.outcome}, {item.timepoint}: {scale} {item.estimate:g}"]
    if item.ci_low is not None or item.ci_high is not None:
        limits = " to ".join("not posted" if limit is None else f"{limit:g}" for limit in (item.ci_low, item.ci_high))
        level = "limits of a level not stated" if item.ci_pct is None else f"{item.ci_pct:g} % limits"
        parts.append(f"{level} {limits}")
    if item.se is not None:
        parts.append(f"SE {item.se:.4g} ({item.se_source})")
    why = f" ({item.direction_source})" if item.direction_source else ": look which group is set against which"
    parts.append(f"direction {item.direction}{why}")
    adjusted = {True: "adjusted", False: "not adjusted", None: "adjustment not stated"}[item.is_adjusted]
    parts.append(adjusted + (f" ({item.adjusted_source})" if item.adjusted_source else ""))
    parts.append(f"{item.intervention} and {item.control}")
    parts += [item.note] if item.note else []
    return f"{'; '.join(parts)}; {item.report}, {item.place}"
