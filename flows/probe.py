"""Asks every live source for one record that it is known to have, before a night needs it."""

from collections.abc import Sequence
from contextlib import closing
from datetime import datetime
from enum import StrEnum

import msgspec

from connectors import CONNECTORS
from connectors.http import HttpClient
from flows.harvest import base_url_of
from models.connector import Connector, SourceFailure
from models.report import Report
from models.settings import Settings
from models.trial import Rejected, SourceQuery, TrialRecord


class ProbeState(StrEnum):
    """What a probe found."""

    REACHABLE = "reachable"
    UNREACHABLE = "unreachable"
    SHAPE_CHANGED = "shape changed"
    VALUES_UNKNOWN = "values unknown"


class Probe(msgspec.Struct, frozen=True, kw_only=True):
    """One source's answer to a probe."""

    source: str
    state: ProbeState
    record_id: str
    reason: str = ""


def can_be_probed(connector: Connector, settings: Settings) -> bool:
    """Whether a source answers over the network, to us, and is known to have a record."""
    is_asked = connector.fetch is not None and not settings.unset(connector.needs)
    return is_asked and connector.probe_id is not None


def probe(now: datetime, settings: Settings, slugs: Sequence[str] = ()) -> list[Probe]:
    """Probe the named sources, or all that can be asked over the network."""
    able = [item for item in CONNECTORS.values() if can_be_probed(item, settings)]
    return [_probe(item, now, settings) for item in able if not slugs or item.slug in slugs]


def _probe(connector: Connector, now: datetime, settings: Settings) -> Probe:
    assert connector.fetch is not None and connector.probe_id is not None
    client = HttpClient(
        connector.slug,
        base_url_of(connector, settings.base_urls),
        rate=connector.rate,
        now=lambda: now,
        contact=settings.contact,
        ca_bundle=settings.ca_bundle,
        secrets={parameter: getattr(settings, name) for parameter, name in connector.secrets.items()},
        retries=1,
    )
    found, has_answered, rejected, reason = False, False, [], ""
    state = ProbeState.REACHABLE
    with closing(client):
        try:
            for page in connector.fetch(SourceQuery(record_ids=(connector.probe_id,)), None, client):
                has_answered = has_answered or page.status == 200
                for item in connector.parse(page):
                    if isinstance(item, Rejected):
                        rejected.append(item)
                    else:
                        found = found or _id_of(item) == connector.probe_id
        except SourceFailure as failure:
            # An answer with status 200 that the connector cannot use is one of another shape.
            state = ProbeState.SHAPE_CHANGED if has_answered else ProbeState.UNREACHABLE
            reason = str(failure)
    if state is ProbeState.REACHABLE and not found:
        state = ProbeState.SHAPE_CHANGED
        reason = rejected[0].reason if rejected else f"the answer does not hold {connector.probe_id}"
    elif state is ProbeState.REACHABLE and rejected:
        state = ProbeState.VALUES_UNKNOWN
        reason = "; ".join(f"{item.path} = {item.value!r}" for item in rejected)
    return Probe(source=connector.slug, state=state, record_id=connector.probe_id, reason=reason)


def _id_of(item: TrialRecord | Report) -> str:
    return item.registry_id if isinstance(item, TrialRecord) else item.report_id
