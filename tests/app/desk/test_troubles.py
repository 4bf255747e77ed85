"""What workers note down in English is read in the reader's language."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from app.desk.troubles import told
from app.words import spoken

ROOT = Path(__file__).parents[3]
# Where texts that end up in a `why` column are written, and the calls and names that carry them.
WRITERS = ("automations/push.py", "automations/mirror.py")
CARRIERS = frozenset({"_end", "_close", "CRASHED"})


def notes() -> set[str]:
    """Every constant text that a worker hands to a row as its `why`."""
    found: set[str] = set()
    for writer in WRITERS:
        for node in ast.walk(ast.parse((ROOT / writer).read_text())):
            carried: list[ast.expr] = []
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in CARRIERS:
                carried = [*node.args, *(each.value for each in node.keywords)]
            elif (
                isinstance(node, ast.Assign)
                and any(
                    getattr(target, "id", getattr(target, "attr", "")) in {"why", "CRASHED"} for target in node.targets
                )
            ) or (isinstance(node, ast.keyword) and node.arg == "why"):
                carried = [node.value]
            found |= {
                part.value
                for each in carried
                if not isinstance(each, ast.JoinedStr)
                for part in ast.walk(each)
                if isinstance(part, ast.Constant) and isinstance(part.value, str) and " " in part.value.strip()
            }
    return found


def test_every_constant_note_of_the_workers_is_known_in_korean() -> None:
    assert len(notes()) >= 5
    assert [note for note in notes() if told(note).ko == note] == []


@pytest.mark.parametrize(
    ("kept", "ko", "en"),
    [
        ("no_ticket", "티켓 번호가 없어서 넘어갔습니다.", "It names no ticket, so it was passed over."),
        (
            "PUT /api/v2/tickets/7.json: Zendesk answered 422 RecordInvalid Status: is closed",
            "Zendesk가 받아들이지 않았습니다 (422, PUT /api/v2/tickets/7.json). RecordInvalid Status: is closed",
            "Zendesk did not accept it (422, PUT /api/v2/tickets/7.json). RecordInvalid Status: is closed",
        ),
        (
            "gave up after 12 tries: PUT /api/v2/tickets/7.json: no answer from Zendesk (ReadTimeout)",
            "12번 시도한 뒤 멈추었습니다. Zendesk가 답하지 않았습니다 (PUT /api/v2/tickets/7.json, ReadTimeout).",
            "Given up after 12 tries. Zendesk did not answer (PUT /api/v2/tickets/7.json, ReadTimeout).",
        ),
        ("whatever {else} it was", "whatever {else} it was", "whatever {else} it was"),
    ],
)
def test_a_note_is_read_in_both_languages(kept: str, ko: str, en: str) -> None:
    for language, wanted in (("ko", ko), ("en", en)):
        with spoken(language):
            assert str(told(kept)) == wanted
