"""What stands beside the pooled effects of a review and decides nothing: further answers to the same question."""

from models.bayes import BayesSupplement
from models.forecast import ForecastScore, TrialForecast
from models.looks import Looks
from models.missing import MissingAnswer
from models.rare_events import RareEvents
from models.rmst import RmstDifference
from models.value import Value


class Supplements(Value, frozen=True, kw_only=True):
    """One night's supplements, each kind in the order of the analyses."""

    bayes: BayesSupplement = BayesSupplement()
    survival: tuple[RmstDifference, ...] = ()
    """How much longer people live on average within a time, by study."""
    looks: tuple[Looks, ...] = ()
    rare: tuple[RareEvents, ...] = ()
    """Other ways of pooling rare events."""
    missing: tuple[MissingAnswer, ...] = ()
    """What people without a value would change, set by set of evidence."""
    forecast: tuple[TrialForecast, ...] = ()
    """One per ongoing eligible trial."""
    forecast_scores: tuple[ForecastScore, ...] = ()
    """Of the trials that have reported since they were forecast."""
