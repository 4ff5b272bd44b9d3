"""Posted results in words: an analysis, who left and why, who was masked; and what changed of them.

Numbers are told as they were posted; of what a registry leaves out, nothing is said in its place.
"""

from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from typing import TypeVar

from models.results import Agreement, DropOut, ParticipantFlow, PostedAnalysis, PostedResults
from models.trial import TrialRecord

_OPEN = frozenset({"none", "open", "no", "not", "unblinded", "unmasked"})
"""First words of what registries call a trial in which nobody is masked."""

Posted = TypeVar("Posted")


def analysis_words(analysis: PostedAnalysis) -> str:
    """``Odds Ratio (OR) 2.1 (95 % limits 1.2 to 3.7), p = 0.012; Regression, Logistic; comparing A and B``."""
    parts = [
        ", ".join(filter(None, (_estimate(analysis), _p(analysis)))) or "no estimate and no p",
        analysis.method_text or "method not stated",
        f"comparing {' and '.join(group.title for group in analysis.groups)}" if analysis.groups else "",
        _word(analysis.hypothesis_text),
    ]
    comments = (
        analysis.group_text,
        analysis.method_comment_text,
        analysis.estimate_comment_text,
        analysis.p_comment_text,
        analysis.hypothesis_comment_text,
        analysis.other_text,
    )
    said = " | ".join(" ".join(text.split()) for text in comments if text)
    return "; ".join(part for part in parts if part) + (f" [{said}]" if said else "")


def analysis_line(analysis: PostedAnalysis) -> str:
    """An analysis with its outcome and time in front."""
    return f"{analysis.outcome_title} ({analysis.time_frame or 'time not stated'}): {analysis_words(analysis)}"


def _estimate(analysis: PostedAnalysis) -> str:
    if not analysis.estimate_text:
        return ""
    limits = _limits(analysis)
    if analysis.dispersion_text:
        spread = f"{_word(analysis.dispersion_type_text) or 'dispersion'} {analysis.dispersion_text}"
        limits = "; ".join(filter(None, (limits, spread)))
    named = f"{analysis.estimate_type_text or 'estimate'} {analysis.estimate_text}"
    return f"{named} ({limits})" if limits else named


def _limits(analysis: PostedAnalysis) -> str:
    lower, upper = analysis.ci_lower_text, analysis.ci_upper_text
    if not (lower or upper):
        return ""
    level = f"{analysis.ci_pct_text} % limits" if analysis.ci_pct_text else "limits of a level not stated"
    side = ", one-sided" if analysis.ci_sides_text == "ONE_SIDED" else ""
    return f"{level} {lower or 'not posted'} to {upper or 'not posted'}{side}"


def _p(analysis: PostedAnalysis) -> str:
    text = analysis.p_text
    if not text:
        return ""
    return f"p {text}" if text[0] in "<>=≤≥" else f"p = {text}"


def _word(text: str | None) -> str:
    return (text or "").replace("_", " ").lower()


def leaving_lines(flow: ParticipantFlow) -> Iterator[str]:
    """A line for each period and arm: who left and why, as posted; nobody is said where every count is 0."""
    titles = {group.id: group.title for group in flow.groups}
    by_arm: dict[tuple[str, str], list[DropOut]] = {}
    for left in flow.drop_outs:
        by_arm.setdefault((left.period, titles.get(left.group_id, left.group_id)), []).append(left)
    for (period, arm), reasons in by_arm.items():
        told = "; ".join(_reason(left) for left in reasons if left.count != 0)
        yield f"{period}, {arm}: {told or 'nobody'}"


def _reason(left: DropOut) -> str:
    count = "number not posted" if left.count is None else left.count
    return f"{left.reason_text} {count}" + (f" ({' '.join(left.comment_text.split())})" if left.comment_text else "")


def masking_words(record: TrialRecord) -> str:
    """Who was masked by a register's account, for whoever judges the risk of bias."""
    details = f": {' '.join(record.masking_details_text.split())}" if record.masking_details_text else ""
    if record.who_masked:
        return f"{', '.join(_word(who) for who in record.who_masked)} ({record.masking_text or 'kind not stated'}){details}"
    if is_open(record.masking_text):
        return f"nobody ({record.masking_text}){details}"
    if record.masking_text:
        return f"{record.masking_text}, and the register does not say who{details}"
    return f"not stated{details}"


def is_open(masking_text: str | None) -> bool:
    """Whether a register's words for masking say that there is none."""
    words = _word(masking_text).split()
    return bool(words) and words[0].strip("-,;(") in _OPEN


def agreement_words(agreement: Agreement | None) -> str:
    """What sponsor and investigators agreed on publishing; '' where nothing is posted."""
    if agreement is None:
        return ""
    parts = []
    if agreement.is_investigator_employed is not None:
        parts.append(
            f"investigators {'are' if agreement.is_investigator_employed else 'are not'} the sponsor's employees"
        )
    if agreement.is_restrictive is not None:
        kind = f" ({agreement.restriction_text})" if agreement.restriction_text else ""
        parts.append(f"{'an' if agreement.is_restrictive else 'no'} agreement restricts publication{kind}")
    if agreement.details_text:
        parts.append(" ".join(agreement.details_text.split()))
    return "; ".join(parts)


def changes_of_results(before: PostedResults | None, after: PostedResults | None) -> Iterator[tuple[str, str, str]]:
    """Field, what stood there and what stands there now: analyses, reasons for leaving, limitations."""
    old, new = before or PostedResults(), after or PostedResults()
    yield from _differing("posted analyses", old.analyses, new.analyses, _analysis_key, analysis_words)
    titles = {id(results): {group.id: group.title for group in results.flow.groups} for results in (old, new)}
    yield from _differing(
        "reasons for leaving",
        [(titles[id(old)], left) for left in old.flow.drop_outs],
        [(titles[id(new)], left) for left in new.flow.drop_outs],
        lambda item: (item[1].period, item[0].get(item[1].group_id, item[1].group_id), item[1].reason_text),
        lambda item: _reason(item[1]),
    )
    if (old.limitations_text or "") != (new.limitations_text or ""):
        yield "limitations and caveats", old.limitations_text or "", new.limitations_text or ""


def _analysis_key(analysis: PostedAnalysis) -> tuple[str, ...]:
    groups = " and ".join(group.title for group in analysis.groups)
    return (analysis.outcome_title, analysis.time_frame or "", groups)


def _differing(
    field: str,
    before: Sequence[Posted],
    after: Sequence[Posted],
    key: Callable[[Posted], tuple[str, ...]],
    words: Callable[[Posted], str],
) -> Iterator[tuple[str, str, str]]:
    """What was posted first is counted; what was posted anew, changed or taken back is told one by one."""
    if not before or not after:
        if before or after:
            yield field, f"{len(before)} posted" if before else "", f"{len(after)} posted" if after else ""
        return
    old, new = _keyed(before, key), _keyed(after, key)
    for place in dict.fromkeys([*old, *new]):
        said, says = (words(items[place]) if place in items else "" for items in (old, new))
        if said != says:
            yield f"{field}, {', '.join(filter(None, place[0]))}", said, says


def _keyed(
    items: Iterable[Posted], key: Callable[[Posted], tuple[str, ...]]
) -> dict[tuple[tuple[str, ...], int], Posted]:
    """Items by their key and, where several have it, their place among these."""
    seen: Counter[Hashable] = Counter()
    found = {}
    for item in items:
        name = key(item)
        seen[name] += 1
        found[name, seen[name]] = item
    return found
