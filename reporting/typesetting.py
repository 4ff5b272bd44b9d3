"""How templates become text: escaping is always on, an unknown name is an error, and words and numbers are at hand."""

from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from reporting import believing, looking, numbers, words

TEMPLATES = Environment(
    loader=FileSystemLoader(Path(__file__).parent / "templates"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
TEMPLATES.globals |= {"words": words, "numbers": numbers, "looking": looking, "believing": believing}
