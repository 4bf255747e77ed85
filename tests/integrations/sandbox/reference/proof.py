"""Proves the coverage: a sandbox of its own is asked for each operation that it has an address for."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from integrations.zendesk.sandbox.box import Sandbox
from integrations.zendesk.sandbox.places import url_map
from tests.integrations.sandbox.client import TOKEN, Client
from tests.integrations.sandbox.reference.coverage import routed
from tests.integrations.sandbox.reference.drive import Drive
from tests.integrations.sandbox.reference.scene import set_up
from tests.integrations.sandbox.reference.table import reference
from tests.integrations.sandbox.reference.watch import Watch

FLOORS = Path(__file__).with_name("floors.json")
# Operations with an address that are never answered with a row, and why.
NEVER_ANSWERED: Mapping[str, str] = {
    "ShowSession": "an API token opens no session, so there is none to show",
    "DeleteSession": "an API token opens no session, so there is none to end",
}


@dataclass(frozen=True, slots=True)
class Proof:
    """`answered` are the operations with a right reply; `refused` says why each other one with an address had none."""

    answered: frozenset[str]
    refused: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Floors:
    """Below these the report fails: operations answered, and per cent of recorded exchanges matched."""

    operations: int
    recorded_percent: float


def floors() -> Floors:
    return Floors(**json.loads(FLOORS.read_text()))


def proved(folder: Path, watch: Watch, told: Callable[[str], None] = lambda _: None) -> Proof:
    names = routed(reference(), url_map())
    box = Sandbox(folder, token=TOKEN, withhold_seconds=0)
    client = Client(box.start())
    try:
        drive = Drive(reference(), client, set_up(client))
        watch.taken()
        answered = drive.run(names, watch, told)
    finally:
        box.stop()
    unknown = {name: drive.refused.get(name, "it was not answered") for name in sorted(names - answered)}
    return Proof(frozenset(answered), {name: NEVER_ANSWERED.get(name, why) for name, why in unknown.items()})
