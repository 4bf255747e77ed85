"""Every address of the API, and which of them customers may reach."""

import re
from functools import cache

from werkzeug.routing import Map, Rule

from . import (
    articles,
    assignable_routes,
    audit_log_routes,
    brand_routes,
    custom_object_routes,
    custom_record_routes,
    definition_routes,
    desk_routes,
    identity_routes,
    incremental,
    jira_links,
    jobs,
    layout_routes,
    macro_routes,
    macros,
    membership_routes,
    metric_routes,
    option_routes,
    organization_routes,
    people_more_routes,
    people_routes,
    plain_routes,
    rating_routes,
    request_routes,
    resource_collection_routes,
    revisions,
    rule_routes,
    schedule_routes,
    search,
    settings_routes,
    skill_routes,
    tag_routes,
    talk,
    thread_routes,
    ticket_more_routes,
    ticket_routes,
    upload_routes,
    variant_routes,
    view_routes,
    webhook_routes,
)

TABLES = (
    ticket_routes.ROUTES,
    ticket_more_routes.ROUTES,
    tag_routes.ROUTES,
    thread_routes.ROUTES,
    metric_routes.ROUTES,
    membership_routes.ROUTES,
    organization_routes.ROUTES,
    people_routes.ROUTES,
    people_more_routes.ROUTES,
    identity_routes.ROUTES,
    jobs.ROUTES,
    webhook_routes.ROUTES,
    incremental.ROUTES,
    search.ROUTES,
    macros.ROUTES,
    view_routes.ROUTES,
    rule_routes.ROUTES,
    revisions.ROUTES,
    macro_routes.ROUTES,
    definition_routes.ROUTES,
    schedule_routes.ROUTES,
    settings_routes.ROUTES,
    upload_routes.ROUTES,
    audit_log_routes.ROUTES,
    desk_routes.ROUTES,
    brand_routes.ROUTES,
    assignable_routes.ROUTES,
    custom_object_routes.ROUTES,
    custom_record_routes.ROUTES,
    skill_routes.ROUTES,
    layout_routes.ROUTES,
    resource_collection_routes.ROUTES,
    plain_routes.routes(),
    request_routes.ROUTES,
    rating_routes.ROUTES,
    option_routes.ROUTES,
    variant_routes.ROUTES,
    articles.ROUTES,
    talk.ROUTES,
    jira_links.ROUTES,
)
# What the role end-user may reach; everything else is for agents and admins. The endpoints see to whose rows they show.
_FOR_CUSTOMERS = tuple(
    (frozenset(methods.split()), re.compile(path))
    for methods, path in (
        ("GET", r"/users/me(/session)?"),
        ("GET POST PUT", r"/requests(/.*)?"),
        ("GET POST PUT DELETE", r"/users/[0-9]+/identities(/.*)?"),
        ("GET PUT", r"/users/[0-9]+/password(/requirements)?"),
        ("POST", r"/tickets/[0-9]+/satisfaction_rating"),
        ("POST DELETE", r"/uploads(/.*)?"),
        ("GET", r"/attachments/[0-9]+"),
        ("GET", r"/(ticket_forms|ticket_fields|locales|satisfaction_reasons)(/[^/]*)?"),
    )
)


@cache
def url_map() -> Map:
    """Made once: it is the same for every sandbox, and takes a tenth of a second."""
    found = Map(strict_slashes=False, merge_slashes=False, redirect_defaults=False)
    for table in TABLES:
        for route in table:
            found.add(Rule(route.path, methods=list(route.methods), endpoint=route.endpoint, defaults=route.options))
    return found


def for_customers(method: str, place: str) -> bool:
    return any(method in methods and path.fullmatch(place) for methods, path in _FOR_CUSTOMERS)
