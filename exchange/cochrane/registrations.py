"""The registrations of a package's studies: which numbers are a study's own, and what a person must look at.

A number is *declared* where the package says whose it is (`registration_places`); declared numbers are the ones to
follow. It is *certain* when, besides, nothing speaks against it: no other number of the same register under the same
study, no other study with the same number, no slip of the pen.
"""

from collections import defaultdict
from collections.abc import Iterable

from exchange.cochrane.package import Package, PackageReference, PackageStudy, StudyList
from exchange.cochrane.registration_places import Mention, has_address, mentions_of, numbers_in
from models.value import Value

_ALIKE = 2
"""Characters in which a slip of the pen may differ."""

Key = tuple[str, str]


class Found(Value, frozen=True, kw_only=True):
    """A number of a register found under a study.

    Attributes
    ----------
    number : in its register's own spelling
    place : the weightiest place: ``JF``, ``DO``, ``AU``, ``C3``, ``TI``, ``TT``, ``CT`` of a reference, ``NS`` for the
        study's name, ``ID: …`` or ``Char: …`` for a column of the study information
    places : all of them
    sentence : what stands there
    is_declared : the package says that it is this study's: it is followed
    is_certain : declared, and nothing is left for a person to settle
    doubt : why not; '' when certain
    """

    number: str
    place: str
    places: tuple[str, ...]
    sentence: str
    is_declared: bool
    is_certain: bool
    doubt: str = ""


class StudyRegistrations(Value, frozen=True, kw_only=True):
    """What a package says of one study's registrations.

    Attributes
    ----------
    found : declared numbers first, the study's own before those of its follow-up
    remarks : what a person is told: slips, addresses without a public number
    """

    list: StudyList
    study: str
    found: tuple[Found, ...] = ()
    remarks: tuple[str, ...] = ()

    @property
    def numbers(self) -> tuple[str, ...]:
        """The numbers to follow."""
        return tuple(item.number for item in self.found if item.is_declared)

    @property
    def candidates(self) -> tuple[Found, ...]:
        """Numbers that only a person can tell to be the study's."""
        return tuple(item for item in self.found if not item.is_declared)


def registrations_of(package: Package) -> tuple[StudyRegistrations, ...]:
    """The registrations of every study of every list, in the order of the package."""
    references = defaultdict[tuple[StudyList | None, str], list[PackageReference]](list)
    for reference in package.references:
        references[reference.list, reference.study].append(reference)
    told = [_Study(study, references[study.list, study.name]) for study in package.studies]
    owners = defaultdict[Key, list[PackageStudy]](list)
    for item in told:
        for key in item.declared():
            owners[key].append(item.study)
    return tuple(item.registrations(owners) for item in told)


