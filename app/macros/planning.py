"""From action rows to a Plan: who `current_user` is, what the texts say, which tags come and go."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from urllib.parse import urlencode

from app.language.account import Account
from app.language.action_rows import ActionRow
from app.language.facts_of_ticket import TicketFacts
from app.language.kinds import ValueKind
from app.language.plan import Dropped, Held, Notice, Plan, PlannedComment, RefundWish
from app.language.values import NULL, tags_of, text_of
from app.language.vocabulary import action_of
from app.words import Words, say

NO_SUCH_PERSON = say("이 티켓에는 그 사람이 없습니다.", "The ticket has no such person.")
NO_SUCH_GROUP = say("이 티켓에는 그 그룹이 없습니다.", "The ticket has no such group.")
NO_SUCH_FORM = say("기본 양식을 알 수 없습니다.", "The default form is not known.")

HELD_KINDS = frozenset({ValueKind.sharing_agreement, ValueKind.skills, ValueKind.opaque, ValueKind.schedule})
"""Zendesk's own rules can do these; its API cannot be asked to."""


@dataclass(slots=True)
class Planning:
    """Works through rows in their order; `text` fills placeholders in and may refuse. Used once.

    `default_public` is what a comment is when no row says so.
    """

    facts: TicketFacts
    account: Account
    text: Callable[[str, bool], str]
    macro_id: str | None = None
    language: str = "ko"
    default_public: bool = True
    plan: Plan = field(default_factory=Plan)
    dropped: list[Dropped] = field(default_factory=list)

    def take(self, rows: tuple[ActionRow, ...]) -> None:
        modes = [text_of(row.value) for row in rows if row.field == "comment_mode_is_public"]
        public = modes[-1] != "false" if modes else self.default_public
        for row in rows:
            self.take_row(row, public=public)

    def take_row(self, row: ActionRow, *, public: bool) -> None:
        if row.value == NULL:
            row = replace(row, value="")
        action = action_of(row.field)
        if action is None or action.value_kind in HELD_KINDS or row.field == "satisfaction_score":
            self.join(Plan(held=(Held(row.field, row.value),)))
        elif row.field.startswith("comment_value"):
            self._comment(row, public=public)
        elif action.value_kind in _NOTICES:
            self._notice(row, _NOTICES[action.value_kind])
        elif row.field in _TAKEN:
            _TAKEN[row.field](self, row)
        elif row.field != "comment_mode_is_public":
            self._set(row)

    def join(self, more: Plan) -> None:
        self.plan = self.plan.then(more)

    def drop(self, row: ActionRow, why: Words) -> None:
        self.dropped.append(Dropped(row.field, row.value, why))

    def person(self, word: object) -> str:
        """The id that a word such as `current_user` stands for here, "" when nobody does."""
        text = text_of(word)
        if text == "current_user":
            return self.facts.updater.id if self.facts.updater else ""
        return {"requester_id": self.facts.requester_id or "", "assignee_id": self.facts.assignee_id or ""}.get(
            text, text
        )

    def _set(self, row: ActionRow) -> None:
        value: object = row.value
        if isinstance(value, str):
            value = self.text(value, False)
        elif not isinstance(value, list):
            value = text_of(value)
        self.join(Plan(sets={row.field: value}))

    def _comment(self, row: ActionRow, *, public: bool) -> None:
        html = row.field == "comment_value_html"
        template = row.value[-1] if isinstance(row.value, list) and row.value else row.value
        body = self.text(text_of(template), html)
        self.join(Plan(comments=(PlannedComment(body, public, html, self.macro_id, self.language),)))

    def _notice(self, row: ActionRow, aims: Callable[[Planning, object], tuple[str, ...]]) -> None:
        parts = row.value if isinstance(row.value, list) else [row.value]
        to = aims(self, parts[0]) if row.field != "tweet_requester" else aims(self, "requester_id")
        if not to:
            self.drop(row, NO_SUCH_PERSON)
            return
        sms = row.field.startswith("notification_sms")
        subject = self.text(text_of(parts[1]), False) if len(parts) == 3 and not sms else ""
        sender = text_of(parts[1]) if sms and len(parts) == 3 else ""
        written: object = parts[-1] if len(parts) > 1 or row.field == "tweet_requester" else ""
        body = self._pairs(written) if isinstance(written, list) else self.text(text_of(written), False)
        self.join(Plan(notices=(Notice(row.field, to, body, subject, sender),)))

    def _pairs(self, pairs: list[object]) -> str:
        rows = [pair for pair in pairs if isinstance(pair, list) and len(pair) == 2]
        return urlencode([(text_of(name), self.text(text_of(value), False)) for name, value in rows])


