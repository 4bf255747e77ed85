"""What publishing a version of a rule asks for, and what of it is missing."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import select
from sqlalchemy.orm import Session

from app import clock
from app.actor import ActorKind, acting
from app.desk.states import named
from app.errors import Refusal
from app.language.ids import named_ids
from app.macros.definition import MacroDefinition
from app.macros.known import told
from app.macros.macro import definition_of as macro_of
from app.macros.model import Macro, MacroState
from app.rules.definition import problems
from app.rules.lint.finding import Level
from app.rules.lint.of_office import look_over
from app.rules.live import as_definition
from app.rules.model import Rule, RuleState, RuleVersion
from app.rules.publication import PublicationState
from app.rules.reach import Reach, reach
from app.rules.rehearsal.seen import seen_rehearsal
from app.rules.unknown import unknown_of
from app.words import Words, say


class Need(StrEnum):
    state = "state"
    understood = "understood"
    ids = "ids"
    lint = "lint"
    twin = "twin"
    rehearsal = "rehearsal"
    second = "second"


@dataclass(frozen=True, slots=True)
class Check:
    """One need. `missing` says what is not there and what to do; None when nothing is. A second person is asked only
    once the rest is there, so that need keeps nobody from asking: see `blockers`."""

    need: Need
    words: Words
    missing: Words | None = None


NOT_RETIRED = say("보관되지 않음", "Not retired")
UNDERSTOOD = say("모든 줄을 이해함", "Every row understood")
IDS_KNOWN = say("가리키는 것이 모두 여기에 있음", "Everything it names is known here")
SOUND = say("살펴본 바 틀린 곳이 없음", "Looked over, and nothing wrong")
TWIN_QUIET = say("Zendesk의 같은 규칙과 겹치지 않음", "No twin acts in Zendesk")
REHEARSED = say("이 판의 연습 결과를 봄", "The rehearsal of this version was looked at")
BEFORE = say("전에 시행된 판이라 다시 연습하지 않아도 됨", "It was live before: no new rehearsal is needed")
SECOND = say("두 번째 사람의 승인", "A second person agrees")
ALONE = say("보내거나 지급하지 않아 혼자 게시할 수 있음", "It neither sends nor pays: one person suffices")


def version_of(rule: Rule, number: int | None = None) -> RuleVersion:
    """The version of that number; the newest where none is told. Refuses one that is not there."""
    found = next((one for one in rule.versions if one.number == (number or rule.number)), None)
    if found is None:
        words = say("규칙 「{title}」에는 {number}판이 없습니다.", "The rule “{title}” has no version {number}.")
        raise Refusal(words.fill(title=rule.title, number=number or rule.number))
    return found


def checklist(session: Session, rule: Rule, version: RuleVersion) -> list[Check]:
    """Everything that publishing `version` asks for, in the order in which one would see to it."""
    checks = [_not_retired(rule), _understood(rule, version)]
    if checks[-1].missing is None:
        checks += [_ids(session, rule, version), _lint(session, rule, version)]
    checks.append(Check(Need.twin, TWIN_QUIET, twin_words(rule)))
    checks.append(_rehearsal(session, rule, version))
    if checks[1].missing is None:
        checks.append(_second(session, rule, version))
    return checks


def blockers(session: Session, rule: Rule, version: RuleVersion | None = None) -> list[Words]:
    """What keeps a version (the newest, where none is told) from being published, in words; empty when nothing does.

    The system itself (demo, set-up) publishes unseen.
    """
    missing = [
        one
        for one in checklist(session, rule, version or version_of(rule))
        if one.missing is not None and one.need is not Need.second
    ]
    if acting().kind is not ActorKind.person:
        missing = [one for one in missing if one.need is not Need.rehearsal]
    return [one.missing for one in missing if one.missing is not None]


def reach_of(session: Session, rule: Rule, version: RuleVersion) -> frozenset[Reach]:
    """Whether the version sends something to somebody or pays; what cannot be read does neither."""
    try:
        definition = as_definition(rule, version)
    except Refusal:
        return frozenset()
    return reach(definition, live_macros(session))


def live_macros(session: Session) -> dict[str, MacroDefinition]:
    """By their id as text; one that is not understood is left out."""
    found: dict[str, MacroDefinition] = {}
    for macro in session.scalars(select(Macro).where(Macro.state == MacroState.live)):
        try:
            found[str(macro.id)] = macro_of(macro)
        except Refusal:
            continue
    return found


def was_live(rule: Rule, number: int) -> bool:
    """Whether that version has been in force at some time: going back to it needs no new rehearsal."""
    at = clock.now()
    return any(
        one.number == number and one.state is PublicationState.published and not one.is_ahead(at)
        for one in rule.publications
    )


def twin_words(rule: Rule) -> Words | None:
    if not rule.twin_blocks:
        return None
    words = say(
        "Zendesk의 {kind} 「{title}」({id})이 아직 켜져 있어서 고객에게 두 번 답할 수 있습니다. "
        "Zendesk에서 끄거나, 둘 다 켜도 된다고 확인해 주세요.",
        "Zendesk's own {kind} “{title}” ({id}) is still active, so customers could be answered twice. "
        "Switch it off there, or accept that both run.",
    )
    return words.fill(kind=named(rule.kind).words, title=rule.title, id=rule.zendesk_id)


def unknown_words(session: Session, rule: Rule, version: RuleVersion) -> Words | None:
    parsed = as_definition(rule, version)
    unknown = unknown_of(session, named_ids(parsed.conditions, parsed.actions))
    if not unknown:
        return None
    words = say(
        "규칙 「{title}」은 여기에 없는 것을 가리켜서 켤 수 없습니다: {unknown}. 고르거나 빼 주세요.",
        "The rule “{title}” names what is not known here and cannot be live: {unknown}. Choose another or remove it.",
    )
    return words.fill(title=version.title, unknown=told(unknown))


def _not_retired(rule: Rule) -> Check:
    if rule.state is not RuleState.retired:
        return Check(Need.state, NOT_RETIRED)
    words = say(
        "규칙 「{title}」은 보관되어 있습니다. 먼저 초안으로 되돌려 주세요.",
        "The rule “{title}” is retired. Make it a draft first.",
    )
    return Check(Need.state, NOT_RETIRED, words.fill(title=rule.title))


def _understood(rule: Rule, version: RuleVersion) -> Check:
    faults = problems({**version.definition, "title": version.title}, rule.kind.value)
    wrong = [one for one in faults if not one.warning]
    if not wrong:
        return Check(Need.understood, UNDERSTOOD)
    words = say(
        "이해하지 못하는 줄이 {count}개 있습니다: {first}",
        "{count} rows are not understood: {first}",
    )
    return Check(Need.understood, UNDERSTOOD, words.fill(count=len(wrong), first=wrong[0].words))


def _ids(session: Session, rule: Rule, version: RuleVersion) -> Check:
    return Check(Need.ids, IDS_KNOWN, unknown_words(session, rule, version))


def _lint(session: Session, rule: Rule, version: RuleVersion) -> Check:
    """Unknown ids and the twin have checks of their own."""
    found = look_over(session, [as_definition(rule, version)])
    wrong = [one for one in found if one.level is Level.error and one.code not in {"unknown_id", "twin"}]
    return Check(Need.lint, SOUND, wrong[0].words if wrong else None)


def _rehearsal(session: Session, rule: Rule, version: RuleVersion) -> Check:
    if was_live(rule, version.number):
        return Check(Need.rehearsal, BEFORE)
    if seen_rehearsal(session, rule.id, version.number) is not None:
        return Check(Need.rehearsal, REHEARSED)
    words = say(
        "{number}판을 지난 티켓으로 연습하고 결과를 봐 주세요. 보지 않은 것은 게시할 수 없습니다.",
        "Rehearse version {number} on past tickets and look at the result: nothing goes live unseen.",
    )
    return Check(Need.rehearsal, REHEARSED, words.fill(number=version.number))


def _second(session: Session, rule: Rule, version: RuleVersion) -> Check:
    found = reach_of(session, rule, version)
    if not found:
        return Check(Need.second, ALONE)
    what = PAYS if Reach.pay in found else SENDS
    return Check(Need.second, SECOND, what)


SENDS = say(
    "고객이나 상담원에게 무언가를 보내는 규칙이라 다른 사람의 승인이 있어야 시행됩니다.",
    "It sends something to people, so another person must agree before it acts.",
)
PAYS = say(
    "돈에 닿는 규칙이라 다른 사람의 승인이 있어야 시행됩니다.",
    "It touches money, so another person must agree before it acts.",
)
