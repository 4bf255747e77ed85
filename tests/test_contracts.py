"""The import contracts of pyproject.toml hold, and each one sees what breaks it."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
# A contract's name -> a file that breaks it, and its line
BREAKS = {
    "The outside knows nothing of ours": ("integrations/a.py", "import app.db"),
    "The office never imports the night shift": ("app/rules/a.py", "import automations.push"),
    "Imports point down": ("app/tickets/a.py", "import app.refunds.model"),
    "The language of conditions is pure": ("app/language/a.py", "import flask"),
    "Zenpy is named in one file": ("automations/a.py", "import zenpy"),
}
HOUSE = ("app/db.py", "app/language/core.py", "app/tickets/model.py", "app/refunds/model.py", "app/rules/model.py")


def lint_imports(folder: Path) -> subprocess.CompletedProcess[str]:
    tool = Path(sys.executable).with_name("lint-imports")
    return subprocess.run([tool, "--no-cache"], cwd=folder, capture_output=True, text=True, check=False)


def test_the_house_keeps_every_contract() -> None:
    told = lint_imports(ROOT)
    assert told.returncode == 0, told.stdout


@pytest.fixture
def small_house(tmp_path: Path) -> Path:
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    zenpy_user = "integrations/zendesk/client.py"
    for name in (
        *HOUSE,
        "automations/push.py",
        "integrations/errors.py",
        zenpy_user,
        "app/settings.py",
        "app/clock.py",
    ):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("import zenpy\n" if name == zenpy_user else "")
        for folder in path.relative_to(tmp_path).parents:
            if folder != Path():
                (tmp_path / folder / "__init__.py").touch()
    for name in ("app/bell.py", "app/facts.py"):
        (tmp_path / name).touch()
    return tmp_path


def test_a_small_house_of_its_own_keeps_them_too(small_house: Path) -> None:
    told = lint_imports(small_house)
    assert told.returncode == 0, told.stdout + told.stderr


@pytest.mark.parametrize("name", BREAKS)
def test_a_contract_sees_what_breaks_it(name: str, small_house: Path) -> None:
    path, line = BREAKS[name]
    (small_house / path).write_text(f"{line}\n")
    told = lint_imports(small_house)
    broken = [row for row in told.stdout.splitlines() if " BROKEN" in row]
    assert any(row.startswith(name) for row in broken), told.stdout + told.stderr
