"""What a ticket may not become: ids of nothing, a way back to new, solved without what has to be known."""

from collections.abc import Callable

from .replies import record_invalid
from .shape import Json
from .ticket_change import DONE, Known, field_values

LONGEST_COMMENT = 65_536
_NAMED = {"brand_id": "Brand", "ticket_form_id": "Ticket form", "organization_id": "Organization",
          "problem_id": "Problem", "submitter_id": "Submitter"}  # fmt: skip


def refuse_unknown(before: Json, after: Json, wanted: Json, exists: Callable[[str, int], bool]) -> None:
    """An id that is written must be somebody's or something's; one that stands there already may have outlived it."""
    for key, name in _NAMED.items():
        if key in wanted and after[key] not in (None, before[key]) and not exists(key, after[key]):
            raise record_invalid(key.removesuffix("_id"), f"{name}: is invalid", "InvalidValue")


def refuse_way_back(before: Json, after: Json, wanted: object) -> None:
    if before["status"] != "new" and "new" in (after["status"], wanted):
        raise record_invalid("status", "Status: cannot be changed back to new", "InvalidValue")


def refuse_unfinished(before: Json, after: Json, known: Known, form: Json | None, actor: Json) -> None:
    """An agent solves a ticket once the fields that its form asks for are filled in. Fields that hang on a condition
    of the form are not asked for."""
    if actor["role"] == "end-user" or after["status"] not in DONE or before["status"] in DONE:
        return
    shown = set(form["ticket_field_ids"]) if form else set()
    children = {child.get("id") for rule in (form or {}).get("agent_conditions") or []
                for child in rule.get("child_fields") or []}  # fmt: skip
    values = field_values(after)
    for number, definition in known.fields.items():
        asked = definition["required"] and (not shown or number in shown) and number not in children
        if asked and values.get(number) in (None, "", [], False):
            words = f"{definition['title']}: is required when solving a ticket"
            raise record_invalid("base", words, "BlankValue")


def refuse_length(text: str) -> None:
    if len(text) > LONGEST_COMMENT:
        words = f"Comment: is too long (maximum is {LONGEST_COMMENT} characters)"
        raise record_invalid("comment", words, "ValueTooLong")
