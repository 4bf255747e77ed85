"""What the documents say is there: their links, their pictures, their commands, their variables."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from app.settings import Settings

ROOT = Path(__file__).parent.parent
DOCUMENTS = [
    ROOT / "README.md",
    ROOT / "CONTRIBUTING.md",
    ROOT / "CHANGELOG.md",
    *sorted((ROOT / "docs").rglob("*.md")),
]
LINK = re.compile(r"\]\(([^)#\s]+)(?:#[^)]*)?\)")
COMMAND = re.compile(r"flask ((?:zendesk|rules|user|db|demo)(?: [a-z]+)?)\b")
LARGEST_PICTURE = 400_000
GROUPS = frozenset({"zendesk", "rules", "user", "db", "payments", "refunds"})


def dead_links(document: Path, text: str) -> Iterator[str]:
    for target in LINK.findall(text):
        if not target.startswith("http") and not (document.parent / target).exists():
            yield target


def unknown_commands(text: str) -> Iterator[str]:
    """`flask` commands that `flask --help` does not know."""
    for words in sorted(set(COMMAND.findall(text))):
        group, _, name = words.partition(" ")
        if name and group in GROUPS and name not in known(group):
            yield words


@cache
def known(group: str) -> frozenset[str]:
    with TemporaryDirectory() as home:
        told = subprocess.run(
            [sys.executable, "-m", "flask", "--app", "wsgi", group, "--help"],
            cwd=ROOT,
            env={"PATH": "/usr/bin:/bin", "LANG": "C.UTF-8", "OPSROOM_HOME": home},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
    return frozenset(re.findall(r"^  ([a-z]+) ", told.partition("Commands:")[2], re.MULTILINE))


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_link_leads_somewhere(document: Path) -> None:
    assert list(dead_links(document, document.read_text(encoding="utf-8"))) == []


def test_a_dead_link_is_seen() -> None:
    assert list(dead_links(ROOT / "README.md", "[a](docs/nowhere.md#x) [b](README.md) [c](https://a.example/x)")) == [
        "docs/nowhere.md"
    ]


def test_every_picture_is_small() -> None:
    pictures = list((ROOT / "docs" / "images").rglob("*.png"))
    assert pictures
    assert [str(path) for path in pictures if path.stat().st_size > LARGEST_PICTURE] == []


def test_every_command_that_is_named_exists() -> None:
    text = "\n".join(document.read_text(encoding="utf-8") for document in DOCUMENTS)
    assert list(unknown_commands(text)) == []


def test_a_command_that_does_not_exist_is_seen() -> None:
    assert list(unknown_commands("run `flask user add` and `flask user fly`")) == ["user fly"]


def test_every_variable_of_the_readme_is_one_that_the_settings_read(tmp_path: Path) -> None:
    table = (ROOT / "README.md").read_text(encoding="utf-8").partition("| variable |")[2].partition("\n\n")[0]
    named = set(re.findall(r"^\| (`.*?) \|", table, re.MULTILINE))
    variables = {name for cell in named for name in re.findall(r"`([A-Z_]+)`", cell)}
    asked: set[str] = set()

    class Environ(dict[str, str]):
        def get(self, key: str, default: str | None = None) -> str | None:  # type: ignore[override]
            asked.add(key)
            return super().get(key, default)

        def __contains__(self, key: object) -> bool:
            asked.add(str(key))
            return super().__contains__(key)

    Settings.from_env(Environ({"OPSROOM_HOME": str(tmp_path)}))
    assert variables == asked
