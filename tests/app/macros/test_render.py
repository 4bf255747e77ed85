"""Texts with placeholders become words for one ticket, within limits, and a customer's text is never a template."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from time import perf_counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.errors import Refusal
from app.language.account import Account, Calendar
from app.language.facts_of_ticket import (
    BookingFacts,
    Comment,
    CustomerFacts,
    Organization,
    PartnerFacts,
    Person,
    RefundFacts,
    TicketFacts,
    Update,
)
from app.macros import liquid_limits
from app.macros.render import Renderer, TemplateRefused, render, text_problem

NOW = datetime(2026, 11, 23, 1, 30, tzinfo=UTC)
CUSTOMER = Person(
    "9", "end-user", "Kim Minji", "kim@example.com", "010", "ko", custom_fields={"plan": "gold"},
    organization=Organization("3", "Acme"), tags=frozenset({"b", "a"}),
)  # fmt: skip
AGENT = Person("7", "agent", "이준", "jun@example.com")
FIRST = Comment("화장실 청소가 <b>안</b> 됐어요 {{ticket.id}}", public=True, author=CUSTOMER, created_at=NOW)
NOTE = Comment("사진 확인함", public=False, author=AGENT, created_at=NOW)
TICKET = TicketFacts(
    id="31",
    subject="청소 불만",
    description="화장실",
    status="open",
    priority="high",
    type="question",
    via_id="4",
    tags=frozenset({"b", "a"}),
    group_id="11",
    group_name="환불팀",
    requester_id="9",
    requester=CUSTOMER,
    assignee=AGENT,
    organization=Organization("3", "Acme", external_id="x3"),
    brand_name="깨끗",
    url="https://acme.zendesk.com/agent/tickets/31",
    created_at=NOW,
    updated_at=NOW,
    due_at=NOW,
    custom_fields={"360": "late", "361": ["a", "b"], "362": True, "363": None},
    comments=(FIRST, NOTE),
    update=Update("Change", updater=AGENT),
    booking=BookingFacts("B-1", "home_cleaning", "서울", "done", starts_at=NOW, price=90000),
    refund=RefundFacts("R-1", "paid", 45000, reason="늦음"),
    partner=PartnerFacts("박파트너"),
    customer=CustomerFacts("김민지", "vip"),
)
ACCOUNT = Account(
    calendar=Calendar(holidays={date(2026, 11, 23): "창립기념일"}),
    option_titles={"360": {"late": "지각"}},
    dynamic_content={
        "bye": {"ko": "안녕히 계세요, {{ticket.requester.name}} 님", "en": "Bye {{ticket.requester.name}}"},
        "one": {"en": "only"},
    },
    name="깨끗한집",
)  # fmt: skip


def said(template: str, language: str = "ko", *, html: bool = False, facts: TicketFacts = TICKET) -> str:
    return render(template, facts, NOW, language=language, account=ACCOUNT, html=html)


@pytest.mark.parametrize(
    ("template", "korean", "english"),
    [
        ("ticket.id", "31", None),
        ("ticket.title", "청소 불만", None),
        ("ticket.description", "화장실", None),
        ("ticket.status", "열림", "Open"),
        ("ticket.priority", "높음", "High"),
        ("ticket.ticket_type", "질문", "Question"),
        ("ticket.via", "이메일", "Email"),
        ("ticket.account", "깨끗한집", None),
        ("ticket.tags", "a b", None),
        ("ticket.group.name", "환불팀", None),
        ("ticket.brand.name", "깨끗", None),
        ("ticket.organization.external_id", "x3", None),
        ("ticket.url", "acme.zendesk.com/agent/tickets/31", None),
        ("ticket.link", "https://acme.zendesk.com/agent/tickets/31", None),
        ("ticket.created_at", "2026년 11월 23일", "November 23, 2026"),
        ("ticket.created_at_with_time", "2026년 11월 23일 10:30", "November 23, 2026 10:30"),
        ("ticket.created_at_with_timestamp", "2026-11-23T10:30:00+09:00", None),
        ("ticket.due_date", "2026년 11월 23일", "November 23, 2026"),
        ("ticket.in_business_hours", "false", None),
        ("ticket.current_holiday_name", "창립기념일", None),
        ("ticket.ticket_field_360", "late", None),
        ("ticket.ticket_field_option_title_360", "지각", None),
        ("ticket.ticket_field_361", "a b", None),
        ("ticket.ticket_field_362", "true", None),
        ("ticket.ticket_field_363", "", None),
        ("ticket.requester.first_name", "Kim", None),
        ("ticket.requester.last_name", "Minji", None),
        ("ticket.requester.email", "kim@example.com", None),
        ("ticket.requester.custom_fields.plan", "gold", None),
        ("ticket.requester.organization.name", "Acme", None),
        ("ticket.assignee.name", "이준", None),
        ("current_user.name", "이준", None),
        ("agent.email", "jun@example.com", None),
        ("ticket.latest_comment.value", "사진 확인함", None),
        ("ticket.latest_comment.is_public", "false", None),
        ("ticket.latest_public_comment.author.name", "Kim Minji", None),
        ("ticket.comments.size", "2", None),
        ("ticket.comments[0].value", "사진 확인함", None),
        ("ticket.latest_comment_html", "사진 확인함", None),
        (
            "ticket.latest_comment",
            "이준, 2026년 11월 23일 10:30\n\n사진 확인함",
            "이준, November 23, 2026 10:30\n\n사진 확인함",
        ),
        ("satisfaction.current_rating", "", None),
        ("dc.bye", "안녕히 계세요, Kim Minji 님", "Bye Kim Minji"),
        ("dc.one", "only", "only"),
        ("dc.nothing", "", None),
        ("booking.number", "B-1", None),
        ("booking.product", "홈클리닝", "Home cleaning"),
        ("booking.state", "이용 완료", "Done"),
        ("booking.starts_at_with_time", "2026년 11월 23일 10:30", "November 23, 2026 10:30"),
        ("booking.price", "₩90,000", None),
        ("refund.amount", "₩45,000", None),
        ("refund.state", "지급됨", "Paid"),
        ("partner.name", "박파트너", None),
        ("customer.tier", "VIP", None),
        ("ticket.nonsense.deeper", "", None),
        ("nobody.__class__.__mro__", "", None),
        ("ticket.__class__", "", None),
        ("ticket.title | upcase | append: '!'", "청소 불만!", None),
    ],
)  # fmt: skip
def test_a_placeholder_says(template: str, korean: str, english: str | None) -> None:
    assert said("{{" + template + "}}") == korean
    assert said("{{ " + template + " }}", "en") == (korean if english is None else english)


def test_conditions_and_loops_of_liquid_work() -> None:
    urgent = "{% if ticket.priority == '높음' %}급함{% endif %}"
    each = "{% for one in ticket.public_comments %}[{{one.value}}]{% endfor %}"
    assert said(urgent + each) == f"급함[{FIRST.body}]"


@pytest.mark.parametrize(
    "detour",
    [
        "{% assign whole = ticket %}{{whole.latest_comment_html}}",
        "{% assign key = 'latest_com' | append: 'ment_html' %}{{ticket[key]}}",
        "{% for one in ticket %}{{one[1]}}{% endfor %}",
        "{{ticket}}",
        "{{dc.talk}}",
    ],
)
def test_the_conversation_is_there_by_every_detour(detour: str) -> None:
    talking = Account(dynamic_content={"talk": {"ko": "{{ticket.latest_comment.value}}"}})
    assert NOTE.body in render(detour, TICKET, NOW, account=talking)


def test_the_conversation_is_there_for_a_text_after_one_that_does_not_show_it() -> None:
    renderer = Renderer(TICKET, NOW)
    assert renderer.text("{{ticket.title}}") == TICKET.subject
    assert not renderer.talk
    assert renderer.text("{{ticket.latest_comment.value}}") == NOTE.body
    assert renderer.text("{{ticket.title}}") == TICKET.subject
    assert renderer.talk


def test_a_ticket_of_which_nothing_is_known_renders_empty() -> None:
    template = (
        "[{{ticket.requester.name}}{{ticket.latest_comment}}{{booking.price}}{{current_user.name}}{{ticket.due_date}}]"
    )
    assert render(template, TicketFacts(), NOW) == "[]"


def test_a_text_without_placeholders_stays_as_it_is() -> None:
    assert said("환불해 드렸습니다 } %} {") == "환불해 드렸습니다 } %} {"


def test_a_customers_placeholders_are_not_filled_in() -> None:
    hostile = replace(TICKET, subject="{{current_user.email}}{% for i in (1..9) %}x{% endfor %}")
    assert said("{{ticket.title}}", facts=hostile) == hostile.subject
    assert said("{{dc.bye}} {{ticket.title}}", facts=hostile).endswith(hostile.subject)


def test_in_html_a_customers_marks_are_escaped_and_staffs_are_not() -> None:
    text = said("<p>{{ticket.latest_public_comment.value}}</p>", html=True)
    assert text == "<p>화장실 청소가 &lt;b&gt;안&lt;/b&gt; 됐어요 {{ticket.id}}</p>"
    hostile = replace(TICKET, requester=Person("9", name="<script>"))
    assert said("<i>{{dc.bye}}</i>", html=True, facts=hostile) == "<i>안녕히 계세요, &lt;script&gt; 님</i>"
    assert "<b>" not in said("{{ticket.comments}}{{ticket.latest_public_comment}}", html=True)


def test_no_filter_lets_a_customers_marks_through() -> None:
    with pytest.raises(TemplateRefused):
        said("{{ticket.latest_public_comment.value | safe}}", html=True)
    for name in (
        "strip_newlines",
        "newline_to_br",
        "escape_once",
        "squish",
        "downcase",
        "replace: 'a', 'b'",
        "join: ','",
    ):
        assert "<b>" not in said("{{ticket.latest_public_comment.value | " + name + "}}", html=True), name


@pytest.mark.parametrize(
    ("template", "where", "why"),
    [
        ("a {{ ticket.id", "{{ ticket.id", "문법"),
        ("a {{ ticket.id | shout }} b", "{{ ticket.id | shout }}", "필터"),
        ("a {% if %}x{% endif %}", "{% if %}", "문법"),
        ("{% if ticket.id %}x", "", "문법"),
        ("{% include 'x' %}", "{% include 'x' %}", "문법"),
        ("{% render 'x' %}", "{% render 'x' %}", "문법"),
        ("{% for i in (1..99999) %}x{% endfor %}", "", "반복"),
        ("{% for i in (1..1500) %}{% endfor %}{% for i in (1..1500) %}{% endfor %}", "", "반복"),
        ("{% for i in (1..1900) %}" + "y" * 60 + "{% endfor %}", "", "깁니다"),
        ("{% assign a = 'xxxxxxxxxx' %}" + "{% assign a = a | append: a %}" * 30, "", ""),
        ("{% assign a = 'xxxxxxxxxx' %}" + "{% assign a = a | append: a %}" * 12 + "{{ a | replace: 'x', a }}", "", ""),
        ("{% assign a = (1..9999999999) | join: 'x' %}", "{% assign a = (1..9999999999) | join: 'x' %}", "반복"),
        ("{% if 1 %}{% if (1..9999999999) contains 'x' %}{% endif %}{% endif %}", "", "반복"),
        ("{% assign n = 9999999999 %}{{ (1..n) | reverse | first }}", "{{ (1..n) | reverse | first }}", "반복"),
        ("{% case 'x' %}{% when 'y' %}{% else %}{{ (1..9999999999) | sort | last }}{% endcase %}", "", "반복"),
        ("{{ '" + "a" * 60_000 + "'" + " | base64_encode" * 60 + " }}", "", ""),
        ("{% assign a = '" + "a" * 30_000 + "' %}{{ a" + " | append: a" * 2500 + " | size }}", "", ""),
        ("{{ 1 | divided_by: 0 }}", "{{ 1 | divided_by: 0 }}", ""),
        ("{% if a %}" * 50 + "{% endif %}" * 50, "", ""),
        ("{{ '" + "9" * 5000 + "' | plus: 1 }}", "", ""),
        ("x" * 70_000 + "{{ticket.id}}", "", "65536"),
    ],
)
def test_what_cannot_be_made_is_refused_in_words_that_name_the_placeholder(template: str, where: str, why: str) -> None:
    began = perf_counter()
    with pytest.raises(Refusal) as refused:
        said(template)
    assert perf_counter() - began < liquid_limits.LONGEST_SECONDS + 1
    korean, english = (refused.value.words.in_language(one) for one in ("ko", "en"))
    assert where in korean
    assert where in english
    assert why in korean


def test_a_text_that_takes_too_long_is_stopped(monkeypatch: pytest.MonkeyPatch) -> None:
    template = "{% for i in (1..1900) %}{% assign x = i %}{% endfor %}"
    assert said(template) == ""
    monkeypatch.setattr(liquid_limits, "LONGEST_SECONDS", 0.0)
    with pytest.raises(TemplateRefused) as refused:
        said(template)
    assert "오래" in refused.value.words.in_language("ko")


def test_without_the_limit_of_iterations_the_loop_would_run(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(liquid_limits, "MOST_ITERATIONS", 10**6)
    monkeypatch.setattr(liquid_limits.LimitedEnvironment, "loop_iteration_limit", 10**6)
    assert said("{% for i in (1..3000) %}x{% endfor %}") == "x" * 3000


def test_a_text_is_checked_before_it_meets_a_ticket() -> None:
    assert text_problem("안녕하세요 {{ticket.requester.name}} {{ticket.id | upcase}}") is None
    unknown = text_problem("{{ticket.id | shout}}")
    assert unknown is not None
    assert "shout" in unknown.in_language("ko")
    broken = text_problem("{{ticket.id")
    assert broken is not None
    assert "{{ticket.id" in broken.in_language("en")


@settings(max_examples=200)
@given(st.text(alphabet="{}%|. abiforn'\"ticket:1", max_size=40))
def test_any_text_is_either_made_or_refused(text: str) -> None:
    try:
        said(text)
    except TemplateRefused:
        return


@settings(max_examples=100)
@given(st.text(max_size=40))
def test_any_value_comes_through_as_it_is(value: str) -> None:
    facts = replace(TICKET, subject=value)
    assert said("{{ticket.title}}", facts=facts) == value
