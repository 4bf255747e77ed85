"""Policies and their versions: written as a decision table, published once, compared, tried out."""

from __future__ import annotations

from typing import Any

from flask import abort, flash, redirect, request
from flask.typing import ResponseReturnValue
from flask_admin import expose
from sqlalchemy import select
from sqlalchemy.orm import selectinload
from wtforms import TextAreaField
from wtforms.validators import InputRequired, Length, Regexp

from app import clock
from app.actor import acting
from app.audit.trail import because
from app.desk.fields import SeoulTimeField, id_in
from app.desk.saving import SEEN
from app.desk.shown import chip, when
from app.desk.view import DeskView, Tab, needs
from app.errors import Refusal
from app.policies.compare import Compared, compared
from app.policies.extra_sentences import Sentence
from app.policies.model import BoundBy, Policy, PolicyVersion, Product, VersionState
from app.policies.reads import Readers, confirm, readers_of
from app.policies.sentences import sentences
from app.policies.terms import read_terms
from app.policies.terms_field import TermsField
from app.policies.versions import (
    OPEN,
    add_draft,
    ask,
    change_draft,
    draft_like,
    last_published,
    must_not_move,
    open_draft,
    publish,
    send_back,
    withdraw,
)
from app.words import say

KEY = r"[a-z0-9]+([_-][a-z0-9]+)*"
OF_VERSION = ("valid_from", "text_ko", "text_en", "terms")
OF_POLICY = ("key", "name_ko", "name_en", "product", "city", "gateway", "channel", "bound_by")
DONE = {
    ask: say(
        "승인을 요청했습니다. 다른 매니저의 할 일에 올라갑니다.", "Asked. It is among the other managers' to-dos."
    ),
    publish: say("시행했습니다. 이 버전은 이제 바뀌지 않습니다.", "Published. This version does not change any more."),
    send_back: say("초안으로 돌려보냈습니다.", "Sent back as a draft."),
    confirm: say("읽음을 확인했습니다.", "Noted that you have read it."),
    withdraw: say("초안을 철회했습니다.", "The draft is withdrawn."),
}


def _in_force(_view: Any, _context: Any, policy: Policy, _name: str) -> Any:
    version = last_published(policy)
    return "" if version is None else f"v{version.number} · {when(version.valid_from)}"


def _newest(_view: Any, _context: Any, policy: Policy, _name: str) -> Any:
    return chip(policy.versions[-1].state) if policy.versions else ""


def _where(_view: Any, _context: Any, policy: Policy, _name: str) -> str:
    named = [part for part in (policy.city, policy.gateway, policy.channel) if part]
    return " · ".join(named) or str(say("모든 예약", "Every booking"))


