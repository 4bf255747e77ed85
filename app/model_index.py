"""Every table in one place, so that the metadata is whole wherever it is asked (migrations, the factory, tests)."""

from __future__ import annotations

from pathlib import Path

from app.alarms.escalation import AlarmStep
from app.alarms.model import Alarm, AlarmMove, Letter, OutgoingWebhook, Receiver
from app.api.model import ApiAnswer, ApiToken
from app.audit.model import AuditEntry
from app.bookings.happenings import BookingEvent
from app.bookings.imports import Import, ImportRow
from app.bookings.model import Booking, Customer
from app.disputes.clocks import DisputeClock
from app.disputes.emergency.duty import EmergencyDuty
from app.disputes.emergency.model import Emergency, EmergencyLog, EmergencyMove, EmergencyPost, SiteTask
from app.disputes.emergency.playbook import Playbook, PlaybookVersion
from app.disputes.emergency.signs import EmergencySign
from app.disputes.entries import DisputeEntry
from app.disputes.model import Dispute, DisputeMove, DisputeSeat
from app.disputes.notices import DisputeNotice
from app.disputes.offers import Answer, Proposal, Ruling
from app.inbox.model import WebhookEvent
from app.ledger.model import Clawback, ClawbackMove, LedgerEntry
from app.link.history import HistoryLoad
from app.link.model import Link, Tick
from app.macros.model import Macro, MacroMove
from app.outbox.model import Push
from app.partners.criteria import Criterion
from app.partners.documents import PartnerDocument
from app.partners.gate import PartnerNotice
from app.partners.incidents import PartnerIncident, WarningLimit
from app.partners.model import Insurance, Partner, PartnerMove, Qualification, Vendor
from app.partners.score_history import PartnerScoreThen
from app.partners.scores import PartnerScore
from app.people.model import SignInTry, User
from app.policies.model import Policy, PolicyRead, PolicyVersion
from app.reconcile.model import Difference, DifferenceMove, ProviderRefund, Reconciliation
from app.refunds.approval import Approval
from app.refunds.authority.model import AuthorityRow
from app.refunds.evidence.model import RefundFile, RefundNote
from app.refunds.goodwill.model import CatalogueEntry, Goodwill, GoodwillApproval, GoodwillMove
from app.refunds.model import Refund, RefundMove
from app.refunds.settlement import Settlement
from app.routing.days import BusinessHours, HolidayChange
from app.routing.model import Presence, PresenceMove, RoutingAgent, Shift
from app.routing.plans import RoutingPlan, RoutingTurn
from app.routing.routed import RoutedTicket, RoutingMove
from app.rules.brakes.model import RuleBrake, RuleCount
from app.rules.model import Rule, RuleMove, RuleRun, RuleVersion
from app.rules.publication import Publication, PublicationMove
from app.rules.rehearsal.model import Rehearsal, RehearsalRule, RehearsalSeen, RehearsalTicket
from app.rules.shadow.model import Shadow, ShadowMove, ShadowRun
from app.rules.undo.model import Undo, UndoItem
from app.tickets.account_names import ZendeskName
from app.tickets.model import Comment, Ticket, TicketEvent, ZendeskField, ZendeskGroup, ZendeskUser
from app.tickets.sla import ZendeskSlaPolicy
from app.views.model import View

MIGRATIONS = Path(__file__).resolve().parent.parent / "migrations"

TABLES = (
    Alarm,
    AlarmMove,
    AlarmStep,
    Approval,
    ApiAnswer,
    ApiToken,
    Answer,
    AuditEntry,
    AuthorityRow,
    Booking,
    BookingEvent,
    BusinessHours,
    CatalogueEntry,
    Clawback,
    ClawbackMove,
    Comment,
    Criterion,
    Customer,
    Difference,
    DifferenceMove,
    Goodwill,
    GoodwillApproval,
    GoodwillMove,
    Dispute,
    DisputeClock,
    DisputeEntry,
    DisputeMove,
    DisputeNotice,
    DisputeSeat,
    Emergency,
    EmergencyDuty,
    EmergencyLog,
    EmergencyMove,
    EmergencyPost,
    EmergencySign,
    HolidayChange,
    HistoryLoad,
    Import,
    ImportRow,
    Insurance,
    LedgerEntry,
    Letter,
    Link,
    Macro,
    MacroMove,
    OutgoingWebhook,
    Partner,
    PartnerDocument,
    PartnerIncident,
    PartnerMove,
    PartnerNotice,
    PartnerScore,
    PartnerScoreThen,
    Playbook,
    PlaybookVersion,
    Policy,
    PolicyRead,
    PolicyVersion,
    Publication,
    PublicationMove,
    Presence,
    PresenceMove,
    ProviderRefund,
    Proposal,
    Push,
    Qualification,
    Receiver,
    Reconciliation,
    Refund,
    RefundFile,
    RefundMove,
    RefundNote,
    Rehearsal,
    RehearsalRule,
    RehearsalSeen,
    RehearsalTicket,
    RoutedTicket,
    RoutingAgent,
    RoutingMove,
    RoutingPlan,
    RoutingTurn,
    Rule,
    RuleBrake,
    RuleCount,
    RuleMove,
    RuleRun,
    RuleVersion,
    Ruling,
    Settlement,
    Shift,
    Shadow,
    ShadowMove,
    ShadowRun,
    SignInTry,
    SiteTask,
    Tick,
    Ticket,
    TicketEvent,
    Undo,
    UndoItem,
    User,
    Vendor,
    View,
    WarningLimit,
    WebhookEvent,
    ZendeskField,
    ZendeskGroup,
    ZendeskSlaPolicy,
    ZendeskName,
    ZendeskUser,
)
