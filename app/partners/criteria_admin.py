"""The screens of what partners must prove, and of how many warnings are too many."""

from __future__ import annotations

from typing import Any

from flask import flash
from sqlalchemy import select
from sqlalchemy.orm import joinedload, selectinload
from wtforms.validators import InputRequired, Length, NumberRange, Optional

from app import clock
from app.actor import acting
from app.desk.view import DeskView, Tab
from app.errors import Refusal
from app.facts import Fact, announce
from app.partners.criteria import Criterion
from app.partners.fitness import Fit, look
from app.partners.incidents import LONGEST_DAYS, WarningLimit
from app.partners.kinds import AT_WORK
from app.partners.model import Partner
from app.words import say

ALL = say("모두", "All")


def must_be_of_own_cities(city: str | None, field: str) -> None:
    """Whoever looks after some cities decides for those alone."""
    mine = acting().cities
    if mine and city not in mine:
        words = say("맡은 도시({mine})에서만 정할 수 있습니다.", "You decide for your own cities alone ({mine}).")
        raise Refusal(words.fill(mine=", ".join(sorted(mine))), field=field)


def must_be_of_the_house(field: str) -> None:
    if acting().vendor_id is not None:
        words = say("협력사 사용자는 기준을 바꿀 수 없습니다.", "A vendor's people cannot change what is asked for.")
        raise Refusal(words, field=field)


def _all(_view: Any, _context: Any, row: Any, name: str) -> Any:
    return getattr(row, name) or str(ALL)


def _months(_view: Any, _context: Any, criterion: Criterion, _name: str) -> str:
    if criterion.months is None:
        return str(say("계속", "For ever"))
    return str(say(f"{criterion.months}개월", f"{criterion.months} months"))


class CriterionView(DeskView):
    model = Criterion
    subject = "partners"
    endpoint = "criteria"
    label = say("자격 기준", "Criteria")
    icon = "clipboard-check"
    empty = say(
        "아직 자격 기준이 없습니다. 그동안은 보험만 있으면 활동할 수 있습니다.",
        "There are no criteria yet. Until then insurance is all that is asked for.",
    )
    scope_city, scope_vendor = "city", "*"
    find_by = ("name_ko", "name_en")
    tabs = (
        Tab("used", say("사용 중", "In use"), lambda: Criterion.is_active.is_(True)),
        Tab("unused", say("쓰지 않음", "Not in use"), lambda: Criterion.is_active.is_(False)),
    )
    column_list = ("name_ko", "name_en", "kind", "product", "city", "needs_document", "months", "binds_from")
    column_details_list = (*column_list, "proof_ko", "proof_en", "is_active", "created_at")
    column_labels = {
        "name_ko": say("이름 (한국어)", "Name (Korean)"),
        "name_en": say("이름 (영어)", "Name (English)"),
        "proof_ko": say("무엇으로 확인하나 (한국어)", "What proves it (Korean)"),
        "proof_en": say("무엇으로 확인하나 (영어)", "What proves it (English)"),
        "kind": say("파트너 종류", "Kind of partner"),
        "product": say("서비스", "Service"),
        "city": say("도시", "City"),
        "needs_document": say("서류 필요", "Needs a document"),
        "months": say("유효 기간 (개월)", "Holds for (months)"),
        "binds_from": say("적용 시작일", "Binds from"),
        "is_active": say("사용", "In use"),
        "created_at": say("만든 때", "Created"),
    }
    column_descriptions = {
        "kind": say("비워 두면 모든 종류.", "Left empty: every kind."),
        "city": say("비워 두면 모든 도시.", "Left empty: every city."),
        "months": say("비워 두면 한 번 확인하면 계속 유효합니다.", "Left empty: once checked, it holds for ever."),
        "binds_from": say(
            "이날부터 갖추지 못한 파트너는 배정이 막힙니다. 준비할 시간을 주세요.",
            "From this day on, partners who lack it are given no work. Leave them time.",
        ),
    }
    column_formatters = {"kind": _all, "product": _all, "city": _all, "months": _months}
    column_sortable_list = ("name_ko", "name_en", "kind", "product", "city", "binds_from")
    column_searchable_list = ("name_ko", "name_en")
    column_filters = ("kind", "product", "city", "needs_document", "binds_from")
    column_default_sort = "name_ko"
    form_columns = ("name_ko", "name_en", "proof_ko", "proof_en", "kind", "product", "city", "needs_document",
                    "months", "binds_from", "is_active")  # fmt: skip
    form_args = {
        "name_ko": {"validators": [InputRequired(), Length(max=120)]},
        "name_en": {"validators": [InputRequired(), Length(max=120)]},
        "proof_ko": {"validators": [Length(max=300)]},
        "proof_en": {"validators": [Length(max=300)]},
        "kind": {"blank_text": ALL},
        "product": {"blank_text": ALL},
        "months": {
            "validators": [
                Optional(),
                NumberRange(1, 600, say("1에서 600 사이의 수를 적어 주세요.", "A number from 1 to 600.")),
            ]
        },
        "is_active": {"default": True},
    }

    def on_model_change(self, form: Any, model: Criterion, is_created: bool) -> None:  # noqa: FBT001  Flask-Admin's own
        must_be_of_the_house("name_ko")
        if is_created:
            model.created_at = clock.now()
        model.city = (model.city or "").strip() or None
        must_be_of_own_cities(model.city, "city")
        announce(self.session.session, Fact.partners_due)

    def after_model_change(self, form: Any, model: Criterion, is_created: bool) -> None:  # noqa: FBT001  Flask-Admin's own
        """Says at once whom it leaves without work, while it can still be changed."""
        lacking = self._lacking(model)
        if lacking:
            words = say(
                "지금 일하는 파트너 {count}명이 이 기준을 갖추지 못했습니다. {day}부터 배정이 막힙니다.",
                "Partners at work who lack it now: {count}. From {day} on they are given no work.",
            )
            flash(str(words.fill(count=lacking, day=model.binds_from.isoformat())), "warning")

    def _lacking(self, criterion: Criterion) -> int:
        on = max(clock.in_seoul(clock.now()).date(), criterion.binds_from)
        parts = (Partner.qualifications, Partner.documents)
        asked = (
            select(Partner)
            .where(Partner.state.in_(AT_WORK))
            .options(joinedload(Partner.vendor), *(selectinload(part) for part in parts))
        )
        at_work = self.session.session.scalars(asked)
        bound = [one for one in at_work if criterion.binds(one.kind, one.service, one.city, on)]
        found = [look(criterion.need(), checks, papers, on) for checks, papers in (one.proofs() for one in bound)]
        return sum(one.fit is not Fit.met for one in found)


