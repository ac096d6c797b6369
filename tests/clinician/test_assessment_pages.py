"""A response assessment at the desk: prefilled, checked, signed with the password, amended."""

import uuid
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from html.parser import HTMLParser
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from clinic_desk import PASSWORD, Desk, hidden, sit_down
from domain.response import Category
from domain.response_inputs import Firmness, SkinColour
from domain.volume import Diameters
from factories import a_participant, as_actor
from models.assessment import Assessment
from models.participant import Participant
from models.site import StaffRole
from models.tumour import TreatmentKind
from plugins.app import FakeClock
from results_of_a_child import KHE, a_panel, a_result, local, the_visits
from services.labs import record_labs
from services.tumour import (
    Entering,
    Modality,
    SaidSkin,
    SaidTreatment,
    SaidVolume,
    record_skin,
    record_treatment,
    record_volume,
)

VISIT_ON = date(2026, 5, 3)
BEFORE = date(2026, 2, 1)
FORM = "/assessments/month_3/new"


class FormReader(HTMLParser):
    """What a browser would send back of a form that nobody touched."""

    def __init__(self) -> None:
        super().__init__()
        self.fields: dict[str, Any] = {}
        self._select = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        name = found.get("name") or ""
        kind = found.get("type", "text")
        if tag == "input" and name and kind not in {"checkbox", "radio"}:
            self.fields.setdefault(name, found.get("value") or "")
        elif tag == "input" and name and "checked" in found:
            self._tick(name, found.get("value") or "", many=kind == "checkbox")
        elif tag == "textarea":
            self.fields.setdefault(name, "")
        elif tag == "select":
            self._select = name
        elif tag == "option" and (self._select not in self.fields or "selected" in found):
            self.fields[self._select] = found.get("value") or ""

    def _tick(self, name: str, value: str, *, many: bool) -> None:
        if many and name == "transfusions":
            self.fields.setdefault(name, []).append(value)
        else:
            self.fields[name] = value


@dataclass(frozen=True)
class Page:
    """The assessment page as it is shown."""

    text: str

    @property
    def fields(self) -> dict[str, Any]:
        reader = FormReader()
        reader.feed(self.text[self.text.index('class="form wide assess"') :])
        return reader.fields

    @property
    def proposed(self) -> str:
        return hidden(self.text, "shown").split("|")[0]


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock(local(VISIT_ON, "14:00"))


@pytest.fixture
def child(session: Session) -> Participant:
    child = a_participant(session)
    the_visits(session, child)
    return child


@pytest.fixture
def desk(app: Flask, client: FlaskClient, session: Session, child: Participant) -> Desk:
    return sit_down(app, client, session, child)


@pytest.fixture
def better(session: Session, desk: Desk, child: Participant) -> None:
    """A chart that speaks for a complete response."""
    actor, now = as_actor(session, desk.person), local(VISIT_ON)
    for on, platelets, fibrinogen in ((BEFORE, "12", "0.9"), (VISIT_ON, "212", "2.6")):
        panel = a_panel(
            a_result(result=platelets, reference_low=Decimal(125)),
            a_result(analyte="fibrinogen", result=fibrinogen, unit="g/L"),
            drawn_at=local(on),
        )
        record_labs(session, actor, child, panel, protocol=KHE, now=now)
    entering = Entering(actor, child, now)
    for on, length in ((BEFORE, "100"), (VISIT_ON, "15")):
        said = SaidVolume(
            client_id=uuid.uuid4(),
            measured_on=on,
            lesion="thigh",
            modality=Modality.MRI,
            reader="Dr Reader",
            diameters=Diameters(Decimal(length), Decimal(40), Decimal(30)),
        )
        record_volume(session, entering, said, protocol=KHE)
    finding = SaidSkin(
        client_id=uuid.uuid4(),
        examined_on=VISIT_ON,
        colour=SkinColour.LIGHTER,
        firmness=Firmness.UNCHANGED,
    )
    record_skin(session, entering, finding)


def shown(desk: Desk) -> Page:
    return Page(desk.see(FORM))


def sign(desk: Desk, page: Page, **changes: Any) -> Any:
    said = page.fields | {"password": PASSWORD, "step": "sign"} | changes
    return desk.send(FORM, said)


def signed(session: Session) -> list[Assessment]:
    return list(session.scalars(select(Assessment).order_by(Assessment.id)))


def test_nobody_assesses_without_signing_in(client: FlaskClient, child: Participant) -> None:
    answer = client.get(f"/clinic/participants/{child.public_id}{FORM}")
    assert answer.status_code == 303


