"""The sandbox by itself: its own folder, one neighbour, the packages it names, and nothing else of the house."""

import os
import signal
import subprocess
import sys
from importlib.metadata import distribution
from pathlib import Path

import pytest
import requests

from integrations.zendesk.sandbox.cli import arguments
from tests.integrations.sandbox.client import TOKEN, Client

ROOT = Path(__file__).parents[3]
OURS = ("integrations/__init__.py", "integrations/local.py", "integrations/zendesk/__init__.py",
        "integrations/zendesk/sandbox")  # fmt: skip
# What docs/sandbox.md names, and what comes with it.
PACKAGES = (
    "werkzeug", "jinja2", "msgspec", "requests", "python-liquid",
    "markupsafe", "urllib3", "certifi", "idna", "charset-normalizer", "babel", "importlib-resources",
    "python-dateutil", "pytz", "six",
)  # fmt: skip


@pytest.fixture(scope="module")
def alone(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The environment of a Python that finds nothing but what stands here: -S keeps its own packages away."""
    ours, theirs = tmp_path_factory.mktemp("ours"), tmp_path_factory.mktemp("packages")
    for name in OURS:
        (ours / name).parent.mkdir(parents=True, exist_ok=True)
        (ours / name).symlink_to(ROOT / name)
    for package in PACKAGES:
        found = distribution(package)
        for top in {file.parts[0] for file in found.files or [] if file.parts[0] != ".."}:
            (theirs / top).symlink_to(Path(str(found.locate_file(top))))
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    return kept | {"PYTHONPATH": f"{ours}{os.pathsep}{theirs}"}


def python(*words: str) -> list[str]:
    return [sys.executable, "-S", *words]


def test_nothing_else_of_the_house_is_in_reach(alone: dict[str, str], tmp_path: Path) -> None:
    """The negative control: the same Python cannot import the house, nor what the house runs on."""
    for name in ("app", "automations", "flask", "sqlalchemy", "zenpy", "integrations.zendesk.client"):
        done = subprocess.run(
            python("-c", f"import {name}"), cwd=tmp_path, env=alone, capture_output=True, text=True, timeout=60,
            check=False,
        )  # fmt: skip
        assert "ModuleNotFoundError" in done.stderr, name


def test_it_serves_a_whole_account_and_its_pages(alone: dict[str, str], tmp_path: Path) -> None:
    words = ("-m", "integrations.zendesk.sandbox", "--port", "0", "--data", str(tmp_path / "data"), "--token", TOKEN)
    argv = python(*words, "--world", "demo", "--traffic", "600")
    with subprocess.Popen(argv, cwd=tmp_path, env=alone, stdout=subprocess.PIPE, text=True) as child:
        assert child.stdout is not None
        try:
            box = Client(child.stdout.readline().split()[-1])
            assert box.read("/tickets/1")["ticket"]["id"] == 1
            assert box.read("/search", query="type:ticket status<solved")["count"] > 0
            for page in ("/", "/queue", "/rules", "/webhooks", "/faults", "/world", "/static/sandbox.css"):
                assert requests.get(f"{box.url}{page}", timeout=20).status_code == 200, page
            assert box.door("GET", "/health")["rules"]["run"] is False
        finally:
            child.send_signal(signal.SIGTERM)
        assert child.wait(30) == 0


def test_help_tells_every_option_that_the_documentation_tells(alone: dict[str, str], tmp_path: Path) -> None:
    done = subprocess.run(
        python("-m", "integrations.zendesk.sandbox", "--help"), cwd=tmp_path, env=alone, capture_output=True,
        text=True, timeout=60, check=True,
    )  # fmt: skip
    known = {word for action in arguments()._actions for word in action.option_strings if word.startswith("--")}
    told = (ROOT / "docs" / "sandbox.md").read_text(encoding="utf-8")
    assert [word for word in sorted(known) if word not in done.stdout] == []
    assert [word for word in sorted(known - {"--help", "--port"}) if f"`{word}" not in told] == []
