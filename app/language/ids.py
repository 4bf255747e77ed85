"""Which ids of the account a rule or a macro speaks of, so that those not known here can be shown and kept."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

from app.language.action_rows import ActionRow
from app.language.conditions import Conditions
from app.language.kinds import ID_KINDS, ValueKind
from app.language.values import tags_of, text_of
from app.language.vocabulary import action_of, family_key, field_of


@dataclass(frozen=True, slots=True)
class NamedId:
    """An id and where it stands ("actions[2].value"). `kind` custom: the id of a custom field."""

    path: str
    kind: ValueKind
    value: str


_FIRST_OF_LIST: Mapping[ValueKind, ValueKind] = {
    ValueKind.user_message: ValueKind.user,
    ValueKind.user_sms: ValueKind.user,
    ValueKind.group_message: ValueKind.group,
    ValueKind.group_sms: ValueKind.group,
    ValueKind.target_message: ValueKind.target,
    ValueKind.webhook_message: ValueKind.webhook,
}


def named_ids(conditions: Conditions, actions: tuple[ActionRow, ...]) -> Iterator[NamedId]:
    """Every id in conditions and actions; words such as `current_user` are none."""
    for group, rows in (("all", conditions.all), ("any", conditions.any)):
        for index, row in enumerate(rows):
            field = field_of(row.field)
            if field is not None:
                path = f"conditions.{group}[{index}]"
                yield from _of_field(row.field, field.value_kind, row.value, path)
    for index, action_row in enumerate(actions):
        action = action_of(action_row.field)
        if action is not None:
            yield from _of_field(action_row.field, action.value_kind, action_row.value, f"actions[{index}]")


def unknown_among(ids: Iterator[NamedId], known: Mapping[ValueKind, Collection[str]]) -> list[NamedId]:
    """Those that are not among the known ones of their kind; kinds that `known` says nothing of are passed over."""
    return [one for one in ids if one.kind in known and one.value not in known[one.kind]]


def _of_field(key: str, kind: ValueKind, value: object, path: str) -> Iterator[NamedId]:
    family = family_key(key)
    if family is not None and family[0].endswith("{id}"):
        yield NamedId(f"{path}.field", ValueKind.custom, family[1])
    if kind in ID_KINDS and kind is not ValueKind.channel:
        yield from (NamedId(f"{path}.value", kind, one) for one in sorted(tags_of(value)) if one.isdigit())
    elif kind is ValueKind.routing_plan:
        yield NamedId(f"{path}.value", kind, text_of(value))
    elif kind in _FIRST_OF_LIST and isinstance(value, list) and value:
        first = text_of(value[0])
        if first.isdigit() or kind is ValueKind.webhook_message:
            yield NamedId(f"{path}.value[0]", _FIRST_OF_LIST[kind], first)
