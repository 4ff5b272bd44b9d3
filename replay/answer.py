"""Knows what an HTTP answer of a source consists of."""

import json
from dataclasses import dataclass, field

_NOT_FOUND_PAGE = (
    b"<html>\r\n<head><title>404 Not Found</title></head>\r\n<body>\r\n<h1>404 Not Found</h1>\r\n</body>\r\n</html>\r\n"
)


@dataclass(frozen=True)
class Answer:
    body: bytes
    status: int = 200
    content_type: str = "application/json"
    headers: dict[str, str] = field(default_factory=dict)


def json_answer(value: object, status: int = 200) -> Answer:
    return Answer(json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode(), status)


def plain_error(text: str, status: int = 400) -> Answer:
    """An error as ClinicalTrials.gov words it: plain text, not JSON."""
    return Answer(text.encode(), status, "text/plain;charset=UTF-8")


def not_found_page() -> Answer:
    """A path that does not exist, as a web server answers it: HTML."""
    return Answer(_NOT_FOUND_PAGE, 404, "text/html")


def xml_answer(text: str) -> Answer:
    return Answer(text.encode(), 200, "text/xml; charset=UTF-8")
