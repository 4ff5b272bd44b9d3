"""The numbers of a judgement as rows: analyses, what enters them, pooled effects, subgroups and certainty."""

from dataclasses import asdict

import msgspec

from models.judgement import Judgement
from models.synthesis import EffectInput, PooledEffect
from models.vocabulary import Rule
from stores.judged_supplements import supplements_as_rows
from stores.rows import Row, plain

_NESTED = {"subgroup", "weights", "flow_intervention", "flow_control"}
"""What has columns of its own, or tables."""

_NOT_OF_SUBGROUPS = {
    "yi",
    "tau2_low",
    "tau2_high",
    "h2",
    "q_p",
    "pi_low",
    "pi_high",
    "pi_df",
    "is_headline",
}


def numbers_of(judgement: Judgement) -> dict[str, list[Row]]:
    """Rows by table."""
    return {
        "review_analysis": _analyses(judgement),
        "review_effect_input": [_with_subgroup(item) for item in judgement.inputs],
        "review_pooled_effect": [_of_whole(item) for item in judgement.effects],
        "review_subgroup_effect": [_of_subgroup(item) for item in judgement.subgroup_effects],
        "review_subgroup_test": [plain(msgspec.structs.asdict(item)) for item in judgement.subgroup_tests],
        **_certainty(judgement),
        **supplements_as_rows(judgement.supplements),
    }


def _analyses(judgement: Judgement) -> list[Row]:
    protocol = judgement.review.protocol
    gate = {signal.analysis: not signal.fired for signal in judgement.signals if signal.rule is Rule.S0}
    return [
        plain(
            {
                "analysis": item.analysis,
                "comparison": item.comparison,
                "outcome": item.outcome,
                "timepoint": item.timepoint,
                "place": place,
                "title": item.title,
                "role": item.role,
                "is_primary": protocol.is_primary(item),
                "measure": item.measure,
                "given": item.given,
                "totals": item.totals,
                "is_reproduced": gate.get(item.analysis),
            }
        )
        for place, item in enumerate(protocol.analyses, start=1)
    ]


def _with_subgroup(item: EffectInput | PooledEffect) -> Row:
    cells = {name: value for name, value in msgspec.structs.asdict(item).items() if name not in _NESTED}
    return plain(cells) | {"subgroup": item.subgroup.name, "subgroup_number": item.subgroup.number}


def _of_whole(item: PooledEffect) -> Row:
    return {name: value for name, value in _with_subgroup(item).items() if not name.startswith("subgroup")}


def _of_subgroup(item: PooledEffect) -> Row:
    return {name: value for name, value in _with_subgroup(item).items() if name not in _NOT_OF_SUBGROUPS}


def _certainty(judgement: Judgement) -> dict[str, list[Row]]:
    rows: dict[str, list[Row]] = {
        "review_certainty": [],
        "review_certainty_concern": [],
        "review_absolute_effect": [],
    }
    for evidence_set, item in judgement.certainty:
        own = {
            name: getattr(item, name)
            for name in ("computed", "starts_low", "stated", "stated_reasons", "information_size")
        }
        place = {name: getattr(item, name) for name in ("analysis", "comparison", "outcome", "timepoint")}
        key = {"evidence_set": str(evidence_set)} | place
        rows["review_certainty"].append(key | own)
        rows["review_certainty_concern"] += [key | plain(asdict(concern)) for concern in item.concerns]
        rows["review_absolute_effect"] += [key | asdict(absolute) for absolute in item.absolute]
    return rows
