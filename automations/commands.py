"""`flask zendesk …`: the account, from a terminal."""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path

import click

from app.actor import Actor, ActorKind, acting_as
from app.cli import settings_of_now, terminal_language, with_office
from app.db import db
from app.link.history import LONGEST_DAYS, SHORTEST_DAYS, USUAL_DAYS
from app.link.link import the_link
from app.settings import SANDBOX_EMAIL
from app.words import Words, say, speak
from automations import connect, sync
from automations.history_bar import bring_past
from automations.lease import Fenced
from automations.outside import zendesk as account_of_now
from automations.sandbox_door import bring_in
from integrations.errors import Refused, Unavailable

WATCH_ONLY = say(
    "지켜보기만 합니다: 규칙이 정하고 보여 줄 뿐, 화면에서 보내기를 켤 때까지 아무것도 나가지 않습니다.",
    "Watch-only: rules decide and show, nothing is sent until sending is turned on in the admin.",
)
NOT_CONNECTED = say(
    "아직 연결되지 않았습니다. `flask zendesk connect`를 먼저 실행해 주세요.",
    "Not connected yet. Run `flask zendesk connect` first.",
)
ANOTHER_SYNC = say("다른 동기화가 진행 중입니다. 저절로 이어집니다.", "Another sync is at work; it goes on by itself.")
COMMAND = Actor(ActorKind.system, "flask zendesk")


@click.group()
def zendesk() -> None:
    """Connect, import and sync a Zendesk account; run the sandbox."""
    speak(terminal_language())


@zendesk.command(context_settings={"ignore_unknown_options": True})
@click.option("--port", type=click.IntRange(0, 65535), help="Where to listen; the settings' SANDBOX_PORT by default.")
@click.option("--plan", help="Zendesk's plan whose rate limits apply; none by default.")
@click.argument("more", nargs=-1, type=click.UNPROCESSED)
@with_office
def sandbox(port: int | None, plan: str | None, more: tuple[str, ...]) -> None:
    """Run the Zendesk in a box on this home's data, until Ctrl-C.

    Its own options are handed on as they are: --world, --seed, --clock, --traffic, --faults (docs/sandbox.md).
    """
    settings = settings_of_now()
    argv = [
        sys.executable,
        "-m",
        "automations.sandbox",
        "--port",
        str(settings.sandbox_port if port is None else port),
    ]
    argv += ["--data", str(settings.home / "sandbox"), "--email", settings.zendesk_email or SANDBOX_EMAIL]
    argv += [f"--token={settings.zendesk_token}"] if settings.zendesk_token else []  # it may begin with a dash
    argv += ["--plan", plan] if plan else []
    argv += more
    db.engine.dispose()
    sys.stdout.flush()
    os.execv(sys.executable, argv)  # noqa: S606 - the sandbox takes this process over: signals go straight to it


@zendesk.command("import")
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="Print the counts as JSON.")
@with_office
def import_account(folder: Path, *, as_json: bool) -> None:
    """Take a Zendesk account into the sandbox: FOLDER holds reply bodies, or lists of exchanges.

    All or nothing: a file that cannot be read is named, and nothing is taken.
    """
    bring_in(folder, settings_of_now(), as_json=as_json)


@zendesk.command("connect")
@click.option("--endpoint", help="Where Zendesk is to send webhooks; PUBLIC_URL/webhooks/zendesk by default.")
@click.option("--no-load", is_flag=True, help="Leave the first load to the scheduled sync.")
@with_office
def connect_account(endpoint: str | None, *, no_load: bool) -> None:
    """Check the token, put up the webhook, load what is there, and only watch.

    Rules decide and show; nothing is sent to Zendesk until an admin turns sending on.
    """
    with acting_as(COMMAND):
        try:
            joined = connect.join(db.session(), endpoint or f"{settings_of_now().public_url}/webhooks/zendesk")
            who, where = f"{joined.me.name} ({joined.me.role})", joined.webhook.endpoint
            tell(say(f"Zendesk에 {who} 계정으로 들어왔습니다.", f"Signed in to Zendesk as {who}."))
            if joined.already:
                tell(say(f"있던 웹훅을 그대로 씁니다: {where}", f"Kept the webhook to {where}."))
            else:
                tell(say(f"웹훅을 만들었습니다: {where}", f"Made the webhook to {where}."))
            if not no_load:
                _load()
            if not the_link(db.session()).pushing:
                tell(WATCH_ONLY)
            db.session.commit()
        except (Refused, Unavailable) as trouble:
            raise click.ClickException(f"Zendesk: {trouble}") from trouble


@zendesk.command("sync")
@with_office
def sync_account() -> None:
    """Bring everything that changed since the last sync, with progress; go on where a killed one stopped."""
    connected = the_link(db.session()).connected_at is not None
    db.session.commit()
    if not connected:
        raise click.ClickException(str(NOT_CONNECTED))
    with acting_as(COMMAND):
        try:
            sync.sync_names(db.session(), account_of_now())
            _load()
        except Fenced:
            raise click.ClickException(str(ANOTHER_SYNC)) from None
        except (Refused, Unavailable) as trouble:
            raise click.ClickException(f"Zendesk: {trouble}") from trouble


@zendesk.command("history")
@click.option("--days", type=click.IntRange(SHORTEST_DAYS, LONGEST_DAYS), default=USUAL_DAYS, show_default=True)
@with_office
def bring_history(days: int) -> None:
    """Bring in what happened on tickets in the last --days, with progress; go on where a killed one stopped."""
    with acting_as(COMMAND):
        try:
            bring_past(db.session(), account_of_now(), days, _wait)
        except Fenced:
            raise click.ClickException(str(ANOTHER_SYNC)) from None
        except (Refused, Unavailable) as trouble:
            raise click.ClickException(f"Zendesk: {trouble}") from trouble


def tell(words: Words) -> None:
    click.echo(str(words))


def _load() -> None:
    """Pages with a bar: how many tickets, and up to when."""
    started, fresh = time.monotonic(), 0
    with click.progressbar(length=_expected(), label=str(say("티켓", "Tickets")), file=sys.stderr) as bar:
        before = the_link(db.session()).loaded
        db.session.rollback()
        for progress in connect.first_load(_wait):
            step, before = progress.loaded - before, progress.loaded
            fresh += step
            if bar.length is not None and bar.pos + step > bar.length:
                bar.length = bar.pos + step
            bar.update(step)
    took = f"{time.monotonic() - started:.1f}"
    tell(say(f"티켓 {fresh:,}건을 {took}초에 받았습니다.", f"Loaded {fresh:,} tickets in {took} s."))


def _expected() -> int:
    """How many tickets the account says it has; only for the bar."""
    try:
        return account_of_now().ticket_count()
    except (Refused, Unavailable):
        return 1


def _wait(seconds: float) -> None:
    words = say(f"Zendesk가 {seconds:.0f}초 기다리라고 합니다 …", f"Zendesk asks to wait {seconds:.0f} s …")
    click.echo(f"\n{words}", err=True)
    time.sleep(min(seconds, 120.0) + 0.2)
