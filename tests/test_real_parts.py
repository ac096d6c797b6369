"""The real parts that tests lean on are what they say."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page
from sqlalchemy import create_engine, text

from plugins.browser import assert_accessible

FAULTLESS = "<!doctype html><html lang=en><title>t</title><main><h1>Diary</h1>{}</main></html>"


def _ask(url: str, statement: str) -> object:
    engine = create_engine(url)
    with engine.begin() as connection:
        answer = connection.execute(text(statement))
        value = answer.scalar() if answer.returns_rows else None
    engine.dispose()
    return value


@pytest.mark.postgres
def test_postgres_url_reaches_a_real_server(postgres_url: str) -> None:
    assert postgres_url.startswith("postgresql+psycopg://")
    assert "PostgreSQL" in str(_ask(postgres_url, "SELECT version()"))


@pytest.mark.postgres
def test_a_copied_database_has_the_rows_of_its_template_and_keeps_its_own(
    new_postgres: Callable[..., str],
) -> None:
    first = new_postgres()
    _ask(first, "CREATE TABLE child AS SELECT 1 AS id")
    copy = new_postgres(template=first.rsplit("/", 1)[1].split("?")[0])
    _ask(copy, "INSERT INTO child VALUES (2)")
    assert _ask(copy, "SELECT count(*) FROM child") == 2
    assert _ask(first, "SELECT count(*) FROM child") == 1


@pytest.mark.browser
def test_the_phone_is_small_speaks_chinese_and_has_a_touch_screen(phone: Page) -> None:
    assert phone.evaluate("[innerWidth, navigator.language, navigator.maxTouchPoints > 0]") == [
        980,  # a phone lays out a page without viewport tag as if it were wide
        "zh-CN",
        True,
    ]


@pytest.mark.browser
def test_a_page_without_faults_passes_the_accessibility_check(desk: Page) -> None:
    desk.set_content(FAULTLESS.format("<p>Given at 08:04</p>"))
    assert_accessible(desk)


@pytest.mark.browser
def test_a_picture_without_words_fails_the_accessibility_check(desk: Page) -> None:
    desk.set_content(FAULTLESS.format("<img src='data:image/gif;base64,R0lGODlhAQABAAAAACw='>"))
    with pytest.raises(AssertionError, match="image-alt"):
        assert_accessible(desk)
