"""The other engines over what is published: numbers read back from the warehouse, not from the run."""

from dataclasses import dataclass

from cli.published_numbers import stated_by
from judging.second_engine import Confirmation, confirm
from models.settings import Settings
from pooling.metafor import crosscheck_with_metafor, find_metafor


@dataclass(frozen=True)
class Crosscheck:
    """What two other engines say of the published numbers.

    `n_metafor` is the number of effects that metafor answered for, None where R is not installed with it.
    """

    confirmation: Confirmation
    n_metafor: int | None

    @property
    def disagreements(self) -> list[str]:
        return [str(item) for item in self.confirmation.disagreements]

    def __str__(self) -> str:
        metafor = "metafor is not installed" if self.n_metafor is None else f"{self.n_metafor} effects by metafor, too"
        return f"{self.confirmation}; {metafor}"


def crosscheck_published(review: str, settings: Settings) -> Crosscheck:
    """Recompute every number of the newest published night that has a second formula, effects with metafor where it is."""
    stated = stated_by(review, settings)
    found, n_metafor = confirm(stated), None
    if rscript := find_metafor():
        overall = [item for item in stated.effects if not item.subgroup.number]
        by_metafor, n_metafor = crosscheck_with_metafor(stated.inputs, overall, rscript)
        found.disagreements += by_metafor
    return Crosscheck(found, n_metafor)
