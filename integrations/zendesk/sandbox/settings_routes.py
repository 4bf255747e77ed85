"""The account's settings and locales, as far as clients ask for them."""

from . import account, people
from .call import Call, Route
from .replies import Reply, not_found
from .shape import Json, ident


def settings(call: Call) -> Reply:
    with call.state.read() as db:
        brand = account.default_of(db, "brand")
    return Reply({"settings": {
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
    }})  # fmt: skip


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
    if number not in people.LOCALES:
        raise not_found()
    return Reply({"locale": _locale(call, number)})


ROUTES = (
    Route(["GET"], "/account/settings", settings),
    Route(["GET"], "/locales", locales),
    Route(["GET"], "/locales/agent", locales),
    Route(["GET"], "/locales/public", locales),
    Route(["GET"], "/locales/<locale_id>", locale),
)
