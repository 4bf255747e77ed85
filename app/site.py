"""The menu: which screens there are, in which order, and which doors stand open."""

from __future__ import annotations

from collections.abc import Mapping

from flask import Flask
from flask_admin import Admin
from flask_admin.theme import Theme

from app.actor import acting
from app.alarms.admin import AlarmView, LetterView, newest_alarm
from app.alarms.receivers_admin import HookView, ReceiverView
from app.api.admin import TokenView
from app.audit import trail
from app.audit.admin import AuditView
from app.bookings.admin import BookingView, CustomerView
from app.bookings.imports_admin import ImportView
from app.db import db
from app.desk.doors import Doors
from app.desk.find import find
from app.desk.lists import SCREENS
from app.desk.look import dress
from app.desk.rail import EXTENSION, Place, Rail, Stretch
from app.desk.view import DeskPage, DeskView
from app.disputes.admin.cases import DisputeView
from app.disputes.admin.emergencies import EmergencyView
from app.disputes.admin.playbooks import PlaybookView
from app.disputes.admin.signs import DutyView, SignView
from app.disputes.around import cases_of
from app.inbox.admin import InboxView
from app.insights.admin import HomePage
from app.insights.vendor_replies import replies_of_vendor
from app.insights.waiting import waiting
from app.ledger.admin.clawbacks import ClawbackView
from app.ledger.admin.entries import LedgerView
from app.ledger.told import clawbacks_of_partner, ledger_of_booking
from app.link.admin import LinkView
from app.macros.admin import MacroView
from app.macros.model import Macro
from app.outbox.admin import OutboxView
from app.outbox.stops import StopsView, brakes_of
from app.partners.admin import PartnerView
from app.partners.criteria_admin import CriterionView, WarningLimitView
from app.partners.vendors_admin import VendorView
from app.people import sessions
from app.people.admin import UserView
from app.people.sign_in import people
from app.policies.admin import PolicyView
from app.reconcile.admin import DifferenceView
from app.reconcile.check import payout_stopped
from app.refunds.admin import RefundView
from app.refunds.authority.admin import AuthorityView
from app.refunds.both import as_read
from app.refunds.evidence.admin import make_room
from app.refunds.goodwill.admin import CatalogueView, GoodwillCostPage, GoodwillView
from app.refunds.settle_doors import PAYOUT_STOPPED
from app.refunds.what_if_admin import WhatIfView
from app.routing.admin.agents import RoutingAgentView
from app.routing.admin.board import RoutingView, my_presence
from app.routing.admin.holidays import HolidaysView
from app.routing.admin.hours import BusinessHoursView
from app.routing.admin.plans import RoutingPlanView
from app.routing.admin.shifts import ShiftsView
from app.rules.admin import RuleRunView, RuleView
from app.rules.in_view import tickets_in
from app.rules.macro_reach import refuse_new_reach
from app.rules.rehearsal.admin import RehearsalView
from app.rules.sla_told import promise_of
from app.rules.undo.admin import UndoView
from app.tickets.admin import TicketView
from app.views.admin import Finder, ViewView
from app.words import say

# Whoever listens must have been imported: the audit hears what the session writes.
LISTENERS = (trail,)

OPEN_TO_ALL = frozenset(
    {
        *("static", "health.up", "health.ready", "people.sign_in", "people.language"),
        *("webhooks.from_zendesk", "provider_webhooks.from_stripe", "provider_webhooks.from_toss"),
        # Opened by a token, each for itself; the document and what is no address tell nothing.
        *("api.quotes", "api.bookings", "api.events", "api.openapi", "api.nothing"),
    }
)
# Posted to by machines: signed in their own way, with no session and so no token of ours.
OUTSIDERS = (
    "app.web.webhooks.from_zendesk",
    *("app.api.doors.quotes", "app.api.doors.bookings", "app.api.doors.events", "app.api.doors.nothing"),
    "app.web.provider_webhooks.from_stripe",
    "app.web.provider_webhooks.from_toss",
)


class ViewOfHouse(ViewView):
    """Views with their tickets found by the rules' language."""

    finder = Finder(tickets_in)


class MacroViewOfHouse(MacroView):
    """Macros that rules use, asked about before one is changed."""

    def agreed(self, macro: Macro) -> None:
        refuse_new_reach(db.session(), macro)


