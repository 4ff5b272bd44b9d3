"""What an analysis says about zero cells, as the rule that its studies and tables are computed by."""

from collections.abc import Sequence

from models.analysis import Analysis
from models.synthesis import EffectInput
from models.vocabulary import TABLE_MEASURES, Model
from models.zero_cells import AddTo, ZeroDouble
from synthesis.tables import ZeroChoice


def choice_of(said: Analysis | EffectInput) -> ZeroChoice:
    """The columns of an analysis, or of one of its rows, as one choice."""
    return ZeroChoice(
        add=said.zero_add,
        to=said.zero_to,
        by_arm=said.zero_by_arm,
        drop_double=None if said.zero_double is None else said.zero_double is ZeroDouble.DROP,
    )


def model_of(analysis: Analysis) -> Model | None:
    """The model that an analysis names; None leaves it to conventions."""
    return None if analysis.method is None else analysis.pooling_model


def settled(analysis: Analysis, inputs: Sequence[EffectInput]) -> Analysis:
    """The analysis with a rule that each study can follow alone: all tables are corrected if one has a zero cell."""
    if analysis.zero_to is not AddTo.IF_ZERO_ALL:
        return analysis
    to = AddTo.ALL if any(_has_zero(item) for item in inputs if item.yi is not None) else AddTo.ONLY_ZERO
    return analysis.model_copy(update={"zero_to": to})


def _has_zero(item: EffectInput) -> bool:
    if item.is_contrast or item.measure not in TABLE_MEASURES:
        return False
    events, control = item.events_intervention, item.events_control
    return 0 in {events, control} or events == item.n_intervention or control == item.n_control
