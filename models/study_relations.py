"""How two studies that stay two belong together."""

from enum import StrEnum


class StudyRelationKind(StrEnum):
    """How two studies that stay two belong together."""

    DUPLICATE = "duplicate"
    """Perhaps one study registered twice in a register; a person says so in links.csv."""
    EXTENSION = "extension"
    SUB_STUDY = "sub_study"
    RE_REGISTRATION = "re_registration"
    """Withdrawn before anybody took part, and registered anew."""
    SHARED_NUMBER = "shared_number"
    """Both declare one EudraCT, EU CT or universal trial number."""
    NAMED = "named"
    """One names the other, and nothing tells why."""
