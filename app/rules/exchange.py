"""Triggers, automations, macros and views to and from Zendesk's JSON, as its API gives them and takes them."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, NoReturn

from app.errors import Refusal
from app.language.conditions import Conditions
from app.language.kinds import Use
from app.language.vocabulary import field_of
from app.macros.definition import MacroDefinition
from app.rules.definition import RuleDefinition
from app.views.definition import ViewDefinition
from app.words import Words, say

KINDS: Mapping[str, str] = {"triggers": "trigger", "automations": "automation", "macros": "macro", "views": "view"}
OF_ACCOUNT = ("url", "id", "created_at", "updated_at")
"""What the account gives a rule: not part of what it means."""
LARGEST = 20_000_000
"""Characters of one file."""

_UNKNOWN_LIST = say("“{name}”은(는) 규칙의 목록이 아닙니다.", "“{name}” is not a list of rules.")
_NOT_A_RULE = say("규칙도 매크로도 보기도 아닙니다.", "It is no rule, no macro and no view.")
_PAGING = frozenset({"next_page", "previous_page", "count", "meta", "links", "end_of_stream", "users", "groups"})


@dataclass(frozen=True, slots=True)
class Incoming:
    """One thing that a file holds. `kind`: trigger, automation, macro, view or unknown; `path`: "triggers[3]".

    `ignored`: why it is not taken, None when it is. Whether it is a good rule is not looked at here.
    """

    kind: str
    raw: object
    path: str
    ignored: Words | None = None


def read(given: str | bytes | object) -> list[Incoming]:
    """What a file or an already decoded reply holds. Refuses what is no JSON or nothing of rules at all.

    Takes {"triggers": [...]} and the like, several kinds in one, {"trigger": {...}}, a bare rule, or a list of these.
    A bare rule's kind is told by what it has.
    """
    raw = _decoded(given) if isinstance(given, str | bytes) else given
    found: list[Incoming] = []
    if isinstance(raw, list):
        found = [one for index, row in enumerate(raw) for one in _one(row, f"[{index}]")]
    elif isinstance(raw, dict):
        found = _one(raw, "")
    holds_none = not isinstance(raw, list | dict) or (bool(found) and all(one.kind == "unknown" for one in found))
    if holds_none:
        raise Refusal(say("파일에 규칙이 없습니다.", "The file holds no rules."))
    return found


def write(
    rules: Iterable[RuleDefinition], macros: Iterable[MacroDefinition] = (), views: Iterable[ViewDefinition] = ()
) -> dict[str, Any]:
    """Everything in one object of lists, each in the order given, normalised: importing it again is the same."""
    written: dict[str, list[dict[str, Any]]] = {name: [] for name in KINDS}
    for rule in rules:
        written["triggers" if rule.kind is Use.trigger else "automations"].append(normalised(rule.to_json()))
    for macro in macros:
        written["macros"].append(normalised(macro.to_json()))
    written["views"] += [normalised(view.to_json()) for view in views]
    return {kind: rows for kind, rows in sorted(written.items()) if rows}


def normalised(raw: Mapping[str, Any]) -> dict[str, Any]:
    """Without what the account gave it, keys in order at every depth."""
    ordered: dict[str, Any] = _sorted({key: value for key, value in raw.items() if key not in OF_ACCOUNT})
    return ordered


def to_text(written: Mapping[str, Any]) -> str:
    """As a file: readable, Korean as Korean, the same for the same content."""
    return json.dumps(written, ensure_ascii=False, indent=2, sort_keys=True) + "\n"


def _sorted(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _sorted(value[key]) for key in sorted(value)}
    return [_sorted(one) for one in value] if isinstance(value, list) else value


def _decoded(text: str | bytes) -> object:
    if len(text) > LARGEST:
        raise Refusal(say("파일이 너무 큽니다.", "The file is too large."))
    try:
        # A file saved by Excel or Notepad begins with a mark that JSON does not know.
        plain = text.decode("utf-8-sig") if isinstance(text, bytes) else text.removeprefix("\ufeff")
        return json.loads(plain, parse_constant=_no_constant)
    except json.JSONDecodeError as error:
        words = say("JSON이 아닙니다: {line}행 {column}열.", "It is not JSON: line {line}, column {column}.")
        raise Refusal(words.fill(line=error.lineno, column=error.colno)) from error
    except UnicodeDecodeError as error:
        raise Refusal(say("UTF-8로 저장된 파일이 아닙니다.", "The file is not saved as UTF-8.")) from error
    except (RecursionError, ValueError) as error:
        raise Refusal(say("JSON으로 읽을 수 없습니다.", "It cannot be read as JSON.")) from error


def _no_constant(name: str) -> NoReturn:
    raise ValueError(name)


_NOT_A_LIST = say("{name}은(는) 목록이어야 합니다.", "{name} must be a list.")


def _several(raw: dict[str, Any]) -> list[Incoming] | None:
    """The lists and single wrappers of a reply; None when it is none, so a bare rule."""
    found: list[Incoming] = []
    singles = {kind: name for name, kind in KINDS.items()}
    if not any(name in KINDS or (name in singles and isinstance(raw[name], dict)) for name in raw):
        return None
    for name, value in raw.items():
        if name in KINDS and isinstance(value, list):
            found += [_incoming(KINDS[name], row, f"{name}[{index}]") for index, row in enumerate(value)]
        elif name in KINDS:
            raise Refusal(_NOT_A_LIST.fill(name=name))
        elif name in singles and isinstance(value, dict):
            found.append(_incoming(name, value, name))
        elif name not in _PAGING:
            found.append(Incoming("unknown", value, name, _UNKNOWN_LIST.fill(name=name[:60])))
    return found


def _one(raw: object, path: str) -> list[Incoming]:
    if not isinstance(raw, dict):
        return [Incoming("unknown", raw, path, _NOT_A_RULE)]
    wrapped = _several(raw)
    if wrapped is not None:
        return [Incoming(one.kind, one.raw, f"{path}.{one.path}".lstrip("."), one.ignored) for one in wrapped]
    return [_incoming(_kind_of(raw), raw, path)]


def _incoming(kind: str, raw: object, path: str) -> Incoming:
    return Incoming(kind, raw, path, _NOT_A_RULE if kind == "unknown" else None)


def _kind_of(raw: dict[str, Any]) -> str:
    if "execution" in raw:
        return "view"
    if "actions" not in raw:
        return "unknown"
    if "conditions" not in raw and "all" not in raw and "any" not in raw:
        return "macro"
    try:
        rows = Conditions.parse(raw).all
    except Refusal:
        return "trigger"
    # A condition of ours on time may stand in a trigger too; only Zendesk's hours make an automation for sure.
    known = (field_of(row.field) for row in rows)
    return "automation" if any(one is not None and one.only_in_all for one in known) else "trigger"
