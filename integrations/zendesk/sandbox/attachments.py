"""Files: uploaded under a token, claimed once by a comment, read at an address that needs no sign-in."""

import secrets
import sqlite3
import struct
from dataclasses import dataclass
from datetime import timedelta
from urllib.parse import quote

from werkzeug import Request, Response

from .replies import record_invalid
from .shape import Json, stamp
from .state import State, Tx

PLACE = "/attachments/token/"
BIGGEST = 50 * 1024 * 1024
LIVES = timedelta(days=3)
REDACTED = ("redacted.txt", "text/plain", b" ")
_COLUMNS = ("id, secret, upload, expires_at, ticket_id, comment_id, user_id, file_name, content_type, size, width,"
            " height, created_at, deleted, trusted")  # fmt: skip


@dataclass(frozen=True, slots=True)
class File:
    """What is sent: its name as its sender calls it, and what she says it is."""

    name: str
    content_type: str
    body: bytes


def keep(tx: Tx, file: File, user_id: int, upload: str | None = None) -> sqlite3.Row:
    """With an upload's token the file waits there to be claimed, three days at most."""
    size = _picture(file.body)
    number = tx.new_id()
    tx.db.execute(
        "insert into attachments(id, secret, upload, expires_at, user_id, file_name, content_type, size, width,"
        " height, created_at, body) values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (number, secrets.token_urlsafe(18), upload, stamp(tx.now + LIVES), user_id, file.name, file.content_type,
         len(file.body), *size, tx.stamp, file.body),
    )  # fmt: skip
    tx.note("attachment", number, ["created"])
    return _found(tx.db, "id = ?", number)[0]


def waiting(db: sqlite3.Connection, upload: str, now: str) -> list[sqlite3.Row]:
    """The files of an upload that no comment has claimed and no time has swept away."""
    return _found(db, "upload = ? and comment_id is null and expires_at > ?", upload, now)


def one(db: sqlite3.Connection, number: int | None) -> sqlite3.Row | None:
    return next(iter(_found(db, "id = ?", number)), None)


def claim(tx: Tx, ticket_id: int, comment_id: int, uploads: object) -> list[Json]:
    """A comment's attachments, their addresses without a host. A token that is none, or was used, is refused."""
    told: list[Json] = []
    for upload in uploads if isinstance(uploads, list) else []:
        rows = waiting(tx.db, str(upload), tx.stamp)
        if not rows:
            raise record_invalid("uploads", f"Uploads: {upload} is not a valid upload token", "InvalidValue")
        told += [shown(row, "") for row in rows]
        tx.db.execute(
            "update attachments set ticket_id = ?, comment_id = ? where upload = ?", (ticket_id, comment_id, upload)
        )
    return told


def copy(tx: Tx, told: list[Json], ticket_id: int, comment_id: int) -> list[Json]:
    """Another comment's files once more, for a comment of another ticket."""
    copies: list[Json] = []
    for row in told:
        found = tx.db.execute("select * from attachments where id = ?", (row.get("id"),)).fetchone()
        if found is None:
            continue
        kept = keep(tx, File(found["file_name"], found["content_type"], found["body"]), found["user_id"])
        sql = "update attachments set ticket_id = ?, comment_id = ? where id = ?"
        tx.db.execute(sql, (ticket_id, comment_id, kept["id"]))
        copies.append(shown(kept, ""))
    return copies


def copy_waiting(tx: Tx, numbers: list[int | None], user_id: int, upload: str) -> None:
    """Files once more, waiting under this upload's token. Those that are not here are left out."""
    for number in numbers:
        found = tx.db.execute("select * from attachments where id = ?", (number,)).fetchone()
        if found is not None:
            keep(tx, File(found["file_name"], found["content_type"], found["body"]), user_id, upload)


def redact(tx: Tx, number: int) -> sqlite3.Row:
    """What was in the file is gone for good; an empty file of another name stands in its place."""
    name, content_type, body = REDACTED
    tx.db.execute(
        "update attachments set file_name = ?, content_type = ?, body = ?, size = ?, width = null, height = null,"
        " deleted = 1 where id = ?",
        (name, content_type, body, len(body), number),
    )
    tx.note("attachment", number, ["redacted"])
    return _found(tx.db, "id = ?", number)[0]


def shown(row: sqlite3.Row, base: str) -> Json:
    address = f"{base}{PLACE}{row['secret']}/?name={quote(row['file_name'])}"
    return {
        "url": f"{base}/api/v2/attachments/{row['id']}.json", "id": row["id"], "file_name": row["file_name"],
        "content_url": address, "mapped_content_url": address, "content_type": row["content_type"],
        "size": row["size"], "width": _text(row["width"]), "height": _text(row["height"]), "inline": False,
        "deleted": bool(row["deleted"]), "malware_access_override": bool(row["trusted"]),
        "malware_scan_result": "not_scanned", "thumbnails": [],
    }  # fmt: skip


def placed(event: Json, base: str) -> Json:
    """A comment as it goes out: what it keeps of its files are addresses without a host."""
    files = event.get("attachments")
    if not files:
        return event
    return event | {"attachments": [_placed(file, base) for file in files]}


def placed_audit(audit: Json, base: str) -> Json:
    return audit | {"events": [placed(event, base) for event in audit["events"]]}


def _placed(file: Json, base: str) -> Json:
    return file | {
        key: base + file[key] for key in ("url", "content_url", "mapped_content_url")
        if str(file.get(key, "")).startswith("/")
    }  # fmt: skip


def respond(state: State, request: Request) -> Response:
    """GET of a file. It is always sent as one to save: no web page that was uploaded is ever opened here."""
    secret = request.path.removeprefix(PLACE).strip("/")
    with state.read() as db:
        row = db.execute("select * from attachments where secret = ?", (secret,)).fetchone()
    if row is None or request.method not in ("GET", "HEAD"):
        return Response("Not found", 404, content_type="text/plain; charset=utf-8")
    response = Response(row["body"], content_type=row["content_type"])
    response.headers["content-disposition"] = f"attachment; filename*=UTF-8''{quote(row['file_name'])}"
    response.headers["x-content-type-options"] = "nosniff"
    return response


def _found(db: sqlite3.Connection, where: str, *values: object) -> list[sqlite3.Row]:
    return db.execute(f"select {_COLUMNS} from attachments where {where} order by id", values).fetchall()  # noqa: S608 - our own words


def _text(number: int | None) -> str | None:
    return None if number is None else str(number)


def _picture(body: bytes) -> tuple[int | None, int | None]:
    """Width and height of a PNG or GIF; nothing for what is neither."""
    if body[:8] == b"\x89PNG\r\n\x1a\n" and len(body) >= 24:
        width, height = struct.unpack(">II", body[16:24])
        return width, height
    if body[:6] in (b"GIF87a", b"GIF89a") and len(body) >= 10:
        width, height = struct.unpack("<HH", body[6:10])
        return width, height
    return None, None
