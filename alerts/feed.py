"""A review's alerts as an Atom feed (RFC 4287), published beside the page: followed without an address or a password."""

import uuid
from collections.abc import Sequence
from datetime import datetime
from xml.etree import ElementTree

from alerts.messages import as_html
from models.alert import Alert

MAX_ENTRIES = 50
"""Newest alerts that the feed holds; all of them are in the ledger."""

_ATOM = "http://www.w3.org/2005/Atom"


def render_feed(review: str, title: str, updated: datetime, alerts: Sequence[Alert]) -> str:
    """Write the feed as of one night.

    Parameters
    ----------
    review : name of the review's folder
    title : of the review
    updated : the night
    alerts : any order; the newest `MAX_ENTRIES` are told, newest first

    Returns
    -------
    str
        An Atom document. Ids follow from review and alert alone, so that a reader meets no entry twice.
    """
    feed = ElementTree.Element("feed", {"xmlns": _ATOM, "xml:lang": "en-GB"})
    _text(feed, "id", _urn(review))
    _text(feed, "title", f"{title}: living review alerts")
    _text(feed, "updated", updated.isoformat())
    _text(ElementTree.SubElement(feed, "author"), "name", "trialwatch")
    ElementTree.SubElement(feed, "link", {"rel": "self", "type": "application/atom+xml", "href": "feed.atom"})
    ElementTree.SubElement(feed, "link", {"rel": "alternate", "type": "text/html", "href": "index.html"})
    newest = sorted(alerts, key=lambda alert: (alert.raised_at, alert.key), reverse=True)[:MAX_ENTRIES]
    for alert in newest:
        entry = ElementTree.SubElement(feed, "entry")
        _text(entry, "id", _urn(f"{review} {alert.key}"))
        _text(entry, "title", " ".join(alert.title.split()))
        _text(entry, "updated", alert.raised_at.isoformat())
        ElementTree.SubElement(entry, "category", {"term": alert.grade})
        ElementTree.SubElement(entry, "link", {"rel": "alternate", "type": "text/html", "href": "index.html"})
        _text(entry, "content", as_html(alert.body), {"type": "html"})
    ElementTree.indent(feed)
    return ElementTree.tostring(feed, encoding="unicode", xml_declaration=True) + "\n"


def _urn(name: str) -> str:
    return uuid.uuid5(uuid.NAMESPACE_URL, f"trialwatch {name}").urn


def _text(parent: ElementTree.Element, name: str, text: str, attributes: dict[str, str] | None = None) -> None:
    ElementTree.SubElement(parent, name, attributes or {}).text = text
