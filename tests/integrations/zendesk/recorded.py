"""Where recorded exchanges of real accounts lie. They are no part of this tree; a test that reads them is marked so."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

_BESIDE = Path(__file__).parents[4] / "shared" / "recorded"


def recorded() -> Path:
    folder = Path(os.environ.get("OPSROOM_RECORDED") or _BESIDE)
    if not folder.is_dir():
        pytest.skip("no recorded exchanges: set OPSROOM_RECORDED")
    return folder


def replies() -> Iterator[tuple[str, Any]]:
    """(file name, body) of each successful reply that is an object."""
    for path in sorted((recorded() / "exchanges").glob("*.json")):
        for exchange in json.loads(path.read_bytes()):
            reply = exchange["response"]
            if 200 <= int(reply["status"]) < 300 and isinstance(reply["body"], dict):
                yield path.name, reply["body"]
