"""A loopback server that speaks the registries' own interfaces from a dated archive.

Asked as of a date, it answers what the registry showed on that date, as far as it is known.
"""

from replay.server import ReplayServer

__all__ = ["ReplayServer"]
