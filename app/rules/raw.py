"""A rule as JSON in a text: read, each fault with its line, written back. Pure."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, NoReturn

from app.errors import Refusal
from app.language.problems import Problem
from app.macros.storable import DEEPEST, UNSTORABLE, is_storable
from app.words import Words, say

LONGEST = 500_000
"""Characters."""
_WRAPPERS = ("trigger", "automation")
_SPACE = re.compile(r"[ \t\n\r]*")


class RawRefused(Refusal):
    """The text is no rule's JSON; `problems` name every fault."""

    def __init__(self, words: Words, line: int = 1) -> None:
        super().__init__(words)
        self.line = line


@dataclass(frozen=True, slots=True)
class Fault:
    """`line` counts from 1; `path` is "" for the whole."""

    line: int
    path: str
    words: Words
    warning: bool = False


def to_raw(definition: Mapping[str, Any], title: str) -> str:
    """As an expert edits it: the title first, then what Zendesk has, its keys in the order they came."""
    return json.dumps({"title": title, **definition}, ensure_ascii=False, indent=2) + "\n"


def read_raw(text: str) -> dict[str, Any]:
    """The JSON object in the text, out of its wrapper {"trigger": …}. Refuses with RawRefused, naming the line."""
    if len(text) > LONGEST:
        raise RawRefused(say("너무 깁니다.", "It is too long."))
    try:
        raw = json.loads(text, parse_constant=_no_constant)
    except json.JSONDecodeError as error:
        words = say(
            "{line}번째 줄 {column}번째 글자에서 JSON이 끊깁니다.", "The JSON breaks at line {line}, column {column}."
        )
        raise RawRefused(words.fill(line=error.lineno, column=error.colno), error.lineno) from error
    except (ValueError, RecursionError) as error:
        raise RawRefused(say("JSON으로 읽을 수 없습니다.", "It cannot be read as JSON.")) from error
    if not is_storable(raw):
        raise RawRefused(UNSTORABLE)
    if isinstance(raw, dict) and len(raw) == 1 and isinstance(inner := next(iter(raw.values())), dict):
        raw = inner if next(iter(raw)) in _WRAPPERS else raw
    if not isinstance(raw, dict):
        raise RawRefused(say("규칙이 묶음(object)이 아닙니다.", "A rule must be an object."))
    return raw


def _no_constant(name: str) -> NoReturn:
    raise ValueError(name)


def located(text: str, problems: Iterable[Problem]) -> list[Fault]:
    """Each problem at the line of the nearest thing its path names."""
    lines = lines_of(text)
    return [Fault(_nearest(lines, one.path), one.path, one.words, one.warning) for one in problems]


def _nearest(lines: Mapping[str, int], path: str) -> int:
    while path and path not in lines:
        path = path[: max(path.rfind("."), path.rfind("["), 0)]
    return lines.get(path, 1)


def lines_of(text: str) -> dict[str, int]:
    """The line on which each key or item of a JSON text stands, by its path. Of a text that is no JSON, what can be
    told until it breaks."""
    found: dict[str, int] = {}
    with suppress(ValueError, IndexError, RecursionError):
        _Reader(text, found).value(0, "", 0)
    for wrapper in _WRAPPERS:
        inner = {path.removeprefix(f"{wrapper}."): line for path, line in found.items() if path.startswith(wrapper)}
        found = {**inner, **found}
    return found


class _Reader:
    """Walks over a JSON text once and writes down where each key and item begins."""

    def __init__(self, text: str, found: dict[str, int]) -> None:
        self.text, self.found = text, found
        self.line, self.counted = 1, 0
        self.decoder = json.JSONDecoder()

    def value(self, at: int, path: str, depth: int) -> int:
        """From where a value may begin; returns where it ends."""
        at = self._space(at)
        self.found.setdefault(path, self._line(at))
        if depth > DEEPEST:
            raise ValueError(path)
        if self.text[at] == "{":
            return self._members(at, path, depth)
        if self.text[at] == "[":
            return self._items(at, path, depth)
        return self.decoder.raw_decode(self.text, at)[1]

    def _members(self, at: int, path: str, depth: int) -> int:
        at = self._space(at + 1)
        while self.text[at] != "}":
            key, end = self.decoder.raw_decode(self.text, at)
            inner = f"{path}.{key}" if path else key
            self.found[inner] = self._line(at)
            at = self._space(self._after(end, ":"))
            at = self._space(self.value(at, inner, depth + 1))
            if self.text[at] == ",":
                at = self._space(at + 1)
        return at + 1

    def _items(self, at: int, path: str, depth: int) -> int:
        at, index = self._space(at + 1), 0
        while self.text[at] != "]":
            at = self._space(self.value(at, f"{path}[{index}]", depth + 1))
            index += 1
            if self.text[at] == ",":
                at = self._space(at + 1)
        return at + 1

    def _after(self, at: int, sign: str) -> int:
        at = self._space(at)
        if self.text[at] != sign:
            raise ValueError(sign)
        return at + 1

    def _space(self, at: int) -> int:
        found = _SPACE.match(self.text, at)
        return found.end() if found else at

    def _line(self, at: int) -> int:
        self.line += self.text.count("\n", self.counted, at)
        self.counted = at
        return self.line
