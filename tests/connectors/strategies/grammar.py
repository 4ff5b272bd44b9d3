"""What each platform takes when it is typed in: a small grammar per family, written from the platforms' help and not
from the program. `check` raises `Ungrammatical` with the place."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field


class Ungrammatical(AssertionError):
    """A line that the platform would refuse, or read as something else."""


@dataclass
class Grammar:
    """Tokens of a platform, and what may follow an operand.

    Attributes
    ----------
    token : the words of the language, by the names of their groups: word, phrase, heading, line, field, near, bool
    fields : the legal field tags, without their mark
    case : how operators are written
    """

    token: re.Pattern[str]
    fields: frozenset[str] = frozenset()
    is_legal: Callable[[str, str], bool] = field(default=lambda kind, text: True)

    def check(self, text: str, number: int) -> None:
        self.text, self.number, self.at = text, number, 0
        self.tokens = self._tokens(text)
        self._either()
        if self.at < len(self.tokens):
            self.refuse(f"cannot go on from {self.tokens[self.at]}")

    def refuse(self, why: str) -> None:
        raise Ungrammatical(f"line {self.number}: {why}: {self.text}")

    def _tokens(self, text: str) -> list[tuple[str, str]]:
        found, at = [], 0
        while at < len(text):
            match = self.token.match(text, at)
            if match is None or match.end() == at:
                self.refuse(f"no word begins at {text[at : at + 20]!r}")
            kind = match.lastgroup
            if kind != "blank":
                if kind == "line" and not 0 < int(re.sub(r"\D", "", match[0])) < self.number:
                    self.refuse(f"{match[0]} is no earlier line")
                if kind == "field" and not set(re.split("[,:.\\[\\]]", match[0].casefold())) - {""} <= self.fields:
                    self.refuse(f"{match[0]} is no field")
                if not self.is_legal(kind, match[0]):
                    self.refuse(f"{match[0]!r} cannot stand as {kind}")
                found.append((kind, match[0]))
            at = match.end()
        return found

    def _peek(self) -> str:
        return self.tokens[self.at][0] if self.at < len(self.tokens) else ""

    def _either(self) -> None:
        self._operand()
        while self._peek() in {"bool", "near"}:
            self.at += 1
            self._operand()

    def _operand(self) -> None:
        kind = self._peek()
        if kind == "open":
            self.at += 1
            self._either()
            if self._peek() != "close":
                self.refuse("a bracket is not closed")
            self.at += 1
        elif kind in {"word", "phrase"}:
            self.at += 1
            while kind == "word" and self._peek() in {"word"}:
                self.at += 1
        elif kind in {"heading", "line"}:
            self.at += 1
            return
        else:
            self.refuse(f"{kind or 'the end'} stands where a term is expected")
        while self._peek() == "field":
            self.at += 1


WORD = r"[^\W_]+(?:-[^\W_]+)*\*?"


def _pattern(**kinds: str) -> re.Pattern[str]:
    named = "|".join(f"(?P<{kind}>{text})" for kind, text in kinds.items())
    return re.compile(rf"{named}|(?P<open>\()|(?P<close>\))|(?P<blank>\s+)")


def _stem_has(least: int) -> Callable[[str, str], bool]:
    def is_legal(kind: str, text: str) -> bool:
        return all(len(stem) >= least for stem in re.findall(r"([^\W_]+)[*$](?!\d)", text)) or kind in {"field", "line"}

    return is_legal


OPERATOR = r"(?:and|or|not)\b"
OVID = Grammar(
    _pattern(
        heading=rf"(?:exp )?(?:\"[^\"/]+\"|(?!{OPERATOR})[^\W\d_]+(?:(?: (?!{OPERATOR})|-)[^\W\d_]+)*)/",
        field=r"\.(?:[a-z]{2},)*[a-z]{2}\.",
        near=r"adj\d*(?=[\s(])",
        bool=r"(?:and|or|not)\b",
        line=r"\d+(?![\w*-])",
        phrase=r'"[^"*]+[$*]?"',
        word=r"[^\W_]+(?:[?$][^\W_]+)?(?:-[^\W_]+)*(?:\*|\$\d?)?",
    ),
    frozenset({"ti", "ab", "kf", "pt", "fs", "sh"}),
    _stem_has(3),
)
EMBASE_COM = Grammar(
    _pattern(
        heading=r"'[^']+'/(?:exp|de)\b|\"[^\"]+\"/(?:exp|de)\b",
        field=r":(?:[a-z]{2},)*[a-z]{2}\b",
        near=r"(?:NEAR|NEXT)/\d+",
        bool=r"(?:AND|OR|NOT)\b",
        line=r"#\d+",
        phrase=r"'[^'\"-]+'",
        word=r"[^\W_]+\*?",
    ),
    frozenset({"ti", "ab", "kw", "tt", "it"}),
    _stem_has(3),
)
CENTRAL = Grammar(
    _pattern(
        heading=r'\[mh \^?"[^"\[\]]+"\]',
        field=r":(?:[a-z]{2},)*[a-z]{2}\b",
        near=r"NEAR/\d+|NEXT\b",
        bool=r"(?:AND|OR|NOT)\b",
        line=r"#\d+",
        phrase=r'"[^"*]+"',
        word=r"[^\W_]+\*?",
    ),
    frozenset({"ti", "ab", "kw"}),
    _stem_has(3),
)
CRS = Grammar(
    _pattern(
        heading=r'MESH DESCRIPTOR "[^"]+"(?: EXPLODE ALL)?|INREGISTER\b',
        field=r":(?:[A-Z]{2},)*[A-Z]{2}\b",
        near=r"ADJ\d*\b",
        bool=r"(?:AND|OR|NOT)\b",
        line=r"#\d+",
        phrase=r'"[^"*]+"',
        word=r"[^\W_]+\*?",
    ),
    frozenset({"ti", "ab", "ky"}),
    _stem_has(3),
)
PUBMED = Grammar(
    _pattern(
        heading=r'"[^"\[\]]+"\[mh(?::noexp)?\]',
        field=r"\s?\[(?:tiab(?::~\d+)?|pt|sh|mh)\]",
        bool=r"(?:AND|OR|NOT)\b",
        line=r"#\d+",
        phrase=r'"[^"*]+\*?"',
        word=r"[^\W_]+\*?",
    ),
    frozenset({"tiab", " ", "~2", "pt", "sh", "mh"}),
    _stem_has(4),
)
EUROPE_PMC = Grammar(
    _pattern(
        heading=r'KW:"[^"]+"|TITLE_ABS:"[^"*]+"|TITLE_ABS:[^\W_]+\*?',
        bool=r"(?:AND|OR|NOT)\b",
    ),
    is_legal=_stem_has(3),
)
REGISTER = Grammar(_pattern(phrase=r'"[^"*]+"', bool=r"(?:AND|OR|NOT)\b", word=r"[^\W_]+"))


class Commas:
    """Terms between commas, without quotes and operators."""

    def check(self, text: str, number: int) -> None:
        for term in text.split(", "):
            if not re.fullmatch(r"[^\W_]+(?:[ '’-][^\W_]+)*", term):
                raise Ungrammatical(f"line {number}: {term!r}: {text}")


GRAMMARS = {
    "embase.com": EMBASE_COM,
    "ovid-medline": OVID,
    "ovid-embase": OVID,
    "central": CENTRAL,
    "crs": CRS,
    "pubmed": PUBMED,
    "europepmc": EUROPE_PMC,
    "ctgov": REGISTER,
    "ctis": Commas(),
    "euctr": REGISTER,
    "isrctn": REGISTER,
    "ictrp": REGISTER,
}
