"""Rules that set each other off for ever: who writes what who reads. Pure."""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Collection, Iterator, Mapping, Sequence

from app.language.kinds import Use
from app.rules.lint.finding import Finding, Level
from app.rules.lint.meeting import Sat
from app.rules.lint.subject import Read
from app.words import say

LONGEST = 6


def loops(rules: Sequence[Read], only: Collection[str] | None = None) -> Iterator[Finding]:
    """One finding for each knot of rules of which each can set off the next and something changes at every turn.

    Only triggers set each other off at once. `rules`: those that act. `only`: knots that one of these is in.
    """
    nodes = [one for one in rules if one.subject.rule.kind is Use.trigger]
    edges = _Edges(nodes)
    told: set[frozenset[int]] = set()
    for start, one in enumerate(nodes):
        if only is not None and one.id not in only:
            continue
        circle = _shortest(start, edges, nodes)
        if circle is None or any(set(circle) & one for one in told):
            continue
        told.add(frozenset(circle))
        yield _finding([nodes[one] for one in circle], _least(circle, edges))


class _Edges(dict[int, Mapping[int, Sat]]):
    """From a rule to those that its work can set off; worked out when first asked for."""

    def __init__(self, nodes: Sequence[Read]) -> None:
        super().__init__()
        self.nodes = nodes
        self.readers: dict[str, list[int]] = defaultdict(list)
        for index, one in enumerate(nodes):
            if not one.only_when_created:
                for name in one.reads:
                    self.readers[name].append(index)

    def __missing__(self, index: int) -> Mapping[int, Sat]:
        one = self.nodes[index]
        asked = {other for name in one.effects.fields for other in self.readers.get(name, ()) if other != index}
        met = {other: self.nodes[other].set_off_by(one) for other in sorted(asked)}
        self[index] = {other: sat for other, sat in met.items() if sat is not Sat.no}
        return self[index]


def _shortest(start: int, edges: Mapping[int, Mapping[int, Sat]], nodes: Sequence[Read]) -> tuple[int, ...] | None:
    """The shortest way from a rule back to itself on which something changes at every turn."""
    waiting: deque[tuple[int, ...]] = deque([(start,)])
    seen: set[int] = {start}
    while waiting:
        way = waiting.popleft()
        for following in edges[way[-1]]:
            if following == start and _churns([nodes[one] for one in way]):
                return way
            if following not in seen and len(way) < LONGEST:
                seen.add(following)
                waiting.append((*way, following))
    return None


def _churns(circle: Sequence[Read]) -> bool:
    """Whether going round changes something each time: a field set to this and to that, a tag on and off."""
    values: dict[str, set[str | None]] = defaultdict(set)
    for one in circle:
        for name, value in one.effects.sets.items():
            values[name].add(value)
    added = {tag for one in circle for tag in one.effects.adds}
    removed = {tag for one in circle for tag in one.effects.removes}
    return any(len(some) > 1 for some in values.values()) or bool(added & removed)


def _least(circle: Sequence[int], edges: Mapping[int, Mapping[int, Sat]]) -> Sat:
    following = [*circle[1:], circle[0]]
    return min(edges[one][other] for one, other in zip(circle, following, strict=True))


def _finding(circle: Sequence[Read], sat: Sat) -> Finding:
    way = " → ".join(f"「{one.title}」" for one in (*circle, circle[0]))
    way_en = " → ".join(f"“{one.title}”" for one in (*circle, circle[0]))
    if sat is Sat.yes:
        words = say(f"서로를 끝없이 다시 부릅니다: {way}", f"They set each other off without end: {way_en}")
    else:
        words = say(f"서로를 끝없이 다시 부를 수 있습니다: {way}", f"They may set each other off without end: {way_en}")
    level = Level.error if sat is Sat.yes else Level.warning
    return Finding(level, "loop", words, tuple(one.id for one in circle), may=sat is not Sat.yes)
