"""Every page there is, in Chinese on a phone and in English at a desk, by day and by night."""

import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page

from every_page import CAREGIVER, CLINICIAN, NO_PAGE, REFUSALS, SIGN_IN, Recipe
from page_checks import hard_to_read, hard_to_use, not_chinese, too_small, too_wide
from plugins.browser import DESK, PATIENCE_MS, PHONE
from plugins.demo import COOKIE, DemoStudy
from web.access import ENTRIES

pytestmark = pytest.mark.browser

NewPage = Callable[..., Page]


def recipes(*tables: dict[str, list[Recipe]]) -> list[Any]:
    """Each recipe once, named after its endpoint."""
    return [
        pytest.param(recipe, id=f"{endpoint}-{number}" if number else endpoint)
        for table in tables
        for endpoint, several in table.items()
        for number, recipe in enumerate(several)
    ]


def test_no_page_is_forgotten(demo_study: DemoStudy) -> None:
    shown = {
        rule.endpoint
        for rule in demo_study.app.url_map.iter_rules()
        if "GET" in (rule.methods or ()) and not rule.endpoint.startswith("api")
    }
    assert shown - NO_PAGE == {*SIGN_IN, *CAREGIVER, *CLINICIAN}
    assert shown <= set(ENTRIES)


@pytest.mark.parametrize("recipe", recipes(SIGN_IN))
def test_a_page_before_the_sign_in(
    demo_study: DemoStudy, new_page: NewPage, recipe: Recipe
) -> None:
    phone, desk = new_page(PHONE), new_page(DESK)
    open_page(demo_study, phone, recipe)
    assert [*faults_on_a_phone(demo_study, phone), *hard_to_read(phone)] == []
    open_page(demo_study, desk, recipe)
    assert faults_at_a_desk(desk) == []


@pytest.mark.parametrize("recipe", recipes(CAREGIVER, REFUSALS))
def test_a_family_page(demo_study: DemoStudy, new_page: NewPage, recipe: Recipe) -> None:
    phone, desk = new_page(PHONE, demo_study.carer("zh")), new_page(DESK, demo_study.carer("en"))
    open_page(demo_study, phone, recipe)
    assert [*faults_on_a_phone(demo_study, phone), *hard_to_read(phone)] == []
    open_page(demo_study, desk, recipe)
    assert faults_at_a_desk(desk) == []


@pytest.mark.parametrize("recipe", recipes(CLINICIAN))
def test_a_clinic_page(demo_study: DemoStudy, new_page: NewPage, recipe: Recipe) -> None:
    phone = new_page(PHONE, demo_study.clinician("zh"))
    open_page(demo_study, phone, recipe)
    faults = [*not_chinese(phone, demo_study.typed), *too_wide(phone, 390), *hard_to_use(phone)]
    assert faults == []
    desk = new_page(DESK, demo_study.clinician("en"))
    open_page(demo_study, desk, recipe)
    assert [*faults_at_a_desk(desk), *hard_to_read(desk)] == []


def faults_on_a_phone(study: DemoStudy, phone: Page) -> list[str]:
    """A page for a thumb, on a usual phone and on the smallest."""
    return [
        *not_chinese(phone, study.typed),
        *too_small(phone),
        *too_wide(phone, 390, 320),
        *hard_to_use(phone),
    ]


def faults_at_a_desk(desk: Page) -> list[str]:
    return [*too_wide(desk, 1280), *hard_to_use(desk)]


def open_page(study: DemoStudy, page: Page, recipe: Recipe) -> None:
    address = recipe(study, page)
    if address is not None:
        page.goto(f"{study.live.url}{address}")


@pytest.fixture
def new_page(browser: Browser, demo_study: DemoStudy) -> Iterator[NewPage]:
    """Makes pages of somebody; at the end none of them may have complained."""
    made: list[BrowserContext] = []
    complaints: list[str] = []

    def make(options: dict[str, Any], account: Any = None) -> Page:
        context = browser.new_context(**options)
        context.set_default_timeout(PATIENCE_MS)
        made.append(context)
        if account is not None:
            cookie = demo_study.cookie_of(account)
            url = demo_study.live.url
            context.add_cookies([{"name": COOKIE, "value": cookie, "url": url}])
        page = context.new_page()
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("console", lambda message: complaints.append(f"{message.type}: {message.text}"))
        return page

    yield make
    for context in made:
        context.close()
    # a form sent back with its errors is an answer too, and advice on style is no complaint
    meant = re.compile("^verbose|the server responded with a status of 4")
    assert [line for line in complaints if not meant.search(line)] == []
