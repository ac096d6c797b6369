"""Which language a page speaks: the account's, the device's, the browser's, Chinese."""

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from factories import a_carer, sign_in_carer
from models.account import Account


def language_of(client: FlaskClient, accepted: str | None = None, path: str = "/sign-in") -> str:
    headers = {"Accept-Language": accepted} if accepted else {}
    page = client.get(path, headers=headers).get_data(as_text=True)
    return "en" if '<html lang="en">' in page else "zh"


@pytest.mark.parametrize(
    ("accepted", "spoken"),
    [
        (None, "zh"),
        ("fr-FR,fr;q=0.9", "zh"),
        ("en-GB,en;q=0.9", "en"),
        ("zh-CN,zh;q=0.9,en;q=0.5", "zh"),
    ],
)
def test_a_stranger_is_spoken_to_as_the_browser_asks(
    client: FlaskClient, accepted: str | None, spoken: str
) -> None:
    assert language_of(client, accepted) == spoken


def test_a_choice_is_remembered_on_the_device(client: FlaskClient) -> None:
    answer = client.post("/language", data={"locale": "en", "next": "/sign-in"})
    assert (answer.status_code, answer.location) == (303, "/sign-in")
    assert language_of(client, "zh-CN") == "en"


def test_a_choice_goes_to_the_account_for_its_messages(
    client: FlaskClient, session: Session
) -> None:
    carer = a_carer(session, locale="zh")
    sign_in_carer(client, carer)
    client.post("/language", data={"locale": "en"})
    session.commit()
    assert session.get_one(Account, carer.id, populate_existing=True).locale == "en"


def test_the_account_counts_more_than_the_device(client: FlaskClient, session: Session) -> None:
    client.post("/language", data={"locale": "en"})
    sign_in_carer(client, a_carer(session, locale="zh"))
    assert language_of(client, "en") == "zh"


@pytest.mark.parametrize("wish", ["", "fr", "../en"])
def test_other_languages_change_nothing(client: FlaskClient, wish: str) -> None:
    answer = client.post("/language", data={"locale": wish, "next": "//evil.example"})
    assert answer.location == "/"
    assert "Set-Cookie" not in answer.headers
