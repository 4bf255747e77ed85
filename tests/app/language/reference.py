"""A plain interpreter of conditions, written from the words of the documentation, slow and straight.

It shares no code with the engine but the facts themselves and the vocabulary's names: that is what makes it a judge.
`None` everywhere says that something is not known, so that the condition is not met.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from app.language.conditions import Condition, Conditions
from app.language.facts_of_ticket import Change, Person
from tests.app.language.reference_reading import (
    COUNTED,
    HOURS_SINCE,
    HOURS_UNTIL,
    KEYWORDS,
    NO_RECORD,
    NOTHING,
    NUMBERS,
    OWN,
    SCORES,
    STATUSES,
    UNKNOWN_OWNER,
    WORDS,
    Reading,
)
from tests.app.language.reference_values import (
    day,
    day_said,
    folded,
    has_word,
    hours_between,
    is_open,
    moment,
    number,
    open_time,
    rank,
    tags,
    text,
)

COMPARED: dict[str, Callable[[Any, Any], bool]] = {
    "is": lambda a, b: a == b,
    "is_not": lambda a, b: a != b,
    "less_than": lambda a, b: a < b,
    "less_than_equal": lambda a, b: a <= b,
    "greater_than": lambda a, b: a > b,
    "greater_than_equal": lambda a, b: a >= b,
}


class Reference(Reading):
    def met(self, conditions: Conditions) -> bool:
        return all(self.holds(one) for one in conditions.all) and (
            not conditions.any or any(self.holds(one) for one in conditions.any)
        )

    def holds(self, row: Condition) -> bool:
        field, operator = row.field, row.operator
        if field in WORDS:
            return self._search(row)
        if field in HOURS_SINCE or field in HOURS_UNTIL:
            return self._hours(row)
        value = self.value(field)
        if value is UNKNOWN_OWNER:
            return False
        if operator in {"present", "not_present"}:
            empty = value is NO_RECORD or value in NOTHING or value == frozenset()
            return False if value is None and not OWN.fullmatch(field) else empty is (operator == "not_present")
        if operator.removeprefix("not_") in {"changed", "value", "value_previous"}:
            return self._changed(row, value)
        if value is NO_RECORD or (value is None and not OWN.fullmatch(field)):
            return False
        if OWN.fullmatch(field):
            return self._own(row, value)
        return self._fixed(row, value)

    def _fixed(self, row: Condition, value: Any) -> bool:  # noqa: C901, PLR0911 - a case a kind of field
        field, operator, wanted = row.field, row.operator, text(row.value)
        if field in {"current_tags", "text.topic"}:
            return bool(set(tags(row.value)) & set(value)) is (operator == "includes")
        if field in NUMBERS or COUNTED.fullmatch(field):
            seen, limit = number(value), number(row.value)
            return seen is not None and limit is not None and COMPARED[operator](seen, limit)
        if field == "exact_created_at":
            limit_at = moment(row.value)
            return limit_at is not None and COMPARED[operator](value, limit_at)
        if field == "recipient":
            return folded(text(value)) == folded(wanted)
        if field == "role":
            has_role = self._role(wanted, value)
            return has_role is not None and has_role is (operator == "is")
        if field == "comment_is_public":
            return value != "" and (wanted == "not_relevant" or value.public is (wanted != "false"))
        if field == "within_schedule":
            schedule = self.account.schedules.get(wanted)
            return schedule is not None and is_open(schedule, self.now)
        if operator in {"includes", "not_includes"}:
            return (text(value) in tags(row.value)) is (operator == "includes")
        if operator not in {"is", "is_not"}:
            seen_rank, limit_rank = rank(field, text(value)), rank(field, wanted)
            return seen_rank is not None and limit_rank is not None and COMPARED[operator](seen_rank, limit_rank)
        if (field, wanted) in KEYWORDS:
            aim = KEYWORDS[field, wanted](self)
            return aim is not None and (text(value) == aim) is (operator == "is")
        return (text(value) == wanted) is (operator == "is")

    def _role(self, wanted: str, person: Person) -> bool | None:
        if wanted not in {"agent", "end_user"}:
            return person.id == wanted
        if person.role is None:
            return None
        return person.role in ({"agent", "admin"} if wanted == "agent" else {"end_user", "end-user"})

    def _own(self, row: Condition, value: Any) -> bool:  # noqa: C901 - a case an operator
        operator, wanted = row.operator, text(row.value)
        options = self.account.option_values
        if operator in {"is", "is_not"}:
            if value in NOTHING:
                same = wanted in {"", "false"}
            elif isinstance(value, list | tuple):
                same = any(text(one) in {wanted, options.get(wanted, wanted)} for one in value)
            else:
                alike = number(value) is not None and number(value) == number(row.value)
                same = text(value) in {wanted, options.get(wanted, wanted)} or alike
            return same is (operator == "is")
        if operator in {"includes", "not_includes"}:
            asked = tags(row.value)
            if not asked or value in NOTHING:
                found = not asked and value in NOTHING
            else:
                seen = tags(value) if isinstance(value, list | tuple) else {text(value).lower()}
                found = any(one in seen or options.get(one, one) in seen for one in asked)
            return found is (operator == "includes")
        if operator.endswith("_words"):
            searched = folded(text(value))
            return any(has_word(searched, one) for one in folded(wanted).split()) is (operator == "includes_words")
        if operator.endswith("_string"):
            there = bool(wanted) and folded(wanted) in folded(text(value))
            return there is (operator == "includes_string")
        if operator.startswith("within_"):
            on, days = day_said(value), number(row.value)
            if on is None or days is None:
                return False
            away = (on - day(self.now)).days * (1 if "next" in operator else -1)
            return 0 <= away <= days
        limit = number(row.value)
        if limit is not None:
            own_number = number(value)
            return own_number is not None and COMPARED[operator](own_number, limit)
        on, limit_day = day_said(value), day_said(row.value)
        return on is not None and limit_day is not None and COMPARED[operator](on, limit_day)

    def _search(self, row: Condition) -> bool:
        update = self.facts.update
        if row.field == "comment_includes_word":
            comment = update.comment if update else None
            searched = f"{self.facts.subject}\n{comment.body}" if comment else ""
        else:
            searched = self.facts.subject if row.field.startswith("subject") else self.facts.description
        searched, wanted = folded(searched), folded(text(row.value))
        if row.operator in {"includes", "not_includes"}:
            return any(has_word(searched, one) for one in wanted.split()) is (row.operator == "includes")
        return (wanted != "" and wanted in searched) is (row.operator == "is")

    def _hours(self, row: Condition) -> bool:
        field, operator, limit = row.field, row.operator.removesuffix("_business_hours"), number(row.value)
        start: datetime | None
        end: datetime | None
        if field in HOURS_SINCE:
            start, end = getattr(self.facts, HOURS_SINCE[field]), self.now
        else:
            start, end = self.now, getattr(self.facts, HOURS_UNTIL[field])
        if field.lower() in STATUSES and field != "NEW" and self.facts.status != field.lower():
            return False
        if start is None or end is None or end < start or limit is None:
            return False
        if row.operator.endswith("_business_hours"):
            hours = int(open_time(self.calendar(), start, end) / timedelta(hours=1))
        else:
            hours = hours_between(start, end)
        return COMPARED[operator](hours, int(limit))

    def _changed(self, row: Condition, value: Any) -> bool:
        update, expected = self.facts.update, not row.operator.startswith("not_")
        if update is None:
            return False
        change = update.changes.get(row.field)
        if change is None and update.type == "Create":
            if value is None and not OWN.fullmatch(row.field):
                return False
            change = None if value in NOTHING else Change("", value)
        if change is None:
            return not expected
        if row.operator.endswith("changed"):
            return expected
        aim: str | None = text(row.value)
        if (row.field, aim) in KEYWORDS:
            aim = KEYWORDS[row.field, text(row.value)](self)
        if aim is None:
            return False
        seen = text(change.before if row.operator.endswith("previous") else change.after)
        if row.field == "satisfaction_score":
            seen = SCORES.get(seen, seen)
        return (seen == aim) is expected
