"""Macros in the database: saved, put into use, and made ready to answer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app import clock
from app.actor import acting
from app.errors import Refusal
from app.language.action_rows import action_rows
from app.language.conditions import Conditions
from app.language.ids import NamedId, named_ids
from app.macros.definition import MacroDefinition, MacroRefused, problems
from app.macros.known import told, unknown_here
from app.macros.model import Macro, MacroState
from app.words import Words, say

COMMENTS = frozenset({"comment_value", "comment_value_html", "comment_mode_is_public"})
HTML = "comment_value_html"
TITLE_LENGTH = 200
EDIT = "macros.edit"


def definition_of(macro: Macro) -> MacroDefinition:
    """As the pure side takes it: `id` is ours, as rules name it; active when it is in use here."""
    return MacroDefinition(
        title=macro.title,
        actions=action_rows(macro.actions),
        bodies={language: body for language, body in bodies_of(macro).items() if body},
        public=macro.is_public,
        html=any(isinstance(row, dict) and row.get("field") == HTML for row in macro.source.get("actions") or ()),
        active=macro.state is MacroState.live,
        position=macro.source.get("position") or 0,
        id=str(macro.id),
        source=macro.source,
    )


def bodies_of(macro: Macro) -> dict[str, str]:
    return {"ko": macro.body_ko, "en": macro.body_en}


def save(
    session: Session,
    macro: Macro | None,
    *,
    title: str,
    actions: Sequence[Mapping[str, Any]],
    bodies: Mapping[str, str],
    public: bool,
    key: str | None,
    given: Mapping[str, Any] | None = None,
) -> Macro:
    """Writes down a macro, new or changed; the caller commits. Refuses with MacroRefused what is wrong with it, and
    with words a key that another macro has. `given`: the macro as an account has it; one that only says how a comment
    is shown is good there.
    """
    acting().must(EDIT)
    written = [dict(row) for row in actions]
    texts = {language: body for language, body in bodies.items() if body.strip()}
    whole = given if given is not None else {"title": title, "actions": [*written, *_said(texts)]}
    faults = [one for one in problems(whole) if not one.warning]
    faults += [one for one in problems({"title": "-", "actions": [{"field": "status", "value": "open"}],
                                        "bodies": texts or None}) if not one.warning]  # fmt: skip
    if faults:
        raise MacroRefused(faults)
    if len(title) > TITLE_LENGTH:
        raise Refusal(say("제목은 200자까지입니다.", "A title has at most 200 characters."), field="title")
    _refuse_twice(session, macro, key)
    now = clock.now()
    if macro is None:
        macro = Macro(created_at=now, state=MacroState.draft, source={})
        session.add(macro)
    macro.title, macro.key, macro.is_public = title, key, public
    macro.actions, macro.updated_at = written, now
    macro.body_ko, macro.body_en = texts.get("ko", ""), texts.get("en", "")
    return macro


def _said(texts: Mapping[str, str]) -> list[dict[str, str]]:
    """A macro that only answers has no other action; that is no fault."""
    return [{"field": "comment_value", "value": "-"}] if texts else []


def _refuse_twice(session: Session, macro: Macro | None, key: str | None) -> None:
    own = macro.id if macro is not None else 0
    with session.no_autoflush:
        other = session.scalar(select(Macro.title).where(Macro.key == key, Macro.id != own)) if key else None
    if other is not None:
        words = say("이 이름표는 매크로 「{title}」이 쓰고 있습니다.", "The macro “{title}” has this key.")
        raise Refusal(words.fill(title=other), field="key")


def put_into_use(session: Session, macro: Macro, why: str = "") -> None:
    """Draft → live. Refuses while it names what is not known here; the caller commits."""
    acting().must(EDIT)
    unknown = unknown_ids(session, macro)
    if unknown:
        words = say(
            "매크로 「{title}」은 여기에 없는 것을 가리켜서 켤 수 없습니다: {unknown}. 고르거나 빼 주세요.",
            "The macro “{title}” names what is not known here and cannot go live: {unknown}. "
            "Choose another or remove it.",
        )
        raise Refusal(words.fill(title=macro.title, unknown=told(unknown)))
    macro.move_to(MacroState.live, why)


def move(macro: Macro, now: MacroState, why: str = "") -> None:
    """Every move but into use."""
    acting().must(EDIT)
    macro.move_to(now, why)


def unknown_ids(session: Session, macro: Macro) -> list[NamedId]:
    return unknown_here(session, named_ids(Conditions(), action_rows(macro.actions)))


def missing_languages(macro: Macro) -> list[str]:
    """Of a macro that answers: the languages it cannot answer in."""
    bodies = bodies_of(macro)
    return [language for language, body in bodies.items() if not body.strip()] if any(bodies.values()) else []


def missing_words(languages: Sequence[str]) -> Words | None:
    """The warning, or None when nothing is missing."""
    if not languages:
        return None
    return {
        "ko": say(
            "한국어 문구가 없습니다. 한국어 고객에게 영어로 나갑니다.",
            "There is no Korean text: Korean customers get English.",
        ),
        "en": say(
            "영어 문구가 없습니다. 영어 고객에게 한국어로 나갑니다.",
            "There is no English text: English customers get Korean.",
        ),
    }[languages[0]]
