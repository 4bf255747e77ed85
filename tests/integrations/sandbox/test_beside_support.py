"""What stands beside the Support API: calls of a partner's telephone, articles of the Help Center, links to Jira."""

from typing import Any

from tests.integrations.sandbox.client import Client

CALL = {"app_id": 7, "direction": "inbound", "from_line": "+8221", "call_started_at": "2026-01-27T15:31:40+09"}


def test_a_call_is_kept_changed_and_told_on_a_ticket(box: Client) -> None:
    made = box.send("POST", "/calls", {"call": CALL}, 201)["call"]
    assert (made["call_started_at"], made["ticket_id"], made["talk_time"]) == ("2026-01-27T06:31:40Z", None, None)
    changed = box.send("PATCH", f"/calls/{made['id']}", {"call": {"talk_time": 5, "junk": 1}})["call"]
    assert (changed["talk_time"], set(changed)) == (5, set(made))
    told = box.send("POST", f"/calls/{made['id']}/comments", {"title": "Rang", "call_fields": ["direction"]}, 201)
    assert (told["body"], told["data"]["call_id"]) == ("Rang\n\nSummary\nDirection: inbound", made["id"])
    ticket_id = box.read(f"/calls/{made['id']}")["call"]["ticket_id"]
    comments = box.read(f"/tickets/{ticket_id}/comments")["comments"]
    assert [(row["id"], row["public"]) for row in comments] == [(told["id"], False)]
    box.send("POST", f"/calls/{made['id']}/comments", {"title": "Again", "call_fields": []}, 201)
    assert len(box.read(f"/tickets/{ticket_id}/comments")["comments"]) == 2


def test_a_call_told_at_once_opens_its_ticket_and_a_bad_one_leaves_nothing(box: Client) -> None:
    beside = {"title": "Rang", "call_fields": ["from_line"]}
    made = box.send("POST", "/calls", {"call": CALL, "comment": beside}, 201)["call"]
    assert box.read(f"/tickets/{made['ticket_id']}")["ticket"]["subject"] == "Rang"
    box.send("POST", "/calls", {"call": CALL | {"direction": "sideways"}, "comment": beside}, 422)
    box.send("POST", "/calls", {"call": CALL | {"call_ended_at": "soon"}}, 422)
    box.send("POST", "/calls", {"call": CALL | {"ticket_id": 99}}, 404)
    box.send("POST", "/calls", {"call": CALL, "comment": {"title": "x"}}, 400)
    assert len(box.read("/tickets")["tickets"]) == 1
    box.send("GET", "/calls/5", None, 404)


def section(box: Client) -> Any:
    category = box.send("POST", "/help_center/categories", {"category": {"name": "Cleaning"}}, 201)["category"]
    place = f"/help_center/categories/{category['id']}/sections"
    return box.send("POST", place, {"section": {"name": "Prices"}}, 201)["section"]


def test_a_section_lives_in_its_category(box: Client) -> None:
    first, second = section(box), section(box)
    listed = box.read(f"/help_center/en-us/categories/{first['category_id']}/sections")
    assert (listed["sections"], listed["sort_by"]) == ([first], "position")
    assert box.read(f"/help_center/sections/{second['id']}")["section"] == second
    assert box.ask("GET", "/help_center/categories/5/sections").status_code == 404
    assert box.ask("POST", "/help_center/categories/5/sections", {"section": {"name": "x"}}).status_code == 404


def test_an_article_lives_in_its_section(box: Client) -> None:
    place = f"/help_center/sections/{section(box)['id']}/articles"
    wanted = {"title": "What a window costs", "body": "<p>A lot</p>", "user_segment_id": 8, "locale": "en-us"}
    made = box.send("POST", place, {"article": wanted, "notify_subscribers": False}, 201)["article"]
    assert made["html_url"].endswith(f"/hc/en-us/articles/{made['id']}-What-a-window-costs")
    assert (made["name"], made["user_segment_ids"]) == (made["title"], [8])
    listed = box.read(place)
    assert ([row["id"] for row in listed["articles"]], listed["sort_by"]) == ([made["id"]], "position")
    assert box.read("/help_center/articles/search", query="window")["count"] == 1
    assert box.read("/help_center/en-us/articles", query="door")["articles"] == []
    changed = box.send("PUT", f"/help_center/articles/{made['id']}", {"article": {"draft": True}})["article"]
    assert (changed["draft"], changed["title"]) == (True, made["title"])
    box.send("DELETE", f"/help_center/articles/{made['id']}", None, 204)
    box.send("GET", f"/help_center/articles/{made['id']}", None, 404)


def test_an_article_needs_a_section_and_a_title(box: Client) -> None:
    box.send("POST", "/help_center/sections/5/articles", {"article": {"title": "x"}}, 404)
    place = f"/help_center/sections/{section(box)['id']}/articles"
    assert box.send("POST", place, {"article": {"body": "x"}}, 422)["details"]["title"]


def test_a_ticket_is_linked_to_an_issue(box: Client) -> None:
    def ask(method: str, path: str, body: Any = None) -> Any:
        return box.ask(method, f"/../../api/services/jira/links{path}", body)

    made = ask("POST", "", {"link": {"ticket_id": 3, "issue_id": 5, "issue_key": "OPS-5"}})
    assert (made.status_code, made.json()["link"]["ticket_id"]) == (201, "3")
    number = made.json()["link"]["id"]
    assert [row["id"] for row in ask("GET", "?ticket_id=3").json()["links"]] == [number]
    assert ask("GET", "?ticket_id=4").json()["links"] == []
    assert ask("POST", "", {"link": {"ticket_id": 3}}).status_code == 422
    assert [ask(way, f"/{number}").status_code for way in ("GET", "DELETE", "GET")] == [200, 204, 404]
