"""The screens of rules and of their runs."""

from __future__ import annotations

from typing import Any, ClassVar

from flask import abort, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_admin import expose
from markupsafe import Markup

from app.db import db
from app.desk.view import DeskView, Tab, needs
from app.macros.model import Macro
from app.macros.pick_doors import PickDoors
from app.rules import life_list, page, ticket_pages, twins
from app.rules.brakes.doors import BrakeDoors
from app.rules.check_doors import CheckDoors
from app.rules.form_doors import RuleFormDoors
from app.rules.life_doors import LifeDoors
from app.rules.list_doors import ListDoors
from app.rules.macro_doors import MacroDoors
from app.rules.model import Rule, RuleRun, RuleState, TwinState
from app.rules.publishing import PUBLISH
from app.rules.rule import shift
from app.words import say

ON_TIME, ON_UPDATE = say("시간", "Time"), say("티켓 업데이트", "Ticket updated")
TWIN_ASKED = say(
    "Zendesk에서 끄도록 요청했습니다. 곧 반영됩니다.", "Zendesk is asked to switch it off; that takes a moment."
)


class RuleView(RuleFormDoors, LifeDoors, BrakeDoors, CheckDoors, MacroDoors, PickDoors, ListDoors, DeskView):
    model = Rule
    subject = "rules"
    rights: ClassVar = {"pick_view": "rules.edit"}
    label = say("규칙", "Rules")
    icon = "workflow"
    empty = say(
        "규칙이 없습니다. 새로 만들거나 `flask rules import`로 Zendesk의 트리거를 가져오세요.",
        "There are no rules. Make one, or bring Zendesk's triggers by `flask rules import`.",
    )
    list_template = "rules/list.html"
    details_template = "rules/details.html"
    can_export = False
    can_create = True
    can_edit = True
    column_list = (
        "position",
        "title",
        "kind",
        "state",
        "acting_number",
        "prepared",
        "twin",
        "runs",
        "last_at",
        "updated_at",
        "places",
    )
    column_labels = {
        "places": say("옮기기", "Move"),
        "position": say("순서", "Order"),
        "title": say("제목", "Title"),
        "kind": say("종류", "Kind"),
        "state": say("상태", "State"),
        "acting_number": say("시행 중인 판", "Acts"),
        "prepared": say("준비 중", "Prepared"),
        "twin": say("Zendesk 쪽", "In Zendesk"),
        "runs": say("실행 (7일)", "Runs (7 days)"),
        "last_at": say("마지막 실행", "Last run"),
        "updated_at": say("바뀐 때", "Changed"),
    }
    column_formatters = {
        "twin": lambda _view, _context, rule, _name: "" if rule.twin is TwinState.none else rule.twin,
        "places": lambda view, _context, rule, _name: _places(rule) if view.may("shift_view") else "",
    }
    column_searchable_list = ("title", "description")
    column_filters = ("kind", "state", "twin")
    column_sortable_list = ("position", "title", "kind", "state", "twin", "updated_at")
    column_default_sort = [("kind", True), ("position", False)]
    tabs = (
        Tab("live", say("켜짐", "Live"), lambda: Rule.state == RuleState.live),
        Tab("draft", say("초안", "Drafts"), lambda: Rule.state == RuleState.draft),
        Tab("paused", say("멈춤", "Paused"), lambda: Rule.state == RuleState.paused),
        Tab("retired", say("보관", "Retired"), lambda: Rule.state == RuleState.retired),
        Tab("all", say("전체", "All"), lambda: Rule.state != RuleState.retired),
    )

    def get_list(self, *args: Any, **more: Any) -> tuple[int | None, Any]:
        count, rows = super().get_list(*args, **more)
        if isinstance(rows, list):
            life_list.tell(db.session(), rows)
            told = page.counts(db.session(), [row.id for row in rows])
            for row in rows:
                counted = told.get(row.id, page.Count())
                row.runs, row.last_at = counted.runs, counted.last_at
        return count, rows

    def render(self, template: str, **more: Any) -> str:
        if template == self.details_template:
            more |= page.page_of(db.session(), more["model"], request.args)
        return super().render(template, **more)

    # --------------------------------------------------------------------------------------------- what may be done
    @expose("/twin/", methods=("POST",))
    @needs(PUBLISH)
    def twin_view(self) -> ResponseReturnValue:
        """`wish` off: asks Zendesk to switch the twin off. Anything else accepts that both run."""
        rule = self._asked()
        if request.form.get("wish") == "off":
            return self._lived(rule, lambda: twins.ask_off(db.session(), rule), TWIN_ASKED)
        return self._lived(rule, lambda: twins.accept(rule))

    @expose("/shift/", methods=("POST",))
    @needs(PUBLISH)
    def shift_view(self) -> ResponseReturnValue:
        """`up` or `down` is the id of the rule that changes places with its neighbour."""
        down = "down" in request.form
        rule: Rule = self.get_one(request.form.get("down" if down else "up"))
        shift(db.session(), rule, 1 if down else -1)
        db.session.commit()
        return redirect(self.get_url(".index_view", tab=request.form.get("tab") or None))

    # ------------------------------------------------------------------------------------------------------ the why
    @expose("/why/")
    @needs("rules.view")
    def why_view(self) -> ResponseReturnValue:
        """Every rule on one ticket, ?ticket=its number&audit=the update that is looked at."""
        asked, audit = request.args.get("ticket", ""), request.args.get("audit", "")
        return self.render("rules/why.html", **ticket_pages.why_page(db.session(), asked, audit))

    @expose("/macro/")
    @needs("macros.view")
    def macro_view(self) -> ResponseReturnValue:
        """A macro as it would answer one ticket, in both languages: ?id=the macro&ticket=its number."""
        asked = request.args.get("id", "")
        macro = db.session.get(Macro, int(asked)) if asked.isascii() and asked.isdigit() and len(asked) < 19 else None
        if macro is None:
            abort(404)
        return self.render(
            "rules/macro.html", **ticket_pages.macro_page(db.session(), macro, request.args.get("ticket", ""))
        )