def test_another_sites_child_or_an_unknown_visit_does_not_exist(
    session: Session, desk: Desk
) -> None:
    theirs = a_participant(session)
    the_visits(session, theirs)
    assert desk.client.get(f"/clinic/participants/{theirs.public_id}{FORM}").status_code == 404
    assert desk.client.get(desk.url("/assessments/month_99/new")).status_code == 404


@pytest.mark.parametrize("role", [StaffRole.COORDINATOR, StaffRole.MONITOR, StaffRole.READER])
def test_only_physicians_assess(
    app: Flask, client: FlaskClient, session: Session, child: Participant, role: StaffRole
) -> None:
    desk = sit_down(app, client, session, child, role)
    assert desk.client.get(desk.url(FORM)).status_code == 403
    assert desk.send(FORM, {"step": "sign"}).status_code == 403


def test_the_page_proposes_from_the_chart_and_says_why(desk: Desk, better: None) -> None:
    page = shown(desk)
    assert page.proposed == "CR"
    assert "212 is above 100 ×10⁹/L" in page.text
    assert "85.0 % smaller than at baseline: more than 80 %" in page.text
    assert "2.6 g/L lies within 2–4 g/L" in page.text
    assert "khe-sirolimus-v1" in page.text
    assert page.fields["platelets"] == "212"
    assert page.fields["volume_ml"] == "9.425"


def test_lasting_platelets_name_the_counts_they_rest_on(
    session: Session, desk: Desk, child: Participant, better: None
) -> None:
    assert "no two high counts far enough apart" in shown(desk).text
    earlier = a_panel(a_result(result="101"), drawn_at=local(date(2026, 4, 26)))
    doctor = as_actor(session, desk.person)
    record_labs(session, doctor, child, earlier, protocol=KHE, now=local(VISIT_ON))
    both = "101\xa0×10⁹/L (26 Apr 2026), 212\xa0×10⁹/L (3 May 2026)"
    page = shown(desk)
    assert both in page.text
    assert both in desk.client.get(sign(desk, page).location).text


def test_an_empty_chart_is_not_evaluable_and_says_what_is_missing(desk: Desk) -> None:
    page = shown(desk)
    assert page.proposed == "NE"
    assert page.text.count("No value in the window of this visit") == 3


def test_checking_shows_the_category_of_what_was_typed_and_signs_nothing(
    session: Session, desk: Desk, better: None
) -> None:
    typed = shown(desk).fields | {"platelets": "100", "step": "check"}
    answer = desk.send(FORM, typed)
    assert answer.status_code == 200
    again = Page(answer.text)
    assert again.proposed == "PR"
    assert "Platelets: exactly on a boundary" in again.text
    assert again.fields["platelets"] == "100"
    assert signed(session) == []


def test_an_untouched_form_is_signed_with_every_digit_of_the_chart(
    session: Session, desk: Desk, better: None
) -> None:
    answer = sign(desk, shown(desk))
    assert answer.status_code == 303
    (row,) = signed(session)
    assert (row.decided, row.proposed) == (Category.COMPLETE_RESPONSE, Category.COMPLETE_RESPONSE)
    assert row.changes == []
    assert row.inputs["volume_ml"].startswith("9.424777960769")
    page = desk.client.get(answer.location).text
    assert row.content_hash in page
    assert desk.person.display_name in page
    assert "I have assessed this response and answer for it" in page
    assert "no longer matches" not in page


@pytest.mark.parametrize("password", ["", "wrong"])
def test_without_the_password_nothing_is_signed(
    session: Session, desk: Desk, better: None, password: str
) -> None:
    answer = sign(desk, shown(desk), password=password)
    assert answer.status_code == 422
    assert "The password is not right." in answer.text
    assert PASSWORD not in answer.text
    assert signed(session) == []


def test_the_same_form_twice_signs_once(session: Session, desk: Desk, better: None) -> None:
    page = shown(desk)
    first, second = sign(desk, page), sign(desk, page)
    assert (first.status_code, second.status_code) == (303, 303)
    assert first.location == second.location
    assert len(signed(session)) == 1


