"""What can be wrong with one rule by itself. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import combinations

from app.language.conditions import Condition
from app.language.kinds import Use
from app.language.shape import How
from app.language.values import text_of
from app.macros.definition import LANGUAGES
from app.macros.known import told
from app.macros.macro import missing_words
from app.rules.definition import problems
from app.rules.lint.atoms import IsAmong, Stands, atom_of
from app.rules.lint.effects import TAGS
from app.rules.lint.finding import Finding, Level
from app.rules.lint.meeting import Sat, meet, together
from app.rules.lint.subject import Known, Read
from app.words import Words, say

_HOURS = frozenset({How.hours, How.business_hours})
_HANGUL = re.compile("[가-힣]")
_TEXTS = frozenset({"notification_user", "comment_value", "comment_value_html"})


def alone(one: Read, known: Known) -> Iterator[Finding]:
    yield from _dead(one)
    yield from _unknown(one)
    yield from _languages(one, known)
    yield from _endless(one)
    yield from _warned(one)
    if one.subject.twin and one.subject.acts and not one.subject.native:
        words = say(
            "같은 규칙이 Zendesk에서도 켜져 있어서 두 번 답할 수 있습니다.",
            "The rule of the same origin is active in Zendesk too: customers could be answered twice.",
        )
        yield Finding(Level.error, "twin", words, (one.id,))


def unknown_tags(one: Read, known: Known, made: frozenset[str]) -> Iterator[Finding]:
    """Tags that it asks for, that no ticket has and no rule gives."""
    if known.tags is None:
        return
    for path, row in _rows(one):
        atom = atom_of(row)
        if row.field != TAGS or not isinstance(atom, IsAmong) or not atom.expected:
            continue
        strange = sorted(str(tag) for tag in atom.wanted if tag not in known.tags and tag not in made)
        if strange:
            words = say(
                "태그 {tags}은(는) 최근 티켓에 없고 붙이는 규칙도 없습니다.",
                "No recent ticket has the tag {tags}, and no rule gives it.",
            )
            yield Finding(Level.warning, "unknown_tag", words.fill(tags=", ".join(strange)), (one.id,), path, may=True)


def _dead(one: Read) -> Iterator[Finding]:
    if meet([one.parts]) is not Sat.no:
        return
    words, path = say("이 조건은 절대 맞을 수 없습니다.", "These conditions can never be met."), "conditions"
    rows = [(f"conditions.all[{index}]", row) for index, row in enumerate(one.subject.rule.conditions.all)]
    for path_of_row, row in rows:
        if together([atom_of(row)]) is Sat.no:
            words, path = say("이 조건은 절대 맞을 수 없습니다.", "This condition can never be met."), path_of_row
            break
    else:
        for (first, row), (second, other) in combinations(rows, 2):
            if together([atom_of(row), atom_of(other)]) is Sat.no:
                words = say(
                    "{first}행과 {second}행은 함께 맞을 수 없어서 이 규칙은 실행되지 않습니다.",
                    "Rows {first} and {second} cannot both be met, so this rule never fires.",
                ).fill(first=_number(first), second=_number(second))
                path = second
                break
    yield Finding(Level.error, "dead", words, (one.id,), path)


def _unknown(one: Read) -> Iterator[Finding]:
    for named in one.subject.unknown:
        words = say("여기에 없는 것을 가리킵니다: {what}.", "It names what is not known here: {what}.")
        yield Finding(Level.error, "unknown_id", words.fill(what=told([named])), (one.id,), named.path)


def _languages(one: Read, known: Known) -> Iterator[Finding]:
    for index, row in enumerate(one.subject.rule.actions):
        path = f"actions[{index}].value"
        macro = known.macros.get(text_of(row.value)) if row.field == "macro" else None
        if macro is not None and any(macro.bodies.values()):
            missing = [language for language in LANGUAGES if not macro.bodies.get(language, "").strip()]
            words = missing_words(missing)
            if words is not None:
                told_of = say("매크로 「{title}」: ", "Macro “{title}”: ").fill(title=macro.title) + words
                yield Finding(Level.warning, "missing_language", told_of, (one.id,), path)
        elif row.field in _TEXTS and _one_language(row.value):
            words = say(
                "한 언어로만 적혀 있습니다. 매크로나 동적 콘텐츠를 쓰면 고객의 언어로 나갑니다.",
                "It is written in one language. With a macro or dynamic content it goes out in the customer's.",
            )
            yield Finding(Level.note, "one_language", words, (one.id,), path)


def _one_language(value: object) -> bool:
    """Whether what a customer gets is fixed text, with nothing in it that could follow their language."""
    if isinstance(value, list) and value and "requester" not in str(value[0]):
        return False
    text = text_of(value[-1]) if isinstance(value, list) and value else text_of(value)
    follows = "{{dc." in text.replace(" ", "") or "{%" in text
    return bool(text.strip()) and not follows and bool(_HANGUL.search(text)) is not bool(re.search("[A-Za-z]{4}", text))


def _endless(one: Read) -> Iterator[Finding]:
    """An automation that its own work does not end."""
    if one.subject.rule.kind is not Use.automation or not (one.effects.fields or one.effects.speaks):
        return
    for atom in one.parts.all:
        if isinstance(atom, Stands) and atom.how in _HOURS and (atom.operator == "is" or _reset(atom)):
            return
    still = one.meets_after(one)
    if still is not Sat.no:
        words = say(
            "이 동작을 해도 조건이 그대로 맞습니다. 끝내는 동작(태그를 붙이고 조건에서 그 태그를 빼는 것 등)을 두세요.",
            "Its conditions still hold after its actions. Add one that ends it, say a tag that a condition excludes.",
        )
        yield Finding(Level.warning, "never_ends", words, (one.id,), "actions", may=still is Sat.may)


def _reset(atom: Stands) -> bool:
    """Any change that it makes begins "hours since update" anew."""
    return atom.field == "updated_at" and atom.operator.startswith("greater_than")


def _warned(one: Read) -> Iterator[Finding]:
    """What reading the rule warns of; that an automation may not end is told more exactly here."""
    raw = one.subject.rule.to_json()
    for fault in problems(raw, one.subject.rule.kind.value):
        if fault.warning and fault.path != "actions":
            yield Finding(Level.warning, "advice", fault.words, (one.id,), fault.path)


def _rows(one: Read) -> Iterator[tuple[str, Condition]]:
    conditions = one.subject.rule.conditions
    for group, rows in (("all", conditions.all), ("any", conditions.any)):
        for index, row in enumerate(rows):
            yield f"conditions.{group}[{index}]", row


def _number(path: str) -> Words:
    number = str(int(path.rpartition("[")[2].rstrip("]")) + 1)
    return say(number, number)
