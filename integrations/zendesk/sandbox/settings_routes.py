"""The account's settings and locales, as far as clients ask for them."""

import sqlite3

from . import account, people, records
from .call import Call, Route
from .replies import Reply, invalid_attribute, not_found, warning
from .shape import Json, ident


def _settings(db: sqlite3.Connection) -> Json:
    """What the account is set to: what was written, over what every account starts with."""
    brand = account.default_of(db, "brand")
    start: Json = {
        "branding": {"header_color": "16191F", "page_background_color": "F6F7F9", "tab_background_color": "2F5BEA",
                     "text_color": "FFFFFF", "header_logo_url": None, "favicon_url": None},
        "brands": {"default_brand_id": brand["id"] if brand else None, "require_brand_on_new_tickets": False},
        "lotus": {"prefer_lotus": True, "reporting": True},
        "active_features": {"business_hours": False, "customer_satisfaction": True, "on_hold_status": True,
                            "explore": True, "ticket_forms": True, "user_tagging": True, "markdown": False},
        "api": {"accepted_api_agreement": True, "api_password_access": "false", "api_token_access": "true"},
        "tickets": {"agent_ticket_deletion": True, "tagging": True, "rich_text_comments": True,
                    "comments_public_by_default": True, "list_newest_comments_first": False, "status_hold": True,
                    "custom_statuses_enabled": True},
        "user": {"tagging": True, "time_zone_selection": True, "language_selection": True},
        "localization": {"locale_ids": sorted(people.LOCALES)},
        "statistics": {"forum": True, "search": True, "rule_usage": True},
    }  # fmt: skip
    written = (records.one(db, "settings", 1) or {}).get("written", {})
    return {part: values | written.get(part, {}) for part, values in start.items()}


def settings(call: Call) -> Reply:
    with call.state.read() as db:
        return Reply({"settings": _settings(db)})


def update_settings(call: Call) -> Reply:
    """Settings that there are take the value sent, if it is of their kind; others are dropped with a warning."""
    call.need_admin()
    wanted = call.wanted("settings")
    with call.write() as tx:
        known = _settings(tx.db)
        row = records.one(tx.db, "settings", 1) or {"id": 1, "written": {}}
        unknown: list[str] = []
        for part, values in wanted.items():
            if part not in known or not isinstance(values, dict):
                unknown.append(f"settings.{part}")
                continue
            unknown += [f"settings.{part}.{key}" for key in values if key not in known[part]]
            taken = {key: _of_kind(key, known[part][key], value) for key, value in values.items() if key in known[part]}
            row["written"][part] = row["written"].get(part, {}) | taken
        call.warnings = warning("account/settings", "update", unknown)
        records.put(tx, "settings", row)
        tx.note("settings", 1, sorted(wanted))
        return Reply({"settings": _settings(tx.db)})


def _of_kind(key: str, before: object, value: object) -> object:
    if isinstance(before, bool) and not isinstance(value, bool):
        raise invalid_attribute(key, "a boolean")
    if isinstance(before, str) and not isinstance(value, str):
        raise invalid_attribute(key, "a string")
    return value


def _locale(call: Call, number: int) -> Json:
    code, name = people.LOCALES[number]
    day = "2020-01-01T00:00:00Z"
    return {
        "url": f"{call.base}/api/v2/locales/{number}.json", "id": number, "locale": code, "name": name,
        "native_name": name, "presentation_name": name, "rtl": False, "created_at": day, "updated_at": day,
        "default": number == 1,
    }  # fmt: skip


def locales(call: Call) -> Reply:
    rows = [_locale(call, number) for number in sorted(people.LOCALES)]
    return Reply({"locales": rows, "next_page": None, "previous_page": None, "count": len(rows)})


def locale(call: Call, locale_id: str) -> Reply:
    codes = {code.lower(): number for number, (code, _) in people.LOCALES.items()}
    number = codes.get(locale_id.lower()) or ident(locale_id)
    if locale_id == "current":
        number = call.user["locale_id"]
    if locale_id == "detect_best_locale":
        wished = call.request.accept_languages.best_match([code for code, _ in people.LOCALES.values()], "en-US")
        number = codes[str(wished).lower()]
    if number not in people.LOCALES:
        raise not_found()
    return Reply({"locale": _locale(call, number)})


ROUTES = (
    Route(["GET"], "/account/settings", settings),
    Route(["PUT"], "/account/settings", update_settings),
    Route(["GET"], "/locales", locales),
    Route(["GET"], "/locales/agent", locales),
    Route(["GET"], "/locales/public", locales),
    Route(["GET"], "/locales/current", locale, {"locale_id": "current"}),
    Route(["GET"], "/locales/detect_best_locale", locale, {"locale_id": "detect_best_locale"}),
    Route(["GET"], "/locales/<locale_id>", locale),
)
