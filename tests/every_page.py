"""How to bring a browser to each page: one recipe an endpoint, or several for its states.

A recipe returns an address, or goes there by itself where a page has none of its own.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Final

from playwright.sync_api import FilePayload, Page

from demo.people import DEMO_PASSWORD, SITES, email_of
from domain.entries import Outcome
from domain.orders import OrderKind
from models.account import Account
from models.adverse_event import AdverseEvent
from models.assessment import Assessment
from models.dose import DoseEntry
from models.laboratory import Level
from models.order import DoseOrder
from models.photo import Photo
from models.reading import ReadingCase
from models.site import StaffRole
from models.symptom import SymptomReport
from models.visit import Visit, VisitState
from photo_samples import a_picture, encoded
from plugins.demo import SIBLING, WAITING, DemoStudy

Recipe = Callable[[DemoStudy, Page], str | None]
TODAY: Final = datetime.now(UTC).date()


def at(endpoint: str) -> Recipe:
    """The page of one address without a child."""
    return lambda study, _page: study.at(endpoint)


def of_child(endpoint: str, number: str = "", **values: str) -> Recipe:
    """A family's page about a child."""

    def address(study: DemoStudy, _page: Page) -> str:
        child = study.child(number) if number else study.child()
        return study.at(endpoint, child=child.public_id, **values)

    return address


def of_participant(endpoint: str, number: str = "", **values: str) -> Recipe:
    """A clinic's page about a child."""

    def address(study: DemoStudy, _page: Page) -> str:
        child = study.child(number) if number else study.child()
        return study.at(endpoint, participant=child.public_id, **values)

    return address


def about(endpoint: str, name: str, row: Callable[[DemoStudy], str]) -> Recipe:
    """A clinic's page about one thing of a child; `name` is what the address calls it."""

    def address(study: DemoStudy, page: Page) -> str | None:
        return of_participant(endpoint, **{name: row(study)})(study, page)

    return address


def sent(recipe: Recipe, button: str) -> Recipe:
    """The page that answers the form of another one, sent as it was shown."""

    def go(study: DemoStudy, page: Page) -> None:
        page.goto(f"{study.live.url}{recipe(study, page)}")
        page.locator(button).click()

    return go


# --- what addresses name


def newest(kind: type[Photo | Level | Assessment], study: DemoStudy) -> str:
    return str(study.one(kind, participant_id=study.child().id).public_id)


def waiting_order(study: DemoStudy) -> str:
    return str(study.one(DoseOrder, signed_at=None).public_id)


def newest_order(study: DemoStudy) -> str:
    row = study.one(DoseOrder, participant_id=study.child().id, kind=OrderKind.DOSE)
    return str(row.public_id)


def in_view_of_a_level(study: DemoStudy, page: Page) -> str | None:
    """A new order that answers the newest level."""
    level = newest(Level, study)
    return of_participant("clinician.new_order", level=level, take="1")(study, page)


def newest_event(study: DemoStudy) -> str:
    return str(study.one(AdverseEvent, participant_id=study.child().id).public_id)


def waiting_symptom(study: DemoStudy) -> str:
    return str(study.one(SymptomReport, participant_id=study.child().id).public_id)


def planned_visit(study: DemoStudy) -> str:
    row = study.one(Visit, participant_id=study.child().id, state=VisitState.PLANNED)
    return str(row.public_id)


def father(study: DemoStudy) -> str:
    account: Account = study.carer("zh")
    return str(account.public_id)


def last_dose(study: DemoStudy, _page: Page) -> str:
    row = study.one(DoseEntry, participant_id=study.child().id, outcome=Outcome.GIVEN)
    entry, child = row.public_id, study.child().public_id
    return study.at("caregiver.correct_entry", child=child, entry=entry)


def newest_symptom(study: DemoStudy, _page: Page) -> str:
    row = study.one(SymptomReport, participant_id=study.child().id, amends_id=None)
    child = study.child().public_id
    return study.at("caregiver.correct_symptom", child=child, symptom=row.public_id)


def newest_photo(study: DemoStudy, _page: Page) -> str:
    child = study.child().public_id
    return study.at("caregiver.photo", child=child, photo=newest(Photo, study))


def masked_case(study: DemoStudy, _page: Page) -> str:
    row = study.one(ReadingCase, unmasked_at=None)
    return study.at("clinician.reading_case", case=row.public_id)


def unmasked_case(study: DemoStudy, _page: Page) -> str:
    row = study.one(ReadingCase, participant_id=study.child().id, visit_code="month_3")
    return study.at("clinician.reading_case", case=row.public_id)


