"""Values of a ticket's own fields: what each type takes, and the tags that stand for choices, tied both ways."""

import math
import re
from collections.abc import Callable
from datetime import date

from .replies import record_invalid
from .shape import Json


def fitted(definition: Json, value: object) -> object:
    """The value as it is kept; refused (422) where it is none of its type."""
    kind = definition["type"]
    if kind == "checkbox":
        return value in (True, "true", "1", 1)
    if value in ("", None):
        return None
    if kind == "multiselect":
        chosen = value if isinstance(value, list) else [value]
        return [_option(definition, option) for option in chosen]
    if kind == "tagger":
        return _option(definition, value)
    value = value if isinstance(value, str | int | float) else str(value)
    check = _CHECKS.get(kind)
    if check is not None and not check(definition, str(value)):
        raise record_invalid("base", f"{definition['title']}: {str(value)[:100]} is not valid", "InvalidValue")
    return value


def tags_of_value(definition: Json, value: object) -> set[str]:
    """A drop-down's choice is also a tag, and so is a ticked box that has one."""
    if definition["type"] == "tagger" and value:
        return {str(value)}
    if definition["type"] == "multiselect" and isinstance(value, list):
        return {str(option) for option in value}
    if definition["type"] == "checkbox" and value and definition.get("tag"):
        return {definition["tag"]}
    return set()


def after_tags(definition: Json, value: object, came: set[str], gone: set[str]) -> object:
    """A field's value once tags came and went by themselves: an option's tag chooses it, and takes it away."""
    kind = definition["type"]
    options = [option["value"] for option in definition.get("custom_field_options") or []]
    chosen = [option for option in options if option in came]
    if kind == "checkbox" and definition.get("tag"):
        return True if definition["tag"] in came else False if definition["tag"] in gone and value else value
    if kind == "tagger":
        return chosen[0] if chosen else None if str(value) in gone else value
    if kind == "multiselect" and isinstance(value, list | None):
        kept = [option for option in value or [] if option not in gone]
        return kept + [option for option in chosen if option not in kept] if kept or chosen or value else value
    return value


def _option(definition: Json, value: object) -> object:
    options = [option["value"] for option in definition.get("custom_field_options") or []]
    if options and value not in options:
        raise record_invalid("base", f"{definition['title']}: {value} is not a valid option", "InvalidValue")
    return value


def _date(_definition: Json, text: str) -> bool:
    """A day; a time behind it is not looked at."""
    try:
        date.fromisoformat(text.strip()[:10])
    except ValueError:
        return False
    return bool(re.match(r"\d{4}-\d\d-\d\d($|[T ])", text.strip()))


def _decimal(_definition: Json, text: str) -> bool:
    try:
        return math.isfinite(float(text))
    except ValueError:
        return False


def _matches(definition: Json, text: str) -> bool:
    """A pattern that Python cannot read holds nothing back."""
    try:
        return re.search(definition.get("regexp_for_validation") or "", text) is not None
    except re.error:
        return True


def _whole(_definition: Json, text: str) -> bool:
    return re.fullmatch(r"\s*[+-]?\d+\s*", text) is not None


_CHECKS: dict[str, Callable[[Json, str], bool]] = {
    "date": _date, "integer": _whole, "decimal": _decimal, "regexp": _matches,
}  # fmt: skip
