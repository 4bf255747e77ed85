"""What the lint looks at: rules with what can be told of them before anything happens, worked out once."""

from __future__ import annotations

from collections.abc import Collection, Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from app.language.check import CHANGED
from app.language.ids import NamedId
from app.language.kinds import Use
from app.language.shape import How
from app.macros.definition import MacroDefinition
from app.rules.definition import RuleDefinition
from app.rules.lint.atoms import Atom, IsAmong, Opaque, Parts, negated, parts_of
from app.rules.lint.effects import Effects, effects_of, left_standing, written
from app.rules.lint.meeting import Sat, meet, together

NO_ATOMS: frozenset[Atom] = frozenset()


@dataclass(frozen=True, slots=True)
class Subject:
    """`native`: it runs inside Zendesk. `acts`: it is live, or is to be looked at as if it were. `twin`: the rule of
    the same origin is active in Zendesk too. `unknown`: ids in it that are not known here.
    """

    rule: RuleDefinition
    native: bool = False
    acts: bool = True
    twin: bool = False
    unknown: tuple[NamedId, ...] = ()


@dataclass(frozen=True, slots=True)
class Known:
    """`tags`: every tag that some ticket has; None where that was not looked up."""

    macros: Mapping[str, MacroDefinition] = field(default_factory=dict)
    tags: Collection[str] | None = None


@dataclass(frozen=True, slots=True)
class Read:
    """One subject with its conditions and effects taken apart."""

    subject: Subject
    parts: Parts
    effects: Effects
    writes: tuple[Atom, ...]
    writes_of: Mapping[str, frozenset[Atom]]
    still: Parts
    reads: frozenset[str]
    fixed: Mapping[str, frozenset[Hashable]]

    @property
    def id(self) -> str:
        return self.subject.rule.id

    @property
    def title(self) -> str:
        return self.subject.rule.title

    @property
    def only_when_created(self) -> bool:
        """Whether no later update can start it."""
        return any(
            isinstance(one, IsAmong) and one.field == "update_type" and one.expected and one.wanted == {"Create"}
            for one in self.parts.all
        )

    def meets_after(self, first: Read) -> Sat:
        """Whether a ticket that met `first`, and on which it has done its work, can meet this one."""
        return Sat.no if self._parted_from(first) else meet([first.still, self.parts], first.writes)

    def _parted_from(self, first: Read) -> bool:
        """Whether a field that `first` leaves alone is asked to be something else here."""
        return any(
            name not in first.effects.sets and wanted.isdisjoint(first.fixed.get(name, wanted))
            for name, wanted in self.fixed.items()
        )

    def set_off_by(self, first: Read) -> Sat:
        """Whether the work of `first` can make this one met that was not met before."""
        if self._parted_from(first):
            return Sat.no
        touched = [one for one in self.parts.all + self.parts.any if one.field in first.effects.fields]
        caused = max((_caused(one, first) for one in touched), default=Sat.no)
        return caused if caused is Sat.no else min(caused, self.meets_after(first))


def read(subjects: Sequence[Subject], known: Known) -> list[Read]:
    """In their order: triggers by position, then automations."""
    ordered = sorted(subjects, key=lambda one: (one.rule.kind is Use.automation, one.rule.position))
    return [_read(one, known) for one in ordered]


def _read(subject: Subject, known: Known) -> Read:
    parts, effects = parts_of(subject.rule.conditions), effects_of(subject.rule, known.macros)
    fields = frozenset(atom.field for atom in parts.all + parts.any)
    fixed = {
        atom.field: atom.wanted
        for atom in parts.all
        if isinstance(atom, IsAmong) and atom.how is How.text and atom.expected and atom.wanted
    }
    writes = tuple(written(effects))
    by_field = {name: frozenset(one for one in writes if one.field == name) for name in {one.field for one in writes}}
    return Read(subject, parts, effects, writes, by_field, left_standing(parts, effects), fields, fixed)


@lru_cache(maxsize=65_536)
def _ensured(atom: Atom, writes: frozenset[Atom]) -> bool:
    """Whether a field that was written so meets the atom for certain."""
    return together([*writes, negated(atom)]) is Sat.no


def _caused(atom: Atom, first: Read) -> Sat:
    """Whether what `first` writes brings this about."""
    if isinstance(atom, IsAmong) and atom.how is How.change:
        value = first.effects.sets.get(atom.field)
        wanted = {("value", value), CHANGED}
        certain = atom.expected and bool(atom.wanted & wanted)
        return Sat.yes if certain else Sat.may if atom.expected and value is None else Sat.no
    if _ensured(atom, first.writes_of.get(atom.field, NO_ATOMS)):
        return Sat.yes
    open_value = first.effects.sets.get(atom.field, "") is None
    return Sat.may if open_value or isinstance(atom, Opaque) else Sat.no