SCREENS_OF_HOUSE: tuple[type[DeskView | DeskPage], ...] = (
    TicketView,
    RefundView,
    LedgerView,
    ClawbackView,
    DifferenceView,
    AuthorityView,
    GoodwillView,
    CatalogueView,
    GoodwillCostPage,
    DisputeView,
    EmergencyView,
    PlaybookView,
    SignView,
    DutyView,
    PartnerView,
    VendorView,
    CriterionView,
    WarningLimitView,
    PolicyView,
    WhatIfView,
    BookingView,
    CustomerView,
    ImportView,
    RuleView,
    MacroViewOfHouse,
    ViewOfHouse,
    RehearsalView,
    RuleRunView,
    RoutingView,
    RoutingAgentView,
    RoutingPlanView,
    ShiftsView,
    HolidaysView,
    BusinessHoursView,
    UndoView,
    InboxView,
    OutboxView,
    LetterView,
    AlarmView,
    StopsView,
    LinkView,
    ReceiverView,
    HookView,
    UserView,
    TokenView,
    AuditView,
)

MENU = (
    Stretch(
        None,
        (
            Place(say("오늘", "Today"), "house", ("home",)),
            Place(say("티켓", "Tickets"), "ticket", ("tickets",)),
            Place(say("환불", "Refunds"), "banknote", ("refunds", "authority")),
            Place(say("파트너", "Partners"), "handshake", ("partners", "vendors", "criteria", "warning_limits")),
            Place(say("정책", "Policies"), "book-open", ("policies", "what_if")),
            Place(say("예약·고객", "Bookings & customers"), "calendar-days", ("bookings", "customers", "imports")),
            Place(say("규칙·매크로", "Rules & macros"), "workflow", ("rules", "rehearsals", "macros", "views")),
        ),
    ),
    Stretch(
        say("보전·조정", "Cases & costs"),
        (
            Place(say("긴급", "Emergencies"), "shield-alert", ("emergencies", "playbooks", "signs", "duties")),
            Place(say("분쟁", "Disputes"), "gavel", ("disputes",)),
            Place(say("보상", "Goodwill"), "heart-handshake", ("goodwill", "catalogue", "goodwill_costs")),
            Place(say("원장·대조", "Ledger & reconcile"), "scale", ("ledger", "clawbacks", "differences")),
        ),
    ),
    Stretch(
        say("배정", "Routing"),
        (
            Place(say("배정판", "Board"), "route", ("routing",)),
            Place(say("상담사·방식", "Agents & plans"), "user-check", ("routing_agents", "routing_plans")),
            Place(say("근무·휴일", "Shifts & holidays"), "calendar", ("shifts", "holidays", "hours")),
        ),
    ),
    Stretch(
        say("운영 상태", "Operations"),
        (
            Place(say("알람", "Alarms"), "siren", ("alarms", "stops")),
            Place(say("실행 기록", "Rule runs"), "history", ("runs", "undos")),
            Place(say("받은함", "Inbox"), "inbox", ("inbox",)),
            Place(say("보낼함", "Outbox"), "send", ("outbox", "letters")),
            Place(say("연결", "Connection"), "plug", ("link",)),
        ),
    ),
    Stretch(
        say("설정", "Settings"),
        (
            Place(say("알림 받는 곳", "Alarm receivers"), "bell", ("receivers", "hooks")),
            Place(say("사용자", "Users"), "users", ("users",)),
            Place(say("API 토큰", "API tokens"), "key-round", ("tokens",)),
            Place(say("감사 기록", "Audit"), "shield-check", ("audit",)),
        ),
    ),
)


def open_site(app: Flask) -> None:
    """Registers every screen, closes every door that is not listed as open, and dresses the templates."""
    app.before_request(make_room)
    Doors(sessions.visitor, OPEN_TO_ALL, OUTSIDERS, sign_in="people.sign_in").guard(app)
    dress(app)
    app.add_template_global(newest_alarm, "newest_alarm")
    app.add_template_global(brakes_of, "brakes_of")
    app.add_template_global(promise_of, "promise_of")
    app.add_template_global(ledger_of_booking, "ledger_of_booking")
    app.add_template_global(clawbacks_of_partner, "clawbacks_of_partner")
    app.add_template_global(replies_of_vendor, "replies_of_vendor")
    app.add_template_global(as_read, "read_words")
    app.add_template_global(my_presence, "my_presence")
    app.add_template_global(cases_of, "cases_of")
    app.register_blueprint(people)
    app.register_blueprint(find)
    home = HomePage(url="/")
    admin = Admin(
        app, "Opsroom", url="/", index_view=home, static_url_path="/unused", theme=Theme("bootstrap4", "desk/base.html")
    )
    screens = [screen() for screen in SCREENS_OF_HOUSE]
    for screen in screens:
        admin.add_view(screen)
    app.extensions[SCREENS] = screens
    # Settling by hand asks it, from a room below.
    app.extensions[PAYOUT_STOPPED] = payout_stopped
    app.extensions[EXTENSION] = Rail(MENU, {screen.endpoint: screen for screen in (home, *screens)}, _waiting)


def _waiting() -> Mapping[str, int]:
    return waiting(db.session(), acting())
