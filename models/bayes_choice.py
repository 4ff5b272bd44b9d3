"""What a protocol says about the priors of the Bayesian analyses, which are fixed before anybody sees a posterior."""

from pydantic import field_validator

from models.empirical_priors import RHODES, TURNER
from models.prior_names import named_mu_prior, named_prior
from models.terms import Strict


class BayesChoice(Strict):
    """Priors of the Bayesian analyses.

    `comparison` and `outcomes` name what the tables of past reviews call them (Turner's for ratios of events, Rhodes'
    for means): ``comparison: non-pharm v placebo`` and ``outcomes: {overall_survival: all-cause mortality}`` by the
    protocol's outcomes. `priors` are a review's own, by outcome or by analysis, in the unit of the effects, and
    stand in place of the three.
    """

    comparison: str = ""
    outcomes: dict[str, str] = {}
    priors: dict[str, list[str]] = {}
    mu: str = "flat"

    @field_validator("comparison")
    @classmethod
    def is_in_the_tables(cls, comparison: str) -> str:
        if comparison:
            for table in (TURNER, RHODES):
                table.find(f"{next(iter(table.outcomes))}; {comparison}")
        return comparison

    @field_validator("outcomes")
    @classmethod
    def are_in_a_table(cls, outcomes: dict[str, str]) -> dict[str, str]:
        for kind in outcomes.values():
            found = [table for table in (TURNER, RHODES) if table.has_outcome(kind)]
            if not found:
                TURNER.find(f"{kind}; {TURNER.comparisons[0]}")
        return outcomes

    @field_validator("priors")
    @classmethod
    def have_names(cls, priors: dict[str, list[str]]) -> dict[str, list[str]]:
        for names in priors.values():
            for name in names:
                named_prior(name)
        return priors

    @field_validator("mu")
    @classmethod
    def has_a_name(cls, mu: str) -> str:
        named_mu_prior(mu)
        return mu
