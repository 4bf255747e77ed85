"""How a view shows its tickets: its columns and its order, as a client wrote them and as a reply tells them."""

from .shape import Json

_COLUMNS = {"subject": "Subject", "requester": "Requester", "created": "Requested", "updated": "Updated",
            "group": "Group", "assignee": "Assignee", "status": "Status category", "nice_id": "ID",
            "priority": "Priority", "type": "Type"}  # fmt: skip
_NEW_VIEW = ("subject", "requester", "created", "type", "group", "assignee")


def execution(output: Json) -> Json:
    """How a view shows its tickets, from the output that a client may send."""
    columns_asked = output.get("columns")
    names = [str(name) for name in (columns_asked if isinstance(columns_asked, list) and columns_asked else _NEW_VIEW)]
    columns = [
        {"id": name, "title": _COLUMNS.get(name, name), "filterable": False, "sortable": False} for name in names
    ]
    return {
        "group_by": output.get("group_by"), "group_order": output.get("group_order", "desc"),
        "sort_by": output.get("sort_by"), "sort_order": output.get("sort_order", "desc"), "group": None, "sort": None,
        "columns": columns, "fields": columns, "custom_fields": [],
    }  # fmt: skip
