from __future__ import annotations

from collections.abc import Iterator

import pytest

from integrations.zendesk.client import Zendesk
from tests.integrations.zendesk.stand_in import StandIn, standing_in

EMAIL = "admin@demo.example"
TOKEN = "a-token-that-nobody-may-read"


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