def _people(planning: Planning, word: object) -> tuple[str, ...]:
    text = text_of(word)
    if text == "all_agents":
        return (text,)
    if text == "requester_and_ccs":
        everyone = (planning.facts.requester_id or "", *(planning.facts.cc_ids or ()))
        return tuple(dict.fromkeys(one for one in everyone if one))
    found = planning.person(text)
    return (found,) if found else ()


def _group(planning: Planning, word: object) -> tuple[str, ...]:
    text = text_of(word)
    found = planning.facts.group_id if text == "group_id" else text
    return (found,) if found else ()


def _target(_planning: Planning, word: object) -> tuple[str, ...]:
    return (text_of(word),)


_NOTICES: Mapping[ValueKind, Callable[[Planning, object], tuple[str, ...]]] = MappingProxyType({
    ValueKind.user_message: _people,
    ValueKind.user_sms: _people,
    ValueKind.long_text: _people,
    ValueKind.group_message: _group,
    ValueKind.group_sms: _group,
    ValueKind.target_message: _target,
    ValueKind.webhook_message: _target,
})  # fmt: skip


def _set_tags(planning: Planning, row: ActionRow) -> None:
    """Only adds and removes are planned, so that a tag somebody adds meanwhile stays."""
    wanted = tags_of(row.value)
    had = (planning.facts.tags - planning.plan.remove_tags) | planning.plan.add_tags
    planning.join(Plan(add_tags=wanted, remove_tags=had - wanted))


def _add_tags(planning: Planning, row: ActionRow) -> None:
    planning.join(Plan(add_tags=tags_of(row.value)))


def _remove_tags(planning: Planning, row: ActionRow) -> None:
    planning.join(Plan(remove_tags=tags_of(row.value)))


def _group_id(planning: Planning, row: ActionRow) -> None:
    wanted = text_of(row.value)
    if wanted == "current_groups":
        mine = planning.facts.updater.group_ids if planning.facts.updater else ()
        wanted = mine[0] if mine else ""
        if not wanted:
            planning.drop(row, NO_SUCH_GROUP)
            return
    planning.join(Plan(sets={"group_id": wanted}))


def _assignee_id(planning: Planning, row: ActionRow) -> None:
    wanted = planning.person(row.value)
    if not wanted and text_of(row.value):
        planning.drop(row, NO_SUCH_PERSON)
        return
    planning.join(Plan(sets={"assignee_id": wanted}))


def _ticket_form_id(planning: Planning, row: ActionRow) -> None:
    wanted = text_of(row.value)
    if wanted == "default_ticket_form":
        wanted = planning.account.default_form_id or ""
        if not wanted:
            planning.drop(row, NO_SUCH_FORM)
            return
    planning.join(Plan(sets={"ticket_form_id": wanted}))


def _follower(planning: Planning, row: ActionRow) -> None:
    one = planning.person(row.value)
    planning.join(Plan(followers=(one,))) if one else planning.drop(row, NO_SUCH_PERSON)


def _cc(planning: Planning, row: ActionRow) -> None:
    one = planning.person(row.value)
    planning.join(Plan(ccs=(one,))) if one else planning.drop(row, NO_SUCH_PERSON)


def _request_refund(planning: Planning, row: ActionRow) -> None:
    planning.join(Plan(refunds=(RefundWish(text_of(row.value)),)))


_TAKEN: Mapping[str, Callable[[Planning, ActionRow], None]] = MappingProxyType({
    "set_tags": _set_tags,
    "current_tags": _add_tags,
    "remove_tags": _remove_tags,
    "group_id": _group_id,
    "assignee_id": _assignee_id,
    "ticket_form_id": _ticket_form_id,
    "follower": _follower,
    "cc": _cc,
    "request_refund": _request_refund,
})  # fmt: skip
