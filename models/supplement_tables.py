"""Tables of the supplements: what stands beside the pooled effects and decides nothing."""

from models import forecast_tables

__all__ = ["forecast_tables"]
