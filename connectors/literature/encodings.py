"""The text of files that do not tell their encoding, and what was guessed to read it.

UTF-8 and UTF-16 are recognised by their form. What is neither came from an older program: Chinese, Japanese, Korean
and Cyrillic encodings are taken where a detector is sure of them, of the Western ones Windows' or the Macintosh's,
whichever makes better words. Files of several encodings that were joined are read part by part, and line by line.
"""

import codecs
import re
from collections.abc import Iterator
from dataclasses import dataclass

from charset_normalizer import from_bytes

from connectors.reading import shown

MARK = "\ufeff"
"""Mark of an encoding: at the beginning of a file, and inside of one that was joined."""

_UTF_16_MARKS = {codecs.BOM_UTF16_LE: "utf-16-le", codecs.BOM_UTF16_BE: "utf-16-be"}
_INNER_MARK = re.compile(rb"(?<=.)(?=\xff\xfe[\t\n\r -~]\0|\xfe\xff\0[\t\n\r -~])", re.DOTALL)
_SEQUENCE = re.compile(rb"[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3}")
_RECORD = re.compile(rb"T\0Y\0 \0|P\0M\0I\0D\0-\0|P\0T\0 \0|(?:\xef\xbb\xbf)?(?:TY {1,2}-|PMID-|PT [A-Z])")
_HEAD = 40
"""Bytes that tell how a file begins."""
_NOT_WESTERN = ("gb18030", "cp932", "big5", "euc_kr", "cp1251")
_WESTERN = ("cp1252", "mac_roman")
_SAMPLE = 20_000
"""Bytes from which an encoding is guessed."""
_FEWEST = 4
"""Letters beside each other that a guess of another script needs."""
_NAMES = {"gb18030": "GBK", "cp932": "Shift-JIS", "big5": "Big5", "euc_kr": "EUC-KR", "cp1251": "Windows-1251"} | {
    "cp1252": "Windows-1252",
    "mac_roman": "MacRoman",
    "latin-1": "ISO 8859-1",
}


@dataclass(frozen=True)
class Decoded:
    """A file's text; where letters beyond ASCII stand in an encoding that was guessed, its name and an example."""

    text: str
    guess: str = ""
    example: str = ""


def decoded(body: bytes) -> Decoded:
    """The text of a file; every byte string has one."""
    parts = [_part(part) for part in _parts(body)]
    guessed = next((part for part in parts if part.guess), Decoded(""))
    return Decoded("".join(part.text for part in parts).removeprefix(MARK), guessed.guess, guessed.example)


def _parts(body: bytes) -> Iterator[bytes]:
    """The files of which one was joined, as far as one of them is in UTF-16: where a record begins in another width."""
    if b"\0" not in body:
        yield body
        return
    for part in _INNER_MARK.split(body):
        start, is_wide = 0, bool(_wide(part[:_HEAD]))
        for found in _RECORD.finditer(part):
            if (found[0][1] == 0) is not is_wide:
                end = found.start()
                # Of two bytes with the high one first, the zero before the letter is the letter's.
                end -= not is_wide and end > 0 and part[end - 1] == 0
                yield part[start:end]
                start, is_wide = end, not is_wide
        yield part[start:]


def _wide(body: bytes) -> str:
    """Which UTF-16 a text is in, by its mark or by the zeros between its letters; '' if it is in none."""
    if encoding := _UTF_16_MARKS.get(body[:2]):
        return encoding
    high, low = body[:_SAMPLE:2].count(0), body[1:_SAMPLE:2].count(0)
    if max(high, low) * 10 < len(body[:_SAMPLE]) or min(high, low) * 10 > max(high, low):
        return ""
    return "utf-16-be" if high > low else "utf-16-le"


def _part(body: bytes) -> Decoded:
    if wide := _wide(body):
        return Decoded(body.decode(wide, "replace"))
    try:
        return Decoded(body.decode("utf-8"))
    except UnicodeDecodeError:
        return _by_lines(body)


def _by_lines(body: bytes) -> Decoded:
    """Lines in UTF-8 as such, and the others in what they seem to be."""
    lines = body.splitlines(keepends=True)
    foreign = [number for number, line in enumerate(lines) if not _is_utf_8(line)]
    sample, n_bytes = list[bytes](), 0
    for number in foreign:
        # Whole lines: half a letter at the end would rule out the encoding that it is in.
        if n_bytes < _SAMPLE:
            sample.append(lines[number])
            n_bytes += len(lines[number])
    encoding = _guessed(b"".join(sample))
    n_wide = sum(not line.isascii() for line in lines) - len(foreign)
    if encoding in _NOT_WESTERN and n_wide < len(foreign):
        # A short line of such a text may look like UTF-8 by chance.
        foreign = [number for number, line in enumerate(lines) if not line.isascii()]
    taken = set(foreign)
    texts = [_line(line, encoding if number in taken else "utf-8") for number, line in enumerate(lines)]
    example = next((texts[number] for number in foreign if _has_letters(texts[number])), "")
    return Decoded("".join(texts), _NAMES[encoding] if example else "", shown(example.strip()))


def _is_utf_8(line: bytes) -> bool:
    """Whether a line is in UTF-8, perhaps with a damaged letter."""
    if line.isascii():
        return True
    rest, n_letters = _SEQUENCE.subn(b"", line)
    return n_letters > len(re.findall(rb"[\x80-\xff]", rest))


def _line(line: bytes, encoding: str) -> str:
    try:
        return line.decode(encoding)
    except UnicodeDecodeError:
        return line.decode("latin-1" if encoding == "cp1252" else encoding, "replace")


def _guessed(sample: bytes) -> str:
    found = from_bytes(sample, cp_isolation=[*_NOT_WESTERN, *_WESTERN]).best()
    if found and found.encoding in _NOT_WESTERN and _is_script(sample.decode(found.encoding, "replace")):
        return found.encoding
    return max(_WESTERN, key=lambda encoding: _likeness(sample.decode(encoding, "replace")))


def _is_script(text: str) -> bool:
    """Whether foreign letters stand together, as in words of their own; in Western words they stand alone."""
    runs = [len(run) for run in re.findall(r"[^\x00-\x7f]+", text)]
    return sum(runs) >= _FEWEST and sum(run for run in runs if run > 1) >= 0.8 * sum(runs)


_PLAUSIBLE = re.compile(
    r"(?<![A-Z])[ß-öø-ÿœšž]|(?<![a-zß-öø-ÿ])[À-ÖØ-ÞŒŠŽ]|(?<![A-Za-z])[“‘„«–—…•±×·≥≤µ°©®]|[”’»–…°²³®™](?![a-z])|(?<=\w)’(?=\w)"
)


def _likeness(text: str) -> int:
    """Letters and signs that stand where a Western text has them, less those that do not."""
    n_strange = len(re.findall(r"[^\x00-\x7f]", text))
    return 2 * len(_PLAUSIBLE.findall(text)) - n_strange


def _has_letters(text: str) -> bool:
    return any(letter.isalpha() for letter in text if letter > "\x7f")
