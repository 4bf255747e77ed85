"""Filters of a list, one or two for each kind of column, with addresses that read: ?flt0_state_is=requested."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, ClassVar

from flask_admin.contrib.sqla.filters import BaseSQLAFilter
from sqlalchemy import Date

from app import clock
from app.desk.fields import YEARS, whole_number
from app.desk.shown import NO, YES, day, plain
from app.desk.states import named
from app.words import Words, say

LONGEST = 200


class DeskFilter(BaseSQLAFilter):
    """`code` stands in the address; `control` is the input it is typed in."""

    code: ClassVar[str] = "is"
    control: ClassVar[str] = "text"
    says: ClassVar[Words] = say("같음", "is")

    def operation(self) -> Words:
        return self.says

    def told(self, value: str) -> str:
        """A clean value as the chip of the filter tells it."""
        return value

    def column_of(self, alias: Any) -> Any:
        return self.get_column(alias)


class Is(DeskFilter):
    """One of a StrEnum's choices."""

    control = "choice"

    def clean(self, value: str) -> Any:
        return self.column.type.enum_class(value)

    def get_options(self, view: Any) -> list[tuple[str, str]]:
        return [(member.value, str(named(member).words)) for member in self.column.type.enum_class]

    def apply(self, query: Any, value: Any, alias: Any = None) -> Any:
        return query.filter(self.column_of(alias) == value)

    def told(self, value: str) -> str:
        return plain(self.clean(value))


class IsOn(DeskFilter):
    control = "choice"
    code = "on"

    def clean(self, value: str) -> bool:
        if value not in {"1", "0"}:
            raise ValueError(value)
        return value == "1"

    def get_options(self, view: Any) -> list[tuple[str, str]]:
        return [("1", str(YES)), ("0", str(NO))]

    def apply(self, query: Any, value: Any, alias: Any = None) -> Any:
        return query.filter(self.column_of(alias).is_(value))

    def told(self, value: str) -> str:
        return str(YES if value == "1" else NO)


class Contains(DeskFilter):
    code = "has"
    says = say("포함", "contains")

    def clean(self, value: str) -> str:
        if not value or len(value) > LONGEST:
            raise ValueError(value)
        return value

    def apply(self, query: Any, value: Any, alias: Any = None) -> Any:
        return query.filter(self.column_of(alias).icontains(value, autoescape=True))


class AtLeast(DeskFilter):
    code = "min"
    control = "number"
    says = say("이상", "at least")

    def clean(self, value: str) -> int:
        return whole_number(value)

    def apply(self, query: Any, value: Any, alias: Any = None) -> Any:
        return query.filter(self.column_of(alias) >= value)


class AtMost(AtLeast):
    code = "max"
    says = say("이하", "at most")

    def apply(self, query: Any, value: Any, alias: Any = None) -> Any:
        return query.filter(self.column_of(alias) <= value)


class Since(DeskFilter):
    """From the beginning of a day in Seoul."""

    code = "from"
    control = "date"
    says = say("부터", "from")

    def clean(self, value: str) -> date:
        read = date.fromisoformat(value) if re.fullmatch(r"\d{4}-\d\d-\d\d", value) else None
        if read is None or read.year not in YEARS:
            raise ValueError(value)
        return read

    def edge(self, value: date) -> date | datetime:
        return value if isinstance(self.column.type, Date) else midnight(value)

    def apply(self, query: Any, value: Any, alias: Any = None) -> Any:
        return query.filter(self.column_of(alias) >= self.edge(value))

    def told(self, value: str) -> str:
        return day(self.clean(value))


class Until(Since):
    """To the end of a day in Seoul."""

    code = "to"
    says = say("까지", "to")

    def apply(self, query: Any, value: Any, alias: Any = None) -> Any:
        return query.filter(self.column_of(alias) < self.edge(value + timedelta(days=1)))


def midnight(on: date) -> datetime:
    return datetime.combine(on, time(), clock.SEOUL).astimezone(UTC)


BY_KIND: dict[str, tuple[type[DeskFilter], ...]] = {
    "Enum": (Is,),
    "Boolean": (IsOn,),
    "String": (Contains,),
    "Text": (Contains,),
    "Integer": (AtLeast, AtMost),
    "BigInteger": (AtLeast, AtMost),
    "Date": (Since, Until),
    "UtcDateTime": (Since, Until),
}


class DeskFilters:
    """What Flask-Admin asks for the filters of a column."""

    def convert(self, type_name: str, column: Any, name: Any, **more: Any) -> list[DeskFilter] | None:
        return [kind(column, name) for kind in BY_KIND.get(type_name, ())] or None


@dataclass(frozen=True, slots=True)
class FilterChip:
    """One filter in force: what it says, and the address without it."""

    words: str
    without: str


@dataclass(frozen=True, slots=True)
class FilterControl:
    """One filter as it stands in the form: `name` is posted back as a query argument."""

    name: str
    label: str
    operation: str
    control: str
    options: tuple[tuple[str, str], ...]
    value: str
