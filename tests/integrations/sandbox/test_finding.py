"""Search, views and macros: what they find and what they would do."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from integrations.zendesk.sandbox import finding, links
from integrations.zendesk.sandbox.box import Sandbox
from integrations.zendesk.sandbox.ranks import ranked
from tests.integrations.sandbox.client import TOKEN, Client, until
from tests.integrations.sandbox.conftest import Opener


@pytest.fixture
def shop(box: Client) -> Client:
    group = box.group("Refunds")
    agent = box.agent_in(group["id"])
    park = box.user("Park", locale="ko")
    box.ticket(subject="환불 요청", priority="high", requester_id=park["id"], tags=["refund"], assignee_id=agent["id"])
    box.ticket(subject="Move the date", priority="low", comment={"body": "Can we meet on Friday?"}, type="question")
    box.ticket(subject="Thanks", external_id="order-7")
    box.change(3, status="solved")
    return box


@pytest.mark.parametrize(
    ("query", "ids"),
    [
        ("type:ticket", {1, 2, 3}),
        ("type:ticket status<solved", {1, 2}),
        ("type:ticket -status:solved", {1, 2}),
        ("type:ticket priority>=normal", {1}),
        ("type:ticket tags:refund", {1}),
        ("type:ticket tags:none", {2, 3}),
        ("type:ticket 환불", {1}),
        ("type:ticket friday", {2}),
        ('type:ticket subject:"Move the date"', {2}),
        ("type:ticket requester:park@demo.example", {1}),
        ("type:ticket assignee:none", {2}),
        ("type:ticket assignee:me", {3}),
        ("type:ticket group:refunds", {1}),
        ("type:ticket ticket_type:question", {2}),
        ("type:ticket external_id:order-7", {3}),
        ("type:ticket created>2020-01-01", {1, 2, 3}),
        ("type:ticket created<2020-01-01", set()),
        ("type:ticket nonsense:1", set()),
        ("type:ticket -friday", {1, 3}),
        ('type:ticket -"환불 요청"', {2, 3}),
        ("type:ticket -friday -thanks", {1}),
        ("type:ticket -priority:high", {2, 3}),
        ("type:ticket priority:high priority:low", {1, 2}),
        ("type:ticket priority:high priority:low status<solved -tags:refund", {2}),
        ("type:ticket priority>low priority<high", set()),
        ("type:ticket subject:thanks subject:move", {2, 3}),
        ('type:ticket tags:"refund other"', set()),
    ],
)
def test_search_finds(shop: Client, query: str, ids: set[int]) -> None:
    reply = shop.read("/search.json", query=query)
    assert {row["id"] for row in reply["results"]} == ids
    assert {row["result_type"] for row in reply["results"]} <= {"ticket"}
    assert shop.read("/search/count", query=query)["count"] == len(ids)
    exported = shop.read("/search/export", query=query, **{"filter[type]": "ticket"})
    assert {row["id"] for row in exported["results"]} == ids


def test_search_finds_people_and_groups(shop: Client) -> None:
    assert [row["name"] for row in shop.read("/search", query="type:user park")["results"]] == ["Park"]
    assert [row["name"] for row in shop.read("/search", query="type:group Refunds")["results"]] == ["Refunds"]


@pytest.fixture(scope="module")
def directory(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Client]:
    sandbox = Sandbox(tmp_path_factory.mktemp("directory"), token=TOKEN, withhold_seconds=0)
    box = Client(sandbox.start())
    organizations = [
        {"id": 1, "name": "Hanok Homes", "details": "Seoul, Jongno", "tags": ["vip"],
         "created_at": "2024-01-01T00:00:00Z", "domain_names": ["hanok.example"], "external_id": "h-1"},
        {"id": 2, "name": "River Stay", "notes": "Pays late", "tags": [], "created_at": "2025-06-01T12:00:00Z"},
    ]  # fmt: skip
    users = [
        {"id": 11, "name": "Park Ann", "email": "ann@demo.example", "tags": ["vip"], "organization_id": 1,
         "phone": "+82212345678", "created_at": "2024-02-01T00:00:00Z"},
        {"id": 12, "name": "Kim Bo", "email": "bo@demo.example", "tags": ["new"], "notes": "Has two cats",
         "role": "agent", "created_at": "2025-02-01T00:00:00Z"},
    ]  # fmt: skip
    groups = [{"id": 21, "name": "Refunds", "description": "Money", "created_at": "2024-03-01T00:00:00Z"}]
    box.door("POST", "/seed", {"organizations": organizations, "users": users, "groups": groups})
    yield box
    sandbox.stop()


@pytest.mark.parametrize(
    ("query", "ids"),
    [
        ("type:user tags:vip", {11}),
        ("type:user tags:vip tags:new", {11, 12}),
        ("type:user -tags:vip role:agent", {12}),
        ("type:user -ann name:park name:kim", {12}),
        ("type:user organization:hanok", {11}),
        ("type:user organization:none role:agent", {12}),
        ("type:user phone:+82212345678", {11}),
        ('type:user notes:"two cats"', {12}),
        ("type:user created<2024-06-01", {11}),
        ("type:user color:red", set()),
        ("type:organization tags:vip", {1}),
        ("type:organization -tags:vip", {2}),
        ("type:organization tags:none", {2}),
        ("type:organization created<2025-01-01", {1}),
        ("type:organization created:2025-06-01", {2}),
        ("type:organization created>=2025-06-01", {2}),
        ("type:organization details:jongno", {1}),
        ("type:organization notes:late", {2}),
        ("type:organization name:river name:hanok", {1, 2}),
        ("type:organization external_id:h-1", {1}),
        ("type:organization domain_names:hanok.example", {1}),
        ("type:organization -hanok", {2}),
        ("type:organization color:red", set()),
        ("type:group created>2024-02-01 created<2024-04-01", {21}),
        ("type:group name:refunds created>2025-01-01", set()),
    ],
)
def test_search_filters_people_organizations_and_groups(directory: Client, query: str, ids: set[int]) -> None:
    assert {row["id"] for row in directory.read("/search", query=query)["results"]} == ids
    kind = query.split(maxsplit=1)[0].removeprefix("type:")
    exported = directory.read("/search/export", query=query, **{"filter[type]": kind})
    assert {row["id"] for row in exported["results"]} == ids


def test_what_has_ranks_is_sorted_by_them(box: Client) -> None:
    for priority in ("urgent", "low", None, "high", "normal"):
        box.ticket(priority=priority)
    for number, status in ((1, "solved"), (2, "pending"), (3, "open"), (5, "hold")):
        box.change(number, status=status)
    by_priority, by_status = [3, 2, 5, 4, 1], [4, 3, 2, 5, 1]
    for sort, ids in (("priority", by_priority), ("status", by_status)):
        for way, wanted in (("asc", ids), ("desc", ids[::-1])):
            found = box.read("/search", query=f"type:ticket order_by:{sort} sort:{way}")["results"]
            assert [row["id"] for row in found] == wanted
            found = box.read("/search", query="type:ticket", sort_by=sort, sort_order=way)["results"]
            assert [row["id"] for row in found] == wanted
    assert [row["id"] for row in box.read("/tickets", sort_by="status")["tickets"]] == by_status
    assert [row["id"] for row in box.read("/tickets", sort_by="status", sort_order="desc")["tickets"]] == by_status[
        ::-1
    ]


def test_search_refuses_what_lies_too_deep_and_what_is_no_date(shop: Client) -> None:
    assert shop.send("GET", "/search?query=x&page=11", None, 422)["error"] == "invalid"
    shop.send("GET", "/search?query=created>soon", None, 422)
    shop.send("GET", "/search", None, 422)
    shop.send("GET", "/search/export?query=x", None, 400)


def test_a_view_shows_counts_and_runs(shop: Client) -> None:
    conditions = {"all": [{"field": "status", "operator": "less_than", "value": "solved"}],
                  "any": [{"field": "priority", "operator": "is", "value": "high"},
                          {"field": "current_tags", "operator": "includes", "value": "nothing"}]}  # fmt: skip
    view = shop.send("POST", "/views", {"view": {"title": "Hot", "conditions": conditions}})["view"]
    assert [ticket["id"] for ticket in shop.read(f"/views/{view['id']}/tickets")["tickets"]] == [1]
    assert shop.read(f"/views/{view['id']}/count")["view_count"]["value"] == 1
    run = shop.read(f"/views/{view['id']}/execute")
    assert [row["ticket_id"] for row in run["rows"]] == [1]
    assert [column["id"] for column in run["columns"]][:2] == ["subject", "requester"]


def test_a_macro_is_rendered_and_changes_nothing(shop: Client) -> None:
    actions = [
        {
            "field": "comment_value",
            "value": "안녕하세요 {{ticket.requester.name}}님, {{ticket.id}}번 건입니다. {{no.such}}",
        },
        {"field": "comment_mode_is_public", "value": "true"},
        {"field": "status", "value": "pending"},
        {"field": "current_tags", "value": "answered"},
        {"field": "assignee_id", "value": "current_user"},
    ]
    macro = shop.send("POST", "/macros", {"macro": {"title": "Hello", "actions": actions}})["macro"]
    before = shop.read("/tickets/1")
    result = shop.read(f"/tickets/1/macros/{macro['id']}/apply.json")["result"]["ticket"]
    assert result["comment"]["body"] == "안녕하세요 Park님, 1번 건입니다. "
    assert result["comment"]["public"] is True
    assert result["comment"]["scoped_body"] == [["channel:all", result["comment"]["body"]]]
    assert (result["status"], result["tags"]) == ("pending", ["answered", "refund"])
    assert result["assignee_id"] == shop.read("/users/me")["user"]["id"]
    assert set(result) == set(before["ticket"]) | {"comment"}
    assert shop.read("/tickets/1") == before
    alone = shop.read(f"/macros/{macro['id']}/apply")["result"]["ticket"]
    assert set(alone) == {"comment", "status", "tags", "assignee_id"}


@pytest.mark.parametrize(
    ("query", "ids"),
    [
        ("환불", {1}), ("불요", set()), ("요청", {1}), ("환", {1}), ("환불*", {1}),
        ('"환불 요청"', {1}), ('"불 요청"', {1}), ('"요청 환불"', set()), ('subject:"환불 요청"', {1}),
        ("friday", {2}), ("frid", set()),
        ("frid*", {2}), ('"meet on friday"', {2}), ('"on meet"', set()), ("comment:friday", {2}),
        ("description:friday", {2}), ("description:later", set()), ("comment:later", {2}), ("later friday", {2}),
        ("thanks friday", set()), ("!!", set()), ("tags:refund", {1}), ("-tags:refund", {2, 3}), ("subject:mov*", {2}),
    ],
)  # fmt: skip
def test_words_are_found_whole_and_korean_ones_with_what_is_glued_to_them(
    shop: Client, query: str, ids: set[int]
) -> None:
    shop.change(2, comment={"body": "Or later"})
    found = shop.read("/search", query=f"type:ticket {query}")
    assert {row["id"] for row in found["results"]} == ids


def test_what_is_changed_or_gone_is_found_as_it_is_now(shop: Client) -> None:
    shop.change(1, subject="보상 문의", tags=["claim"])
    for query, ids in (("요청", set()), ("보상", {1}), ("tags:refund", set()), ("tags:claim", {1})):
        assert {row["id"] for row in shop.read("/search", query=f"type:ticket {query}")["results"]} == ids
    shop.send("DELETE", "/tickets/1")
    assert shop.read("/search", query="type:ticket 보상")["results"] == []
    assert shop.read("/tickets")["count"] == shop.read("/tickets/count")["count"]["value"] == 2


@pytest.mark.parametrize(
    ("sql", "way"),
    [
        ("select * from tickets where deleted = 0 and (1) and id > 7 order by id limit 9", "PRIMARY KEY"),
        (
            "select id from tickets where deleted = 0 and (1) order by updated_at desc, id desc limit 9",
            "tickets_updated",
        ),
        (
            "select id from tickets where deleted = 0 and (1) order by created_at desc, id desc limit 9",
            "tickets_created",
        ),
        ("select * from tickets where deleted = 0 and requester_id = 7 order by id limit 9", "tickets_requester"),
        (
            f"select id from tickets where (deleted = 0 and (1)) order by {ranked('status')} asc, id asc limit 9",
            "tickets_by_status",
        ),
        (f"select count(*) from tickets where deleted = 0 and {links.INCIDENT}", "tickets_problem"),
        (f"select id from tickets where deleted = 0 and {links.INCIDENT} order by id limit 9", "tickets_problem"),
        (f"select count(*) from tickets where deleted = 0 and ({finding.ON_COPY})", "ticket_people"),
        (f"select count(*) from tickets where deleted = 0 and ({finding.FOLLOWED})", "ticket_people"),
    ],
)
def test_long_lists_are_walked_and_never_sorted(shop: Client, tmp_path: Path, sql: str, way: str) -> None:
    """By the plan and not by the clock. Without the numbers that the planner is told, it sorts."""
    with closing(sqlite3.connect(tmp_path / "box-0" / "sandbox.sqlite3")) as db:
        plan = " ".join(row[3] for row in db.execute(f"explain query plan {sql}", [7] * sql.count("?")))
    assert way in plan
    assert "TEMP B-TREE" not in plan
    assert "SCAN tickets USING COVERING INDEX tickets_narrow" not in plan


def test_those_on_copy_and_those_who_follow_find_their_tickets(shop: Client, tmp_path: Path) -> None:
    """In a folder of before as well, and after each change."""
    park = shop.read("/search", query="type:user park")["results"][0]
    agent = shop.read("/search", query="type:user role:agent")["results"][0]
    shop.change(2, email_ccs=[{"user_id": park["id"], "action": "put"}])
    shop.change(3, followers=[{"user_id": agent["id"], "action": "put"}])
    shop.change(1, email_ccs=[{"user_id": park["id"], "action": "put"}])
    shop.change(1, email_ccs=[{"user_id": park["id"], "action": "delete"}])

    def told(way: str, user: int) -> list[int]:
        found = shop.read(f"/users/{user}/tickets/{way}")["tickets"]
        assert shop.read(f"/users/{user}/tickets/{way}/count")["count"]["value"] == len(found)
        return [row["id"] for row in found]

    assert (told("ccd", park["id"]), told("followed", agent["id"])) == ([2], [3])
    with closing(sqlite3.connect(tmp_path / "box-0" / "sandbox.sqlite3", isolation_level=None)) as db:
        kept = sorted(db.execute("select * from ticket_people"))
        for name in ("come", "leave", "change"):
            db.execute(f"drop trigger tickets_people_{name}")
        db.execute("drop table ticket_people")
        finding.teach(db)
        finding.lay(db)
        assert sorted(db.execute("select * from ticket_people")) == kept
        assert {row[1:] for row in kept} >= {(park["id"], 2), (agent["id"], 3)}
    shop.send("DELETE", "/tickets/2")
    assert told("ccd", park["id"]) == []


def test_a_folder_of_before_gets_its_indexes(opened: Opener, tmp_path: Path) -> None:
    box = opened()
    box.ticket(subject="환불 요청", tags=["refund"])
    with closing(sqlite3.connect(tmp_path / "box-0" / "sandbox.sqlite3", isolation_level=None)) as db:
        for (name,) in db.execute("select name from sqlite_master where type = 'trigger'").fetchall():
            db.execute(f"drop trigger {name}")
        for name in ("ticket_words", "comment_words", "ticket_tags"):
            db.execute(f"drop table {name}")
        finding.teach(db)
        finding.lay(db)
        assert db.execute("select rowid from ticket_words where ticket_words match '\"환불\"'").fetchall() == [(1,)]
        assert db.execute("select rowid from comment_words where comment_words match 'came'").fetchone()
        assert db.execute("select tag, ticket_id from ticket_tags").fetchall() == [("refund", 1)]


def test_the_indexes_tell_what_the_rows_tell_after_everything_that_changes_them(shop: Client, tmp_path: Path) -> None:
    """Each index beside one that is made anew from the rows."""
    shop.door("POST", "/traffic", {"now": 60, "agents": True, "seed": 2})
    comment = shop.read("/tickets/1/comments")["comments"][0]["id"]
    shop.send("PUT", f"/tickets/1/comments/{comment}/make_private")
    shop.send("PUT", f"/comment_redactions/{comment}", {"ticket_id": 1, "html_body": "<redact>Nobody</redact> came"})
    shop.change(2, subject="Something else", tags=["one", "two"])
    shop.send("DELETE", "/tickets/3")
    job = shop.send("DELETE", "/deleted_tickets/3")["job_status"]["id"]
    until(lambda: shop.read(f"/job_statuses/{job}")["job_status"]["status"] == "completed")
    with closing(sqlite3.connect(tmp_path / "box-0" / "sandbox.sqlite3", isolation_level=None)) as db:
        finding.teach(db)
        kept = (
            "select distinct value, tickets.id from tickets, json_each(body, '$.tags')",
            "select tag, ticket_id from ticket_tags",
        )
        assert sorted(db.execute(kept[0])) == sorted(db.execute(kept[1]))
        for index, column, table in (("ticket_words", "subject", "tickets"), ("comment_words", "text", "comments")):
            db.execute(f"create virtual table temp.anew using fts5({column}, content='', columnsize=0)")
            db.execute(f"insert into temp.anew(rowid, {column}) select id, sandbox_words({column}) from {table}")
            db.execute(f"create virtual table temp.terms using fts5vocab('main', '{index}', 'instance')")
            db.execute("create virtual table temp.wanted using fts5vocab('temp', 'anew', 'instance')")
            terms = [sorted(db.execute(f"select term, doc, offset from temp.{name}")) for name in ("terms", "wanted")]
            assert terms[0] == terms[1] != [], index
            for name in ("terms", "wanted", "anew"):
                db.execute(f"drop table temp.{name}")


def test_a_custom_field_is_searched_for_by_its_number(box: Client) -> None:
    one, other = (
        box.send("POST", "/ticket_fields", {"ticket_field": {"type": "text", "title": title}})["ticket_field"]["id"]
        for title in ("City", "Flat")
    )
    box.ticket(custom_fields=[{"id": one, "value": "seoul"}, {"id": other, "value": "12"}])
    box.ticket(custom_fields=[{"id": one, "value": "busan"}, {"id": other, "value": "seoul"}])
    box.ticket()
    for query, ids in (
        (f"custom_field_{one}:seoul", {1}),
        (f"custom_field_{one}:seoul custom_field_{one}:busan", {1, 2}),
        (f"custom_field_{other}:seoul", {2}),
        (f"-custom_field_{one}:seoul", {2, 3}),
    ):
        found = box.read("/search", query=f"type:ticket {query}")["results"]
        assert {row["id"] for row in found} == ids, query
