"""The rules of the house that no linter knows. Each rule is a function from a file to what is wrong with it, and is
tried on a file that breaks it."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from app.bell import QUEUES
from app.settings import Settings
from app.supervisor import stages

ROOT = Path(__file__).parent.parent
HOUSE = ("app", "automations", "integrations")
LONGEST = 350
NAMES_NOT_USED = {"service", "manager", "handler", "helper", "util", "utils", "dao", "process", "info"}
MODULES_NOT_USED = NAMES_NOT_USED | {"data"}
# Written in two halves, so that this file does not break its own rules.
LEFT_OPEN = re.compile(rf"\b({'TO'}DO|{'FIX'}ME)\b")
FOREIGN_PLACES = re.compile(
    "|".join(
        first + second
        for first, second in [
            (r"/wo", "rk/"),
            (r"/ro", "ot/"),
            (r"/ho", "me/"),
            (r"py", r"pi\.org"),
            (r"python", r"hosted\.org"),
            (r"registry\.npm", r"js\.org"),
            (r"file:", r"///"),
            (r"--(extra-)?index", "-url [^ ]"),
        ]
    )
)
# LICENSE is not ours to word.
WORDED_BY_OTHERS = {"LICENSE"}

Rule = Callable[[Path, str], Iterator[str]]


def empty_init(path: Path, text: str) -> Iterator[str]:
    if path.name == "__init__.py" and text:
        yield "an __init__.py is empty"


def imports_on_top(path: Path, text: str) -> Iterator[str]:
    for outer in ast.walk(ast.parse(text)):
        if isinstance(outer, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            for inner in ast.walk(outer):
                if isinstance(inner, ast.Import | ast.ImportFrom):
                    yield f"line {inner.lineno}: an import inside a function"


def short_file(path: Path, text: str) -> Iterator[str]:
    if (lines := text.count("\n")) > LONGEST:
        yield f"{lines} lines; a file of over {LONGEST} has more than one reason to change"


def plain_names(path: Path, text: str) -> Iterator[str]:
    if banned := MODULES_NOT_USED & set(path.stem.split("_")):
        yield f"the module's name says {banned}"
    for node in ast.parse(text).body:
        if isinstance(node, ast.ClassDef):
            words = set(re.sub(r"([A-Z])", r" \1", node.name).lower().split())
        elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            words = set(node.name.split("_"))
            if node.name.lstrip("_").startswith("get_"):
                yield f"line {node.lineno}: {node.name} says get_"
        else:
            continue
        if banned := NAMES_NOT_USED & words:
            yield f"line {node.lineno}: {node.name} says {banned}"


def nothing_on_import(path: Path, text: str) -> Iterator[str]:
    """Statements of a module may define and name, and do nothing else."""
    allowed = (
        ast.Import,
        ast.ImportFrom,
        ast.FunctionDef,
        ast.AsyncFunctionDef,
        ast.ClassDef,
        ast.Assign,
        ast.AnnAssign,
    )
    for node in ast.parse(text).body:
        docstring = isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
        guarded = isinstance(node, ast.If) and ast.unparse(node.test) in {"__name__ == '__main__'", "TYPE_CHECKING"}
        if not (docstring or guarded or isinstance(node, allowed)):
            yield f"line {node.lineno}: importing does something: {ast.unparse(node)[:60]}"


def one_clock(path: Path, text: str) -> Iterator[str]:
    """Time is asked of app.clock, so that a test or a rehearsal can stop it."""
    if path == Path("app/clock.py") or path.parts[0] == "integrations":
        return
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Call) and ast.unparse(node.func) in {"datetime.now", "datetime.utcnow", "date.today"}:
            yield f"line {node.lineno}: {ast.unparse(node.func)} instead of clock.now"


def zenpy_in_one_file(path: Path, text: str) -> Iterator[str]:
    if path != Path("integrations/zendesk/client.py") and re.search(r"^\s*(from|import) zenpy\b", text, re.MULTILINE):
        yield "names Zenpy"


def nothing_left_open(path: Path, text: str) -> Iterator[str]:
    for match in LEFT_OPEN.finditer(text):
        yield f"leaves open: {match[0]}"


def no_foreign_places(path: Path, text: str) -> Iterator[str]:
    for match in FOREIGN_PLACES.finditer(text):
        yield f"names a place of one machine or registry: {match[0]}"


PYTHON_RULES: dict[Rule, tuple[str, str]] = {
    empty_init: ("app/__init__.py", "VERSION = 1\n"),
    imports_on_top: ("app/a.py", "def f():\n    import json\n"),
    short_file: ("app/a.py", "x = 1\n" * (LONGEST + 1)),
    plain_names: ("app/ticket_utils.py", "class TicketManager: ...\ndef get_ticket(): ...\n"),
    nothing_on_import: ("app/a.py", '"""A."""\nprint("hello")\n'),
    one_clock: ("app/a.py", "at = datetime.now(UTC)\n"),
    zenpy_in_one_file: ("integrations/zendesk/export.py", "from zenpy import Zenpy\n"),
}
TEXT_RULES: dict[Rule, tuple[str, str]] = {
    nothing_left_open: ("app/a.py", "# TO" + "DO: later\n"),
    no_foreign_places: ("Makefile", "cd /wo" + "rk/main\n"),
}


def python_files(*folders: str) -> Iterator[Path]:
    for folder in folders:
        for path in sorted((ROOT / folder).rglob("*.py")):
            if "vendor" not in path.parts:
                yield path.relative_to(ROOT)


def tracked_files() -> list[Path]:
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=False)
    if listed.returncode != 0:
        pytest.fail("git ls-files does not work here, so committed files cannot be checked")
    return [Path(name) for name in listed.stdout.split("\0") if name and Path(name).name not in WORDED_BY_OTHERS]


def broken(rule: Rule, paths: list[Path]) -> list[str]:
    found = []
    for path in paths:
        try:
            text = (ROOT / path).read_text()
        except (UnicodeDecodeError, FileNotFoundError):
            continue
        found += [f"{path}: {what}" for what in rule(path, text)]
    return found


@pytest.mark.parametrize("rule", PYTHON_RULES, ids=lambda rule: rule.__name__)
def test_the_house_keeps_its_rules(rule: Rule) -> None:
    assert broken(rule, [*python_files(*HOUSE), Path("wsgi.py")]) == []


@pytest.mark.parametrize("rule", [empty_init, imports_on_top], ids=lambda rule: rule.__name__)
def test_tests_and_migrations_keep_theirs(rule: Rule) -> None:
    assert broken(rule, [*python_files("tests", "migrations")]) == []


def test_no_test_is_too_long_to_read() -> None:
    assert broken(short_file, [*python_files("tests")]) == []


@pytest.mark.parametrize("rule", TEXT_RULES, ids=lambda rule: rule.__name__)
def test_what_is_committed_is_whole_and_belongs_to_no_machine(rule: Rule) -> None:
    assert broken(rule, tracked_files()) == []


@pytest.mark.parametrize("rule", PYTHON_RULES | TEXT_RULES, ids=lambda rule: rule.__name__)
def test_every_rule_sees_what_breaks_it(rule: Rule) -> None:
    name, text = (PYTHON_RULES | TEXT_RULES)[rule]
    assert list(rule(Path(name), text)) != []


# Imports what it is told and names whatever that did to the world.
WATCHED_IMPORT = """
import importlib, os, sys
done = []
# urllib3 tries whether the machine speaks IPv6
KNOWN = (("::1", 0),)
def watch(event, args):
    writes = event == "open" and isinstance(args[1], str) and set(args[1]) & set("wax+")
    outward = {"socket.connect", "socket.bind", "subprocess.Popen", "os.fork", "os.system", "sqlite3.connect"}
    if writes or (event in outward and args[-1:] != KNOWN):
        done.append(f"{event} {args!r:.200}")
