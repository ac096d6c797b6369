"""Symptoms on a phone: told, answered with advice, corrected."""

import uuid
from collections.abc import Callable
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from a_family import Family
from factories import a_carer, a_participant, sign_in_carer
from models.attention import Alert
from models.symptom import SymptomReport

Tell = Callable[..., TestResponse]
ADVICE = "Fever of 38.0 °C or more: call the clinic today."


@pytest.fixture
def tell(phone: FlaskClient, at: Callable[[str], str]) -> Tell:
    """Send the form of a symptom."""

    def send(path: str = "symptoms/new", **said: Any) -> TestResponse:
        first = {
            "client_id": str(uuid.uuid4()),
            "kind": "mouth_sores",
            "severity": "mild",
            "noticed_on": "2026-03-10",
        }
        return phone.post(at(path), data=first | said)

    return send


def reports(session: Session) -> list[SymptomReport]:
    session.expire_all()
    return list(session.scalars(select(SymptomReport).order_by(SymptomReport.id)))


def test_the_form_offers_the_words_of_the_study(
    phone: FlaskClient, at: Callable[[str], str]
) -> None:
    page = phone.get(at("symptoms/new")).get_data(as_text=True)
    for words in ("Mouth sores", "Tumour more painful", "Unusually sleepy", "Eats, sleeps"):
        assert words in page
    assert 'value="2026-03-10"' in page, "today, on the family's wall"


def test_a_symptom_is_told_and_listed(session: Session, phone: FlaskClient, tell: Tell) -> None:
    answer = tell(note="two white spots")
    assert answer.status_code == 303
    page = phone.get(answer.location).get_data(as_text=True)
    assert "two white spots" in page
    assert "Saved." in page
    assert [row.kind for row in reports(session)] == ["mouth_sores"]


def test_a_fever_is_answered_with_the_words_of_the_study(
    session: Session, phone: FlaskClient, tell: Tell
) -> None:
    answer = tell(kind="fever", celsius="38.0")
    page = phone.get(answer.location).get_data(as_text=True)
    assert ADVICE in page
    assert 'href="tel:' in page
    assert reports(session)[0].advice_shown == "fever@khe-sirolimus-v1.en"
    assert session.scalars(select(Alert.code)).all() == ["fever"]


def test_below_38_nothing_is_advised(session: Session, phone: FlaskClient, tell: Tell) -> None:
    answer = tell(kind="fever", celsius="37,9")
    assert ADVICE not in phone.get(answer.location).get_data(as_text=True)
    assert session.scalars(select(Alert.code)).all() == []


def test_in_chinese_the_chinese_words_are_shown_and_kept(
    session: Session, phone: FlaskClient, family: Family, tell: Tell
) -> None:
    family.mother.locale = "zh"
    session.commit()
    answer = tell(kind="bleeding")
    page = phone.get(answer.location).get_data(as_text=True)
    assert "请今天致电医院" in page
    assert reports(session)[0].advice_shown == "call_today@khe-sirolimus-v1.zh"


def test_a_temperature_beside_another_symptom_does_not_count(session: Session, tell: Tell) -> None:
    assert tell(kind="rash", celsius="38.5").status_code == 303
    assert reports(session)[0].celsius is None


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ({"kind": ""}, "Please fill this in."),
        ({"kind": "hiccups"}, "Please choose one of the answers."),
        ({"kind": "other"}, "Please fill this in."),
        ({"kind": "fever", "celsius": "100.4"}, "Please check the temperature"),
        ({"noticed_on": "2026-03-11"}, "This time is still to come."),
        ({"noticed_on": "2026-02-01"}, "That is too long ago."),
    ],
)
def test_what_is_wrong_is_said_and_what_was_typed_is_kept(
    session: Session, tell: Tell, said: dict[str, str], words: str
) -> None:
    answer = tell(**(said | {"note": "my words" if said.get("kind") != "other" else ""}))
    page = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert words in page
    assert reports(session) == []


def test_the_same_form_twice_is_one_report(session: Session, tell: Tell) -> None:
    once = str(uuid.uuid4())
    assert tell(client_id=once).location == tell(client_id=once).location
    assert len(reports(session)) == 1
    assert tell(client_id=once, kind="rash").status_code == 409


def test_a_report_is_corrected_and_both_stay(
    session: Session, phone: FlaskClient, at: Callable[[str], str], tell: Tell
) -> None:
    tell(kind="fever", celsius="37.0", note="after lunch")
    path = f"symptoms/{reports(session)[0].public_id}/correct"
    page = phone.get(at(path)).get_data(as_text=True)
    assert 'value="37.0"' in page
    assert "after lunch" in page
    assert tell(path, kind="fever", celsius="39.0").status_code == 422
    answer = tell(path, kind="fever", celsius="39.0", amend_reason="misread")
    page = phone.get(answer.location).get_data(as_text=True)
    assert ADVICE in page
    assert "misread" in page
    assert "37.0 °C" in page, "the old words stay"
    assert reports(session)[1].amends_id == reports(session)[0].id


def test_a_report_that_was_a_mistake_is_taken_back(
    session: Session, phone: FlaskClient, tell: Tell
) -> None:
    tell()
    path = f"symptoms/{reports(session)[0].public_id}/correct"
    answer = tell(path, severity="none", amend_reason="crumbs")
    assert "It was not there" in phone.get(answer.location).get_data(as_text=True)


def test_a_carer_who_may_only_look_sees_and_writes_nothing(
    session: Session, client: FlaskClient, family: Family, at: Callable[[str], str]
) -> None:
    onlooker = a_carer(session, of=family.child, may_log=False)
    session.commit()
    sign_in_carer(client, onlooker)
    page = client.get(at("symptoms"))
    assert page.status_code == 200
    assert "symptoms/new" not in page.get_data(as_text=True)
    assert client.get(at("symptoms/new")).status_code == 403
    assert client.post(at("symptoms/new"), data={}).status_code == 403


def test_another_family_s_child_does_not_exist(session: Session, phone: FlaskClient) -> None:
    stranger = a_participant(session)
    session.commit()
    for path in ("symptoms", "symptoms/new", f"symptoms/{uuid.uuid4()}/correct"):
        assert phone.get(f"/diary/{stranger.public_id}/{path}").status_code == 404


def test_today_and_more_lead_there(phone: FlaskClient, at: Callable[[str], str]) -> None:
    assert at("symptoms/new") in phone.get(at("")).get_data(as_text=True)
    assert at("symptoms") in phone.get(at("more")).get_data(as_text=True)
