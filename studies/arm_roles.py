"""Which arms of a trial give the intervention, which do not, and what else tells them apart.

Arms are those that the register lists with what they get, or those that its text tells apart beyond doubt. A trial
compares the intervention only if an arm that gives it stands beside one that does not.
"""

import re
from collections.abc import Iterator, Sequence

import msgspec

from models import arm_words, design
from models.eligibility import Eligibility
from models.terms import TermRule
from models.trial import Arm, TrialRecord
from models.vocabulary import ArmType
from studies.arm_text import arms_in
from studies.prose import is_prose, sentences
from studies.terms import Field, find, places

INACTIVE = {ArmType.PLACEBO_COMPARATOR, ArmType.SHAM_COMPARATOR, ArmType.NO_INTERVENTION}
_JOINED = re.compile(
    r"\s*(?:\s\+\s?|\+\s|(?<=[^\W\d_])\+(?=[^\W\d_])|;|＋|&(?!#))\s*|\s+(?:plus|and|then|combined with|in combination with|associated with|along with"
    r"|together with|in addition to|on top of|added to|followed by|concomitant with|or|versus|vs\.?|y|más|et|und|e|più|mais"
    r"|en|oraz|i)\s+|(?:联合|加用|并用|併用)",
    re.IGNORECASE,
)
"""Between two treatments of one arm."""
_GIVEN = re.compile(
    r"\b(?:receiv\w*|recib\w*|receb\w*|erhalten|erhält|recevr\w*|reçoi\w*|ricev\w*|given|gets?|treated with|administered"
    r"|takes?|taking|prescribed)\b",
    re.IGNORECASE,
)
_PARTED = re.compile(rf"[(),:：、，]|{_GIVEN.pattern}|\b(?:using|with)\b", re.IGNORECASE)
"""Beside those: what parts the treatments that a sentence tells of."""
_WORD = re.compile(r"[^\W\d_]{3,}")
_DOSE = re.compile(r"\d\s*(?:mg|mcg|µg|ug|g|gr|ml|cc|iu|units?|%|tablets?|capsules?)\b", re.IGNORECASE)
_LONGEST_TREATMENT = 4
"""Words that tell it from others; what has more is described rather than named."""
_NEAR = 200
"""Characters round a treatment in which it can be withheld, and the words nearest to it that can do so."""
_NEAR_BEFORE, _NEAR_AFTER = 6, 3
_TOLD_FIRST = 3
"""Sentences in which an arm's treatment is told; what follows is how and when."""


class Group(msgspec.Struct, frozen=True):
    """An arm: what it is given by name, or what is told of it.

    Attributes
    ----------
    given : names, as registered
    also : further names of the same treatments
    told : sentences about what it gets, where no names are
    description : beside the names
    is_listed : whether the register lists what each arm gets, so that nothing listed means nothing
    """

    label: str
    kind: ArmType | None = None
    given: tuple[str, ...] = ()
    also: tuple[str, ...] = ()
    told: str = ""
    description: str = ""
    is_listed: bool = False

    @property
    def texts(self) -> tuple[str, ...]:
        return tuple(filter(None, (self.label, *self.given, *self.also, self.told)))

    @property
    def gets(self) -> str:
        """What it gets, in the register's words."""
        return ", ".join(self.given) or self.told or "nothing"


class Roles(msgspec.Struct, frozen=True):
    """A trial's arms by whether they give the intervention; `perhaps` where the text leaves it open."""

    giving: tuple[Group, ...]
    perhaps: tuple[Group, ...]
    without: tuple[Group, ...]

    @property
    def groups(self) -> tuple[Group, ...]:
        return (*self.giving, *self.perhaps, *self.without)

    @property
    def with_it(self) -> tuple[Group, ...]:
        return self.giving or self.perhaps


def roles_of(record: TrialRecord, eligibility: Eligibility) -> Roles:
    """The arms of a record, parted by what they give."""
    giving, perhaps, without = [], [], []
    for group in groups_of(record):
        if _names(group, eligibility.intervention):
            giving.append(group)
        elif _tells(group, eligibility.intervention):
            perhaps.append(group)
        else:
            without.append(group)
    return Roles(tuple(giving), tuple(perhaps), tuple(without))


def groups_of(record: TrialRecord) -> tuple[Group, ...]:
    """The arms that the register lists, without people outside the trial, or those that its text tells apart."""
    listed = [arm for arm in record.arms if not find(design.OUTSIDE, [Field("arms", arm.label)])]
    if listed:
        is_listed = any(item.arm_labels for item in record.interventions) or any(
            arm.intervention_names for arm in listed
        )
        return tuple(_listed(arm, record, is_listed) for arm in listed)
    texts = ["\n".join(item.name for item in record.interventions)]
    texts += [item.description_text for item in record.interventions if item.description_text]
    told = next((arms for text in texts if (arms := arms_in(text))), [])
    return tuple(_told(label, text) for label, text in told)


def _listed(arm: Arm, record: TrialRecord, is_listed: bool) -> Group:
    given = [
        item for item in record.interventions if arm.label in item.arm_labels or item.name in arm.intervention_names
    ]
    names = tuple(dict.fromkeys([*arm.intervention_names, *(item.name for item in given)]))
    also = tuple(name for item in given for name in item.other_names)
    described = arm.description_text or ""
    if is_listed or not described:
        return Group(arm.label, arm.type, names, also, description=described, is_listed=is_listed)
    return msgspec.structs.replace(_told(arm.label, described), kind=arm.type)


