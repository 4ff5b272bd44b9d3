"""The resources of a bundle: each has an id that is the same every night, and is referred to by it."""

import uuid
from datetime import datetime
from typing import Any

from models.vocabulary import EvidenceSet

Resource = dict[str, Any]

_OF_NUMBERS = frozenset({"Evidence", "ArtifactAssessment", "Bundle"})


class Resources:
    """Resources of one review in the order in which they are added.

    An id follows from review, kind and key alone, of what rests on numbers also from the evidence set: a later night's
    bundle replaces an earlier one's resources.
    """

    def __init__(self, review: str, evidence: EvidenceSet, as_of: datetime) -> None:
        self._review, self._evidence = review, evidence
        self._moment = f"{as_of:%Y-%m-%dT%H:%M:%SZ}"
        self.entries: list[Resource] = []

    def add(self, kind: str, key: str, **fields: Any) -> Resource:
        """Add a resource, and return the reference to it."""
        own = self._uuid(kind, key)
        resource = {"resourceType": kind, "id": own, "status": "active", "date": self._moment, **fields}
        if kind == "ArtifactAssessment":
            del resource["status"]
        self.entries.append({"fullUrl": f"urn:uuid:{own}", "resource": _without_nothing(resource)})
        return self.reference(kind, key)

    def reference(self, kind: str, key: str, display: str = "") -> Resource:
        """Reference to a resource, whether or not it has been added yet."""
        return _without_nothing({"reference": f"urn:uuid:{self._uuid(kind, key)}", "type": kind, "display": display})

    def bundle(self, **fields: Any) -> Resource:
        return {
            "resourceType": "Bundle",
            "id": self._uuid("Bundle", self._moment),
            "type": "collection",
            "timestamp": self._moment,
            **fields,
            "entry": self.entries,
        }

    def _uuid(self, kind: str, key: str) -> str:
        review = f"{self._review}/{self._evidence}" if kind in _OF_NUMBERS else self._review
        return str(uuid.uuid5(uuid.NAMESPACE_URL, f"trialwatch:{review}/{kind}/{key}"))


def _without_nothing(fields: Resource) -> Resource:
    """FHIR has no empty elements."""
    kept = {name: _lean(value) for name, value in fields.items()}
    return {name: value for name, value in kept.items() if value not in (None, "", [], {})}


def _lean(value: Any) -> Any:
    if isinstance(value, dict):
        return _without_nothing(value)
    if isinstance(value, list | tuple):
        return [item for item in map(_lean, value) if item not in (None, "", [], {})]
    return value
