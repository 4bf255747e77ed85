"""Where recorded exchanges of real accounts are read from. They are no part of this tree."""

import os
from pathlib import Path

RECORDED = Path(os.environ.get("OPSROOM_RECORDED") or Path(__file__).parents[5] / "shared" / "recorded")


def exchange_files() -> list[Path]:
    return sorted((RECORDED / "exchanges").glob("*.json"))
