"""A full year of one child in each arm, in a real browser against the running product.

The doctor does everything on pages. The mother begins on her phone; the rest of her diary is
written by the same service, dose by dose at its time. What must come of it stands in year_by_hand.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta

import pytest
from playwright.sync_api import Page, expect

import at_the_desk
import on_the_phone
import year_at_the_desk as year
from at_the_desk import Clinician, Girl
from loopback.twilio_server import TwilioServer
from plugins.live import Live, WallClock
from year_by_hand import (
    BOTH_ARMS,
    RE_WEIGHED,
    SURFACE_CHANGE,
    TAKEN_AT_FIRST,
    TAKEN_CORRECTED,
    TAKEN_OBSERVED,
    YearByHand,
)
from year_of_doses import MISSED, evening, give_doses, half, local, morning

pytestmark = pytest.mark.browser
MOTHER = "+8613812345601"
FIRST = date(2026, 3, 10)
GIRL = Girl(FIRST, "08:00", "Asia/Shanghai")
VALID = "Valid trough"
ONE_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Year:
    """A study at one moment of the year, the doctor's desk and the mother's phone."""

    hand: YearByHand
    live: Live
    clock: WallClock
    doctor: Clinician
    desk: Page
    phone: Page

    def come(self, on: date, clock: str = "09:00") -> None:
        """The doctor sits down at that time and opens the child."""
        now = local(on, clock)
        self.clock.set(now)
        at_the_desk.sign_in(self.desk, self.live, self.doctor, now=now)
        at_the_desk.open_child(self.desk, GIRL)

    def trough(self, on: date, month: float, verdict: str = VALID) -> None:
        """A day of a level: the blood, then the level."""
        year.blood_was_taken(self.desk)
        year.level(self.desk, on, self.hand.levels[month], verdict)


@pytest.fixture(params=BOTH_ARMS, ids=[hand.arm for hand in BOTH_ARMS])
def a_year(
    request: pytest.FixtureRequest,
    live_by_the_clock: Live,
    wall_clock: WallClock,
    desk: Page,
    new_phone: Callable[..., Page],
) -> Year:
    """The next place of the sealed list is in the arm of the test."""
    hand: YearByHand = request.param
    other = next(one.arm for one in BOTH_ARMS if one is not hand)
    doctor = at_the_desk.clinician_of_a_new_site(live_by_the_clock, GIRL.zone, (hand.arm, other))
    return Year(hand, live_by_the_clock, wall_clock, doctor, desk, new_phone())


def test_a_year_of_one_child(a_year: Year, twilio_server: TwilioServer) -> None:
    complaints = what_the_browser_complains_of(a_year.desk)
    she_comes_into_the_study(a_year)
    her_mother_gives_the_first_dose(a_year, twilio_server)
    the_formula_changes_the_dose_on_day_14(a_year)
    one_symptom_in_the_first_month(a_year, twilio_server)
    the_second_month_goes_wrong(a_year)
    month_3_is_below_quantification(a_year)
    month_4_is_far_too_high(a_year)
    months_5_and_6(a_year)
    month_7_comes_after_a_missed_dose(a_year, twilio_server)
    month_8_is_in_hospital(a_year)
    months_9_and_10(a_year)
    the_last_visit(a_year)
    assert complaints == []


def what_the_browser_complains_of(desk: Page) -> list[str]:
    """A form sent back with its errors is an answer too."""
    complaints: list[str] = []

    def hear(kind: str, text: str) -> None:
        if "the server responded with a status of 422" not in text and kind != "verbose":
            complaints.append(f"{kind}: {text}")

    desk.on("pageerror", lambda error: hear("error", str(error)))
    desk.on("console", lambda said: hear(said.type, said.text))
    return complaints


def she_comes_into_the_study(a_year: Year) -> None:
    desk, now = a_year.desk, local(FIRST, "10:00")
    a_year.clock.set(now)
    at_the_desk.sign_in(desk, a_year.live, a_year.doctor, now=now)
    at_the_desk.register(desk, GIRL)
    at_the_desk.check_eligibility(desk)
    at_the_desk.record_consent(desk, GIRL)
    desk.get_by_role("link", name="Randomise …").click()
    desk.get_by_label("First dose on").fill(FIRST.isoformat())
    desk.get_by_label("First dose is the").select_option("Evening")
    at_the_desk.randomise(desk, a_year.hand.label)
    desk.locator("[name=from_on]").fill(FIRST.isoformat())
    desk.locator("[name=from_half]").select_option("evening")
    at_the_desk.sign_starting_order(desk, a_year.hand.start)
    at_the_desk.open_tab(desk, "Overview")
    at_the_desk.enter_labs(desk, FIRST, platelets="18", fibrinogen="0.9")
    at_the_desk.enter_volume(desk, FIRST, "86.0")
    at_the_desk.enter_skin(desk, FIRST, "colour unchanged", "firmness unchanged")
    at_the_desk.invite(desk, "妈妈", "Mother", MOTHER)


def her_mother_gives_the_first_dose(a_year: Year, twilio: TwilioServer) -> None:
    take_up_the_phone(a_year, twilio, FIRST, "21:05")
    on_the_phone.tap(a_year.phone, "已服药")
    status = a_year.phone.get_by_role("status").filter(has_text="已记录：晚上的药")
    expect(status).to_be_visible()


def take_up_the_phone(a_year: Year, twilio: TwilioServer, on: date, clock: str) -> None:
    now = local(on, clock)
    a_year.clock.set(now)
    a_year.phone.clock.set_fixed_time(now)
    a_year.phone.context.clear_cookies()
    on_the_phone.sign_in(a_year.phone, a_year.live, twilio, MOTHER)


def the_formula_changes_the_dose_on_day_14(a_year: Year) -> None:
    on, desk = date(2026, 3, 24), a_year.desk
    give_doses(a_year.live, morning(FIRST + ONE_DAY), evening(on - ONE_DAY))
    a_year.come(on)
    a_year.trough(on, 0.5)
    year.take_the_proposal(desk, on, a_year.hand.proposal)
    year.visit_done(desk, "Day 14", on)


def the_diary(a_year: Year, since: date, until: date) -> None:
    """Every dose from the morning of one day until the evening before another."""
    give_doses(a_year.live, morning(since), evening(until - ONE_DAY))


def one_symptom_in_the_first_month(a_year: Year, twilio: TwilioServer) -> None:
    on, told_on = date(2026, 4, 10), date(2026, 4, 20)
    the_diary(a_year, date(2026, 3, 24), on)
    a_year.come(on)
    a_year.trough(on, 1)
    year.no_dose_is_proposed(a_year.desk, "The level is in range: nothing is to be changed.")
    year.visit_done(a_year.desk, "Month 1", on)
    the_diary(a_year, on, told_on)
    take_up_the_phone(a_year, twilio, told_on, "07:30")
    on_the_phone.tell_of_a_symptom(a_year.phone, "口腔溃疡", "中")


def the_second_month_goes_wrong(a_year: Year) -> None:
    """The dose was given before the blood was taken: the level counts for nothing, and there is
    another day for it. What the laboratory and the mother found is decided on."""
    desk, on, again_on = a_year.desk, date(2026, 5, 10), date(2026, 5, 15)
    the_diary(a_year, date(2026, 4, 20), on)
    give_doses(a_year.live, morning(on), morning(on))
    a_year.come(on, "11:00")
    year.level(desk, on, a_year.hand.levels[2], "Drawn after the dose", clock="10:30")
    year.no_dose_is_proposed(desk, "The sample is not a valid trough.")
    low = {"haemoglobin": "108", "haemoglobin_low": "110", "haemoglobin_high": "140"}
    at_the_desk.enter_labs(desk, on, platelets="60", fibrinogen="1.5", triglycerides="2.0", **low)
    year.new_event(desk, "Mouth sores", "2", is_drafted=False)
    year.new_event(desk, "Hypertriglyceridemia", "1", is_drafted=True)
    year.no_event(desk, "Anemia")
    year.regrade(desk, "Mucositis oral", "1", date(2026, 4, 25))
    year.add_visit(desk, again_on)
    year.move_visit(desk, "Month 3", date(2026, 6, 11))
    give_doses(a_year.live, evening(on), evening(again_on - ONE_DAY))
    a_year.come(again_on)
    a_year.trough(again_on, 2.5)
    year.visit_done(desk, "Unscheduled 1", again_on)


def month_3_is_below_quantification(a_year: Year) -> None:
    on = date(2026, 6, 11)
    the_diary(a_year, date(2026, 5, 15), on)
    a_year.come(on)
    a_year.trough(on, 3)
    year.no_dose_is_proposed(a_year.desk, "The level is below the limit of quantification.")
    response(a_year, on, 3)
    year.visit_done(a_year.desk, "Month 3", on)


def response(a_year: Year, on: date, month: int) -> None:
    """What was found at the visit, and what is judged from it."""
    desk, found = a_year.desk, a_year.hand.responses[month]
    at_the_desk.enter_labs(desk, on, platelets=found.platelets, fibrinogen=found.fibrinogen)
    at_the_desk.enter_volume(desk, on, found.volume)
    at_the_desk.enter_skin(desk, on, found.colour, found.firmness)
    year.assess(desk, month, found)


def month_4_is_far_too_high(a_year: Year) -> None:
    """Above 20: to be called the same day. The medicine rests for seven dose times."""
    desk, on, again_on = a_year.desk, date(2026, 7, 10), date(2026, 7, 14)
    the_diary(a_year, date(2026, 6, 11), on)
    a_year.come(on)
    a_year.trough(on, 4)
    year.hold(desk, on)
    year.answer(desk, "Level outside the range", "Same day", "Dose changed or held")
    give_doses(a_year.live, morning(on), morning(on))
    a_year.come(again_on - ONE_DAY, "18:00")
    year.restart(desk, again_on)


def months_5_and_6(a_year: Year) -> None:
    """A medicine that changes the level, and a child that has grown: nothing is proposed."""
    desk, fifth, on = a_year.desk, date(2026, 8, 10), date(2026, 9, 10)
    the_diary(a_year, date(2026, 7, 14), fifth)
    a_year.come(fifth)
    a_year.trough(fifth, 5)
    the_diary(a_year, fifth, on)
    a_year.come(on)
    year.medicine(desk, "clarithromycin", date(2026, 9, 8))
    a_year.trough(on, 6)
    year.no_dose_is_proposed(desk, "A medicine that changes the level is taken.")
    year.weigh(desk, on, RE_WEIGHED)
    at_the_desk.open_tab(desk, "Orders")
    expect(desk.get_by_text(f"Body surface has changed by {SURFACE_CHANGE}")).to_be_visible()
    response(a_year, on, 6)
    year.move_visit(desk, "Month 7", date(2026, 10, 12))


def month_7_comes_after_a_missed_dose(a_year: Year, twilio: TwilioServer) -> None:
    """Of the week from 5 October half a dose, one of which nobody said anything, one missed."""
    desk, on, asked_on = a_year.desk, date(2026, 10, 12), date(2026, 10, 10)
    forgotten = evening(date(2026, 10, 8))
    give_doses(
        a_year.live,
        morning(date(2026, 9, 10)),
        morning(asked_on),
        left_out=[forgotten],
        otherwise={morning(date(2026, 10, 7)): half(a_year.hand.half_ml)},
    )
    take_up_the_phone(a_year, twilio, asked_on, "12:00")
    on_the_phone.ask_the_doctor(a_year.phone, forgotten.on, "21:00")
    missed = evening(asked_on)
    give_doses(a_year.live, missed, evening(on - ONE_DAY), otherwise={missed: MISSED})
    a_year.come(on)
    a_year.trough(on, 7, "Irregular doses before")
    year.no_dose_is_proposed(
        desk,
        "The level is in range: nothing is to be changed.",
        "The sample is not a valid trough.",
        "Doses before the sample were irregular.",
    )
    year.medicine_ended(desk, "clarithromycin", date(2026, 9, 20))
    taken(a_year, TAKEN_AT_FIRST)
    assert year.figures(desk, "Taken, unknown left out") == [TAKEN_OBSERVED] * 3
    year.decide_correction(desk, "Put it into the diary")
    at_the_desk.open_worklist(desk)
    at_the_desk.open_child(desk, GIRL)
    taken(a_year, TAKEN_CORRECTED)


def taken(a_year: Year, everything: str) -> None:
    """The week from 5 October: what was written at once, within a day, and in the end."""
    year.adherence(a_year.desk, date(2026, 10, 5), date(2026, 10, 11))
    found = year.figures(a_year.desk, "Taken, unknown counts as missed")
    assert found == [TAKEN_AT_FIRST, TAKEN_AT_FIRST, everything]


def month_8_is_in_hospital(a_year: Year) -> None:
    """For a pneumonia; the ward gives the doses, and the days leave the figures."""
    desk, since, on = a_year.desk, date(2026, 11, 8), date(2026, 11, 10)
    the_diary(a_year, date(2026, 10, 12), since)
    a_year.come(on, "07:00")
    year.stay(desk, since, on)
    year.doses_from_the_ward(desk, since, on - ONE_DAY)
    year.serious_event(desk, since)
    a_year.come(on)
    a_year.trough(on, 8)
    year.adherence(desk, date(2026, 11, 4), on)
    assert year.figures(desk, "Taken, unknown counts as missed") == ["8 of 8 = 100.0%"] * 3


def months_9_and_10(a_year: Year) -> None:
    """The laboratory sends a table: one wrong row keeps all of it out."""
    desk, on, tenth = a_year.desk, date(2026, 12, 10), date(2027, 1, 10)
    the_diary(a_year, date(2026, 11, 10), on)
    a_year.come(on)
    a_year.trough(on, 9)
    year.choose_file(desk, TABLE.format(fibrinogen="two"))
    expect(desk.get_by_role("rowheader", name="Row 3").first).to_be_visible()
    expect(desk.get_by_role("button", name=re.compile("Store"))).to_have_count(0)
    year.choose_file(desk, TABLE.format(fibrinogen="2.2"))
    at_the_desk.press(desk, "Store 2 results")
    expect(desk.get_by_text("2 results were stored.")).to_be_visible()
    the_diary(a_year, on, tenth)
    a_year.come(tenth)
    a_year.trough(tenth, 10)


TABLE = """study_number,drawn_at,analyte,result,unit
KHE-007,2026-12-10 08:10,platelets,181,10*9/L
KHE-007,2026-12-10 08:10,fibrinogen,{fibrinogen},g/L
"""


def the_last_visit(a_year: Year) -> None:
    """All of the year on one page, its statistics, and the end."""
    desk, on, hand = a_year.desk, date(2027, 3, 10), a_year.hand
    the_diary(a_year, date(2027, 1, 10), on)
    a_year.come(on)
    year.visit_missed(desk, "Month 11")
    a_year.trough(on, 12)
    response(a_year, on, 12)
    year.amend(desk, 6, hand.amended_volume, hand.amended_category)
    at_the_desk.open_tab(desk, "Levels")
    expect(year.facts(desk, "Time in range")).to_contain_text(hand.time_in_range)
    expect(year.facts(desk, "Time in range")).to_contain_text(hand.days_in_range)
    expect(year.facts(desk, "Valid troughs in range")).to_contain_text(hand.fraction)
    all_of_it_stands_on_one_page(a_year)
    year.complete(desk, on)


TRACKS = (
    "orders",
    "doses",
    "levels",
    "platelets",
    "fibrinogen",
    "volumes",
    "skin",
    "assessments",
    "treatments",
    "events",
    "visits",
    "messages",
)


def all_of_it_stands_on_one_page(a_year: Year) -> None:
    desk = a_year.desk
    at_the_desk.open_tab(desk, "Overview")
    desk.get_by_role("link", name="All", exact=True).click()
    expect(desk.locator("#timeline canvas")).to_be_visible()
    for code in TRACKS:
        expect(desk.locator(f"#track-{code} .count-of")).not_to_have_text("none in these days")
    expect(desk.locator("#track-levels tbody tr")).to_have_count(len(a_year.hand.levels))
    address = desk.get_by_role("link", name="What is shown, as CSV").get_attribute("href")
    file = desk.request.get(f"{a_year.live.url}{address}")
    assert file.ok
    text = file.text()
    assert all(value in text for value in a_year.hand.levels.values())
