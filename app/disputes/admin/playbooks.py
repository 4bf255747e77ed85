"""The screen of playbooks: for each kind what is in force, and the drafts that came out of emergencies."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, request
from flask.typing import ResponseReturnValue
from flask_admin import expose
from sqlalchemy import select
from sqlalchemy.orm import joinedload, selectinload

from app.actor import acting
from app.desk.saving import SEEN
from app.desk.view import DeskView, Tab, needs
from app.disputes.admin.posted import NOTHING_TYPED, Posted, text
from app.disputes.admin.read import choice_of
from app.disputes.emergency.kinds import DutyRole, EmergencyKind
from app.disputes.emergency.model import Emergency
from app.disputes.emergency.playbook import (
    MOST_STEPS,
    Playbook,
    PlaybookState,
    PlaybookVersion,
    Step,
    as_seen,
    draft,
    drop,
    playbook_of,
    publish,
    rewrite,
)  # fmt: skip
from app.errors import Refusal
from app.words import say

EMPTY_ROWS = 3


def _in_force(_view: Any, _context: Any, playbook: Playbook, _name: str) -> str:
    return str(playbook.in_force or "–")


def _drafts(_view: Any, _context: Any, playbook: Playbook, _name: str) -> int:
    return sum(one.state is PlaybookState.draft for one in playbook.versions)


class PlaybookView(Posted, DeskView):
    model = Playbook
    subject = "playbooks"
    label = say("대응 매뉴얼", "Playbooks")
    icon = "book-open"
    can_edit = can_create = can_export = False
    empty = say(
        "아직 없습니다. 긴급이 끝나면 그 기록으로 초안이 생깁니다.",
        "None yet. When an emergency ends, its log becomes a draft.",
    )
    details_template = "disputes/playbook.html"
    list_template = "disputes/playbooks.html"
    tabs = (
        Tab("drafts", say("초안이 있음", "With a draft"),
            lambda: Playbook.versions.any(PlaybookVersion.state == PlaybookState.draft), hot=True),
        Tab("all", say("전체", "All")),
    )  # fmt: skip
    column_list = ("kind", "in_force", "drafts", "created_at")
    column_details_list = ("kind", "created_at")
    column_labels = {
        "kind": say("무엇", "What"),
        "in_force": say("시행 중", "In force"),
        "drafts": say("초안", "Drafts"),
        "created_at": say("만든 때", "Made"),
    }
    column_formatters = {"in_force": _in_force, "drafts": _drafts}
    column_default_sort = "kind"
    column_sortable_list = ("kind", "created_at")

    def get_query(self) -> Any:
        return super().get_query().options(selectinload(Playbook.versions))

    def title_of(self, record: Playbook) -> str:
        return self._title(record)

    def _title(self, record: Playbook) -> str:
        return str(self._get_list_value(None, record, "kind", {}, {}).striptags())

    def kinds(self) -> list[EmergencyKind]:
        return list(EmergencyKind)

    def render(self, template: str, **more: Any) -> str:
        if template == self.details_template:
            more = {"typed": NOTHING_TYPED} | more
            more |= self._page(more["model"], more["typed"])
        return super().render(template, **more)

    def _page(self, playbook: Playbook, typed: Any) -> dict[str, Any]:
        session = self.session.session
        versions = session.scalars(
            select(PlaybookVersion)
            .where(PlaybookVersion.playbook_id == playbook.id)
            .options(joinedload(PlaybookVersion.written_by), joinedload(PlaybookVersion.published_by))
            .order_by(PlaybookVersion.number.desc())
        ).all()
        made_from = {one.made_from_id for one in versions if one.made_from_id is not None}
        emergencies = {one.id: one for one in self.seen_of(Emergency).filter(Emergency.id.in_(made_from))}
        return {
            "playbook": playbook,
            "versions": versions,
            "emergencies": emergencies,
            "roles": list(DutyRole),
            "empty_rows": EMPTY_ROWS,
            "typed_steps": _typed_steps() if typed.form == "rewrite" else None,
        }

    def may_publish(self, version: PlaybookVersion) -> bool:
        """Whether the button is shown: not to who wrote it."""
        return acting().may("playbooks.publish") and acting().id != version.written_by_id

    @expose("/begin/", methods=("POST",))
    @needs("playbooks.edit")
    def begin_view(self) -> ResponseReturnValue:
        """A new draft of a kind, from what is in force where there is something."""
        session = self.session.session
        playbook = playbook_of(session, choice_of(EmergencyKind, "kind"))
        before = playbook.in_force
        draft(session, playbook, before.all_steps if before is not None else [], before.words if before else [])
        session.commit()
        flash(str(say("초안을 만들었습니다.", "A draft is made.")), "success")
        return redirect(self.get_url(".details_view", id=playbook.id))

    @expose("/rewrite/", methods=("POST",))
    @needs("playbooks.edit")
    def rewrite_view(self) -> ResponseReturnValue:
        def save(playbook: Playbook) -> None:
            version = _version(playbook)
            as_seen(version, request.form.get(SEEN, ""))
            rewrite(version, _steps())

        return self.done("rewrite", save, say("초안을 저장했습니다.", "The draft is saved."))

    @expose("/publish/", methods=("POST",))
    @needs("playbooks.publish")
    def publish_view(self) -> ResponseReturnValue:
        def put(playbook: Playbook) -> None:
            version = _version(playbook)
            as_seen(version, request.form.get(SEEN, ""))
            publish(self.session.session, version)

        return self.done(
            "publish", put, say("시행합니다. 다음 긴급부터 제안됩니다.", "In force: the next emergency is offered it.")
        )

    @expose("/drop/", methods=("POST",))
    @needs("playbooks.edit")
    def drop_view(self) -> ResponseReturnValue:
        return self.done(
            "drop", lambda playbook: drop(_version(playbook)), say("초안을 버렸습니다.", "The draft is dropped.")
        )


def _version(playbook: Playbook) -> PlaybookVersion:
    found = next((one for one in playbook.versions if str(one.id) == text("version")), None)
    if found is None:
        raise Refusal(say("그런 버전이 없습니다.", "There is no such version."))
    return found


def _typed_steps() -> list[dict[str, str]]:
    """The rows of the form as they were typed; empty ones are left out."""
    columns = {name: request.form.getlist(name)[: MOST_STEPS * 2] for name in ("role", "ko", "en", "minutes")}
    rows = [dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=False)]
    return [row for row in rows if row["ko"].strip() or row["en"].strip()]


def _steps() -> list[Step]:
    """In the order of their minutes, those of the same minute as they stand."""
    steps = []
    for place, row in enumerate(_typed_steps(), 1):
        if not row["minutes"].strip().isdecimal() or len(row["minutes"].strip()) > 4:
            words = say("{place}번째 단계의 분을 숫자로 적어 주세요.", "Step {place}: write its minutes as a number.")
            raise Refusal(words.fill(place=place), field="steps")
        if row["role"] not in set(DutyRole):
            raise Refusal(say("역할을 골라 주세요.", "Choose a role."), field="steps")
        steps.append(Step(DutyRole(row["role"]), row["ko"].strip(), row["en"].strip(), int(row["minutes"])))
    return sorted(steps, key=lambda one: one.minutes)