def _places(rule: Rule) -> Markup:
    """Two buttons of the one form that the list has for moving rules, and a grip where it stands in their own order."""
    button = Markup('<button class="place" form="shift" name="{}" value="{}" title="{}" aria-label="{}">{}</button>')
    up, down = str(say("위로", "Move up")), str(say("아래로", "Move down"))
    buttons = button.format("up", rule.id, up, up, "↑") + button.format("down", rule.id, down, down, "↓")
    if request.args.get("sort") or rule.state is RuleState.retired:
        return buttons
    grip = Markup(
        '<button type="button" class="grip" data-kind="{}" data-order="{}" title="{}" aria-label="{}">⠿</button>'
    )
    told = say("끌거나 위아래 화살표로 옮기기", "Drag, or move by the arrow keys")
    return grip.format(rule.kind.value, url_for("rules.order_view"), told, f"{told}: {rule.title}") + buttons


class RuleRunView(DeskView):
    model = RuleRun
    subject = "runs"
    label = say("실행 기록", "Rule runs")
    icon = "activity"
    can_create = False
    can_edit = False
    details_template = "rules/run.html"
    column_list = ("at", "rule.title", "rule_number", "ticket.zendesk_id", "ticket.subject", "cause", "push.state")
    column_labels = {
        "at": say("때", "When"),
        "rule.title": say("규칙", "Rule"),
        "rule_number": say("버전", "Version"),
        "ticket.zendesk_id": say("티켓", "Ticket"),
        "ticket.subject": say("제목", "Subject"),
        "cause": say("계기", "Cause"),
        "push.state": say("보내기", "Sent"),
    }
    column_formatters = {"cause": lambda _view, _context, run, _name: ON_TIME if run.is_on_time else ON_UPDATE}
    column_filters = ("at",)
    column_searchable_list = ("rule.title", "ticket.zendesk_id")
    column_default_sort = ("id", True)
    scope_city = "ticket.booking.city"
    empty = say("아직 실행된 규칙이 없습니다.", "No rule has run yet.")

    def render(self, template: str, **more: Any) -> str:
        if template == self.details_template:
            more |= ticket_pages.run_page(db.session(), more["model"])
        return super().render(template, **more)
