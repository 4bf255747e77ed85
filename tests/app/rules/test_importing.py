"""Rules and macros come in whole or not at all, arrive as drafts, and go out as they came."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from app.actor import Actor, ActorKind, acting_as
from app.db import db
from app.macros.model import Macro, MacroState
from app.rules.commands import rules
from app.rules.exchange import normalised, read, to_text
from app.rules.exporting import export
from app.rules.importing import Report, What, take
from app.rules.live import definition_of, read_live
from app.rules.model import Rule, RuleState, TwinState
from app.rules.publishing import publish
from app.tickets.model import TicketEvent, ZendeskUser
from app.words import spoken
from tests.marketplace import a_ticket, kept

COMMAND = Actor(ActorKind.system, "test")


@pytest.fixture(autouse=True)
def command() -> Iterator[None]:
    with acting_as(COMMAND):
        yield


def a_trigger(**more: Any) -> dict[str, Any]:
    return {
        "id": 501,
        "url": "https://acme.example/triggers/501.json",
        "title": "환불 문의 배정",
        "active": True,
        "position": 3,
        "actions": [{"field": "priority", "value": "high"}],
        "conditions": {"all": [{"field": "status", "operator": "is", "value": "new"}], "any": []},
        "category_id": "77",
        **more,
    }


def a_macro(**more: Any) -> dict[str, Any]:
    return {
        "id": 601,
        "title": "확인 중",
        "active": True,
        "position": 9999,
        "actions": [
            {"field": "status", "value": "pending"},
            {"field": "comment_value", "value": "안녕하세요 {{ticket.requester.name}}님, 확인하고 있습니다."},
        ],
        "restriction": None,
        **more,
    }


def taken(file: Any) -> Report:
    report = take(db.session(), read(file))
    db.session.commit()
    return report


def test_what_comes_in_is_a_draft_that_knows_its_twin(office: Flask) -> None:
    report = taken({"triggers": [a_trigger(), a_trigger(id=502, active=False)], "macros": [a_macro()]})
    first, second = db.session.scalars(select(Rule).order_by(Rule.id))
    assert [first.state, second.state] == [RuleState.draft] * 2
    assert [first.twin, second.twin] == [TwinState.active, TwinState.off]
    assert (first.zendesk_id, first.position, first.definition["category_id"]) == (501, 3, "77")
    macro = db.session.scalars(select(Macro)).one()
    assert (macro.state, macro.body_en) == (MacroState.draft, "")
    assert macro.body_ko.startswith("안녕하세요")
    assert [row["field"] for row in macro.actions] == ["status"]
    told = [str(words) for one in report.taken for words in one.warnings]
    assert any("501" in words for words in told)
    assert any("영어 문구가 없습니다" in words for words in told)


def test_importing_again_doubles_nothing_and_changes_what_differs(office: Flask) -> None:
    taken({"triggers": [a_trigger()], "macros": [a_macro()]})
    again = taken({"triggers": [a_trigger()], "macros": [a_macro()]})
    assert {one.what for one in again.taken} == {What.same}
    changed = taken({"triggers": [a_trigger(title="새 제목")], "macros": [a_macro(title="다른 제목")]})
    assert {one.what for one in changed.taken} == {What.changed}
    rule, macro = db.session.scalars(select(Rule)).one(), db.session.scalars(select(Macro)).one()
    assert (rule.title, rule.number, macro.title) == ("새 제목", 2, "다른 제목")


def test_what_was_exported_here_comes_in_again_as_the_same(office: Flask) -> None:
    """An exported row has no id of the account's; two of one title are two."""
    taken(
        {
            "triggers": [
                a_trigger(),
                a_trigger(title="여기서 만든 것", id=None),
                a_trigger(title="여기서 만든 것", id=None),
            ]
        }
    )
    taken({"macros": [a_macro()], "views": [{**a_trigger(title="보기"), "execution": {}, "actions": []}]})
    first, second, third = db.session.scalars(select(Rule).order_by(Rule.id))
    publish(db.session(), second)
    db.session.commit()
    written = json.loads(to_text(export(db.session())))
    assert "id" not in written["triggers"][0]
    assert {(one.kind, one.what) for one in taken(written).taken} == {
        ("trigger", What.same),
        ("macro", What.same),
        ("view", What.same),
    }
    written["triggers"][2]["actions"] = [{"field": "priority", "value": "urgent"}]
    written["triggers"][0]["title"] = "새 이름"
    assert sorted(one.what for one in taken(written).taken if one.kind == "trigger") == [
        What.changed,
        What.new,
        What.same,
    ]
    assert (first.zendesk_id, first.twin, first.number, third.number) == (501, TwinState.active, 1, 2)
    assert (second.number, second.state) == (1, RuleState.live)


