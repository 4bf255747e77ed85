"""Zendesk's condition fields: what each is called, how it may be asked about, where it may stand.

Facts from Zendesk's conditions reference and from recorded `/definitions` replies. The JSON names of the conditions
on attachments and CCs are not published: `attachment` and `cc` are our reading of their names in the editor.
"""

from __future__ import annotations

from app.language import choices
from app.language.kinds import Choice, Field, Use, ValueKind
from app.language.operators import (
    CHANGE,
    DAYS,
    HOURS,
    INCLUDES,
    IS,
    ON_CHANGE,
    ORDER,
    ORDER_EQUAL,
    PRESENCE,
    TERMINAL,
    TEXT_SEARCH,
)
from app.words import Words, say

TRIGGER = frozenset({Use.trigger})
RULES = frozenset({Use.trigger, Use.automation, Use.view})
EVERYWHERE = RULES | {Use.sla_policy}
TIMED = frozenset({Use.automation, Use.view})
SLA = frozenset({Use.sla_policy})
ON_ENTRY = TRIGGER | SLA


def a_field(
    key: str, label: Words, kind: ValueKind, operators: tuple[str, ...], valid_for: frozenset[Use], **more: object
) -> Field:
    """A field whose terminal and change operators are worked out from its operators."""
    return Field(
        key=key,
        label=label,
        operators=operators,
        value_kind=kind,
        valid_for=valid_for,
        terminal_operators=TERMINAL & set(operators),
        change_operators=ON_CHANGE & set(operators),
        **more,  # type: ignore[arg-type]
    )


def _chosen(key: str, label: Words, options: tuple[Choice, ...], valid_for: frozenset[Use], **more: object) -> Field:
    return a_field(key, label, ValueKind.choice, IS + CHANGE, valid_for, choices=options, **more)


def _id(key: str, label: Words, kind: ValueKind, *options: Choice, nullable: bool = False) -> Field:
    return a_field(key, label, kind, IS + CHANGE, EVERYWHERE, choices=options, nullable=nullable)


def _count(key: str, label: Words, *more_operators: str, section: str = "ticket") -> Field:
    return a_field(
        key, label, ValueKind.number, ("less_than", "greater_than", "is", *more_operators), TRIGGER, section=section
    )


def _yes_no(key: str, label: Words, options: tuple[Choice, ...] = choices.YES_NO, *, section: str = "ticket") -> Field:
    return a_field(key, label, ValueKind.yes_no, ("is",), TRIGGER, choices=options, section=section)


def _hours(key: str, label: Words) -> Field:
    return a_field(key, label, ValueKind.hours, HOURS, TIMED, section="time", time=True, only_in_all=True)


