"""What a trigger, an automation or a macro can do in Zendesk, from its actions reference and recorded definitions."""

from __future__ import annotations

from app.language import choices
from app.language.kinds import Action, Use, ValueKind
from app.words import say

_RULE = frozenset({Use.trigger, Use.automation})
_TRIGGER = frozenset({Use.trigger})
_MACRO = frozenset({Use.macro})
_ALL = _RULE | _MACRO

ACTION_TABLE = (
    Action(
        "status",
        say("상태", "Status"),
        ValueKind.choice,
        _ALL,
        choices=choices.STATUSES,
        choices_in={Use.macro: choices.MACRO_STATUSES},
    ),
    Action("custom_status_id", say("티켓 상태", "Ticket status"), ValueKind.custom_status, _ALL),
    Action("type", say("유형", "Type"), ValueKind.choice, _ALL, choices=choices.TYPES),
    Action("priority", say("우선순위", "Priority"), ValueKind.choice, _ALL, choices=choices.PRIORITIES),
    Action(
        "group_id",
        say("그룹", "Group"),
        ValueKind.group,
        _ALL,
        nullable=True,
        choices_in={Use.macro: (choices.CURRENT_GROUPS,)},
    ),
    Action(
        "assignee_id",
        say("담당자", "Assignee"),
        ValueKind.agent,
        _ALL,
        choices=(choices.CURRENT_USER, choices.REQUESTER),
        nullable=True,
    ),
    Action("set_tags", say("태그 새로 설정", "Set tags"), ValueKind.tags, _ALL, nullable=True, repeatable=True),
    Action("current_tags", say("태그 추가", "Add tags"), ValueKind.tags, _ALL, repeatable=True),
    Action("remove_tags", say("태그 삭제", "Remove tags"), ValueKind.tags, _ALL, repeatable=True),
    Action("brand_id", say("브랜드", "Brand"), ValueKind.brand, _TRIGGER | _MACRO),
    Action("ticket_form_id", say("양식", "Form"), ValueKind.form, _ALL, choices=(choices.DEFAULT_FORM,)),
    Action(
        "follower",
        say("팔로워 추가", "Add follower"),
        ValueKind.agent,
        _ALL,
        choices=(choices.CURRENT_USER,),
        repeatable=True,
    ),
    Action(
        "cc",
        say("참조 추가", "Add CC"),
        ValueKind.user,
        _ALL,
        choices=(choices.CURRENT_USER,),
        nullable=True,
        repeatable=True,
    ),
    Action("set_schedule", say("업무 일정 설정", "Set schedule"), ValueKind.schedule, _TRIGGER),
    Action(
        "satisfaction_score",
        say("만족도 설문 보내기", "Offer the satisfaction survey"),
        ValueKind.choice,
        _RULE,
        choices=choices.OFFER,
    ),
    Action("locale_id", say("요청자 언어", "Requester's language"), ValueKind.locale, _RULE, section="requester"),
    Action(
        "notification_user",
        say("사용자에게 이메일", "Email user"),
        ValueKind.user_message,
        _RULE,
        section="notifications",
        choices=choices.EVERYONE,
        repeatable=True,
    ),
    Action(
        "notification_group",
        say("그룹에 이메일", "Email group"),
        ValueKind.group_message,
        _RULE,
        section="notifications",
        choices=(choices.ASSIGNED_GROUP,),
        repeatable=True,
    ),
    Action(
        "notification_target",
        say("대상에 알림", "Notify target"),
        ValueKind.target_message,
        _RULE,
        section="notifications",
        repeatable=True,
    ),
    Action(
        "notification_webhook",
        say("웹훅 호출", "Notify webhook"),
        ValueKind.webhook_message,
        _RULE,
        section="notifications",
        repeatable=True,
    ),
    Action(
        "notification_sms_user",
        say("사용자에게 문자", "Text user"),
        ValueKind.user_sms,
        _RULE,
        section="notifications",
        choices=(choices.CURRENT_USER, choices.REQUESTER, choices.ASSIGNEE),
        repeatable=True,
    ),
    Action(
        "notification_sms_group",
        say("그룹에 문자", "Text group"),
        ValueKind.group_sms,
        _RULE,
        section="notifications",
        choices=(choices.ASSIGNED_GROUP,),
        repeatable=True,
    ),
    Action(
        "tweet_requester",
        say("요청자에게 트윗", "Tweet requester"),
        ValueKind.long_text,
        _RULE,
        section="notifications",
    ),
    Action("share_ticket", say("티켓 공유", "Share ticket"), ValueKind.sharing_agreement, _RULE, repeatable=True),
    Action("deflection", say("도움말 글 추천", "Recommend articles"), ValueKind.opaque, _TRIGGER),
    Action("add_skills", say("역량 추가", "Add skills"), ValueKind.skills, _TRIGGER, repeatable=True),
    Action("set_skills", say("역량 새로 설정", "Set skills"), ValueKind.skills, _TRIGGER, repeatable=True),
    Action("remove_skills", say("역량 삭제", "Remove skills"), ValueKind.skills, _TRIGGER, repeatable=True),
    Action("subject", say("제목", "Set subject"), ValueKind.text, _MACRO),
    Action(
        "comment_value",
        say("댓글", "Comment"),
        ValueKind.comment,
        _MACRO,
        choices=choices.COMMENT_CHANNELS,
        repeatable=True,
    ),
    Action("comment_value_html", say("댓글 (서식)", "Comment (rich text)"), ValueKind.long_text, _MACRO),
    Action(
        "comment_mode_is_public",
        say("댓글 공개 여부", "Comment mode"),
        ValueKind.yes_no,
        _MACRO,
        choices=choices.YES_NO,
    ),
    Action(
        "side_conversation",
        say("사이드 대화", "Side conversation"),
        ValueKind.opaque,
        _TRIGGER | _MACRO,
        repeatable=True,
    ),
    Action(
        "side_conversation_slack",
        say("사이드 대화 (슬랙)", "Side conversation (Slack)"),
        ValueKind.opaque,
        _TRIGGER | _MACRO,
        repeatable=True,
    ),
    Action(
        "side_conversation_ticket",
        say("사이드 대화 (하위 티켓)", "Side conversation (child ticket)"),
        ValueKind.opaque,
        _TRIGGER | _MACRO,
        repeatable=True,
    ),
)

CUSTOM_ACTIONS = (
    Action(
        "custom_fields_{id}",
        say("사용자 정의 필드 {key}", "Custom field {key}"),
        ValueKind.custom,
        _ALL,
        nullable=True,
    ),
    Action(
        "requester.custom_fields.{key}",
        say("요청자 {key}", "Requester's {key}"),
        ValueKind.custom,
        _TRIGGER,
        section="requester",
        nullable=True,
    ),
    Action(
        "organization.custom_fields.{key}",
        say("조직 {key}", "Organization's {key}"),
        ValueKind.custom,
        _TRIGGER,
        section="organization",
        nullable=True,
    ),
)
"""Families of actions that an account names itself, as for fields."""
