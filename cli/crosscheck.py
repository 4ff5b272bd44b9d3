"""The other engines over what is published: numbers read back from the warehouse, not from the run."""

from dataclasses import dataclass

from cli.published_numbers import stated_by
from judging.second_engine import Confirmation, confirm
from models.settings import Settings
from pooling.bayesmeta import BAYESMETA, crosscheck_with_bayesmeta
from pooling.metafor import METAFOR, crosscheck_with_metafor


@dataclass(frozen=True)
class Crosscheck:
    """What other engines say of the published numbers.

    `n_metafor` and `n_bayesmeta` are the numbers of effects and of posteriors that the packages answered for, None
    where R is not installed with them.
    """

    confirmation: Confirmation
    n_metafor: int | None = None
    n_bayesmeta: int | None = None

    @property
    def disagreements(self) -> list[str]:
        return [str(item) for item in self.confirmation.disagreements]

    def __str__(self) -> str:
        metafor = "metafor is not installed" if self.n_metafor is None else f"{self.n_metafor} effects by metafor, too"
        bayesmeta = (
            "bayesmeta is not installed"
            if self.n_bayesmeta is None
            else f"{self.n_bayesmeta} posteriors by bayesmeta, too"
        )
        return f"{self.confirmation}; {metafor}; {bayesmeta}"


def crosscheck_published(review: str, settings: Settings) -> Crosscheck:
    """Recompute every number of the newest published night that has a second formula, with R's packages where they are."""
    stated = stated_by(review, settings)
    found = confirm(stated)
    n_metafor = n_bayesmeta = None
    if rscript := METAFOR.find():
        overall = [item for item in stated.effects if not item.subgroup.number]
        by_metafor, n_metafor = crosscheck_with_metafor(stated.inputs, overall, rscript)
        found.disagreements += by_metafor
    if rscript := BAYESMETA.find():
        by_bayesmeta, n_bayesmeta = crosscheck_with_bayesmeta(stated.inputs, stated.supplements.bayes.lines, rscript)
        found.disagreements += by_bayesmeta
    return Crosscheck(found, n_metafor, n_bayesmeta)
