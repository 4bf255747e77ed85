"""Which of the Support API's operations the sandbox has an address for, worked out from its own map of addresses."""

import re
from collections import Counter
from collections.abc import Iterable

from werkzeug.exceptions import HTTPException
from werkzeug.routing import Map

from tests.integrations.sandbox.reference.table import Operation, Reference

PREFIX = "/api/v2"
_HELD = re.compile(r"\{[^}]*\}")
_TAKEN = re.compile(r"<[^>]*>")


def routed(reference: Reference, places: Map) -> set[str]:
    """Names of the operations that have an address of their own: words of the address are words of the rule, too.

    A rule for any id therefore does not cover a word at the same place: tickets/<id> is not tickets/count.
    """
    return {name for name, operation in reference.operations.items() if _has_rule(operation, places)}


def _has_rule(operation: Operation, places: Map) -> bool:
    place = operation.path.removeprefix(PREFIX)
    asked = _HELD.sub("1", place)
    try:
        rule, _ = places.bind("sandbox").match(asked, method=operation.method, return_rule=True)
    except HTTPException:
        return False
    return _HELD.sub("{}", place) == _TAKEN.sub("{}", rule.rule)


def by_area(reference: Reference, names: Iterable[str]) -> dict[str, tuple[int, int]]:
    """Of each area: how many of its operations are among these names, and how many it has."""
    whole = Counter(operation.area for operation in reference.operations.values())
    mine = Counter(reference.operations[name].area for name in names)
    return {area: (mine[area], whole[area]) for area in sorted(whole)}
