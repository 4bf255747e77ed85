"""The vocabularies of rules: what triggers, automations, views, macros, SLA policies and queues may ask and do."""

from . import definitions
from .call import Call, Route
from .replies import Reply
from .shape import Json, ident


def of_rules(call: Call, of: str, *, bare: bool = False) -> Reply:
    """`bare` leaves the title and subject of each condition, which is all that attributes of routing tell."""
    with call.state.read() as db:
        asked = definitions.conditions(db, of=of)
        if bare:
            asked = [{"title": word["title"], "subject": word["subject"]} for word in asked]
        told: Json = {"conditions_all": asked, "conditions_any": asked}
        if of in ("trigger", "automation"):
            told = {"actions": definitions.actions(db, of=of), **told}
    return Reply({"definitions": told})


def of_macros(call: Call) -> Reply:
    with call.state.read() as db:
        return Reply({"definitions": {"actions": definitions.actions(db, of="macro")}})


def macro_actions(call: Call) -> Reply:
    """The same words as the definitions, in their older form."""
    with call.state.read() as db:
        words = definitions.actions(db, of="macro")
    return Reply({"actions": [
        {"title": word["title"], "values": {"type": word["type"], "list": word.get("values", [])},
         "value": word["subject"], "operators": [{"value": "is", "title": "Is"}], "group": word["group"],
         "title_for_field": word["title"], "output_key": None, "repeatable": word["repeatable"],
         "field": word["subject"]} for word in words
    ]})  # fmt: skip


def of_slas(call: Call) -> Reply:
    with call.state.read() as db:
        words = [_filter(word) for word in definitions.conditions(db, of="sla") if word["subject"] != "status"]
    return Reply({"definitions": {"all": words, "any": words}})


def of_group_slas(call: Call) -> Reply:
    with call.state.read() as db:
        words = [_filter(word) for word in definitions.conditions(db, of="sla") if word["subject"] == "group_id"]
    for word in words:
        del word["title_for_field"], word["output_key"]
        word["values"]["list"] = [row for row in word["values"]["list"] if row["value"] is not None]
        word["operators"] = [{"value": "includes", "title": "Contains at least one of the following"},
                             {"value": "not_includes", "title": "Contains none of the following"}]  # fmt: skip
    return Reply({"definitions": {"all": words}})


def _filter(word: Json) -> Json:
    """A word as filters of policies have it: ids are numbers there, and nothing is null."""
    rows = [{"value": None if row["value"] == "__NULL__" else ident(row["value"]) or row["value"],
             "title": row["title"]} for row in word.get("values", [])]  # fmt: skip
    told = [{"value": row["value"], "title": row["title"]} for row in word["operators"]]
    return {"title": word["title"], "values": {"type": word["type"], "list": rows}, "value": word["subject"],
            "operators": told, "group": word["group"], "title_for_field": word["title"],
            "output_key": word["subject"].removesuffix("_id")}  # fmt: skip


ROUTES = (
    Route(["GET"], "/triggers/definitions", of_rules, {"of": "trigger"}),
    Route(["GET"], "/automations/definitions", of_rules, {"of": "automation"}),
    Route(["GET"], "/views/definitions", of_rules, {"of": "view"}),
    Route(["GET"], "/queues/definitions", of_rules, {"of": "queue"}),
    Route(["GET"], "/routing/attributes/definitions", of_rules, {"of": "queue", "bare": True}),
    Route(["GET"], "/macros/definitions", of_macros),
    Route(["GET"], "/macros/actions", macro_actions),
    Route(["GET"], "/slas/policies/definitions", of_slas),
    Route(["GET"], "/group_slas/policies/definitions", of_group_slas),
)
