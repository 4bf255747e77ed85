"""Problems where they belong on a form: beside a row, under a field, or above it all. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from app.language.problems import Problem
from app.words import Words

_ROW = re.compile(r"(?:conditions\.)?(?P<group>all|any|actions)\[(?P<index>[0-9]+)\]")
_BODY = re.compile(r"bodies\.(?P<language>ko|en)")


@dataclass(frozen=True, slots=True)
class Faults:
    by_row: dict[tuple[str, int], list[Words]] = field(default_factory=dict)
    by_body: dict[str, list[Words]] = field(default_factory=dict)
    loose: list[Words] = field(default_factory=list)


def row_of(path: str) -> tuple[str, int] | None:
    """The row that a path of the JSON leads into: ("all", 0) of "conditions.all[0].operator"."""
    found = _ROW.match(path)
    return (found["group"], int(found["index"])) if found else None


def placed(problems: Iterable[Problem]) -> Faults:
    faults = Faults()
    for one in problems:
        row, body = row_of(one.path), _BODY.match(one.path)
        if row is not None:
            faults.by_row.setdefault(row, []).append(one.words)
        elif body:
            faults.by_body.setdefault(body["language"], []).append(one.words)
        else:
            faults.loose.append(one.words)
    return faults
