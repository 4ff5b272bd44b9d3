"""Arms that a register has no fields for, read from its text where the form leaves no doubt.

Forms that registers print: numbered interventions (IRCT, DRKS, CTRI), labelled groups in any of their languages, lists
of groups, and ``randomised to this or to that``. Any other text names no arms.
"""

import re
from collections.abc import Iterator, Sequence

_NUMBER = r"(?:\d{1,2}|[A-Ha-h]|I{1,3}|IV|VI?)"
_KIND = (
    r"(?:experimental|intervention(?:al)?|treatment|treated|therapy|test|trial|study|investigation(?:al)?|observation"
    r"|controls?|placebo|sham|comparator|comparison|active|standard(?:[\s-]of[\s-]care)?(?:\scare)?|usual\scare|case"
    r"|combination|combined|blank|conventional|routine|delayed|early|exp[eé]rimental[e]?|intervenci[oó]n|interven[cç][aã]o"
    r"|tratamiento|tratamento|t[eé]moin|contr[oôó]le?|traitement|sperimentale|controllo|placebo)"
)
_GROUP = r"(?:group|arm|cohort|grupo|groupe|gruppe|gruppo|bras|brazo|braccio|grupa|groep)"
_WHOLE = (
    r"(?:(?:interventions|kontroll|verum|placebo|behandlungs|vergleichs|studien)(?:gruppe|arm)|(?:interventie|controle)groep"
    r"|试验组|实验组|治疗组|观察组|干预组|对照组|安慰剂组|空白组|[A-H]组|試驗組|對照組"
    r"|介入群|対照群|投与群|非投与群|プラセボ群|試験群|[A-H]群|실험군|대조군|시험군|위약군|중재군)"
)
_LABEL = rf"(?:{_KIND}[\s-]+{_GROUP}(?:\s+{_NUMBER})?|{_GROUP}\s+(?:de\s+)?(?:{_KIND}|{_NUMBER})|{_WHOLE})"
_TOLD = (
    r"(?:(?:patients|participants|subjects)\s+)?(?:in addition|will|receiv|is\s|are\s|gets?\s|takes?\s|recib|receb|recevr|reçoi"
    r"|erh[aä]lt|bekomm|ricev|krijg|ontvang|otrzym)"
)
_BARE = (
    r"(?:experimental|intervention|control|comparator|treatment|placebo|sham|(?:placebo|active|sham)\s+comparator"
    r"|no\s+intervention|comparator\s+agent)"
)
_LABELLED = re.compile(
    rf"(?<!\w)(?P<label>{_LABEL})\s*(?:\([^()]*\)\s*)?(?:[:：=]|[-–—]\s|(?=,?\s+{_TOLD})|(?=は|에게|给予|接受))"
    rf"|(?:^|(?<=[.;,\n])\s*)(?P<bare>{_BARE}(?:\s*{_NUMBER})?)\s*[:：]"
    rf"|(?:^|(?<=[.;,\n\d])\s*)(?P<named>(?:[^\s.:;,()]+\s){{1,4}}(?:group|arm))\s*(?:\([^()]*\)\s*)?[:：]",
    re.IGNORECASE,
)
_NUMBERED = re.compile(r"(?<!\w)(?:intervention|arm|intervención|intervento)\s(\d)\s*:", re.IGNORECASE)
_CTRI = re.compile(r"(?<!\w)(?P<control>control\s+)?intervention\d{1,2}\s*:", re.IGNORECASE)
_LISTED = re.compile(r"(?:(?<=\s)|(?<=[.:;,(])|^)\(?([1-8]|[a-h])[.)]\s+(?=\S)")
_LISTS_GROUPS = re.compile(r"\b(?:groups?|arms?|grup\w*|grupp\w*|randomi[sz]\w+)\b", re.IGNORECASE)
_ALLOCATED = re.compile(
    r"\b(?:randomi[sz]ed|randomly\s+(?:assigned|allocated)|allocated|assigned)\b[^.;]{0,60}?\bto\s+"
    r"(?:(?:be\s+)?(?:receive|given|get|take|treated\s+with)\s+|either\s+|the\s+|a\s+)*(?P<given>[^;\n]+?)(?=[.;]\s|[.;]?$|\n)",
    re.IGNORECASE,
)
_OR = re.compile(r",?\s+(?:or|versus|vs\.?)\s+(?:to\s+)?(?:receive\s+)?", re.IGNORECASE)
_KINDS_AFTER = re.compile(
    r";\s*(?:treatment|prevention|placebo|other|diagnosis|rehabilitation|behavio|lifestyle|surgery|n/a)\b.*",
    re.IGNORECASE | re.DOTALL,
)
"""What IRCT repeats behind the last group."""

