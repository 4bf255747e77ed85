"""Taking triggers, automations, macros and views of a Zendesk account into the database: rules and macros as drafts."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from sqlalchemy.orm import Session

from app import clock
from app.errors import Refusal
from app.language.ids import NamedId
from app.macros.definition import MacroDefinition, MacroRefused
from app.macros.definition import problems as macro_problems
from app.macros.known import told
from app.macros.macro import missing_languages, missing_words
from app.macros.macro import save as save_macro
from app.macros.macro import unknown_ids as unknown_of_macro
from app.macros.model import Macro, MacroState
from app.macros.storable import refuse_unstorable
from app.rules.counterpart import Counterparts, is_same, number_in, with_ids
from app.rules.definition import RuleRefused, problems
from app.rules.exchange import Incoming
from app.rules.model import Rule, RuleKind, RuleState, TwinState
from app.rules.rule import save, unknown_in
from app.views.definition import ViewDefinition, ViewRefused
from app.views.definition import problems as view_problems
from app.views.model import View
from app.views.view import save as save_view
from app.views.view import unknown_in as unknown_of_view
from app.words import Words, say

WHY = "import"


class What(StrEnum):
    new = "new"
    changed = "changed"
    same = "same"


@dataclass(frozen=True, slots=True)
class Taken:
    path: str
    kind: str
    title: str
    what: What
    warnings: tuple[Words, ...] = ()


@dataclass(frozen=True, slots=True)
class Left:
    """One fault of one row. `path` leads to the value in the file: "triggers[2].conditions.all[0].operator"."""

    path: str
    title: str
    words: Words


@dataclass(slots=True)
class Report:
    taken: list[Taken] = field(default_factory=list)
    refused: list[Left] = field(default_factory=list)
    rows_refused: int = 0
    ignored: list[Left] = field(default_factory=list)


def take(session: Session, incoming: Iterable[Incoming]) -> Report:
    """Writes what is good into the session and reports everything; whether that is committed is the caller's choice.

    A rule or macro that is here already is changed, not doubled (see counterpart.py). Over a live rule comes a draft
    version: what acts stays as it is. A live macro is left alone where it differs: nothing goes live unseen.
    """
    report, here = Report(), Counterparts(session)
    for one in incoming:
        faults_before = len(report.refused)
        _take_one(session, one, report, here)
        report.rows_refused += len(report.refused) > faults_before
    return report


def _take_one(session: Session, one: Incoming, report: Report, here: Counterparts) -> None:
    if one.ignored is not None:
        left = Left(one.path, _title(one.raw), one.ignored)
        (report.refused if _is_row(one) else report.ignored).append(left)
        return
    try:
        refuse_unstorable(one.raw)
        report.taken.append(_TAKEN.get(one.kind, _rule)(session, one, here))
    except (RuleRefused, MacroRefused, ViewRefused) as refused:
        report.refused += [
            Left(_join(one.path, fault.path), _title(one.raw), fault.words)
            for fault in refused.problems
            if not fault.warning
        ]
    except Refusal as refused:
        report.refused.append(Left(one.path, _title(one.raw), refused.words))


def _is_row(one: Incoming) -> bool:
    """A row that should have been a rule, and not a list of something else beside the rules."""
    return one.kind == "unknown" and (not one.path or one.path.endswith("]"))


def _rule(session: Session, one: Incoming, here: Counterparts) -> Taken:
    kind, raw = RuleKind(one.kind), one.raw
    faults = problems(raw, one.kind)
    if any(not fault.warning for fault in faults) or not isinstance(raw, dict):
        raise RuleRefused(faults)
    zendesk_id, earlier = number_in(raw), here.rule(kind, raw)
    what = _what(raw, earlier)
    if earlier is not None and what is What.same:
        rule = earlier
    else:
        rule = _written(session, earlier, kind, with_ids(raw, earlier))
    if zendesk_id is not None or earlier is None:
        rule.zendesk_id = zendesk_id
        rule.twin = _twin(rule, raw)
    session.flush()
    here.take(rule)
    warnings = [fault.words for fault in faults if fault.warning]
    warnings += _unknown_words(unknown_in(session, raw, kind))
    if rule.twin_blocks:
        words = say(
            "Zendesk에서 켜져 있습니다 ({id}). 여기서 켜기 전에 그쪽을 꺼야 합니다.",
            "It is active in Zendesk ({id}): switch it off there before it goes live here.",
        )
        warnings.append(words.fill(id=rule.zendesk_id))
    return Taken(one.path, one.kind, rule.title, what, tuple(warnings))


def _written(session: Session, rule: Rule | None, kind: RuleKind, raw: dict[str, Any]) -> Rule:
    if rule is not None and rule.state is RuleState.retired:
        rule.move_to(RuleState.draft, WHY)
    description = raw.get("description")
    return save(
        session,
        rule,
        title=raw["title"],
        kind=kind,
        definition=raw,
        description=description if isinstance(description, str) else "",
        position=raw.get("position"),
    )


def _what(raw: dict[str, Any], earlier: Rule | Macro | View | None) -> What:
    return What.new if earlier is None else What.same if is_same(raw, earlier) else What.changed


def _twin(rule: Rule, raw: dict[str, Any]) -> TwinState:
    """What somebody decided about a twin that is still active stays decided."""
    if rule.zendesk_id is None:
        return TwinState.none
    if raw.get("active") is False:
        return TwinState.off
    return rule.twin if rule.twin in {TwinState.accepted, TwinState.asked} else TwinState.active


def _macro(session: Session, one: Incoming, here: Counterparts) -> Taken:
    raw = one.raw
    read = MacroDefinition.parse(raw)
    if not isinstance(raw, dict):
        raise MacroRefused(macro_problems(raw))
    macro = here.macro(raw)
    what, raw = _what(raw, macro), with_ids(raw, macro)
    if what is not What.same:
        if macro is not None and macro.state is MacroState.live:
            raise _is_live(macro.title)
        before = {"ko": macro.body_ko, "en": macro.body_en} if macro is not None else {}
        macro = save_macro(
            session,
            macro,
            title=read.title,
            actions=[row.to_json() for row in read.actions],
            bodies={**before, **read.bodies},
            public=read.public,
            key=macro.key if macro is not None else None,
            given=raw,
        )
        macro.zendesk_id = number_in(raw) or macro.zendesk_id
        macro.source, macro.updated_at = raw, clock.now()
        session.flush()
    if macro is None:
        raise MacroRefused(macro_problems(raw))
    here.take(macro)
    missing = missing_words(missing_languages(macro))
    warnings = (*_unknown_words(unknown_of_macro(session, macro)), *((missing,) if missing else ()))
    return Taken(one.path, one.kind, macro.title, what, warnings)


def _view(session: Session, one: Incoming, here: Counterparts) -> Taken:
    raw = one.raw
    read = ViewDefinition.parse(raw)
    if not isinstance(raw, dict):
        raise ViewRefused(view_problems(raw))
    earlier = here.view(raw)
    what, raw = _what(raw, earlier), with_ids(raw, earlier)
    if earlier is not None and what is What.same:
        view = earlier
    else:
        view = save_view(session, earlier, raw, number_in(raw) or (earlier.zendesk_id if earlier else None))
    session.flush()
    here.take(view)
    unknown = unknown_of_view(session, view)
    words = say("여기에 없는 것을 가리킵니다: {unknown}.", "It names what is not known here: {unknown}.")
    return Taken(one.path, one.kind, read.title, what, (words.fill(unknown=told(unknown)),) if unknown else ())


_TAKEN: Mapping[str, Callable[[Session, Incoming, Counterparts], Taken]] = {"macro": _macro, "view": _view}


def _unknown_words(unknown: Sequence[NamedId]) -> list[Words]:
    if not unknown:
        return []
    words = say(
        "여기에 없는 것을 가리킵니다: {unknown}. 고를 때까지 초안으로 둡니다.",
        "It names what is not known here: {unknown}. It stays a draft until that is chosen.",
    )
    return [words.fill(unknown=told(unknown))]


def _is_live(title: str) -> Refusal:
    words = say(
        "「{title}」은 여기서 켜져 있어서 가져온 내용으로 바꾸지 않습니다. 먼저 멈춘 뒤 다시 가져와 주세요.",
        "“{title}” is live here and is not changed by an import. Pause it first, then import again.",
    )
    return Refusal(words.fill(title=title))


def _title(raw: object) -> str:
    title = raw.get("title") if isinstance(raw, dict) else None
    return title if isinstance(title, str) else ""


def _join(path: str, more: str) -> str:
    if not more or more.startswith("["):
        return path + more
    return f"{path}.{more}" if path else more
