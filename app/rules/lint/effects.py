"""What a rule writes, as far as that can be told before it happens. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from app.language.action_rows import ActionRow
from app.language.shape import How
from app.language.values import tags_of, text_of
from app.macros.definition import MacroDefinition
from app.rules.definition import RuleDefinition
from app.rules.lint.atoms import Atom, IsAmong, Opaque, Parts, Stands

TAGS = "current_tags"
_WRITES = {"set_schedule": "schedule_id", "satisfaction_score": "satisfaction_score"}
_FIELDS = frozenset({
    "status", "custom_status_id", "type", "priority", "group_id", "assignee_id", "brand_id", "ticket_form_id",
    "locale_id", "set_schedule", "satisfaction_score",
})  # fmt: skip
_WORDS_FOR_SOMEBODY = frozenset(
    {"current_user", "requester_id", "assignee_id", "current_groups", "default_ticket_form"}
)
_SAYS = frozenset({"comment_value", "comment_value_html"})


@dataclass(slots=True)
class Effects:
    """`sets`: field -> its value, None where that is only known when it happens. `replaces_tags`: other tags go.
    `speaks`: somebody is written to each time it fires, which no no-op ever stops.
    """

    sets: dict[str, str | None] = field(default_factory=dict)
    adds: set[str] = field(default_factory=set)
    removes: set[str] = field(default_factory=set)
    replaces_tags: bool = False
    speaks: bool = False
    answers: bool = False

    @property
    def fields(self) -> frozenset[str]:
        tags = {TAGS} if self.adds or self.removes or self.replaces_tags else set()
        return frozenset(self.sets) | tags


def effects_of(rule: RuleDefinition, macros: Mapping[str, MacroDefinition]) -> Effects:
    found = Effects()
    for row in rule.actions:
        macro = macros.get(text_of(row.value)) if row.field == "macro" else None
        for one in macro.actions if macro else (row,):
            _take(found, one)
        if macro is not None and any(macro.bodies.values()):
            found.speaks = True
            found.answers = found.answers or macro.public
    return found


def _take(found: Effects, row: ActionRow) -> None:
    if row.field == "route":
        found.sets |= {"group_id": None, "assignee_id": None}
    elif row.field in _FIELDS:
        value = "false" if row.field == "satisfaction_score" else _value(row.value)
        found.sets[_WRITES.get(row.field, row.field)] = value
    elif ".custom_fields." in row.field or row.field.startswith("custom_fields_"):
        found.sets[row.field] = _value(row.value)
    elif row.field in {TAGS, "set_tags", "remove_tags"}:
        _take_tags(found, row)
    elif row.field.startswith("notification_") or row.field in _SAYS or row.field == "tweet_requester":
        found.speaks = True
        found.answers = found.answers or row.field in _SAYS or "requester" in str(row.value)


def _take_tags(found: Effects, row: ActionRow) -> None:
    tags = {one for one in tags_of(row.value) if "{" not in one and "}" not in one}
    if row.field == "remove_tags":
        found.removes |= tags
        found.adds -= tags
        return
    if row.field == "set_tags":
        found.adds, found.replaces_tags = set(), True
    found.adds |= tags
    found.removes -= tags


def _value(value: object) -> str | None:
    if isinstance(value, list):
        return None
    text = text_of(value)
    return None if "{{" in text or "{%" in text or text in _WORDS_FOR_SOMEBODY else text


def written(effects: Effects) -> list[Atom]:
    """What is certain of the ticket once it has been done."""
    atoms: list[Atom] = []
    for name, value in effects.sets.items():
        how = How.option if "custom_fields" in name else How.text
        if value is not None:
            atoms.append(IsAmong(name, how, frozenset({value})))
    atoms += [IsAmong(TAGS, How.tags, frozenset({tag})) for tag in sorted(effects.adds)]
    if effects.removes:
        atoms.append(IsAmong(TAGS, How.tags, frozenset(effects.removes), expected=False))
    return atoms


def left_standing(parts: Parts, effects: Effects) -> Parts:
    """Of what held before, what still does after `effects`, for certain: conditions on other fields and other tags."""
    return Parts(
        tuple(one for atom in parts.all for one in _still(atom, effects)),
        tuple(parts.any) if all(_still(atom, effects) == (atom,) for atom in parts.any) else (),
    )


def _still(atom: Atom, effects: Effects) -> tuple[Atom, ...]:
    if atom.field != TAGS:
        return () if atom.field in effects.sets else (atom,)
    if effects.replaces_tags or isinstance(atom, Stands | Opaque):
        return ()
    if atom.expected:
        return () if atom.wanted & effects.removes else (atom,)
    rest = frozenset(atom.wanted - effects.adds)
    return (IsAmong(atom.field, atom.how, rest, expected=False),) if rest else ()


def differs(one: Effects, other: Effects) -> str | None:
    """A field that both set, to values known to be different; or the tag one adds and the other removes."""
    for name, value in one.sets.items():
        theirs = other.sets.get(name)
        if value is not None and theirs is not None and value != theirs:
            return name
    return TAGS if one.adds & other.removes or one.removes & other.adds else None
