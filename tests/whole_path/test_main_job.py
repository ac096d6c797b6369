"""From the order to the signed response, in real browsers against the running product.

A doctor enrols a girl and orders her dose, the parents are reminded at the right minute, give the
dose and send a photo from their phones, and the doctor finds all of it on one page.
"""

import re
from collections.abc import Callable
from datetime import UTC, datetime, time, timedelta, timezone
from urllib.parse import urlsplit

import pytest
from PIL import Image
from playwright.sync_api import Locator, Page, expect

import at_the_desk
import on_the_phone
from at_the_desk import Clinician, Girl
from loopback.twilio_server import TwilioServer
from messages_of_a_study import a_family_due
from on_the_phone import INVITATION, REMINDER, texts_to
from photo_samples import (
    ORIENTATION,
    UNTURNED,
    a_picture,
    difference,
    encoded,
    exif_with_everything,
    jpeg_segments,
    opened,
)
from plugins.live import Live, later

pytestmark = pytest.mark.browser
# the visit of month 3 is due then
THREE_MONTHS = 92
EXIF = 0xE1  # the marker of the segment in which a JPEG tells about itself
MOTHER, FATHER, GRANDMOTHER = "+8613812345601", "+8613812345602", "+8613812345603"


@pytest.fixture
def girl() -> Girl:
    """A girl whose morning dose is due now: her family lives where it is eleven o'clock."""
    now = datetime.now(UTC)
    hours = 11 - now.hour
    local = now.astimezone(timezone(timedelta(hours=hours)))
    return Girl(local.date(), f"{local:%H:%M}", f"Etc/GMT{-hours:+d}")


@pytest.fixture
def doctor(live: Live, girl: Girl) -> Clinician:
    return at_the_desk.clinician_of_a_new_site(live, girl.zone)


def test_from_the_order_to_the_signed_response(
    live: Live,
    twilio_server: TwilioServer,
    doctor: Clinician,
    girl: Girl,
    desk: Page,
    new_phone: Callable[..., Page],
) -> None:
    mother, father = new_phone(), new_phone()
    at_the_desk.sign_in(desk, live, doctor)
    at_the_desk.enrol(desk, girl)
    at_the_desk.sign_starting_order(desk)
    at_the_desk.invite(desk, "妈妈", "Mother", MOTHER)
    at_the_desk.invite(desk, "爸爸", "Father", FATHER)
    each_parent_is_reminded_once(live, twilio_server)

    on_the_phone.sign_in(mother, live, twilio_server, MOTHER)
    on_the_phone.sign_in(father, live, twilio_server, FATHER)
    fathers_other_tab = same_page_again(father)
    on_the_phone.give_the_dose(mother)
    on_the_phone.undo(mother)
    on_the_phone.give_the_dose(mother)
    father_is_asked_before_a_second_dose(fathers_other_tab, girl)
    father_witnesses_the_same_dose(father, mother)

    at_the_desk.invite(desk, "奶奶", "Grandparent", GRANDMOTHER)
    nobody_is_reminded_of_a_dose_that_was_given(live, twilio_server)

    on_the_phone.send_photo(mother, a_phones_photo(girl))
    mother_sees_it_upright(mother)
    no_stored_file_tells_where_it_was_taken(live)

    the_doctor_finds_dose_photo_and_messages(desk)
    with later(live, THREE_MONTHS) as same_study:
        at_the_desk.sign_in(desk, same_study, doctor, THREE_MONTHS)
        at_the_desk.open_child(desk, girl)
        the_doctor_enters_what_was_found(desk, girl)
        the_child_has_a_complete_response(desk)
        all_of_it_stands_on_one_page(desk)


def test_the_diary_works_without_script(
    live: Live,
    twilio_server: TwilioServer,
    girl: Girl,
    new_phone: Callable[..., Page],
) -> None:
    phone = new_phone(java_script_enabled=False)
    a_family_waits_for_the_morning_dose(live)
    on_the_phone.sign_in(phone, live, twilio_server, MOTHER)
    on_the_phone.give_the_dose(phone)
    on_the_phone.undo(phone)
    on_the_phone.give_the_dose(phone)
    on_the_phone.send_photo(phone, a_phones_photo(girl))
    mother_sees_it_upright(phone)


# --- messages


def a_family_waits_for_the_morning_dose(live: Live) -> None:
    with live.session() as session:
        _, mother = a_family_due(session, datetime.now(UTC))
        mother.us_phone_number, mother.locale = MOTHER, "zh"


def each_parent_is_reminded_once(live: Live, twilio: TwilioServer) -> None:
    """By two notifiers that wake up at the same time."""
    live.notifiers(2)
    for number in (MOTHER, FATHER):
        reminder, invitation = sorted(texts_to(twilio, number), key=len)
        assert reminder == REMINDER
        assert invitation.startswith(INVITATION)


def nobody_is_reminded_of_a_dose_that_was_given(live: Live, twilio: TwilioServer) -> None:
    """Grandmother was not reminded yet, and her hour is not over: only the diary keeps it back."""
    live.notifiers()
    (invitation,) = texts_to(twilio, GRANDMOTHER)
    assert invitation.startswith(INVITATION)
    assert [texts_to(twilio, number).count(REMINDER) for number in (MOTHER, FATHER)] == [1, 1]


# --- two parents, one dose


