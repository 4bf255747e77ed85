"""Each operation is asked with values that nobody thinks of, made by schemathesis: the sandbox refuses or answers.

A run of the suite asks a fixed part of the operations, the same each time; OPSROOM_FUZZ=100 asks all, that often.
"""

import os
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings

from integrations.zendesk.sandbox.api import Api
from integrations.zendesk.sandbox.box import Sandbox
from integrations.zendesk.sandbox.places import url_map
from tests.integrations.sandbox.client import EMAIL, TOKEN, Client
from tests.integrations.sandbox.reference.coverage import routed
from tests.integrations.sandbox.reference.document import document
from tests.integrations.sandbox.reference.drive import Drive
from tests.integrations.sandbox.reference.scene import set_up
from tests.integrations.sandbox.reference.table import reference
from tests.integrations.sandbox.reference.watch import Watch

TIMES = int(os.environ.get("OPSROOM_FUZZ", "0"))
A_PART = 8  # one operation in so many
TIMES_IN_A_RUN = 3


def _operation(found: Any) -> Any:
    return found.ok()


def asked(box: Client, names: list[str], ids: dict[str, list[str]], times: int) -> Counter[int]:
    """How often each status was answered."""
    schema = schemathesis.openapi.from_dict(document(reference(), names, ids))
    schema.config.update(base_url=box.url)
    statuses: Counter[int] = Counter()
    fixed = settings(
        max_examples=times, derandomize=True, deadline=None, database=None, phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    with requests.Session() as session:
        session.auth = (f"{EMAIL}/token", TOKEN)
        for found in schema.get_all_operations():

            @fixed
            @given(case=_operation(found).as_strategy())
            def ask(case: Any) -> None:
                reply = case.call(session=session)
                statuses[reply.status_code] += 1
                assert reply.status_code < 500, case.as_curl_command()

            ask()
    return statuses


def test_odd_requests_are_refused_or_answered_and_nothing_fails(tmp_path: Path, watch: Watch) -> None:
    box = Sandbox(tmp_path, token=TOKEN, withhold_seconds=0)
    client = Client(box.start())
    try:
        names = sorted(routed(reference(), url_map()))
        drive = Drive(reference(), client, set_up(client))
        drive.run(set(names), watch)
        part = names if TIMES else names[::A_PART]
        statuses = asked(client, part, drive.ids, TIMES or TIMES_IN_A_RUN)
    finally:
        box.stop()
    assert statuses.total() > len(part)
    assert {200, 404} <= set(statuses)


def test_a_failure_is_seen(tmp_path: Path, watch: Watch, monkeypatch: pytest.MonkeyPatch) -> None:
    box = Sandbox(tmp_path, token=TOKEN)
    client = Client(box.start())
    monkeypatch.setattr(Api, "_where", lambda *_: 1 / 0)
    try:
        with pytest.raises(AssertionError, match="curl"):
            asked(client, ["ListGroups"], {}, 1)
    finally:
        box.stop()
    assert "the sandbox failed" in watch.taken()[0]
