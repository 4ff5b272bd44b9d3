"""How templates become text: escaping is always on, an unknown name is an error, and words and numbers are at hand."""

from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from models.chance import chance
from reporting import believing, looking, numbers, words

NO_BREAK = "\u00a0"


def unbroken(text: str) -> str:
    """The text with ``k = 5`` kept on one line."""
    return text.replace("k = ", f"k{NO_BREAK}={NO_BREAK}")


TEMPLATES = Environment(
    loader=FileSystemLoader(Path(__file__).parent / "templates"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
TEMPLATES.globals |= {"words": words, "numbers": numbers, "looking": looking, "believing": believing}
TEMPLATES.filters |= {"unbroken": unbroken, "chance": chance}
