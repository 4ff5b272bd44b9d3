"""Values without identity, and the counts in them."""

from typing import Annotated

import msgspec

Count = Annotated[int, msgspec.Meta(ge=0)]


class Value(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A value without identity: equal when its fields are."""
