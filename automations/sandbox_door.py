"""Taking an account into the sandbox: over its HTTP when it runs, into its data folder when not."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import click
import requests

from app.settings import Settings
from app.words import say
from integrations.zendesk.sandbox.importer import ImportRefused, Source, into_folder, over_http, read_folder
from integrations.zendesk.sandbox.state import FolderHeld

NOTHING = say("아무것도 가져오지 않았습니다.", "Nothing was imported.")


def bring_in(folder: Path, settings: Settings, *, as_json: bool) -> None:
    """Prints what was taken and what was left out, and why. All or nothing; raises ClickException in plain words."""
    try:
        told = _taken(read_folder(folder), settings)
    except (ImportRefused, FolderHeld) as refused:
        raise click.ClickException(f"{NOTHING} {refused}") from refused
    except requests.RequestException as trouble:
        words = say(
            "샌드박스의 응답이 끊겨 결과를 알 수 없습니다.", "The sandbox stopped answering; nothing is certain."
        )
        raise click.ClickException(f"{words} {trouble}") from trouble
    if as_json:
        click.echo(json.dumps(told, ensure_ascii=False, sort_keys=True))
        return
    for kind, count in told["counts"].items():
        click.echo(f"{count:>8,}  {kind}")
    for row in told["ignored"]:
        click.echo(f"{row['count']:>8,}  {say('가져오지 않음', 'ignored')}: {row['why']}")


def _taken(sources: list[Source], settings: Settings) -> dict[str, Any]:
    url = settings.zendesk_url or f"http://127.0.0.1:{settings.sandbox_port}"
    if _runs(url):
        return over_http(sources, url)
    with click.progressbar(
        length=max(1, len(sources)), label=str(say("가져오는 중", "Importing")), file=sys.stderr
    ) as bar:
        taken = into_folder(sources, settings.home / "sandbox", progress=lambda _rows: bar.update(1))
        bar.update(max(0, (bar.length or 0) - bar.pos))
    return taken.told()


def _runs(url: str) -> bool:
    """Whether a sandbox, and nothing else, answers there."""
    try:
        reply = requests.get(f"{url}/_sandbox/health", timeout=2)
    except requests.RequestException:
        return False
    return reply.ok and "deliveries_waiting" in reply.text