def same_page_again(phone: Page) -> Page:
    tab = phone.context.new_page()
    tab.goto(phone.url)
    return tab


def father_is_asked_before_a_second_dose(tab: Page, girl: Girl) -> None:
    """His page is older than mother's dose, and he means one an hour before hers."""
    hour, minute = girl.morning.split(":")
    on_the_phone.say_another_time(tab, f"{int(hour) - 1}:{minute}")
    expect(tab.get_by_role("heading", name="请先确认")).to_be_visible()
    expect(tab.get_by_text(re.compile("妈妈在.*已经给过这次药"))).to_be_visible()
    tab.get_by_role("link", name="是同一次药，不用再记").click()
    expect(tab.get_by_role("button", name="已服药")).to_have_count(0)


def father_witnesses_the_same_dose(father: Page, mother: Page) -> None:
    """A minute after mother he taps too, on a page that did not know: one dose, two witnesses."""
    on_the_phone.give_the_dose(father)
    mother.get_by_role("link", name="更正").click()
    expect(mother.get_by_role("listitem").filter(has_text="妈妈")).not_to_have_count(0)
    expect(mother.get_by_role("listitem").filter(has_text="爸爸")).to_have_count(1)
    expect(mother.get_by_text("重复给药")).to_have_count(0)


# --- the photo


def a_phones_photo(girl: Girl) -> bytes:
    """12 megapixels, taken this morning, lying on its side as the sensor saw it; its EXIF tells the
    place and more."""
    lying = a_picture((3000, 4000)).transpose(UNTURNED[6])
    taken = f"{girl.today:%Y:%m:%d} {girl.morning}:00".encode()
    exif = re.sub(rb"\d{4}:\d\d:\d\d \d\d:\d\d:\d\d", taken, exif_with_everything(orientation=6))
    return encoded(lying, "JPEG", quality=90, exif=exif)


def mother_sees_it_upright(phone: Page) -> None:
    phone.get_by_role("link", name="全部照片").click()
    phone.get_by_role("link", name=re.compile("腹部")).click()
    image = phone.get_by_role("img", name=re.compile("腹部"))
    expect(image).to_be_visible()
    shown = opened(phone.request.get(f"{origin_of(phone)}{image.get_attribute('src')}").body())
    assert shown.width * 4 == shown.height * 3
    assert is_like(shown, a_picture(shown.size))


def origin_of(page: Page) -> str:
    parts = urlsplit(page.url)
    return f"{parts.scheme}://{parts.netloc}"


def is_like(one: Image.Image, other: Image.Image) -> bool:
    """The same colours in the same places, but for what JPEG loses."""
    return difference(one, other) < 3


def no_stored_file_tells_where_it_was_taken(live: Live) -> None:
    files = [path.read_bytes() for path in live.photo_files]
    assert len(files) == 3
    for data in files:
        for marker, content in jpeg_segments(data):
            if marker == EXIF:
                assert dict(opened(data).getexif()) == {ORIENTATION: 6}, content
        assert b"GPS" not in data
        assert b"Phone 15" not in data


# --- the doctor


def the_doctor_finds_dose_photo_and_messages(desk: Page) -> None:
    at_the_desk.open_tab(desk, "Overview")
    expect(track(desk, "Orders").get_by_text("0.38 mL")).to_be_visible()
    expect(track(desk, "Photos").get_by_role("img")).to_have_count(1)
    given = track(desk, "Doses").get_by_role("cell", name="1", exact=True)
    expect(given).not_to_have_count(0)
    reminders = re.compile(r"Dose reminder sent 2")
    expect(track(desk, "Messages").get_by_role("row", name=reminders)).to_have_count(1)


def track(desk: Page, name: str) -> Locator:
    """One line of the child's page, opened."""
    details = desk.locator("details.track").filter(has=desk.get_by_role("heading", name=name))
    if details.get_attribute("open") is None:
        details.locator("summary").click()
    return details


def the_doctor_enters_what_was_found(desk: Page, girl: Girl) -> None:
    first, now = girl.today, girl.today + timedelta(days=THREE_MONTHS)
    at_the_desk.enter_level(desk, "12.4", drawn_at=datetime.combine(now, time(8, 45)))
    at_the_desk.enter_labs(desk, first, platelets="18", fibrinogen="0.9")
    at_the_desk.enter_labs(desk, now, platelets="212", fibrinogen="2.6")
    at_the_desk.enter_volume(desk, first, "86.0")
    at_the_desk.enter_volume(desk, now, "9.5")
    at_the_desk.enter_skin(desk, now, "lighter", "significantly softer")


def the_child_has_a_complete_response(desk: Page) -> None:
    at_the_desk.assess(desk, "Month 3")
    expect(desk.get_by_text("SHA-256 of what was signed")).to_be_visible()
    expect(desk.get_by_text("Complete response").first).to_be_visible()


def all_of_it_stands_on_one_page(desk: Page) -> None:
    at_the_desk.open_tab(desk, "Overview")
    desk.get_by_role("link", name="All", exact=True).click()
    expect(track(desk, "Levels").get_by_text("12.4")).to_be_visible()
    expect(track(desk, "Platelets").get_by_text("212")).to_be_visible()
    expect(track(desk, "Response").get_by_text("Complete response")).to_be_visible()
    expect(track(desk, "Photos").get_by_role("img")).to_have_count(1)