TICKET_FIELDS = (
    a_field("status", say("상태", "Status"), ValueKind.choice, IS + ORDER + CHANGE, RULES, choices=choices.STATUSES),
    a_field(
        "custom_status_id", say("티켓 상태", "Ticket status"), ValueKind.custom_status, INCLUDES + IS + CHANGE, RULES
    ),
    _chosen("type", say("유형", "Type"), choices.TYPES, RULES, nullable=True),
    a_field(
        "priority",
        say("우선순위", "Priority"),
        ValueKind.choice,
        IS + ORDER + CHANGE,
        RULES,
        choices=choices.PRIORITIES,
        nullable=True,
    ),
    _id("group_id", say("그룹", "Group"), ValueKind.group, choices.CURRENT_GROUPS, nullable=True),
    _id(
        "assignee_id",
        say("담당자", "Assignee"),
        ValueKind.agent,
        choices.CURRENT_USER,
        choices.REQUESTER,
        nullable=True,
    ),
    _id(
        "requester_id",
        say("요청자", "Requester"),
        ValueKind.user,
        choices.CURRENT_USER,
        choices.ASSIGNEE,
        nullable=True,
    ),
    _id("organization_id", say("조직", "Organization"), ValueKind.organization, nullable=True),
    a_field("current_tags", say("태그", "Tags"), ValueKind.tags, INCLUDES, EVERYWHERE),
    a_field("via_id", say("채널", "Channel"), ValueKind.channel, IS, EVERYWHERE, choices=choices.CHANNELS),
    a_field(
        "current_via_id", say("업데이트 채널", "Update via"), ValueKind.channel, IS, ON_ENTRY, choices=choices.CHANNELS
    ),
    a_field("recipient", say("받은 주소", "Received at"), ValueKind.address, ("is",), EVERYWHERE),
    _id("brand_id", say("브랜드", "Brand"), ValueKind.brand),
    _id("ticket_form_id", say("양식", "Form"), ValueKind.form),
    a_field("locale_id", say("요청자 언어", "Requester's language"), ValueKind.locale, IS, RULES, section="requester"),
    a_field(
        "requester_role",
        say("요청자 역할", "Requester's role"),
        ValueKind.choice,
        IS,
        EVERYWHERE,
        choices=choices.ROLE_IDS,
        section="requester",
    ),
    a_field("description_includes_word", say("설명 내용", "Description text"), ValueKind.words, INCLUDES + IS, TIMED),
    a_field(
        "satisfaction_score",
        say("만족도", "Satisfaction"),
        ValueKind.choice,
        IS + ORDER + CHANGE,
        RULES,
        choices=choices.SATISFACTION,
    ),
    a_field(
        "satisfaction_reason_code",
        say("불만족 이유", "Satisfaction reason"),
        ValueKind.text,
        IS + CHANGE,
        RULES,
        nullable=True,
    ),
    a_field("subject_includes_word", say("제목 내용", "Subject text"), ValueKind.words, INCLUDES + IS, TRIGGER),
    a_field("comment_includes_word", say("댓글 내용", "Comment text"), ValueKind.words, INCLUDES + IS, TRIGGER),
    a_field(
        "comment_is_public",
        say("댓글", "Comment"),
        ValueKind.choice,
        ("is",),
        TRIGGER,
        choices=choices.COMMENT_PRIVACY,
    ),
    a_field(
        "ticket_is_public", say("공개 여부", "Privacy"), ValueKind.choice, ("is",), EVERYWHERE, choices=choices.PRIVACY
    ),
    a_field("update_type", say("티켓", "Ticket"), ValueKind.choice, ("is",), TRIGGER, choices=choices.UPDATE_TYPES),
    a_field(
        "role",
        say("지금 사용자", "Current user"),
        ValueKind.user,
        IS,
        TRIGGER,
        choices=choices.ROLES,
        section="other",
    ),
    _count("reopens", say("다시 열린 횟수", "Reopens")),
    _count("replies", say("상담원 답변 수", "Agent replies")),
    _count("agent_stations", say("거친 담당자 수", "Assignee stations")),
    _count("group_stations", say("거친 그룹 수", "Group stations")),
    _count("number_of_incidents", say("연결된 인시던트 수", "Number of incidents"), *ORDER_EQUAL),
    _yes_no("in_business_hours", say("영업시간 중", "Within business hours?")),
    _yes_no("on_holiday", say("휴일", "On a holiday?")),
    a_field("schedule_id", say("업무 일정", "Schedule"), ValueKind.schedule, IS, RULES),
    a_field("within_schedule", say("업무 일정 시간 안", "Within (schedule)"), ValueKind.schedule, ("is",), TRIGGER),
    _yes_no("ticket_due_date", say("기한 있음", "Has a due date")),
    _yes_no("attachment", say("이번 업데이트에 첨부 있음", "Update has an attachment")),
    _yes_no("cc", say("참조 있음", "Has CCs")),
    a_field(
        "requester_time_zone",
        say("요청자 시간대", "Requester's time zone"),
        ValueKind.text,
        IS,
        TRIGGER,
        section="requester",
    ),
    _count(
        "requester_twitter_followers_count",
        say("요청자 트위터 팔로워 수", "Requester's Twitter followers"),
        section="requester",
    ),
    _count("requester_twitter_statuses_count", say("요청자 트윗 수", "Requester's tweets"), section="requester"),
    _yes_no(
        "requester_twitter_verified",
        say("요청자 트위터 인증", "Requester verified by Twitter"),
        choices.YES,
        section="requester",
    ),
    a_field(
        "exact_created_at", say("생성 시각", "Created at"), ValueKind.datetime, ORDER + ORDER_EQUAL, SLA, section="time"
    ),
    a_field("ticket_type_id", say("유형", "Type"), ValueKind.choice, IS, SLA, choices=choices.TYPE_IDS),
)

TIME_FIELDS = (
    _hours("NEW", say("생성 후 시간", "Hours since created")),
    _hours("OPEN", say("열림 이후 시간", "Hours since open")),
    _hours("PENDING", say("답변 대기 이후 시간", "Hours since pending")),
    _hours("HOLD", say("보류 이후 시간", "Hours since on-hold")),
    _hours("SOLVED", say("해결 이후 시간", "Hours since solved")),
    _hours("CLOSED", say("종료 이후 시간", "Hours since closed")),
    _hours("assigned_at", say("배정 이후 시간", "Hours since assigned")),
    _hours("updated_at", say("업데이트 이후 시간", "Hours since update")),
    _hours("requester_updated_at", say("요청자 업데이트 이후 시간", "Hours since requester update")),
    _hours("assignee_updated_at", say("담당자 업데이트 이후 시간", "Hours since assignee update")),
    _hours("due_at", say("기한 이후 시간", "Hours since due date")),
    _hours("due_date", say("기한 이후 시간", "Hours since due date")),
    _hours("until_due_date", say("기한까지 시간", "Hours until due date")),
    _hours("sla_next_breach_at", say("마지막 SLA 위반 이후 시간", "Hours since last SLA breach")),
    _hours("until_sla_next_breach_at", say("다음 SLA 위반까지 시간", "Hours until next SLA breach")),
)

_CUSTOM = IS + INCLUDES + PRESENCE + ORDER + ORDER_EQUAL + TEXT_SEARCH + DAYS + CHANGE
_PROFILE = tuple(one for one in _CUSTOM if one not in CHANGE)

CUSTOM_FIELDS = (
    a_field(
        "custom_fields_{id}",
        say("사용자 정의 필드 {key}", "Custom field {key}"),
        ValueKind.custom,
        _CUSTOM,
        EVERYWHERE,
        nullable=True,
    ),
    a_field(
        "ticket_fields_{id}",
        say("사용자 정의 필드 {key}", "Custom field {key}"),
        ValueKind.custom,
        IS + INCLUDES,
        SLA,
        nullable=True,
    ),
    a_field(
        "requester.custom_fields.{key}",
        say("요청자 {key}", "Requester's {key}"),
        ValueKind.custom,
        _PROFILE,
        EVERYWHERE,
        section="requester",
        nullable=True,
    ),
    a_field(
        "organization.custom_fields.{key}",
        say("조직 {key}", "Organization's {key}"),
        ValueKind.custom,
        _PROFILE,
        EVERYWHERE,
        section="organization",
        nullable=True,
    ),
)
"""Families of fields that an account names itself; `{id}` is digits, `{key}` the field's key."""