def test_a_change_needs_its_reason_beside_it(session: Session, desk: Desk, better: None) -> None:
    typed = shown(desk).fields | {"platelets": "180", "step": "check"}
    page = Page(desk.send(FORM, typed).text)
    answer = sign(desk, page)
    assert answer.status_code == 422
    assert 'href="#field-platelets_reason"' in answer.text
    assert sign(desk, page, platelets_reason="recounted").status_code == 303
    (row,) = signed(session)
    assert [(change["field"], change["reason"]) for change in row.changes] == [
        ("platelets", "recounted")
    ]
    assert "212 in the chart, 180 signed. recounted" in desk.see(f"/assessments/{row.public_id}")


def test_nobody_signs_another_proposal_than_was_shown(
    session: Session, desk: Desk, better: None
) -> None:
    answer = sign(desk, shown(desk), platelets="100", platelets_reason="clumped")
    assert answer.status_code == 422
    assert "the rule proposes something else than you saw" in answer.text
    assert Page(answer.text).proposed == "PR"
    assert signed(session) == []


def test_a_flag_or_another_decision_asks_for_a_reason(
    session: Session, desk: Desk, better: None
) -> None:
    page = shown(desk)
    answer = sign(desk, page, decided="PR")
    assert answer.status_code == 422
    assert 'href="#field-reason"' in answer.text
    assert sign(desk, page, decided="PR", reason="a new nodule").status_code == 303
    (row,) = signed(session)
    page_of_it = desk.see(f"/assessments/{row.public_id}")
    assert "The rule proposed: Complete response" in page_of_it
    assert "a new nodule" in page_of_it


def test_a_transfusion_can_be_left_out_with_a_reason(
    session: Session, desk: Desk, child: Participant, better: None
) -> None:
    entering = Entering(as_actor(session, desk.person), child, local(VISIT_ON))
    given = SaidTreatment(
        client_id=uuid.uuid4(),
        kind=TreatmentKind.PLATELETS,
        name="one unit",
        started_on=date(2026, 5, 1),
    )
    record_treatment(session, entering, given)
    page = shown(desk)
    assert "Platelets: transfusion shortly before the sample" in page.text
    fields = page.fields
    assert len(fields.pop("transfusions")) == 1
    checked = Page(desk.send(FORM, fields | {"step": "check"}).text)
    assert "transfusion shortly before" not in checked.text
    assert sign(desk, checked, treatments_reason="stopped after 2 mL").status_code == 303
    assert signed(session)[0].changes[0]["field"] == "transfusions"


def test_what_is_no_number_comes_back_with_its_error(desk: Desk, better: None) -> None:
    answer = desk.send(FORM, shown(desk).fields | {"platelets": "many", "step": "check"})
    assert answer.status_code == 422
    assert 'href="#field-platelets"' in answer.text
    assert 'value="many"' in answer.text


def test_a_second_assessment_amends_the_first_and_both_stay(
    session: Session, desk: Desk, better: None
) -> None:
    sign(desk, shown(desk))
    page = shown(desk)
    assert "This visit has a signed assessment" in page.text
    assert sign(desk, page, decided="PR", reason="seen again").status_code == 422
    answer = sign(desk, page, decided="PR", reason="seen again", amend_reason="photos reviewed")
    assert answer.status_code == 303
    first, second = signed(session)
    assert second.amends_id == first.id
    assert "A newer assessment amends this one" in desk.see(f"/assessments/{first.public_id}")
    listed = desk.see("/assessments")
    assert listed.count(f"/assessments/{first.public_id}") == 1
    assert listed.count(f"/assessments/{second.public_id}") == 1


def test_the_list_offers_the_visits_whose_window_is_open(desk: Desk) -> None:
    page = desk.see("/assessments")
    assert "/assessments/month_3/new" in page
    assert "Month 6" in page
    assert "/assessments/month_6/new" not in page


def test_the_signed_page_of_another_sites_child_does_not_exist(
    app: Flask, new_client: Any, session: Session, desk: Desk, better: None
) -> None:
    address = sign(desk, shown(desk)).location
    stranger = sit_down(app, new_client(), session, a_participant(session))
    assert stranger.client.get(address).status_code == 404


def test_a_signed_row_that_was_changed_is_told(session: Session, desk: Desk, better: None) -> None:
    address = sign(desk, shown(desk)).location
    session.connection().exec_driver_sql("DROP TRIGGER assessment_no_update")
    session.connection().exec_driver_sql("UPDATE assessment SET decided = 'PR'")
    assert "no longer matches its signature" in desk.client.get(address).text


def test_the_overview_tells_the_signed_category(desk: Desk, better: None) -> None:
    sign(desk, shown(desk))
    assert "CR · Complete response" in desk.see("?days=30")
