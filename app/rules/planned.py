"""What a decision would do to a ticket, line by line for a person, each text in both languages. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import zip_longest

from app.language.kinds import Use
from app.macros.controls import Pickers
from app.macros.sentences import action_sentence
from app.rules.decide import Decision
from app.rules.findings import CARRIED
from app.words import Words, say

HELD = say("실행 기록에만 남고 나가지 않습니다", "only written down with the run")
PUBLIC, INTERNAL = say("공개 답변", "Public comment"), say("내부 메모", "Internal note")
NOT_DONE = say("하지 못함", "Not done")
NOBODY = say("", "")


@dataclass(frozen=True, slots=True)
class PlannedLine:
    """`texts`: final words by language; `note`: why it stays undone. `done` False: it changes nothing or is held."""

    label: Words
    value: Words = NOBODY
    texts: Mapping[str, str] = field(default_factory=dict)
    note: Words | None = None
    done: bool = True


def planned(by_language: Mapping[str, Decision], use: Use, pickers: Pickers) -> list[PlannedLine]:
    """`by_language`: the same rule on the same ticket, answered in "ko" and in "en"."""
    one = next(iter(by_language.values()))
    if one.refused is not None:
        return [PlannedLine(NOT_DONE, one.refused, done=False)]
    return [*_changes(by_language, use, pickers), *_said(by_language, use, pickers), *_left(one, use, pickers)]


def _changes(by_language: Mapping[str, Decision], use: Use, pickers: Pickers) -> Iterator[PlannedLine]:
    plan = next(iter(by_language.values())).plan
    for key, value in plan.sets.items():
        others = {language: str(each.plan.sets.get(key, "")) for language, each in by_language.items()}
        if len(set(others.values())) > 1:
            yield PlannedLine(action_sentence({"field": key, "value": value}, use, pickers).label, texts=others)
        else:
            yield _line(key, value, use, pickers)
    for key, tags in (("current_tags", plan.add_tags), ("remove_tags", plan.remove_tags)):
        if tags:
            yield _line(key, " ".join(sorted(tags)), use, pickers)
    for key, people in (("follower", plan.followers), ("cc", plan.ccs)):
        for person in people:
            yield _line(key, person, use, pickers)
    for wish in plan.refunds:
        yield _line("request_refund", wish.reason, use, pickers)


def _said(by_language: Mapping[str, Decision], use: Use, pickers: Pickers) -> Iterator[PlannedLine]:
    comments = zip_longest(*(one.plan.comments for one in by_language.values()))
    for several in comments:
        texts = {language: one.body for language, one in zip(by_language, several, strict=True) if one is not None}
        first = next(one for one in several if one is not None)
        yield PlannedLine(PUBLIC if first.public else INTERNAL, texts=texts)
    for notices in zip(*(one.plan.notices for one in by_language.values()), strict=False):
        texts = {
            language: "\n\n".join(part for part in (one.subject, one.body) if part)
            for language, one in zip(by_language, notices, strict=True)
        }
        sentence = action_sentence({"field": notices[0].kind, "value": [*notices[0].to, "", ""][:3]}, use, pickers)
        held = notices[0].kind not in CARRIED
        yield PlannedLine(sentence.label, sentence.value, texts, HELD if held else None, done=not held)


def _left(decision: Decision, use: Use, pickers: Pickers) -> Iterator[PlannedLine]:
    for held in decision.plan.held:
        line = _line(held.field, held.value, use, pickers)
        yield PlannedLine(line.label, line.value, note=HELD, done=False)
    for dropped in decision.dropped:
        line = _line(dropped.field, dropped.value, use, pickers)
        yield PlannedLine(line.label, line.value, note=dropped.why, done=False)


def _line(key: str, value: object, use: Use, pickers: Pickers) -> PlannedLine:
    sentence = action_sentence({"field": key, "value": value}, use, pickers)
    return PlannedLine(sentence.label, sentence.value)
