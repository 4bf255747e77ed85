"""/api/v2/audit_logs: the newest first, by who, what, where from and when."""

from . import records
from .call import Call, Route
from .paging import InMemory
from .replies import Reply, not_found
from .shape import Json, ident, moment

_EQUAL = ("source_type", "source_id", "actor_id", "ip_address", "action")


def _shown(row: Json, base: str) -> Json:
    return {"url": f"{base}/api/v2/audit_logs/{row['id']}.json", **row}


def index(call: Call) -> Reply:
    call.need_admin()
    with call.state.read() as db:
        rows = [row for row in records.every(db, "audit_log") if _fits(call, row)]
    oldest_first = call.arg("sort_order") == "asc" or call.arg("sort") == "created_at"
    rows = rows if oldest_first else rows[::-1]
    return call.page("audit_logs", InMemory([(row["id"], _shown(row, call.base)) for row in rows], "created_at"))


def _fits(call: Call, row: Json) -> bool:
    wanted = {key: call.arg(f"filter[{key}]") for key in _EQUAL}
    if any(value is not None and str(row[key]) != value for key, value in wanted.items()):
        return False
    bounds = [*call.request.args.getlist("filter[created_at]"), *call.request.args.getlist("filter[created_at][]")]
    times = [at for text in bounds if (at := moment(text))]
    at = moment(row["created_at"])
    if at is None or not times:
        return True
    return times[0] <= at and (len(times) < 2 or at <= times[1])


def show(call: Call, log_id: str) -> Reply:
    call.need_admin()
    with call.state.read() as db:
        row = records.one(db, "audit_log", ident(log_id))
    if row is None:
        raise not_found()
    return Reply({"audit_log": _shown(row, call.base)})


def export(call: Call) -> Reply:
    """Zendesk sends a file by e-mail; this account sends no letters."""
    call.need_admin()
    return Reply(None, 202)


ROUTES = (
    Route(["GET"], "/audit_logs", index),
    Route(["POST"], "/audit_logs/export", export),
    Route(["GET"], "/audit_logs/<log_id>", show),
)
