"""One sandbox with Opsroom's engine for all tests of a file; no rule is left over from the test before."""

from collections.abc import Iterator

import pytest

from automations.sandbox.engine import OpsroomEngine
from integrations.zendesk.sandbox.box import Sandbox
from tests.integrations.sandbox.client import TOKEN, Client


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Client]:
    box = Sandbox(tmp_path_factory.mktemp("rules"), token=TOKEN, withhold_seconds=0, engine=OpsroomEngine())
    yield Client(box.start())
    box.stop()


@pytest.fixture
def box(house: Client) -> Iterator[Client]:
    yield house
    for kind in ("triggers", "automations", "webhooks"):
        for row in house.read(f"/{kind}")[kind]:
            house.send("DELETE", f"/{kind}/{row['id']}")
