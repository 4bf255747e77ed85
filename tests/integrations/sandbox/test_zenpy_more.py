"""Most of what Zenpy offers beyond tickets and lists, unmodified: made, changed, read and thrown away."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests
from requests.adapters import HTTPAdapter
from zenpy import Zenpy
from zenpy.lib import api_objects as kinds
from zenpy.lib.exception import APIException, RecordNotFoundException

from integrations.zendesk.sandbox.box import Sandbox
from tests.integrations.sandbox.client import EMAIL, TOKEN, Client, until
from tests.integrations.sandbox.zenpy_adapter import ToTheBox

OPEN = {"all": [{"field": "status", "operator": "less_than", "value": "solved"}], "any": []}
PENDING = [{"field": "status", "value": "pending"}]


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Client]:
    box = Sandbox(tmp_path_factory.mktemp("zenpy"), token=TOKEN, withhold_seconds=0)
    yield Client(box.start())
    box.stop()


def zenpy_as(url: str, email: str, token: str) -> Any:
    session = requests.Session()
    session.auth = (f"{email}/token", token)
    session.mount("https://", ToTheBox(url))
    session.mount("http://", HTTPAdapter())
    session.authorized = True  # type: ignore[attr-defined]
    return Zenpy(subdomain="demo", session=session, disable_cache=True)


@pytest.fixture(scope="module")
def zenpy(shop: Client) -> Any:
    return zenpy_as(shop.url, EMAIL, TOKEN)


# One row a kind: the API's name in Zenpy, an object to make, the attribute to change and its new value.
PLAIN: list[tuple[str, Any, str, Any]] = [
    ("groups", kinds.Group(name="Refunds"), "name", "환불"),
    ("organizations", kinds.Organization(name="한남빌"), "details", "서울"),
    ("brands", kinds.Brand(name="Stay", subdomain="stay"), "name", "Stay Seoul"),
    ("macros", kinds.Macro(title="M", actions=PENDING), "title", "안내"),
    ("triggers", kinds.Trigger(title="T", conditions=OPEN, actions=PENDING), "title", "접수"),
    ("views", kinds.View(title="V", all=OPEN["all"]), "title", "열린 티켓"),
    ("ticket_fields", kinds.TicketField(type="text", title="Booking"), "title", "예약번호"),
    ("ticket_forms", kinds.TicketForm(name="Stay form"), "name", "숙박 양식"),
    ("user_fields", kinds.UserField(type="text", key="nick", title="Nick"), "title", "별명"),
    ("organization_fields", kinds.OrganizationField(type="text", key="floor", title="Floor"), "title", "층"),
]


@pytest.mark.parametrize(("name", "wanted", "key", "value"), PLAIN, ids=[row[0] for row in PLAIN])
def test_a_plain_kind_is_made_changed_listed_and_thrown_away(
    zenpy: Any, name: str, wanted: Any, key: str, value: str
) -> None:
    endpoint = getattr(zenpy, name)
    made = endpoint.create(wanted)
    setattr(made, key, value)
    assert getattr(endpoint.update(made), key) == value
    assert getattr(endpoint(id=made.id), key) == value
    assert made.id in {row.id for row in endpoint()}
    endpoint.delete(made)
    # Groups are deleted softly, as in Zendesk; of the others nothing is shown any more.
    if name != "groups":
        with pytest.raises(RecordNotFoundException):
            endpoint(id=made.id)


def test_people_are_made_tagged_searched_merged_and_deleted(zenpy: Any) -> None:
    first = zenpy.users.create(kinds.User(name="박민지", email="minji@customer.example"))
    again = zenpy.users.create_or_update(kinds.User(name="박민지", email="minji@customer.example", phone="010-1"))
    assert again.id == first.id
    assert list(zenpy.users.add_tags(first.id, ["vip"])) == ["vip"]
    assert list(zenpy.users.tags(first.id)) == ["vip"]
    assert list(zenpy.users.set_tags(first.id, ["gold"])) == ["gold"]
    assert [row.id for row in zenpy.users.search(query="minji@customer.example")] == [first.id]
    assert "minji@customer.example" in {row.value for row in zenpy.users.identities(first.id)}
    second = zenpy.users.create(kinds.User(name="민지 박", email="other@customer.example"))
    assert zenpy.users.merge(second, first).id == first.id
    zenpy.users.delete(first)
    assert zenpy.users(id=first.id).active is False
    assert first.id in {row.id for row in zenpy.users.deleted()}


def test_a_customer_belongs_to_an_organization_and_an_agent_to_a_group(zenpy: Any) -> None:
    house = zenpy.organizations.create(kinds.Organization(name="연희빌"))
    user = zenpy.users.create(kinds.User(name="Emma", email="emma@customer.example"))
    zenpy.organization_memberships.create(kinds.OrganizationMembership(user_id=user.id, organization_id=house.id))
    assert [row.id for row in zenpy.organizations.users(house.id)] == [user.id]
    assert [row.organization_id for row in zenpy.users.organization_memberships(user.id)] == [house.id]
    agent = zenpy.users.create(kinds.User(name="Lee", email="lee@demo.example", role="agent"))
    group = zenpy.groups.create(kinds.Group(name="Stays"))
    member = zenpy.group_memberships.create(kinds.GroupMembership(user_id=agent.id, group_id=group.id))
    assert member.id in {row.id for row in zenpy.groups.memberships(group.id)}
    assert agent.id in {row.id for row in zenpy.groups.users(group.id)}
    assert group.id in {row.id for row in zenpy.groups.assignable()}


def test_tickets_are_merged_deleted_restored_and_told(zenpy: Any) -> None:
    say = kinds.Comment
    one, two = (zenpy.tickets.create(kinds.Ticket(subject=name, comment=say(body=name))).ticket for name in ("a", "b"))
    job = zenpy.tickets.merge(two, one)
    until(lambda: zenpy.job_status(id=job.id).status == "completed")
    assert zenpy.tickets(id=one.id).status == "closed"
    assert list(zenpy.tickets.set_tags(two.id, ["x"])) == ["x"]
    assert list(zenpy.tickets.tags(two.id)) == ["x"]
    assert list(zenpy.tickets.delete_tags(two.id, ["x"])) == []
    assert zenpy.tickets.metrics(two.id).ticket_id == two.id
    assert zenpy.tickets.incidents(two.id) is not None
    zenpy.tickets.delete(two)
    assert two.id in {row.id for row in zenpy.tickets.deleted()}
    zenpy.tickets.restore(two)
    assert zenpy.tickets(id=two.id).id == two.id
    assert len(list(zenpy.tickets.audits(ticket=two.id))) > 1
    assert {row.event_type for row in zenpy.tickets.events(0)} == {"Audit"}


def test_a_file_goes_with_a_comment(zenpy: Any, tmp_path: Path) -> None:
    (tmp_path / "photo.txt").write_text("파손 사진", encoding="utf-8")
    upload = zenpy.attachments.upload(str(tmp_path / "photo.txt"), target_name="photo.txt")
    comment = kinds.Comment(body="사진입니다", uploads=[upload.token])
    ticket = zenpy.tickets.create(kinds.Ticket(subject="파손", comment=comment)).ticket
    files = [file for row in zenpy.tickets.comments(ticket=ticket.id) for file in row.attachments]
    assert [file.file_name for file in files] == ["photo.txt"]


def test_views_show_count_and_execute(zenpy: Any) -> None:
    zenpy.tickets.create(kinds.Ticket(subject="v", comment=kinds.Comment(body="v")))
    view = zenpy.views.create(kinds.View(title="Open ones", all=OPEN["all"]))
    assert len(list(zenpy.views.tickets(view))) > 0
    assert zenpy.views.count(view).value > 0
    assert view.id in {row.id for row in zenpy.views.active()}
    # count_many is left out: Zenpy sends the ids under a name that Zendesk does not know.


def test_a_webhook_is_made_cloned_signed_changed_and_deleted(zenpy: Any) -> None:
    hook = kinds.Webhook(
        name="H", endpoint="http://127.0.0.1:9/hook", http_method="POST", request_format="json", status="inactive",
        subscriptions=["zen:event-type:ticket.created"],
    )  # fmt: skip
    made = zenpy.webhooks.create(hook)
    secret = zenpy.webhooks.show_secret(made).secret
    assert zenpy.webhooks.reset_secret(made).secret != secret
    zenpy.webhooks.patch(kinds.Webhook(id=made.id, name="Ours"))
    clone = zenpy.webhooks.clone(made)
    assert {row.id for row in zenpy.webhooks.list()} == {made.id, clone.id}
    assert list(zenpy.webhooks.invocations(made)) == []
    zenpy.webhooks.delete(clone)
    assert [row.name for row in zenpy.webhooks.list()] == ["Ours"]


def test_a_customer_rates_what_was_solved(zenpy: Any, shop: Client) -> None:
    customer = zenpy.users.create(kinds.User(name="Noah", email="noah@customer.example"))
    ticket = kinds.Ticket(subject="r", comment=kinds.Comment(body="r"), requester_id=customer.id)
    made = zenpy.tickets.create(ticket).ticket
    made.status = "solved"
    zenpy.tickets.update(made)
    own = shop.as_user({"email": customer.email})
    theirs = zenpy_as(shop.url, own.email, own.token)
    theirs.satisfaction_ratings.create(made.id, kinds.SatisfactionRating(score="good", comment="친절했어요"))
    assert [row["score"] for row in shop.read("/satisfaction_ratings")["satisfaction_ratings"]] == ["good"]
    assert zenpy.tickets(id=made.id).satisfaction_rating.score == "good"


def test_search_counts_and_exports(zenpy: Any) -> None:
    zenpy.tickets.create(kinds.Ticket(subject="보일러 수리", comment=kinds.Comment(body="온수가 안 나와요")))
    assert zenpy.search.count("type:ticket 보일러") == 1
    assert [row.subject for row in zenpy.search_export("보일러", type="ticket")] == ["보일러 수리"]


def test_what_a_large_account_is_read_by(zenpy: Any) -> None:
    assert {row.role for row in zenpy.users.incremental(start_time=0)} >= {"admin"}
    assert list(zenpy.organizations.incremental(start_time=0)) is not None
    assert list(zenpy.ticket_metrics()) != []
    for name in ("activities", "locales", "tags", "sla_policies", "automations", "custom_statuses",
                 "recipient_addresses", "custom_agent_roles", "dynamic_content", "suspended_tickets"):  # fmt: skip
        assert list(getattr(zenpy, name)()) is not None, name


def test_what_cannot_be_is_told_in_zenpys_words(zenpy: Any) -> None:
    with pytest.raises(APIException, match="RecordInvalid"):
        zenpy.tickets.create(kinds.Ticket(subject="x", comment=kinds.Comment(body="")))
    with pytest.raises(RecordNotFoundException):
        zenpy.users(id=1)