def test_a_second_language_that_was_written_here_survives_an_import(office: Flask) -> None:
    taken({"macros": [a_macro()]})
    macro = db.session.scalars(select(Macro)).one()
    macro.body_en = "We are looking into it."
    db.session.commit()
    taken({"macros": [a_macro(title="다른 제목")]})
    assert (macro.body_en, macro.body_ko[:5]) == ("We are looking into it.", "안녕하세요")


def test_over_a_live_rule_a_file_brings_a_draft_and_what_acts_stays(office: Flask) -> None:
    taken({"triggers": [a_trigger(active=False)]})
    rule = db.session.scalars(select(Rule)).one()
    publish(db.session(), rule)
    db.session.commit()
    report = taken({"triggers": [a_trigger(active=False, title="새 제목")]})
    assert (report.refused, report.taken[0].what) == ([], What.changed)
    assert (rule.title, rule.number, rule.state) == ("새 제목", 2, RuleState.live)
    assert definition_of(rule).title == "환불 문의 배정"
    live = read_live(db.session())
    assert [one.title for one in live.triggers.rules] == ["환불 문의 배정"]
    assert live.numbers == {str(rule.id): 1}


def test_every_fault_is_named_with_its_path(office: Flask) -> None:
    broken = a_trigger(
        conditions={"all": [{"field": "subject", "operator": "contains", "value": "x"}], "any": []},
        actions=[{"field": "tags", "value": "x"}],
    )
    report = take(db.session(), read({"triggers": [a_trigger(), broken], "targets": [{"title": "v"}]}))
    assert [left.path for left in report.refused] == [
        "triggers[1].conditions.all[0].field",
        "triggers[1].actions[0].field",
    ]
    assert report.rows_refused == 1
    assert [left.path for left in report.ignored] == ["targets"]


@pytest.mark.parametrize(
    "poison", [{"title": "a\x00b"}, {"note": "\ud800"}, {"note": float("inf")}, {"note": {"deep\x00": 1}}], ids=repr
)
def test_what_no_database_can_hold_is_refused(lone_office: Flask, poison: dict[str, Any]) -> None:
    report = taken({"triggers": [a_trigger(**poison)], "macros": [a_macro(**poison)]})
    assert len(report.refused) == 2


@pytest.mark.parametrize("odd", [2**70, "9" * 30, -1, 0, True, None, "x"], ids=repr)
def test_an_odd_id_or_place_breaks_nothing(lone_office: Flask, odd: Any) -> None:
    place = odd if isinstance(odd, int) and not isinstance(odd, bool) else None
    taken({"triggers": [a_trigger(id=odd, position=place)]})
    rule = db.session.scalars(select(Rule)).one()
    assert rule.zendesk_id is None
    assert export(db.session())["triggers"][0]["position"] == place


def test_what_was_imported_goes_out_as_it_came(office: Flask) -> None:
    top = {key: value for key, value in a_trigger(id=503).items() if key != "conditions"}
    top["all"] = [{"field": "status", "operator": "is", "value": "new"}]
    file = {"triggers": [a_trigger(), {**top, "position": 4}], "macros": [a_macro()]}
    taken(file)
    written = export(db.session())
    assert to_text(written) == to_text({kind: [normalised(one) for one in rows] for kind, rows in file.items()})
    assert json.loads(to_text(export(db.session(), ["macro"]))) == {"macros": written["macros"]}


