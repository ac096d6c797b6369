"""Every page there is, in Chinese on a phone and in English at a desk, by day and by night."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from every_page import CAREGIVER, CLINICIAN, NO_PAGE, READER, REFUSALS, SIGN_IN, Recipe
from models.account import Account
from page_checks import hard_to_read, hard_to_use, not_chinese, too_small, too_wide
from plugins.browser import DESK, PATIENCE_MS, PHONE
from plugins.demo import COOKIE, DemoStudy
from web.access import ENTRIES

pytestmark = pytest.mark.browser

SAYING_NO = [recipe for several in REFUSALS.values() for recipe in several]
BAD_REQUEST = 400
PageOf = Callable[..., Page]


def recipes(*tables: Mapping[str, Sequence[Recipe]]) -> list[Any]:
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
    assert shown - NO_PAGE == {*SIGN_IN, *CAREGIVER, *CLINICIAN, *READER}
    assert shown <= set(ENTRIES)


@pytest.mark.parametrize("recipe", recipes(SIGN_IN))
def test_a_page_before_the_sign_in(demo_study: DemoStudy, page_of: PageOf, recipe: Recipe) -> None:
    phone, desk = page_of(PHONE), page_of(DESK)
    open_page(demo_study, phone, recipe)
    assert [*faults_on_a_phone(demo_study, phone), *hard_to_read(phone)] == []
    open_page(demo_study, desk, recipe)
    assert faults_at_a_desk(desk) == []


@pytest.mark.parametrize("recipe", recipes(CAREGIVER, REFUSALS))
def test_a_family_page(demo_study: DemoStudy, page_of: PageOf, recipe: Recipe) -> None:
    phone, desk = page_of(PHONE, demo_study.carer("zh")), page_of(DESK, demo_study.carer("en"))
    open_page(demo_study, phone, recipe)
    assert [*faults_on_a_phone(demo_study, phone), *hard_to_read(phone)] == []
    open_page(demo_study, desk, recipe)
    assert faults_at_a_desk(desk) == []


@pytest.mark.parametrize("recipe", recipes(CLINICIAN))
def test_a_clinic_page(demo_study: DemoStudy, page_of: PageOf, recipe: Recipe) -> None:
    phone = page_of(PHONE, demo_study.clinician("zh"))
    open_page(demo_study, phone, recipe)
    faults = [*not_chinese(phone, demo_study.typed), *too_wide(phone, 390), *hard_to_use(phone)]
    assert faults == []
    desk = page_of(DESK, demo_study.clinician("en"))
    open_page(demo_study, desk, recipe)
    assert [*faults_at_a_desk(desk), *hard_to_read(desk)] == []


@pytest.mark.parametrize("recipe", recipes(READER))
def test_a_page_of_a_masked_reader(demo_study: DemoStudy, page_of: PageOf, recipe: Recipe) -> None:
    phone, desk = page_of(PHONE, demo_study.reader("zh")), page_of(DESK, demo_study.reader("en"))
    open_page(demo_study, phone, recipe)
    assert [*faults_on_a_phone(demo_study, phone), *hard_to_read(phone)] == []
    open_page(demo_study, desk, recipe)
    assert faults_at_a_desk(desk) == []


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
        answer = page.goto(f"{study.live.url}{address}")
        assert answer is not None
        assert (answer.status >= BAD_REQUEST) is (recipe in SAYING_NO), answer.status


@pytest.fixture(scope="module")
def rooms(browser: Browser, demo_study: DemoStudy) -> Iterator["Rooms"]:
    rooms = Rooms(browser, demo_study)
    yield rooms
    rooms.close()


@pytest.fixture
def page_of(rooms: "Rooms") -> Iterator[PageOf]:
    """The browser of somebody; at the end of the test it may not have complained."""
    rooms.complaints.clear()
    yield rooms.page_of
    # a form sent back with its errors is an answer too, and advice on style is no complaint
    meant = re.compile("^verbose|the server responded with a status of 4")
    assert [line for line in rooms.complaints if not meant.search(line)] == []


class Rooms:
    """One page a person and size, opened when it is first asked for: opening takes longest."""

    def __init__(self, browser: Browser, study: DemoStudy) -> None:
        self.complaints: list[str] = []
        self._browser = browser
        self._study = study
        self._pages: dict[tuple[str, int], Page] = {}

    def page_of(self, options: dict[str, Any], account: Account | None = None) -> Page:
        key = (options["locale"], account.id if account else 0)
        if key not in self._pages:
            self._pages[key] = self._open(options, account)
        page = self._pages[key]
        page.set_viewport_size(options["viewport"])
        return page

    def close(self) -> None:
        for page in self._pages.values():
            page.context.close()

    def _open(self, options: dict[str, Any], account: Account | None) -> Page:
        context = self._browser.new_context(**options)
        context.set_default_timeout(PATIENCE_MS)
        if account is not None:
            cookie, url = self._study.cookie_of(account), self._study.live.url
            context.add_cookies([{"name": COOKIE, "value": cookie, "url": url}])
        page = context.new_page()
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("console", lambda said: self.complaints.append(f"{said.type}: {said.text}"))
        return page
