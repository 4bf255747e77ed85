"""A sandbox of its own for each test, over real HTTP."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from integrations.zendesk.sandbox.box import Sandbox
from tests.integrations.sandbox.client import TOKEN, Client, Receiver, receiving

Opener = Callable[..., Client]


@pytest.fixture
def opened(tmp_path: Path) -> Iterator[Opener]:
    """Opens sandboxes with the options given; all of them are stopped at the end."""
    boxes: list[Sandbox] = []

    def opens(**options: object) -> Client:
        given: dict[str, object] = {"token": TOKEN, "withhold_seconds": 0, "webhook_back_off_seconds": 0.05} | options
        box = Sandbox(tmp_path / f"box-{len(boxes)}", **given)  # type: ignore[arg-type]
        boxes.append(box)
        return Client(box.start())

    yield opens
    for box in boxes:
        box.stop()


@pytest.fixture
def box(opened: Opener) -> Client:
    return opened()


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as found:
        yield found