# ------------------------------------------------------------------------------------------------------- the commands
def run(office: Flask, *arguments: str) -> Any:
    with spoken("ko"):
        return office.test_cli_runner().invoke(rules, list(arguments))


def count_rules() -> int:
    """Ends the transaction: a command writes in one of its own."""
    found = len(db.session.scalars(select(Rule)).all())
    db.session.rollback()
    return found


def test_a_file_with_one_fault_brings_in_nothing(lone_office: Flask, tmp_path: Path) -> None:
    file = tmp_path / "rules.json"
    file.write_text(json.dumps({"triggers": [a_trigger(), a_trigger(id=502, actions=[{"field": "tags"}])]}))
    told = run(lone_office, "import", str(file))
    assert told.exit_code == 1
    assert "triggers[1].actions[0].field" in told.output
    assert count_rules() == 0
    told = run(lone_office, "import", "--keep-going", str(file))
    assert told.exit_code == 1
    assert count_rules() == 1


def test_a_good_file_comes_in_and_goes_out_to_a_file(lone_office: Flask, tmp_path: Path) -> None:
    file, out = tmp_path / "rules.json", tmp_path / "out.json"
    file.write_text(json.dumps({"triggers": [a_trigger()]}))
    told = run(lone_office, "import", str(file))
    assert told.exit_code == 0, told.output
    assert run(lone_office, "export", "--output", str(out)).exit_code == 0
    assert json.loads(out.read_text())["triggers"][0]["title"] == "환불 문의 배정"
    assert json.loads(run(lone_office, "export", "--kind", "trigger").output)["triggers"]


@pytest.mark.parametrize("text", ["", "{", "[]x", '{"groups": []}', "null", "\xff"])
def test_what_is_no_rule_file_is_refused_in_plain_words(lone_office: Flask, tmp_path: Path, text: str) -> None:
    file = tmp_path / "rules.json"
    file.write_bytes(text.encode("latin-1"))
    told = run(lone_office, "import", str(file))
    assert told.exit_code == 1
    assert "Traceback" not in told.output
    assert told.output.strip()


def test_explaining_a_ticket_that_is_not_here_says_so(lone_office: Flask) -> None:
    told = run(lone_office, "explain", "--ticket", "12")
    assert told.exit_code == 1
    assert "12" in told.output
    assert run(lone_office, "explain", "--ticket", str(2**64)).exit_code == 2


def test_explaining_a_ticket_tells_each_condition(lone_office: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LC_ALL", "ko_KR.UTF-8")
    conditions = {
        "all": [
            {"field": "status", "operator": "is", "value": "new"},
            {"field": "role", "operator": "is", "value": "agent"},
        ]
    }
    taken({"triggers": [a_trigger(active=False, conditions=conditions)]})
    ticket = a_ticket(status="open")
    number = ticket.zendesk_id
    kept(ZendeskUser(zendesk_id=77, name="박지우", role="end-user"))
    kept(TicketEvent(ticket=ticket, audit_id=1, author_id=77, channel="web", changes={}, created_at=ticket.updated_at))
    db.session.rollback()
    told = run(lone_office, "explain", "--ticket", str(number))
    assert told.exit_code == 0, told.output
    assert "환불 문의 배정" in told.output
    assert "✗ 상태 다음과 같음 신규 ← 열림" in told.output
    assert "← 고객" in told.output
    assert "조건 2개가 모자랐습니다" in told.output
    (rule,) = json.loads(run(lone_office, "explain", "--ticket", str(number), "--json").output)["rules"]
    assert (rule["fired"], rule["state"], rule["reasons"][0]["seen"]) == (False, "draft", "open")


def test_a_macro_in_rich_text_stays_rich_text(office: Flask) -> None:
    rich = {"field": "comment_value_html", "value": "<p>안녕하세요</p>"}
    taken({"macros": [a_macro(actions=[rich])]})
    macro = db.session.scalars(select(Macro)).one()
    macro.move_to(MacroState.live)
    db.session.commit()
    (read_back,) = read_live(db.session()).macros.values()
    assert (read_back.html, read_back.bodies) == (True, {"ko": "<p>안녕하세요</p>"})
    assert export(db.session())["macros"][0]["actions"] == [rich]