class _Study:
    def __init__(self, study: PackageStudy, references: list[PackageReference]) -> None:
        self.study = study
        self._by_key = defaultdict[Key, list[Mention]](list)
        for mention in mentions_of(study, references):
            self._by_key[mention.key].append(mention)
        self._slips = self._find_slips()
        self._addresses = [reference.first("JF") for reference in references if has_address(reference)]

    def declared(self) -> list[Key]:
        """Numbers to follow: in the order of their places, those of follow-ups last."""
        found = [key for key in self._by_key if self._is_declared(key) and key not in self._slips]
        return sorted(found, key=self._is_later)

    def registrations(self, owners: dict[Key, list[PackageStudy]]) -> StudyRegistrations:
        declared = self.declared()
        others = [key for key in self._by_key if key not in declared]
        found = (*(self._found(key, owners, declared) for key in (*declared, *others)),)
        return StudyRegistrations(
            list=self.study.list, study=self.study.name, found=found, remarks=tuple(self._remarks(declared))
        )

    def _is_declared(self, key: Key) -> bool:
        return any(mention.is_declared for mention in self._by_key[key])

    def _is_later(self, key: Key) -> bool:
        of_entries = [mention.is_of_follow_up for mention in self._by_key[key] if mention.reference]
        return bool(of_entries) and all(of_entries)

    def _find_slips(self) -> dict[Key, Key]:
        """Declared numbers that another of the same register speaks against, with that one.

        The author field of an entry yields to its address unless other places have its number alone; a number that
        differs by a character or two from one with an address yields to that.
        """
        slips: dict[Key, Key] = {}
        for key in self._by_key:
            rivals = [
                other for other in self._by_key if other != key and other[0] == key[0] and self._is_declared(other)
            ]
            if self._is_declared(key) and (winner := next((item for item in rivals if self._yields(key, item)), None)):
                slips[key] = winner
        return {key: winner for key, winner in slips.items() if slips.get(winner) != key or self._first(winner, key)}

    def _yields(self, key: Key, rival: Key) -> bool:
        mine, theirs = self._by_key[key], self._by_key[rival]
        entries = {mention.reference for mention in mine if mention.place == "AU"}
        addresses = {mention.reference for mention in theirs if mention.place == "JF"}
        is_of_one_entry = bool(entries & addresses) and not any(mention.place == "JF" for mention in mine)
        is_alike = (
            bool(addresses) and not any(item.place == "JF" for item in mine) and _differ(key[1], rival[1]) <= _ALIKE
        )
        if is_of_one_entry or is_alike:
            return _weight(theirs) >= _weight(mine)
        # The address may be the slip: name, author field and notes agree against it.
        is_outvoted = {mention.place for mention in mine} == {"JF"} and _differ(key[1], rival[1]) <= _ALIKE
        return is_outvoted and bool(_of_one(mine, theirs)) and _weight(theirs) > _weight(mine)

    def _first(self, one: Key, other: Key) -> bool:
        keys = list(self._by_key)
        return keys.index(one) < keys.index(other)

    def _found(self, key: Key, owners: dict[Key, list[PackageStudy]], declared: list[Key]) -> Found:
        mentions = self._by_key[key]
        first = next((mention for mention in mentions if mention.is_declared), mentions[0])
        doubt = self._doubt(key, owners, declared)
        return Found(
            number=first.number,
            place=first.place,
            places=tuple(dict.fromkeys(mention.place for mention in mentions)),
            sentence=first.sentence,
            is_declared=key in declared,
            is_certain=key in declared and not doubt,
            doubt=doubt,
        )

    def _doubt(self, key: Key, owners: dict[Key, list[PackageStudy]], declared: list[Key]) -> str:
        others = [f"{item.name} ({item.list})" for item in owners.get(key, ()) if item is not self.study]
        shared = f"also the number of {', '.join(others)}" if others else ""
        if key in self._slips:
            return f"perhaps a slip for {self._number(self._slips[key])}, which other places have"
        if key not in declared:
            return "; ".join(filter(None, ["only mentioned: it may be another study's", shared]))
        siblings = [self._number(item) for item in declared if item != key and item[0] == key[0]]
        several = f"the study has further numbers of this register: {', '.join(siblings)}" if siblings else ""
        return "; ".join(filter(None, [shared, several]))

    def _number(self, key: Key) -> str:
        return self._by_key[key][0].number

    def _remarks(self, declared: list[Key]) -> Iterable[str]:
        for key, winner in self._slips.items():
            places = ", ".join(dict.fromkeys(mention.place for mention in self._by_key[key]))
            yield f"{places}: {self._number(key)} contradicts {self._number(winner)}, which is taken"
        if not declared:
            for address in self._addresses:
                if not numbers_in(address):
                    yield f"JF: {address} tells no public number; look it up there"


def _weight(mentions: list[Mention]) -> int:
    """How many places have a number; one entry's references in several copies are one place."""
    return len({mention.place for mention in mentions})


def _of_one(mine: list[Mention], theirs: list[Mention]) -> set[int]:
    entries = {mention.reference for mention in theirs if mention.place == "AU"}
    return entries & {mention.reference for mention in mine if mention.place == "JF"}


def _differ(one: str, other: str) -> int:
    """In how many characters two numbers of one length differ; many, if their lengths do."""
    return sum(a != b for a, b in zip(one, other, strict=True)) if len(one) == len(other) else len(one)
