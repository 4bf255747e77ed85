"""What `make run` would start, and what it refuses before anything is started."""

from __future__ import annotations

import fcntl
import json
import os
import socket
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from app.children import Child
from app.demo.sign_ins import KEPT_IN
from app.settings import Settings
from app.supervisor import CannotRun, main, stages, welcome
from app.words import speak, spoken

# Variables of the machine that would change what is started.
OURS = (
    *(
        "OPSROOM_HOME",
        "OPSROOM_DEMO",
        "PORT",
        "SANDBOX_PORT",
        "MAILBOX_PORT",
        "MAILBOX_SMTP_PORT",
        "PAYMENTS_PORT",
        "SMTP_URL",
        "PUBLIC_URL",
        "TRUSTED_HOSTS",
        "PROXY_HOPS",
    ),
    *(f"{name}_{kind}" for name in ("STRIPE", "TOSS") for kind in ("SECRET_KEY", "API_URL", "WEBHOOK_SECRET")),
    *("SECRET_KEY", "DATABASE_URL", "REDIS_URL", "ZENDESK_URL", "ZENDESK_EMAIL", "ZENDESK_TOKEN"),
)


@pytest.fixture(autouse=True)
def plain_surroundings(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[None]:
    for name in OURS:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("OPSROOM_HOME", str(tmp_path))
    monkeypatch.setenv("LANG", "C")
    yield
    speak("ko")


def demo(home: Path, **more: str) -> Settings:
    return Settings.from_env({"OPSROOM_HOME": str(home), **more})


def names(table: list[list[Child]]) -> list[list[str]]:
    return [[child.name for child in stage] for stage in table]


def a_free_port() -> int:
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def test_the_demo_runs_the_whole_house_in_order(tmp_path: Path) -> None:
    assert names(stages(demo(tmp_path))) == [
        ["valkey"],
        ["demo"],
        ["sandbox"],
        ["connect"],
        ["mailbox"],
        ["payments"],
        ["web"],
        ["events-1", "events-2", "slow-1", "long-1"],
        ["schedule"],
    ]


def test_production_brings_its_own_redis_and_zendesk_and_gets_no_demo(tmp_path: Path, redis_url: str) -> None:
    settings = Settings.from_env(
        {
            "OPSROOM_HOME": str(tmp_path),
            "SECRET_KEY": "x9" * 24,
            "DATABASE_URL": "postgresql://opsroom@db.example/opsroom",
            "REDIS_URL": redis_url,
        }
    )
    table = stages(settings)
    assert names(table) == [["migrate"], ["web"], ["events-1", "events-2", "slow-1", "long-1"], ["schedule"]]
    assert table[0][0].argv[-2:] == ("db", "upgrade")
    assert all(child.env["OPSROOM_DEMO"] == "0" for stage in table for child in stage)


def test_a_redis_that_does_not_answer_is_said_before_anything_starts(tmp_path: Path) -> None:
    with pytest.raises(CannotRun, match="REDIS_URL"):
        stages(demo(tmp_path, OPSROOM_DEMO="1", REDIS_URL=f"redis://127.0.0.1:{a_free_port()}/0"))


def test_the_demo_can_work_on_a_zendesk_elsewhere(tmp_path: Path) -> None:
    elsewhere = {"ZENDESK_URL": "http://127.0.0.1:9", "ZENDESK_EMAIL": "a@b.example", "ZENDESK_TOKEN": "t"}
    assert ["sandbox"] not in names(stages(demo(tmp_path, OPSROOM_DEMO="1", **elsewhere)))


def test_a_provider_elsewhere_is_not_doubled_and_no_secret_stands_on_a_command_line(tmp_path: Path) -> None:
    test_account = {"STRIPE_SECRET_KEY": "sk_test_of_an_account"}
    settings = demo(tmp_path, **test_account)
    payments = next(child for stage in stages(settings) for child in stage if child.name == "payments")
    assert settings.gateways["stripe"].api_url == "https://api.stripe.com"
    assert {name for name in payments.env if name.endswith("_SECRET_KEY")} == {"TOSS_SECRET_KEY"}
    assert settings.gateways["toss"].secret_key not in " ".join(payments.argv)


def test_children_agree_on_the_home_whatever_folder_they_look_from(tmp_path: Path) -> None:
    settings = demo(tmp_path)
    assert {child.env.get("OPSROOM_HOME") for stage in stages(settings)[1:] for child in stage} == {str(tmp_path)}


PORTS = ("PORT", "SANDBOX_PORT", "MAILBOX_PORT", "MAILBOX_SMTP_PORT", "PAYMENTS_PORT")


@pytest.mark.parametrize("name", PORTS)
def test_a_taken_port_is_named_with_what_to_do(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with closing(socket.socket()) as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        taken = other.getsockname()[1]
        for each in PORTS:
            monkeypatch.setenv(each, str(taken if each == name else a_free_port()))
        assert main([]) == 1
    told = capsys.readouterr().out
    assert f"Port {taken} is taken" in told
    assert f"{name}={taken + 1} make run" in told
    assert not (tmp_path / "logs").exists()


def test_one_port_for_both_is_refused(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    port = str(a_free_port())
    monkeypatch.setenv("PORT", port)
    monkeypatch.setenv("SANDBOX_PORT", port)
    assert main([]) == 1
    assert "must be different ports" in capsys.readouterr().out


def test_a_home_that_is_in_use_is_said_with_who_uses_it(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with (tmp_path / "running").open("w") as mark:
        fcntl.flock(mark, fcntl.LOCK_EX)
        mark.write(str(os.getpid()))
        mark.flush()
        assert main([]) == 1
    told = capsys.readouterr().out
    assert f"process {os.getpid()}" in told
    assert "OPSROOM_HOME" in told


def test_half_set_settings_are_said_line_by_line(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://opsroom@db.example/opsroom")
    assert main([]) == 1
    told = capsys.readouterr().out
    assert "- SECRET_KEY is not set" in told
    assert "- REDIS_URL is not set" in told


def test_the_refusal_is_korean_in_a_korean_terminal(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("LANG", "ko_KR.UTF-8")
    port = str(a_free_port())
    monkeypatch.setenv("PORT", port)
    monkeypatch.setenv("SANDBOX_PORT", port)
    assert main([]) == 1
    assert "서로 달라야 합니다" in capsys.readouterr().out


def test_the_welcome_tells_addresses_and_who_may_sign_in(tmp_path: Path) -> None:
    rows = [{"role": "auditor", "email": "auditor@demo.example", "password": "made-for-this-home"}]
    (tmp_path / KEPT_IN).write_text(json.dumps(rows))
    told = welcome(demo(tmp_path, PORT="8001", SANDBOX_PORT="8011", MAILBOX_PORT="8021", PAYMENTS_PORT="8031"))
    for language in ("ko", "en"):
        with spoken(language):
            for part in (
                "http://127.0.0.1:8001",
                "http://127.0.0.1:8011",
                "http://127.0.0.1:8021",
                "http://127.0.0.1:8031",
                "auditor@demo.example",
                "made-for-this-home",
            ):
                assert part in str(told)
