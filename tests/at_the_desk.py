"""What the study team does in a browser at a desk, in English: one function an act."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from passlib.totp import TOTP
from playwright.sync_api import Page, expect

from factories import a_site
from plugins.live import Live

PASSWORD = "nine quiet lanterns"


@dataclass(frozen=True, slots=True)
class Clinician:
    """An investigator with an authenticator app."""

    email: str
    authenticator: Any  # passlib ships no types

    def code(self, at: datetime) -> str:
        """What the app shows then."""
        return str(self.authenticator.generate(time=at.timestamp()).token)


@dataclass(frozen=True, slots=True)
class Girl:
    """A child as the study team enters it. Her first dose is due at `morning` on `today`."""

    today: date
    morning: str
    zone: str
    study_number: str = "KHE-007"


def clinician_of_a_new_site(
    live: Live, zone: str, arms: Sequence[str] = ("high", "low")
) -> Clinician:
    """Made as an installation makes them: on the command line. `arms` is the list of the site."""
    with live.session() as session:
        a_site(session, code="KHE", name="Children's Hospital", time_zone=zone)
    email = "gao@hospital.example"
    said = ("--name", "Dr Gao", "--locale", "en", "--password", PASSWORD)
    shown = live.command("staff", "add", email, *said)
    live.command("staff", "grant", email, "KHE", "investigator")
    bring_list(live, email, arms)
    uri = re.search(r"otpauth://\S+", shown)
    assert uri is not None
    return Clinician(email, TOTP.from_uri(uri.group()))


def bring_list(live: Live, email: str, arms: Sequence[str]) -> None:
    """The list of the trial office, sealed: the places of children without the phenomenon."""
    file = live.folder / "list.csv"
    stratum = "site=KHE/kasabach_merritt=no"
    rows = [f"{stratum},{place},T-{place},{arm}" for place, arm in enumerate(arms, start=1)]
    file.write_text("\n".join(["stratum,position,number,arm", *rows]))
    live.command("randomisation", "import", str(file), "--by", email)


def sign_in(
    desk: Page,
    live: Live,
    clinician: Clinician,
    days_later: int = 0,
    *,
    now: datetime | None = None,
) -> None:
    """With the password, then the code that the app shows; `now` where the study has a clock."""
    desk.goto(f"{live.url}/staff/sign-in")
    desk.get_by_label("E-mail address").fill(clinician.email)
    desk.get_by_label("Password").fill(PASSWORD)
    press(desk, "Continue")
    now = now or datetime.now(UTC) + timedelta(days=days_later)
    desk.get_by_label("Code of your authenticator app").fill(clinician.code(now))
    press(desk, "Sign in")
    expect(desk.get_by_role("heading", name="What needs me")).to_be_visible()


def enrol(desk: Page, girl: Girl) -> None:
    """Register, answer the criteria, record the consent, randomise; it ends on the first order."""
    register(desk, girl)
    check_eligibility(desk)
    record_consent(desk, girl)
    desk.get_by_role("link", name="Randomise …").click()
    randomise(desk, "High level")


def randomise(desk: Page, arm: str) -> None:
    """Take the next place of the list, and go on to the first order."""
    press(desk, "Randomise now")
    expect(desk.get_by_text("Randomised. The arm is shown below.")).to_be_visible()
    expect(desk.get_by_text(arm).first).to_be_visible()
    desk.get_by_role("link", name="Orders", exact=True).last.click()
    desk.get_by_role("link", name="Starting order").first.click()
    expect(desk.get_by_role("heading", name="Starting order")).to_be_visible()


def register(desk: Page, girl: Girl) -> None:
    """Facts, check, register: no arm yet."""
    desk.get_by_role("link", name="Register a child").click()
    type_in(
        desk,
        {
            "Study number": girl.study_number,
            "What the family calls the child": "Lele",
            "Born on": (girl.today - timedelta(days=430)).isoformat(),
            "Registered on": girl.today.isoformat(),
            "Height": "80",
            "Weight": "10.5",
            "Measured on": girl.today.isoformat(),
            "Morning dose at": girl.morning,
            "Evening dose at": "21:00",
            "Time zone of the family": girl.zone,
        },
    )
    desk.get_by_label("Sex", exact=True).select_option("Female")
    press(desk, "Continue")
    expect(desk.get_by_text("0.38 mL").first).to_be_visible()
    press(desk, "Register")
    expect(desk.get_by_text("Not checked yet.")).to_be_visible()


def check_eligibility(desk: Page) -> None:
    """Every inclusion criterion yes, every exclusion criterion no."""
    desk.get_by_role("link", name="Check eligibility").click()
    for heading, answer in (("Must hold", "Yes"), ("Must not hold", "No")):
        for choice in desk.get_by_role("region", name=heading).get_by_label(answer).all():
            choice.check()
    press(desk, "Save")
    expect(desk.get_by_text("Eligible", exact=True)).to_be_visible()


def record_consent(desk: Page, girl: Girl) -> None:
    desk.get_by_role("link", name="Record a consent").click()
    desk.get_by_label("Name of the person who signed").fill("林女士")
    desk.get_by_label("Relation to the child").select_option("Mother")
    desk.get_by_label("Signed on").fill(girl.today.isoformat())
    press(desk, "Save")
    expect(desk.get_by_text("Everything is there: the child can be randomised.")).to_be_visible()


def sign_starting_order(desk: Page, dose: str = "0.38 mL") -> None:
    """The dose of the arm, from the slot that is due; the password is asked once more."""
    press(desk, "Continue")
    expect(desk.get_by_role("heading", name="Check and sign")).to_be_visible()
    desk.get_by_label("Password").fill(PASSWORD)
    press(desk, "Sign")
    expect(desk.get_by_role("row", name=re.compile(dose))).to_be_visible()


def invite(desk: Page, name: str, relation: str, phone: str) -> None:
    open_tab(desk, "Carers")
    type_in(desk, {"Mobile number": phone, "Name, as the family says it": name})
    desk.get_by_label("Relation to the child").select_option(relation)
    press(desk, "Invite")
    expect(desk.get_by_text("Invited. The message is on its way.")).to_be_visible()
    expect(desk.get_by_role("row", name=re.compile(name))).to_be_visible()


def enter_level(desk: Page, level: str, drawn_at: datetime) -> None:
    begin_entry(desk, "Level")
    desk.get_by_label("Day").first.fill(drawn_at.date().isoformat())
    desk.get_by_label("Time").first.fill(f"{drawn_at:%H:%M}")
    desk.get_by_label("Level", exact=True).fill(level)
    press(desk, "Save")
    expect(desk.get_by_text(level).first).to_be_visible()


def enter_labs(desk: Page, on: date, *, platelets: str, fibrinogen: str, **more: str) -> None:
    """`more` are further fields of the sheet, by their names."""
    begin_entry(desk, "Laboratory")
    type_in(desk, {"Day": on.isoformat(), "Time": "08:30"})
    type_in(desk, {"Platelets": platelets, "Fibrinogen": fibrinogen})
    for name, value in more.items():
        desk.locator(f"[name={name}]").fill(value)
    press(desk, "Save")
    expect(desk.get_by_role("table").get_by_text(platelets).first).to_be_visible()


def enter_volume(desk: Page, on: date, millilitres: str) -> None:
    begin_entry(desk, "Volume")
    type_in(desk, {"Day of the examination": on.isoformat(), "Lesion": "left thigh"})
    desk.get_by_label("Examination", exact=True).select_option("MRI")
    desk.get_by_label("Or a volume from summed slices (optional)").fill(millilitres)
    press(desk, "Save")
    expect(desk.get_by_role("heading", name="Course")).to_be_visible()


def enter_skin(desk: Page, on: date, colour: str, firmness: str) -> None:
    begin_entry(desk, "Skin")
    desk.get_by_label("Examined on").fill(on.isoformat())
    desk.get_by_role("radio", name=colour, exact=True).check()
    desk.get_by_role("radio", name=firmness, exact=True).check()
    press(desk, "Save")
    expect(desk.get_by_role("heading", name="Course")).to_be_visible()


def open_child(desk: Page, girl: Girl) -> None:
    desk.get_by_role("row", name=re.compile(girl.study_number)).get_by_role("link").click()
    expect(desk.get_by_role("heading", name="Course")).to_be_visible()


def open_worklist(desk: Page) -> None:
    desk.get_by_role("link", name="Worklist").first.click()
    expect(desk.get_by_role("heading", name="What needs me")).to_be_visible()


def begin_entry(desk: Page, what: str) -> None:
    open_tab(desk, "Overview")
    desk.get_by_role("navigation", name="Enter").get_by_role("link", name=what).click()


def open_tab(desk: Page, name: str) -> None:
    tabs = desk.get_by_role("navigation", name="Pages about this child")
    tabs.get_by_role("link", name=name, exact=True).click()


def press(desk: Page, button: str) -> None:
    desk.get_by_role("button", name=button, exact=True).click()


def type_in(desk: Page, values: dict[str, str]) -> None:
    """Fill fields by their labels."""
    for label, value in values.items():
        desk.get_by_label(label, exact=True).fill(value)


def assess(desk: Page, visit: str) -> None:
    """Look at what the rule proposes from the chart, and sign it."""
    open_tab(desk, "Response")
    desk.get_by_role("row", name=re.compile(visit)).get_by_role("link", name="Assess").click()
    expect(desk.get_by_role("heading", name=f"Response at {visit}")).to_be_visible()
    desk.get_by_label("Password").fill(PASSWORD)
    press(desk, "Sign")
