"""What two rules do to each other: one hides the other, they set one field differently, Zendesk does it too. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence

from app.desk.states import named_as
from app.language.vocabulary import action_of, field_of
from app.rules.lint.effects import TAGS, differs
from app.rules.lint.finding import Finding, Level
from app.rules.lint.meeting import Sat, implies, meet
from app.rules.lint.subject import Read
from app.words import Words, say


def pairs(rules: Sequence[Read], only: Collection[str] | None = None) -> Iterator[Finding]:
    """`rules`: those that act, in their order. `only`: pairs that one of these is in."""
    for first, second in _that_share(rules):
        if only is not None and first.id not in only and second.id not in only:
            continue
        if first.subject.native or second.subject.native:
            if first.subject.native is not second.subject.native:
                yield from _collide(first, second)
        elif first.subject.rule.kind is second.subject.rule.kind:
            hidden = list(_hidden(first, second))
            yield from hidden or _conflict(first, second)


def _that_share(rules: Sequence[Read]) -> Iterator[tuple[Read, Read]]:
    """Pairs in which the earlier one writes what the later one reads or writes, or both speak; each once."""
    by_field: dict[str, list[int]] = defaultdict(list)
    for index, one in enumerate(rules):
        for name in one.reads | one.effects.fields:
            by_field[name].append(index)
    answering = [index for index, one in enumerate(rules) if one.effects.answers]
    for index, first in enumerate(rules):
        beside = {other for name in first.effects.fields for other in by_field[name] if other > index}
        if first.effects.answers:
            natives = first.subject.native
            beside |= {other for other in answering if other > index and rules[other].subject.native is not natives}
        for other in sorted(beside):
            yield first, rules[other]


def _hidden(first: Read, second: Read) -> Iterator[Finding]:
    """The later one never gets its turn: whatever meets it meets the earlier one, whose work ends its conditions."""
    if not first.effects.fields & second.reads or meet([second.parts]) is Sat.no:
        return
    if meet([second.parts], first.writes) is Sat.no and implies(second.parts, first.parts):
        words = say(
            "앞선 규칙 「{first}」이(가) 언제나 먼저 맞고 {fields}을(를) 바꾸어서, 이 규칙은 실행되지 않습니다.",
            "The earlier rule “{first}” always comes first and changes {fields}, so this one never fires.",
        )
        told = words.fill(first=first.title, fields=_fields(first.effects.fields & second.reads))
        yield Finding(Level.warning, "shadowed", told, (second.id, first.id))


def _conflict(first: Read, second: Read) -> Iterator[Finding]:
    name = differs(first.effects, second.effects)
    # A rule that asks for the very tag is the next step of the earlier one, not its rival.
    if name is None or (name == TAGS and TAGS in second.reads):
        return
    both = second.meets_after(first)
    if both is Sat.no or (name in second.reads and meet([first.parts, second.parts]) is Sat.no):
        return
    words = say(
        "앞선 규칙 「{first}」과 같은 티켓에서 {field}을(를) 다르게 정합니다. 뒤에 있는 이 규칙이 남습니다.",
        "On the same ticket it sets {field} otherwise than the earlier rule “{first}”; this one, coming later, stands.",
    )
    if both is Sat.may:
        words = say(
            "앞선 규칙 「{first}」과 같은 티켓에서 {field}을(를) 다르게 정할 수 있습니다.",
            "On the same ticket it may set {field} otherwise than the earlier rule “{first}”.",
        )
    told = words.fill(first=first.title, field=_fields(frozenset({name})))
    yield Finding(
        Level.warning if both is Sat.yes else Level.note,
        "conflict",
        told,
        (second.id, first.id),
        may=both is Sat.may,
    )


def _collide(first: Read, second: Read) -> Iterator[Finding]:
    """One of ours and one that is active in Zendesk: the same field, or two answers."""
    ours, native = (second, first) if first.subject.native else (first, second)
    both = meet([ours.parts, native.parts])
    if both is Sat.no:
        return
    shared = frozenset(ours.effects.sets) & frozenset(native.effects.sets)
    twice = ours.effects.answers and native.effects.answers
    if not shared and not twice and differs(ours.effects, native.effects) is None:
        return
    may = both is Sat.may
    if twice:
        words = say(
            "Zendesk의 규칙 「{native}」도 같은 티켓에 답해서 고객이 두 번 받을 수 있습니다.",
            "Zendesk's own rule “{native}” answers the same tickets: customers may hear twice.",
        )
        yield Finding(Level.warning, "native_answers", words.fill(native=native.title), (ours.id, native.id), may=may)
        return
    words = say(
        "Zendesk의 규칙 「{native}」도 같은 티켓의 {field}을(를) 바꿉니다.",
        "Zendesk's own rule “{native}” sets {field} of the same tickets.",
    )
    told = words.fill(native=native.title, field=_fields(shared or frozenset({TAGS})))
    yield Finding(Level.note if may else Level.warning, "native_sets", told, (ours.id, native.id), may=may)


def _fields(names: frozenset[str]) -> Words:
    found = say("", "")
    for index, name in enumerate(sorted(names)):
        known = field_of(name) or action_of(name)
        found = found + (", " if index else "") + (known.label if known else named_as("Field", name).words)
    return found