class PolicyView(DeskView):
    """The form of a policy holds its open draft too: a new one makes both."""

    model = Policy
    subject = "policies"
    label = say("정책", "Policies")
    icon = "book-open"
    empty = say("아직 정책이 없습니다.", "There is no policy yet.")
    details_template = "policies/details.html"
    create_template, edit_template = "policies/create.html", "policies/edit.html"
    tabs = (
        Tab("home_cleaning", say("방문 청소", "Home cleaning"), lambda: Policy.product == Product.home_cleaning),
        Tab("mid_term_housing", say("중기 숙박", "Mid-term"), lambda: Policy.product == Product.mid_term_housing),
        Tab("drafts", say("초안 있음", "With a draft"),
            lambda: Policy.versions.any(PolicyVersion.state.in_(OPEN))),
        Tab("asked", say("승인 대기", "Waiting for approval"),
            lambda: Policy.versions.any(PolicyVersion.state == VersionState.asked), hot=True),
    )  # fmt: skip
    column_list = ("name_ko", "name_en", "product", "where", "in_force", "newest")
    column_details_list = ("key", "name_ko", "name_en", "product", "city", "gateway", "channel", "bound_by",
                           "created_at")  # fmt: skip
    column_labels = {
        "key": say("고유 이름", "Key"),
        "name_ko": say("이름 (한국어)", "Name (Korean)"),
        "name_en": say("이름 (영어)", "Name (English)"),
        "product": say("상품", "Product"),
        "city": say("도시", "City"),
        "gateway": say("결제사", "Gateway"),
        "channel": say("채널", "Channel"),
        "bound_by": say("버전을 정하는 시각", "Version decided by"),
        "where": say("적용 범위", "Where"),
        "in_force": say("시행 중", "In force"),
        "newest": say("마지막 버전", "Newest version"),
        "created_at": say("만든 때", "Created"),
        "valid_from": say("시행 시각 (한국)", "In force from (Seoul)"),
        "text_ko": say("조항 (한국어)", "Clauses (Korean)"),
        "text_en": say("조항 (영어)", "Clauses (English)"),
        "terms": say("조건", "Terms"),
    }
    column_descriptions = {
        "key": say("소문자, 숫자, 붙임표. 예: mid-term-v2", "Small letters, digits, hyphens, as in mid-term-v2."),
        "city": say("비우면 모든 도시", "Empty: every city"),
        "gateway": say("비우면 모든 결제사", "Empty: every gateway"),
        "channel": say("비우면 모든 채널", "Empty: every channel"),
        "bound_by": say(
            "예약의 어느 시각에 시행 중인 버전이 적용되는가", "At which of a booking's moments it must be in force"
        ),
        "valid_from": say(
            "이 시각부터 결제(또는 계약)한 예약에 적용됩니다.", "It binds bookings paid (or made) from then on."
        ),
    }
    column_formatters = {"where": _where, "in_force": _in_force, "newest": _newest}
    column_export_list = (
        "key",
        "name_ko",
        "name_en",
        "product",
        "city",
        "gateway",
        "channel",
        "bound_by",
        "created_at",
    )
    column_sortable_list = ("name_ko", "name_en", "product")
    column_searchable_list = ("key", "name_ko", "name_en")
    column_filters = ("product", "city", "gateway", "channel")
    column_default_sort = "name_ko"
    form_columns = (*OF_POLICY, *OF_VERSION)
    form_args = {
        "bound_by": {"default": BoundBy.paid},
        "key": {
            "validators": [
                InputRequired(),
                Regexp(
                    f"^{KEY}$", message=say("소문자, 숫자, 붙임표로 적어 주세요.", "Small letters, digits, hyphens.")
                ),
            ]
        },
    }
    form_extra_fields = {
        "valid_from": SeoulTimeField(
            column_labels["valid_from"], [InputRequired()], description=column_descriptions["valid_from"]
        ),
        "text_ko": TextAreaField(column_labels["text_ko"], [Length(max=20_000)], render_kw={"rows": 5}),
        "text_en": TextAreaField(column_labels["text_en"], [Length(max=20_000)], render_kw={"rows": 5}),
        "terms": TermsField(column_labels["terms"]),
    }

    # ------------------------------------------------------------------------------------------- what templates ask
    def sentences_of(self, version: PolicyVersion) -> list[Sentence]:
        return sentences(read_terms(version.terms))

    def compared(self, policy: Policy) -> Compared | None:
        """The two versions named by ?a= and ?b=, else the newest two; None while there is one only."""
        by_number = {str(version.number): version for version in policy.versions}
        newest = [*by_number][-2:]
        if len(newest) < 2:
            return None
        was = by_number.get(request.args.get("a", ""), by_number[newest[0]])
        return compared(was, by_number.get(request.args.get("b", ""), by_number[newest[1]]))

    def readers(self, policy: Policy) -> dict[int, Readers]:
        """By the number of each published version."""
        return readers_of(self.session.session, policy)

    def may_publish(self, version: PolicyVersion) -> bool:
        return self.may("publish_view") and version.state is VersionState.asked and not self.wrote(version)

    def wrote(self, version: PolicyVersion) -> bool:
        return acting().id in {*version.hand_ids, version.author_id}

    def draft_of(self, policy: Policy) -> PolicyVersion | None:
        return open_draft(policy)

    def get_query(self) -> Any:
        return super().get_query().options(selectinload(Policy.versions).selectinload(PolicyVersion.reads))

    # -------------------------------------------------------------------------------------------------------- forms
    def create_form(self, obj: Any = None) -> Any:
        form = super().create_form(obj)
        if request.method == "GET":
            form.valid_from.data = clock.now().replace(second=0, microsecond=0)
        return form

    def edit_form(self, obj: Any = None) -> Any:
        """With the fields of the open draft, or without when every version is published."""
        form = super().edit_form(obj)
        draft = open_draft(obj) if obj is not None else None
        for name in OF_VERSION:
            if draft is None:
                del form[name]
            elif request.method == "GET":
                form[name].process(None, getattr(draft, name))
        return form

    def create_model(self, form: Any) -> Any:
        made: list[Policy] = []

        def make() -> None:
            policy = Policy(created_at=clock.now())
            self._fill(form, policy)
            add_draft(policy, **self._draft_in(form))
            self.session.session.add(policy)
            made.append(policy)

        return made[0] if self._commit(form, make) else None

    def update_model(self, form: Any, model: Policy) -> bool:
        if self._is_stale(form, model):
            self._refuse_stale(form, model)
            return False

        def change() -> None:
            with self.session.session.no_autoflush:
                self._fill(form, model)
                must_not_move(model)
            if "terms" in form and (draft := open_draft(model)):
                change_draft(draft, **self._draft_in(form))

        return bool(self._commit(form, change))

    def _fill(self, form: Any, policy: Policy) -> None:
        for name in OF_POLICY:
            value = form[name].data
            setattr(policy, name, value if name in {"product", "bound_by"} else (value or "").strip() or None)

    def _draft_in(self, form: Any) -> dict[str, Any]:
        """The typed draft; its terms were read when the form was checked."""
        return {
            "valid_from": form.valid_from.data,
            "terms": form.terms.terms.to_json(),
            "text_ko": form.text_ko.data or "",
            "text_en": form.text_en.data or "",
        }

    # ----------------------------------------------------------------------------------------------------- versions
    @expose("/draft/", methods=("POST",))
    @needs("policies.edit")
    def draft_view(self) -> ResponseReturnValue:
        """A new draft that begins as the newest version reads, or as `like`; its form opens."""
        policy = self.get_one(request.form.get("id", ""))
        like = request.form.get("like", "")
        try:
            draft_like(policy, id_in(like) or 0 if like else None)
            self.session.session.commit()
        except Refusal as refusal:
            self.session.session.rollback()
            flash(str(refusal), "error")
            return redirect(self.get_url(".details_view", id=policy.id))
        return redirect(self.get_url(".edit_view", id=policy.id))

    @expose("/ask/", methods=("POST",))
    @needs("policies.edit")
    def ask_view(self) -> ResponseReturnValue:
        return self._moved(ask)

    @expose("/publish/", methods=("POST",))
    @needs("policies.publish")
    def publish_view(self) -> ResponseReturnValue:
        return self._moved(lambda version: publish(version, seen=request.form.get(SEEN, "")), done=publish)

    @expose("/send-back/", methods=("POST",))
    @needs("policies.publish")
    def send_back_view(self) -> ResponseReturnValue:
        return self._moved(lambda version: send_back(version, request.form.get("why", "")), done=send_back)

    @expose("/read/", methods=("POST",))
    @needs("policies.view")
    def read_view(self) -> ResponseReturnValue:
        """Whoever may see a policy says to have read a version of it."""
        return self._moved(lambda version: confirm(self.session.session, version), done=confirm)

    @expose("/withdraw/", methods=("POST",))
    @needs("policies.edit")
    def withdraw_view(self) -> ResponseReturnValue:
        return self._moved(withdraw)

    def _moved(self, move: Any, *, done: Any = None) -> ResponseReturnValue:
        policy = self.get_one(request.form.get("id", ""))
        session = self.session.session
        number = id_in(request.form.get("version", "")) or 0
        named = select(PolicyVersion).where(PolicyVersion.policy_id == policy.id, PolicyVersion.number == number)
        version = session.scalar(named.with_for_update().execution_options(populate_existing=True))
        if version is None:
            abort(404)
        try:
            because(session, request.form.get("why", "").strip())
            move(version)
            session.commit()
            flash(str(DONE[done or move]), "success")
        except Refusal as refusal:
            session.rollback()
            flash(str(refusal), "error")
        return redirect(self.get_url(".details_view", id=policy.id))
