"""The coverage that is told of the sandbox is worked out from its addresses and proved by asking at each of them."""

from pathlib import Path

import pytest
from werkzeug.routing import Map, Rule

from benchmarks import sandbox_report
from integrations.zendesk.sandbox.api import Api
from integrations.zendesk.sandbox.places import url_map
from integrations.zendesk.sandbox.replies import Reply
from tests.integrations.sandbox.reference.coverage import by_area, routed
from tests.integrations.sandbox.reference.proof import NEVER_ANSWERED, Floors, Proof, floors, proved
from tests.integrations.sandbox.reference.table import reference
from tests.integrations.sandbox.reference.watch import Watch


def rules(*places: str) -> Map:
    return Map([Rule(place, methods=["GET"], endpoint=lambda: None) for place in places])


def test_a_rule_for_any_id_covers_no_word() -> None:
    assert routed(reference(), rules("/tickets/<ticket_id>")) == {"ShowTicket"}
    assert routed(reference(), rules("/tickets/<ticket_id>", "/tickets/count")) == {"ShowTicket", "CountTickets"}
    assert routed(reference(), rules("/tickets/<ticket_id>/<what>")) == set()


def test_areas_add_up_to_all_operations() -> None:
    areas = by_area(reference(), routed(reference(), url_map()))
    assert sum(whole for _, whole in areas.values()) == 440
    assert areas["Tickets"][1] == 25
    assert all(mine <= whole for mine, whole in areas.values())


def test_each_operation_with_an_address_is_answered_as_the_reference_has_it(tmp_path: Path, watch: Watch) -> None:
    proof = proved(tmp_path, watch)
    assert dict(proof.refused) == NEVER_ANSWERED
    assert len(proof.answered) >= floors().operations


def test_an_operation_that_fails_is_not_counted(tmp_path: Path, watch: Watch, monkeypatch: pytest.MonkeyPatch) -> None:
    where = Api._where

    def astray(api: Api, request: object, role: str) -> object:
        if request.path == "/api/v2/groups/count":  # type: ignore[attr-defined]
            return (lambda _call: Reply({"count": 3})), {}
        return where(api, request, role)  # type: ignore[arg-type]

    monkeypatch.setattr(Api, "_where", astray)
    proof = proved(tmp_path, watch)
    assert "CountGroups" not in proof.answered
    assert "count is 3" in proof.refused["CountGroups"]


def test_the_report_fails_below_its_floors(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    proof = Proof(frozenset({"ListGroups", "CountGroups"}), {"ShowGroupById": "it was not answered"})
    monkeypatch.setattr(sandbox_report, "proved", lambda *_: proof)
    monkeypatch.setattr(sandbox_report, "exchange_files", list)
    monkeypatch.setattr(sandbox_report, "floors", lambda: Floors(3, 98.0))
    assert sandbox_report.main() == 1
    told = capsys.readouterr().out
    assert "2 operations are answered; the floor is 3" in told
    assert "not answered: ShowGroupById (it was not answered)" in told
    assert "No recordings at hand" in told
    monkeypatch.setattr(sandbox_report, "floors", lambda: Floors(2, 98.0))
    assert sandbox_report.main() == 0