def read_next_pair(study: DemoStudy, page: Page) -> None:
    page.goto(f"{study.live.url}{study.at('clinician.reading')}")
    page.locator("main a.button-primary").click()


def sent_without_an_answer(study: DemoStudy, page: Page) -> None:
    read_next_pair(study, page)
    page.locator("main form button").click()


# --- pages that follow a form


def asked_for_a_code(study: DemoStudy, page: Page) -> None:
    page.goto(f"{study.live.url}/sign-in")
    page.locator("[name=phone]").fill("13812345699")
    page.locator("main form button").first.click()


def gave_the_password(study: DemoStudy, page: Page) -> None:
    page.goto(f"{study.live.url}/staff/sign-in")
    page.locator("[name=email]").fill(email_of(SITES[0], StaffRole.COORDINATOR))
    page.locator("[name=password]").fill(DEMO_PASSWORD)
    page.locator("main form button").first.click()


def sent_a_photo(new_photo: Recipe, study: DemoStudy, page: Page) -> None:
    page.goto(f"{study.live.url}{new_photo(study, page)}")
    jpeg = encoded(a_picture(), "JPEG")
    photo = FilePayload(name="IMG_1.JPG", mimeType="image/jpeg", buffer=jpeg)
    page.locator("[type=file]").set_input_files([photo])
    page.locator("[name=view]").first.check()
    page.locator("[name=body_site]").first.check()
    page.locator("form[data-photo-form] button").click()
    page.wait_for_url("**/sent")


SIGN_IN: Final[Mapping[str, Sequence[Recipe]]] = {
    "sign_in.carer": [at("sign_in.carer"), sent(at("sign_in.carer"), "main form button")],
    "sign_in.carer_code": [asked_for_a_code],
    "sign_in.staff": [at("sign_in.staff")],
    "sign_in.staff_code": [gave_the_password],
}

CAREGIVER: Final[Mapping[str, Sequence[Recipe]]] = {
    "caregiver.today": [
        at("caregiver.today"),
        of_child("caregiver.today"),
        of_child("caregiver.today", SIBLING),
    ],
    "caregiver.dose": [
        *(of_child("caregiver.dose", what=what) for what in ("given", "partly", "missed")),
        sent(of_child("caregiver.dose", what="vomited"), "main form button"),
    ],
    "caregiver.correct_entry": [last_dose],
    "caregiver.ask_correction": [
        of_child("caregiver.ask_correction", slot=f"{TODAY - timedelta(days=5)}-morning")
    ],
    "caregiver.day": [
        of_child("caregiver.day", day=str(TODAY - timedelta(days=days))) for days in (0, 1, 8)
    ],
    "caregiver.answers": [of_child("caregiver.answers")],
    "caregiver.reminders": [of_child("caregiver.reminders")],
    "caregiver.history": [of_child("caregiver.history")],
    "caregiver.more": [of_child("caregiver.more")],
    "caregiver.visits": [of_child("caregiver.visits")],
    "caregiver.symptoms": [of_child("caregiver.symptoms")],
    "caregiver.new_symptom": [
        of_child("caregiver.new_symptom"),
        sent(of_child("caregiver.new_symptom"), "main form button"),
    ],
    "caregiver.correct_symptom": [newest_symptom],
    "caregiver.photos": [of_child("caregiver.photos")],
    "caregiver.photo": [newest_photo],
    "caregiver.new_photo": [of_child("caregiver.new_photo")],
    "caregiver.photos_sent": [partial(sent_a_photo, of_child("caregiver.new_photo"))],
}

