"""What a protocol may limit beside its question: ages of people, settings, countries, dates.

Each is asked only of a protocol that has it. What a register leaves out is no reason to doubt a study, unless the
limit is `required`.
"""

from typing import Annotated, Any, Self

from pydantic import AfterValidator, BeforeValidator, Field, model_validator

from models.ages import DAYS_IN_YEAR, AgeSpan
from models.countries import COUNTRIES, country_named
from models.dates import check_partial, first_day, last_day
from models.near_words import nearest
from models.terms import Strict, TermRule


class AgeRule(Strict):
    """Ages of the people whom the review takes, in completed years, or in days for the newborn; both ends are taken."""

    from_years: float | None = Field(None, ge=0, le=120)
    to_years: int | None = Field(None, ge=0, le=120)
    from_days: int | None = Field(None, ge=0)
    to_days: int | None = Field(None, ge=0)
    required: bool = False
    """Whether a study that tells no ages is unclear."""

    @model_validator(mode="after")
    def has_ages(self) -> Self:
        for name in ("from", "to"):
            if getattr(self, f"{name}_years") is not None and getattr(self, f"{name}_days") is not None:
                raise ValueError(f"give {name}_years or {name}_days, not both")
        if all(item is None for item in (self.from_years, self.to_years, self.from_days, self.to_days)):
            raise ValueError("give from_years or to_years, or leave age out")
        if self.span.from_years >= self.span.below_years:
            raise ValueError("nobody is as old: it begins after its end; exchange them")
        return self

    @property
    def span(self) -> AgeSpan:
        low = self.from_years if self.from_years is not None else (self.from_days or 0) / DAYS_IN_YEAR
        span = AgeSpan(from_years=low)
        if self.to_years is not None:
            return AgeSpan(from_years=low, below_years=self.to_years + 1)
        if self.to_days is not None:
            return AgeSpan(from_years=low, below_years=(self.to_days + 1) / DAYS_IN_YEAR)
        return span


def _country(text: str) -> str:
    if (found := country_named(text)) is None:
        firsts = set(COUNTRIES.values())
        told = nearest(text, firsts)
        raise ValueError(f"no country is called {text!r}; {told if len(told) < 80 else 'write its English name'}")
    return found


_Country = Annotated[str, AfterValidator(_country)]


class SettingRule(Strict):
    """Where a study takes place: words of the setting, words of others, and countries."""

    terms: list[str] = []
    except_terms: list[str] = []
    not_terms: list[str] = []
    """Words of another setting: alone they are not met, beside the review's own they leave it unclear."""
    countries: list[_Country] = []
    not_countries: list[_Country] = []
    required: bool = False
    """Whether a study that tells of no setting, or of no country, is unclear."""

    @model_validator(mode="after")
    def has_something(self) -> Self:
        if not (self.terms or self.not_terms or self.countries or self.not_countries):
            raise ValueError("give terms, not_terms, countries or not_countries, or leave setting out")
        if both := sorted({*self.countries} & {*self.not_countries}):
            raise ValueError(f"{', '.join(both)}: stands among countries and not_countries; keep one")
        return self

    @property
    def own(self) -> TermRule:
        return TermRule(terms=self.terms, except_terms=self.except_terms)

    @property
    def other(self) -> TermRule:
        return TermRule(terms=self.not_terms)


def _partial(value: Any) -> Any:
    """A year that YAML has read as a number and a day that it has read as a date are text again."""
    return value if value is None or isinstance(value, bool) else check_partial(str(value))


_Day = Annotated[str | None, BeforeValidator(_partial)]


class DatesRule(Strict):
    """Days, months or years from and to which a study was registered or began, or a report was published; both are taken."""

    registered_from: _Day = None
    registered_to: _Day = None
    started_from: _Day = None
    started_to: _Day = None
    published_from: _Day = None
    published_to: _Day = None
    required: bool = False
    """Whether a study that does not tell the date is unclear."""

    @model_validator(mode="after")
    def has_order(self) -> Self:
        given = [self.of(kind) for kind in ("registered", "started", "published")]
        if not any(begin or end for begin, end in given):
            raise ValueError("give one date at least, as started_from: 2015-01-01, or leave dates out")
        for kind, (begin, end) in zip(("registered", "started", "published"), given, strict=True):
            if begin and end and first_day(begin) > last_day(end):
                raise ValueError(f"{kind}_from {begin} is after {kind}_to {end}; exchange them")
        return self

    def of(self, kind: str) -> tuple[str | None, str | None]:
        """Begin and end of ``registered``, ``started`` or ``published``."""
        return getattr(self, f"{kind}_from"), getattr(self, f"{kind}_to")
