"""Webhooks on their way: slow receivers, spoiled deliveries, and the headers that go along."""

import contextlib
import socket
import threading
from typing import Any

import pytest

from integrations.zendesk.sandbox import deliveries, sending
from tests.integrations.sandbox.client import Client, Receiver, until
from tests.integrations.sandbox.conftest import Opener
from tests.integrations.sandbox.hooks import attempts, finished, subscribed


def test_an_answer_that_comes_drop_by_drop_is_a_time_out(opened: Opener, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each byte comes in time; all of them together do not."""
    monkeypatch.setattr(sending, "TIME_OUT_SECONDS", 0.5)
    monkeypatch.setattr(deliveries, "RETRIES_ON_TIME_OUT", 0)
    box, ended = opened(), threading.Event()

    def drip(server: socket.socket) -> None:
        line, _ = server.accept()
        with line, contextlib.suppress(OSError):
            line.sendall(b"HTTP/1.1 200 OK\r\nx: ")
            while not ended.wait(0.05):
                line.sendall(b"y")

    with socket.create_server(("127.0.0.1", 0)) as server:
        thread = threading.Thread(target=drip, args=(server,), daemon=True)
        thread.start()
        hook = subscribed(box, f"http://127.0.0.1:{server.getsockname()[1]}/hook", ("created",))
        box.ticket()
        found = attempts(box, hook)
        ended.set()
        thread.join()
    assert [(one["status"], one["status_code"]) for one in found] == [("failed", 504)]


def test_a_receiver_that_never_answers_holds_up_nobody_else(
    opened: Opener, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sending, "TIME_OUT_SECONDS", 600.0)
    box = opened()
    with socket.create_server(("127.0.0.1", 0), backlog=200) as silent:
        slow = subscribed(box, f"http://127.0.0.1:{silent.getsockname()[1]}/hook")
        for _ in range(20):
            box.ticket()
        hook = subscribed(box, receiver.url, ("status_changed",))
        box.change(1, status="pending")
        assert finished(box, hook)[0]["status"] == "success"
        rows = box.read(f"/webhooks/{slow['id']}/invocations")["invocations"]
        assert len(rows) > deliveries.AT_ONCE
        assert not any(row["latest_completed_at"] for row in rows), "told while all of the other's still wait"
        box.send("DELETE", f"/webhooks/{slow['id']}")


@pytest.mark.parametrize("times", [1, None])
def test_a_delay_however_often_ends(box: Client, receiver: Receiver, times: int | None) -> None:
    hook = subscribed(box, receiver.url, ("created",))
    box.break_next(kind="webhook", mode="delay", seconds=0.1, times=times)
    for _ in range(2):
        box.ticket()
    finished(box, hook, 2)
    assert len(receiver.came) == 2
    assert box.door("GET", "/faults")["faults"][0]["hits"] == (times or 2)


@pytest.mark.parametrize(("answers", "status", "code"), [((200, 500), "success", 200), ((500, 200), "failed", 500)])
def test_of_two_deliveries_the_first_ones_fate_is_told(
    box: Client, receiver: Receiver, answers: tuple[int, int], status: str, code: int
) -> None:
    receiver.answers += [(answer, {}) for answer in answers]
    hook = subscribed(box, receiver.url, ("created",))
    box.break_next(kind="webhook", mode="double")
    box.ticket()
    path = f"/webhooks/{hook['id']}/invocations"
    one = finished(box, hook)[0]["id"]
    told = until(lambda: rows if len(rows := box.read(f"{path}/{one}/attempts")["attempts"]) == 2 else None)
    assert [attempt["status_code"] for attempt in told] == list(answers)
    row = box.read(path)["invocations"][0]
    assert (row["status"], row["status_code"]) == (status, code)


@pytest.mark.parametrize(
    ("authentication", "name", "value"),
    [
        ({"type": "api_key", "data": {"name": "X-Key", "value": "k"}}, "x-key", "k"),
        ({"type": "bearer_token", "data": {"token": "t"}}, "authorization", "Bearer t"),
        (None, "authorization", None),
    ],
)
def test_own_headers_go_along_with_a_sign_in_whose_words_no_log_tells(
    box: Client, receiver: Receiver, authentication: Any, name: str, value: str | None
) -> None:
    own = {"X-Place": "Seoul", "x-zendesk-webhook-id": "forged"}
    hook = subscribed(box, receiver.url, ("created",), authentication=authentication, custom_headers=own)
    box.ticket()
    told = {row["key"] for row in attempts(box, hook)[0]["request"]["headers"]}
    headers, _ = receiver.came[0]
    assert (headers["x-place"], headers.get(name)) == ("Seoul", value)
    assert headers["x-zendesk-webhook-id"] == hook["id"]
    assert "x-place" in told
    assert name not in told