sys.path.insert(0, os.getcwd())
sys.addaudithook(watch)
for name in sys.argv[1:]:
    importlib.import_module(name)
print("\\n".join(done))
"""


def what_importing_does(names: list[str], folder: Path) -> str:
    told = subprocess.run(
        [sys.executable, "-B", "-W", "ignore", "-c", WATCHED_IMPORT, *names],
        cwd=folder,
        env={"PATH": "/usr/bin:/bin", "LANG": "C.UTF-8"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert told.returncode == 0, told.stderr
    return told.stdout.strip()


def test_importing_touches_neither_files_nor_network() -> None:
    names = [
        ".".join(path.with_suffix("").parts)
        for path in python_files(*HOUSE)
        if path.stem not in {"__init__", "__main__"}
    ]
    assert what_importing_does([*names, "wsgi"], ROOT) == ""


@pytest.mark.parametrize(
    "line",
    [
        "open('left', 'w').close()",
        "import sqlite3; sqlite3.connect(':memory:').close()",
        "import subprocess; subprocess.run(['true'])",
        "import socket; socket.socket().bind(('127.0.0.1', 0))",
    ],
)
def test_the_watch_sees_a_module_that_does_something(line: str, tmp_path: Path) -> None:
    (tmp_path / "busy.py").write_text(f"{line}\n")
    assert what_importing_does(["busy"], tmp_path) != ""


def test_every_queue_has_a_worker_and_every_worker_a_queue(tmp_path: Path) -> None:
    settings = Settings.from_env({"OPSROOM_HOME": str(tmp_path)})
    children = [child for stage in stages(settings) for child in stage]
    watched = {child.argv[-1] for child in children if "automations.worker" in child.argv}
    assert watched == set(QUEUES)
