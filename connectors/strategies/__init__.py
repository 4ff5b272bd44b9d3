"""Strategies that people carry out: the review's question in the language of each platform."""

from connectors.strategies.platforms import PLATFORMS, Platform, strategy_for
from connectors.strategies.strategy import Line, Strategy

__all__ = ["PLATFORMS", "Line", "Platform", "Strategy", "strategy_for"]