def _told(label: str, text: str) -> Group:
    return Group(label, told=text) if is_prose(text) else Group(label, given=(text,) if text else ())


def _names(group: Group, rule: TermRule) -> bool:
    """Whether a name in the arm, or a piece of what is told first, is the intervention."""
    if any(gives(text, rule) for text in (group.label, *group.given, *group.also)):
        return True
    return any(
        gives(sentence, rule)
        and any(find(rule, [Field("", piece)]) and not is_prose(piece) for piece in _pieces(sentence))
        for sentence in sentences(group.told)[:_TOLD_FIRST]
    )


def _tells(group: Group, rule: TermRule) -> bool:
    """Whether sentences about the arm may mean that it gets the intervention."""
    return gives(group.told, rule) or background(group.description, rule) is not None


def gives(text: str, rule: TermRule) -> bool:
    """Whether a text names a treatment that is neither withheld nor imitated: *no X*, *X placebo*, *without X*."""
    for start, end in places(rule, text):
        before = sentences(_JOINED.split(text[max(0, start - _NEAR) : start])[-1])[-1:]
        after = sentences(_JOINED.split(text[end : end + _NEAR])[0])[:1]
        near_before = [Field("", " ".join(part.split()[-_NEAR_BEFORE:])) for part in before]
        near_after = [Field("", " ".join(part.split()[:_NEAR_AFTER])) for part in after]
        # Where words are not parted, what is withheld and that it is stand in one word.
        near_after += [Field("", part) for part in _JOINED.split(text[start:end]) if find(rule, [Field("", part)])]
        if not find(arm_words.WITHHELD_BEFORE, near_before) and not find(arm_words.WITHHELD_AFTER, near_after):
            return True
    return False


def background(text: str, rule: TermRule) -> str | None:
    """The sentence that says that a treatment is given to everybody, if one does."""
    for sentence in sentences(text):
        for start, end in places(rule, sentence):
            is_choice = re.search(r"\b(?:or|either|versus|vs)\b", f"{sentence[:start][-40:]} {sentence[end:]}")
            if not is_choice and find(arm_words.BACKGROUND, [Field("", sentence[:start][-80:])]):
                return sentence
    return None


def compared(roles: Roles, eligibility: Eligibility) -> Iterator[tuple[Group, Group]]:
    """Pairs of an arm with the intervention and one that gets nothing in its place."""
    return (
        (giving, without)
        for without in roles.without
        for giving in roles.with_it
        if _is_inactive(without, giving, eligibility)
    )


def _is_inactive(group: Group, giving: Group, eligibility: Eligibility) -> bool:
    if group.kind in INACTIVE or _is_called_imitation(group, eligibility):
        return True
    others = beside(group, giving, eligibility)
    if any(_is_treatment(other) for other in others):
        return False
    is_named = find(eligibility.comparator, [Field("", text) for text in group.texts]) is not None
    is_said = group.is_listed or bool(group.given or group.told)
    return is_named or (is_said and not others)


def _is_called_imitation(group: Group, eligibility: Eligibility) -> bool:
    """A *placebo group* gets a placebo, also one that the register names by what it is made of."""
    is_called = find(arm_words.IMITATION, [Field("", group.label)]) is not None
    return is_called and not treatments(Group(group.label), eligibility)


def beside(group: Group, other: Group, eligibility: Eligibility) -> list[str]:
    """What a group gets that another does not, besides the intervention, comparators and procedures."""
    known = _words(" ".join(other.texts))
    return [item for item in treatments(group, eligibility) if not set(_words(item)) <= set(known)]


def treatments(group: Group, eligibility: Eligibility) -> list[str]:
    """What a group gets besides the intervention, comparators and procedures."""
    rules = (eligibility.intervention, eligibility.comparator, eligibility.procedures, eligibility.population)
    if group.told:
        first, *others = sentences(group.told)[:_TOLD_FIRST]
        said = [first, *(sentence for sentence in others if _GIVEN.search(sentence))]
        pieces = [piece for sentence in said for piece in _pieces(sentence)]
        pieces = [piece for piece in pieces if _is_treatment(piece)]
    else:
        names = group.given if any(map(_words, group.given)) else (*group.given, group.label)
        pieces = [piece.strip() for name in names for piece in _JOINED.split(name) if piece]
    return [piece for piece in pieces if _words(piece) and not any(find(rule, [Field("", piece)]) for rule in rules)]


def _pieces(sentence: str) -> list[str]:
    return [
        kept for part in _JOINED.split(sentence) for piece in _PARTED.split(part or "") if (kept := piece.strip(" ."))
    ]


def _words(text: str) -> list[str]:
    """The words that tell a treatment from others."""
    return [word for word in map(str.casefold, _WORD.findall(text)) if word not in arm_words.FILLERS]


def _is_treatment(text: str) -> bool:
    return 0 < len(_words(text)) <= _LONGEST_TREATMENT or (bool(_words(text)) and _DOSE.search(text) is not None)


def differing(groups: Sequence[Group], eligibility: Eligibility) -> tuple[str, Group] | None:
    """A treatment besides the intervention that only some of these arms get, and the first of them."""
    for group in groups:
        for other in groups:
            if other is not group and (
                found := [item for item in beside(group, other, eligibility) if _is_treatment(item)]
            ):
                return found[0], group
    return None