CLINICIAN: Final[Mapping[str, Sequence[Recipe]]] = {
    "clinician.worklist": [at("clinician.worklist")],
    "clinician.matters": [of_participant("clinician.matters")],
    "clinician.enrol": [at("clinician.enrol"), sent(at("clinician.enrol"), "main form button")],
    "clinician.admission": [
        of_participant("clinician.admission"),
        of_participant("clinician.admission", WAITING),
    ],
    "clinician.new_eligibility": [of_participant("clinician.new_eligibility", WAITING)],
    "clinician.new_consent": [of_participant("clinician.new_consent")],
    "clinician.randomise": [of_participant("clinician.randomise", WAITING)],
    "clinician.end_study": [of_participant("clinician.end_study")],
    "clinician.randomisation": [at("clinician.randomisation")],
    "clinician.participant": [
        of_participant("clinician.participant"),
        of_participant("clinician.participant", WAITING),
    ],
    "clinician.orders": [of_participant("clinician.orders")],
    "clinician.order": [about("clinician.order", "order", newest_order)],
    "clinician.measurements": [of_participant("clinician.measurements")],
    "clinician.new_order": [of_participant("clinician.new_order"), in_view_of_a_level],
    "clinician.sign_order": [about("clinician.sign_order", "order", waiting_order)],
    "clinician.hold": [of_participant("clinician.hold")],
    "clinician.restart": [of_participant("clinician.restart", SIBLING)],
    "clinician.carers": [of_participant("clinician.carers")],
    "clinician.end_carer": [about("clinician.end_carer", "account", father)],
    "clinician.carer_phone": [about("clinician.carer_phone", "account", father)],
    "clinician.visits": [of_participant("clinician.visits")],
    "clinician.move_visit": [about("clinician.move_visit", "visit", planned_visit)],
    "clinician.mark_visit": [about("clinician.mark_visit", "visit", planned_visit)],
    "clinician.new_visit": [of_participant("clinician.new_visit")],
    "clinician.diary": [of_participant("clinician.diary")],
    "clinician.adherence": [of_participant("clinician.adherence")],
    "clinician.clinic_doses": [of_participant("clinician.clinic_doses")],
    "clinician.new_stay": [of_participant("clinician.new_stay")],
    "clinician.times": [of_participant("clinician.times")],
    "clinician.trail": [of_participant("clinician.trail")],
    "clinician.corrections": [at("clinician.corrections")],
    "clinician.levels": [of_participant("clinician.levels")],
    "clinician.level": [about("clinician.level", "level", partial(newest, Level))],
    "clinician.new_level": [of_participant("clinician.new_level")],
    "clinician.labs": [of_participant("clinician.labs")],
    "clinician.new_labs": [
        of_participant("clinician.new_labs"),
        sent(of_participant("clinician.new_labs"), "main form button"),
    ],
    "clinician.tumour": [of_participant("clinician.tumour")],
    "clinician.new_lesion": [of_participant("clinician.new_lesion")],
    "clinician.ranges": [at("clinician.ranges")],
    "clinician.new_range": [
        at("clinician.new_range"),
        sent(at("clinician.new_range"), "main form button"),
    ],
    "clinician.import_labs": [
        at("clinician.import_labs"),
        sent(at("clinician.import_labs"), "main form button"),
    ],
    "clinician.new_volume": [of_participant("clinician.new_volume")],
    "clinician.new_skin": [of_participant("clinician.new_skin")],
    "clinician.new_treatment": [of_participant("clinician.new_treatment")],
    "clinician.events": [of_participant("clinician.events")],
    "clinician.new_event": [
        of_participant("clinician.new_event"),
        sent(of_participant("clinician.new_event"), "main form button"),
    ],
    "clinician.event": [about("clinician.event", "event", newest_event)],
    "clinician.change_adverse_event": [
        about("clinician.change_adverse_event", "event", newest_event)
    ],
    "clinician.candidates": [of_participant("clinician.candidates")],
    "clinician.decide_candidate": [
        about("clinician.decide_candidate", "evidence", waiting_symptom)
    ],
    "clinician.event_table": [at("clinician.event_table")],
    "clinician.assessments": [of_participant("clinician.assessments")],
    "clinician.assess": [of_participant("clinician.assess", visit="month_3")],
    "clinician.assessment": [
        about("clinician.assessment", "assessment", partial(newest, Assessment))
    ],
    "clinician.readings": [at("clinician.readings")],
    "clinician.choose_pairs": [at("clinician.choose_pairs")],
    "clinician.choose_photos": [
        of_participant("clinician.choose_photos"),
        sent(of_participant("clinician.choose_photos"), "main form button"),
    ],
    "clinician.reading_case": [masked_case, unmasked_case],
    "clinician.photos": [of_participant("clinician.photos")],
    "clinician.photo": [about("clinician.photo", "photo", partial(newest, Photo))],
    "clinician.new_photo": [of_participant("clinician.new_photo")],
    "clinician.photos_sent": [partial(sent_a_photo, of_participant("clinician.new_photo"))],
}

# what a masked reader sees, signed in as one
READER: Final[Mapping[str, Sequence[Recipe]]] = {
    "clinician.reading": [at("clinician.reading")],
    "clinician.read_pair": [read_next_pair, sent_without_an_answer],
}

# pages that say no
REFUSALS: Final[Mapping[str, Sequence[Recipe]]] = {
    "no such page": [lambda _study, _page: "/diary/nowhere"],
    "not yours": [at("clinician.worklist")],
}

# answered with GET, and no page to read
NO_PAGE: Final = frozenset(
    {
        "clinician.event_table_file",
        "static",
        "web.home",
        "web.photo_file",
        "clinician.reading_picture",
        "clinician.import_template",
        "clinician.course_file",
        "clinician.visit_calendar",
        "caregiver.visit_calendar",
        "health.healthz",
        "health.readyz",
    }
)
