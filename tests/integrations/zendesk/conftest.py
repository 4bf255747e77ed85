from __future__ import annotations

from collections.abc import Iterator

import pytest

from integrations.zendesk.client import Zendesk
from integrations.zendesk.types import Ticket
from tests.integrations.zendesk.box import CUSTOMER, EMAIL, FIELD, TOKEN, Box, mark, running_box
from tests.integrations.zendesk.stand_in import StandIn, standing_in


@pytest.fixture
def stand_in() -> Iterator[StandIn]:
    with standing_in() as server:
        yield server


@pytest.fixture
def zendesk(stand_in: StandIn) -> Iterator[Zendesk]:
    """A client of the stand-in, impatient: it reads for at most half a second."""
    client = Zendesk(stand_in.url, EMAIL, TOKEN, timeout=(1.0, 0.5))
    yield client
    client.close()


@pytest.fixture(scope="session")
def seeded_box(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Box]:
    with running_box(tmp_path_factory.mktemp("box"), "--withhold-seconds", "0") as box:
        yield box


@pytest.fixture
def box(seeded_box: Box) -> Iterator[Box]:
    """One sandbox for all these tests, each with tickets of its own; faults do not outlive the test."""
    yield seeded_box
    seeded_box.mend()


@pytest.fixture
def account(box: Box) -> Iterator[Zendesk]:
    client = Zendesk(box.url, EMAIL, TOKEN)
    yield client
    client.close()


@pytest.fixture
def ticket(account: Zendesk) -> Ticket:
    fields = {
        "subject": "환불 문의",
        "comment": {"body": "환불해 주세요"},
        "requester_id": CUSTOMER,
        "tags": ["vip", "seoul"],
        "custom_fields": [{"id": FIELD, "value": "late"}],
    }
    made, _ = account.create_ticket(fields, idempotency_key=mark())
    return made
