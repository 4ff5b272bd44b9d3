"""Colours of both themes can be read: WCAG 2.2, success criteria 1.4.3 and 1.4.11."""

import re
from pathlib import Path

import pytest

import reporting

STYLE = (Path(reporting.__file__).parent / "templates" / "style.css").read_text(encoding="utf-8")


def theme(name: str) -> dict[str, str]:
    light, dark = re.findall(r":root \{(.*?)\}", STYLE, re.DOTALL)[:2]
    colours = dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6})", light))
    return colours | (dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6})", dark)) if name == "dark" else {})


def luminance(colour: str) -> float:
    channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("name", ["light", "dark"])
@pytest.mark.parametrize(
    ("ink", "grounds"),
    [
        ("ink", ("paper", "surface", "faint", "pending-bg", "calm-bg", "retired-bg", "bad-bg")),
        ("muted", ("paper", "surface", "faint")),
        ("accent", ("paper", "surface", "pending-bg", "calm-bg", "retired-bg")),
        ("provisional", ("paper", "surface", "faint", "pending-bg", "calm-bg")),
        ("pending", ("paper", "surface", "pending-bg")),
        ("calm", ("paper", "surface", "faint", "calm-bg")),
        ("retired", ("retired-bg",)),
        ("bad", ("paper", "surface", "faint", "bad-bg")),
        ("mast-ink", ("mast",)),
        ("mast-muted", ("mast",)),
    ],
)
def test_text_stands_out_from_its_ground(name, ink, grounds):
    colours = theme(name)
    for ground in grounds:
        assert contrast(colours[ink], colours[ground]) >= 4.5, (ink, ground)