class WarningLimitView(DeskView):
    model = WarningLimit
    subject = "partners"
    endpoint = "warning_limits"
    label = say("경고 기준", "Warning limits")
    icon = "triangle-alert"
    can_delete = True
    empty = say(
        "정하지 않으면 90일에 경고 3번이면 정지를 권합니다.",
        "With none set, three warnings in 90 days propose a suspension.",
    )
    scope_vendor = "*"
    find_by = ()
    tabs = (Tab("all", say("전체", "All")),)
    column_list = column_details_list = ("kind", "warnings", "days", "created_at")
    column_labels = {
        "kind": say("파트너 종류", "Kind of partner"),
        "warnings": say("경고 수", "Warnings"),
        "days": say("며칠 사이에", "Within days"),
        "created_at": say("만든 때", "Created"),
    }
    column_formatters = {"kind": _all}
    column_default_sort = "kind"
    form_columns = ("kind", "warnings", "days")
    form_args = {
        "kind": {"blank_text": ALL},
        "warnings": {"validators": [InputRequired(), NumberRange(1, 100)]},
        "days": {"validators": [InputRequired(), NumberRange(1, LONGEST_DAYS)]},
    }

    def on_model_change(self, form: Any, model: WarningLimit, is_created: bool) -> None:  # noqa: FBT001  Flask-Admin's own
        must_be_of_the_house("kind")
        if acting().cities:
            words = say("모든 도시를 맡은 사람만 바꿀 수 있습니다.", "Only who looks after every city changes this.")
            raise Refusal(words, field="kind")
        if is_created:
            model.created_at = clock.now()
        same = select(WarningLimit.id).where(
            WarningLimit.kind.is_(None) if model.kind is None else WarningLimit.kind == model.kind
        )
        with self.session.session.no_autoflush:
            other = self.session.session.scalars(same.where(WarningLimit.id != (model.id or 0))).first()
        if other is not None:
            words = say("이 종류의 기준이 이미 있습니다.", "There is one for this kind already.")
            raise Refusal(words, field="kind")

    def on_model_delete(self, model: WarningLimit) -> None:
        must_be_of_the_house("kind")