_ARTICLE = re.compile(r"(?:in\s+)?(?:the\s+)?", re.IGNORECASE)

Told = tuple[str, str]
"""An arm's label and what is said of it."""


def arms_in(text: str) -> list[Told]:
    """The arms that a text tells apart, at least two; none where it leaves a doubt."""
    for form in (_by_register, _by_number, _by_list, _by_label, _by_allocation):
        found = _joined(form(text))
        if len(found) > 1:
            return found
    return []


def _by_register(text: str) -> Iterator[Told]:
    """CTRI numbers interventions and controls; nobody says whether several of a kind are one arm, so they are one."""
    marks = list(_CTRI.finditer(text))
    if not any(mark["control"] for mark in marks):
        marks = []
    for mark, said in _after(marks, text):
        yield "Control" if mark["control"] else "Intervention", said


def _by_number(text: str) -> Iterator[Told]:
    marks = [*_NUMBERED.finditer(text)] or [*re.finditer(r"(?<!\w)intervention(\d)\s*:", text, re.IGNORECASE)]
    for mark, told in _after(marks, text):
        said = _ARTICLE.sub("", _KINDS_AFTER.sub("", told).strip(), count=1)
        inner, name = _LABELLED.match(said), mark[0].strip(" :")
        if inner and inner[0].rstrip().endswith((":", "：")):
            yield f"{name}: {_label(inner)}", said[inner.end() :]
        else:
            yield name, said


def _by_list(text: str) -> Iterator[Told]:
    marks = list(_LISTED.finditer(text))
    numbers = [mark[1] for mark in marks]
    is_list = numbers in (list("12345678"[: len(marks)]), list("abcdefgh"[: len(marks)]))
    if marks and is_list and _LISTS_GROUPS.search(text[: marks[0].start()]):
        for _, said in _after(marks, text):
            label, colon, rest = said.partition(":")
            yield (label.strip(), rest) if colon and len(label.split()) <= 6 else (said.strip(), "")


def _by_label(text: str) -> Iterator[Told]:
    for mark, said in _after(list(_LABELLED.finditer(text)), text):
        yield _label(mark), said


def _label(mark: re.Match[str]) -> str:
    return next(name for name in (mark["label"], mark["bare"], mark["named"]) if name).strip()


def _by_allocation(text: str) -> Iterator[Told]:
    if mark := _ALLOCATED.search(text):
        given = [part for part in _OR.split(mark["given"]) if part.strip()]
        if len(given) > 1:
            first = given[0].split(", ") if re.search(r",\s+(?:or|versus|vs)\b", mark["given"]) else [given[0]]
            yield from ((part.strip(), "") for part in (*first, *given[1:]))


def _after(marks: Sequence[re.Match[str]], text: str) -> Iterator[tuple[re.Match[str], str]]:
    """Each mark with the text up to the following one."""
    ends = [mark.start() for mark in marks[1:]] + [len(text)]
    return ((mark, text[mark.end() : end]) for mark, end in zip(marks, ends, strict=False))


def _joined(arms: Iterator[Told]) -> list[Told]:
    """What is said of each arm in one piece; a label of which nothing is said beside others is a heading."""
    said: dict[str, list[str]] = {}
    names: dict[str, str] = {}
    for label, text in arms:
        names.setdefault(label.casefold(), label)
        said.setdefault(label.casefold(), []).append(text.strip(" ;,\n"))
    joined = [(names[key], "; ".join(filter(None, texts))) for key, texts in said.items()]
    told = [arm for arm in joined if arm[1]]
    return told if told else joined
