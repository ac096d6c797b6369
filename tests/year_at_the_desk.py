"""What the doctor does in the year of one girl, one function an act; beside `at_the_desk`."""

import re
from collections.abc import Mapping
from datetime import date

from playwright.sync_api import FilePayload, Locator, Page, expect

from at_the_desk import PASSWORD, begin_entry, open_tab, open_worklist, press, type_in
from year_by_hand import Found, Proposal


def facts(desk: Page, name: str) -> Locator:
    """What stands beside a name in the lists of facts on the page."""
    return desk.locator(f"//dt[normalize-space()='{name}']/following-sibling::dd[1]").first


def blood_was_taken(desk: Page) -> None:
    """The family waits on the day of a level; the clinic says when the blood was drawn."""
    open_tab(desk, "Visits")
    desk.get_by_label("Blood was taken at").fill("08:00")
    press(desk, "Blood is taken")
    expect(desk.get_by_text("Blood was taken at 08:00.").first).to_be_visible()


def level(desk: Page, on: date, value: str, verdict: str, clock: str = "08:00") -> None:
    begin_entry(desk, "Level")
    desk.get_by_label("Day").first.fill(on.isoformat())
    desk.get_by_label("Time").first.fill(clock)
    desk.get_by_label("Level", exact=True).fill(value)
    press(desk, "Save")
    expect(facts(desk, "Verdict on the sample")).to_contain_text(verdict)


def no_dose_is_proposed(desk: Page, *reasons: str) -> None:
    open_tab(desk, "Orders")
    panel = desk.get_by_role("region", name="Next dose")
    expect(panel.get_by_text("No dose is proposed:")).to_be_visible()
    for reason in reasons:
        expect(panel.get_by_text(reason)).to_be_visible()


def take_the_proposal(desk: Page, on: date, hand: Proposal) -> None:
    """The proposal as worked out by hand; its workings open; signed from tonight on."""
    open_tab(desk, "Orders")
    expect(facts(desk, "Proposed dose, twice daily")).to_contain_text(hand.ml)
    expect(facts(desk, "Level to expect")).to_contain_text(hand.predicted)
    expect(facts(desk, "Dose now × target ÷ level")).to_contain_text(hand.formula)
    desk.get_by_text("How this was worked out").first.click()
    expect(desk.get_by_text("Rule: khe-sirolimus-v1").first).to_be_visible()
    desk.get_by_role("link", name="Take this proposal").click()
    desk.locator("[name=from_on]").fill(on.isoformat())
    desk.locator("[name=from_half]").select_option("evening")
    desk.get_by_label("Reason").fill("Level of day 14 out of range")
    press(desk, "Continue")
    sign(desk)
    expect(facts(desk, "Order now")).to_be_visible()
    expect(desk.get_by_role("row", name=re.compile(hand.ml)).first).to_be_visible()


def sign(desk: Page) -> None:
    desk.get_by_label("Password").fill(PASSWORD)
    press(desk, "Sign")


def hold(desk: Page, on: date) -> None:
    """From this evening, nobody knows until when."""
    open_tab(desk, "Orders")
    desk.get_by_role("link", name="Hold").click()
    desk.locator("[name=from_on]").fill(on.isoformat())
    desk.locator("[name=from_half]").select_option("evening")
    desk.get_by_label("Reason").fill("Level far above the range")
    sign(desk)
    expect(desk.get_by_role("row").filter(has_text="Level far above the range")).to_be_visible()


def restart(desk: Page, on: date) -> None:
    open_tab(desk, "Orders")
    desk.get_by_role("link", name="End the hold").click()
    desk.locator("[name=from_on]").fill(on.isoformat())
    desk.locator("[name=from_half]").select_option("morning")
    desk.get_by_label("Reason").fill("Three days without it are over")
    sign(desk)
    expect(desk.get_by_role("row").filter(has_text="Three days without it")).to_be_visible()


def weigh(desk: Page, on: date, size: Mapping[str, str]) -> None:
    open_tab(desk, "Height and weight")
    type_in(desk, {"Measured on": on.isoformat(), **size})
    press(desk, "Save")
    expect(desk.get_by_text("Please review the dose.").first).to_be_visible()


def medicine(desk: Page, name: str, since: date) -> None:
    open_tab(desk, "Orders")
    desk.get_by_role("link", name="Enter a medicine").click()
    type_in(desk, {"Name": name, "Started on": since.isoformat()})
    press(desk, "Save")
    open_tab(desk, "Orders")
    expect(desk.get_by_role("row", name=re.compile(name, re.IGNORECASE))).to_be_visible()


def medicine_ended(desk: Page, name: str, on: date) -> None:
    open_tab(desk, "Orders")
    row = desk.get_by_role("row", name=re.compile(name, re.IGNORECASE))
    row.get_by_role("link", name="End or correct").click()
    desk.locator("[name=ended_on]").fill(on.isoformat())
    desk.get_by_label("Why is it corrected?").fill("It was ended")
    press(desk, "Save")


def visit_done(desk: Page, label: str, on: date) -> None:
    open_tab(desk, "Visits")
    visit(desk, label).get_by_role("link", name="Record", exact=True).click()
    desk.get_by_role("radio", name="It took place").check()
    desk.locator("[name=done_on]").fill(on.isoformat())
    press(desk, "Save")
    expect(visit(desk, label)).to_contain_text("done")


def visit_missed(desk: Page, label: str) -> None:
    open_tab(desk, "Visits")
    visit(desk, label).get_by_role("link", name="Record", exact=True).click()
    desk.get_by_role("radio", name="It was missed").check()
    desk.get_by_label("Reason").fill("The family was travelling")
    press(desk, "Save")
    expect(visit(desk, label)).to_contain_text("missed")


def move_visit(desk: Page, label: str, to: date) -> None:
    open_tab(desk, "Visits")
    visit(desk, label).get_by_role("link", name="Move", exact=True).click()
    desk.get_by_label("New day").fill(to.isoformat())
    desk.get_by_label("Reason").fill("The clinic is closed that day")
    press(desk, "Move")
    expect(visit(desk, label)).to_contain_text("moved:")


def add_visit(desk: Page, on: date) -> None:
    """For a level that is needed once more."""
    open_tab(desk, "Visits")
    desk.get_by_role("link", name="Add a visit").click()
    type_in(desk, {"What it is for": "Level once more", "Day": on.isoformat()})
    desk.locator("[name=is_trough_day]").check()
    press(desk, "Add")
    expect(visit(desk, "Unscheduled 1")).to_contain_text("Level once more")


def visit(desk: Page, label: str) -> Locator:
    return desk.get_by_role("row").filter(
        has=desk.get_by_role("rowheader", name=re.compile(rf"^{label}\b"))
    )


def answer(desk: Page, what: str, urgency: str, outcome: str) -> None:
    """On the worklist: the matter is asked for, and goes away with its outcome."""
    open_worklist(desk)
    item = desk.locator(".work-item").filter(has_text=what).filter(has_text=urgency)
    item.locator("summary", has_text="Answer").click()
    item.locator("[name=outcome]").select_option(outcome)
    item.get_by_role("button", name="Done").click()
    expect(item).to_have_count(0)


def candidate(desk: Page, seen: str) -> None:
    """Open one of the proposed events."""
    open_tab(desk, "Adverse events")
    desk.get_by_role("link", name=re.compile("Proposed events")).click()
    desk.get_by_role("row").filter(has_text=seen).get_by_role("link", name="Decide").click()
    expect(desk.get_by_role("heading", name="Is this an adverse event?")).to_be_visible()


def new_event(desk: Page, seen: str, grade: str, *, is_drafted: bool) -> None:
    """One of the proposed events is one, of this grade, which a laboratory result proposes."""
    candidate(desk, seen)
    if not desk.get_by_role("button", name="Save as a new event").is_visible():
        desk.locator("summary", has_text="A new adverse event").click()
    form = desk.locator("form").filter(has=desk.get_by_role("button", name="Save as a new event"))
    chosen = form.get_by_role("radio", name=grade, exact=True)
    expect(chosen).to_be_checked(checked=is_drafted)
    chosen.check()
    form.get_by_label("Related to sirolimus").select_option("possible")
    form.get_by_label("What was done with sirolimus").select_option("dose unchanged")
    form.get_by_label("Outcome").select_option("not recovered")
    if not form.get_by_label("In the words it was reported in").input_value():
        form.get_by_label("In the words it was reported in").fill(seen)
    press(desk, "Save as a new event")


def no_event(desk: Page, seen: str) -> None:
    candidate(desk, seen)
    desk.locator("summary", has_text="No adverse event").click()
    desk.get_by_label("Why not?").fill("As before the treatment")
    press(desk, "Save: no event")
    expect(desk.get_by_role("row").filter(has_text="no event")).to_have_count(1)


def regrade(desk: Page, term: str, grade: str, since: date) -> None:
    open_tab(desk, "Adverse events")
    desk.get_by_role("link", name=term).first.click()
    desk.locator("summary", has_text="Another grade").click()
    desk.get_by_role("radio", name=grade, exact=True).check()
    desk.locator("[name=since_on]").fill(since.isoformat())
    press(desk, "Save")
    expect(desk.get_by_role("heading", name=f"{term}, grade {grade}")).to_be_visible()
    expect(desk.get_by_role("table", name="Grades").get_by_role("row")).to_have_count(3)


def serious_event(desk: Page, since: date) -> None:
    open_tab(desk, "Adverse events")
    desk.get_by_role("link", name="Enter an adverse event").click()
    desk.get_by_label("Term (CTCAE v4.03)").select_option("Lung infection")
    desk.get_by_role("radio", name="3", exact=True).check()
    desk.get_by_label("In the words it was reported in").fill("Pneumonia, on the ward")
    desk.get_by_label("Started on").fill(since.isoformat())
    desk.get_by_label("Related to sirolimus").select_option("possible")
    desk.get_by_label("What was done with sirolimus").select_option("dose unchanged")
    desk.get_by_label("Outcome").select_option("recovering")
    desk.get_by_role("checkbox", name=re.compile("Hospital stay")).check()
    press(desk, "Save")
    open_tab(desk, "Adverse events")
    row = desk.get_by_role("row").filter(has_text="Lung infection").first
    expect(row).to_contain_text("serious")


def stay(desk: Page, since: date, until: date) -> None:
    open_tab(desk, "Diary")
    desk.get_by_role("link", name="Add days in hospital").click()
    type_in(desk, {"First day": since.isoformat()})
    desk.locator("[name=until_on]").fill(until.isoformat())
    press(desk, "Save")
    expect(desk.get_by_role("table", name="Days in hospital")).to_be_visible()


def doses_from_the_ward(desk: Page, since: date, until: date) -> None:
    """Both doses of each day, from the ward's chart."""
    open_tab(desk, "Diary")
    desk.get_by_role("link", name="Enter doses").click()
    type_in(desk, {"From": since.isoformat(), "Until": until.isoformat()})
    press(desk, "Show")
    desk.locator("[name=source][value=ward_chart]").check()
    for box in desk.locator("select[name^=outcome-]").all():
        box.select_option("given")
        slot = str(box.get_attribute("name")).removeprefix("outcome-")
        clock = "08:00" if slot.endswith("morning") else "21:00"
        desk.locator(f"[name=time-{slot}]").fill(clock)
    press(desk, "Enter")
    expect(desk.get_by_text("ward's chart").first).to_be_visible()


def adherence(desk: Page, since: date, until: date) -> None:
    open_tab(desk, "Diary")
    desk.get_by_role("link", name="Adherence").click()
    type_in(desk, {"From": since.isoformat(), "Until": until.isoformat()})
    press(desk, "Show")


def figures(desk: Page, name: str) -> list[str]:
    """A figure of the page of adherence: at once, within a day, everything."""
    row = desk.get_by_role("row").filter(has=desk.get_by_role("rowheader", name=name))
    return [
        re.sub(r"\s+", " ", cell).replace(" %", "%") for cell in row.locator("td").all_inner_texts()
    ]


def decide_correction(desk: Page, decision: str) -> None:
    desk.get_by_role("link", name="Corrections").first.click()
    desk.get_by_role("radio", name=decision).check()
    desk.get_by_label("Reason").fill("Mother kept the empty syringe")
    press(desk, "Decide")
    expect(desk.get_by_text("Nothing waits for a decision.")).to_be_visible()


def choose_file(desk: Page, text: str) -> None:
    """A table of the laboratory, looked at row by row."""
    desk.get_by_role("navigation").get_by_role("link", name="Laboratory").first.click()
    desk.get_by_role("link", name=re.compile("Import")).first.click()
    file = FilePayload(name="lab.csv", mimeType="text/csv", buffer=text.encode())
    desk.locator("[type=file]").set_input_files([file])
    press(desk, "Look at the rows")


def assess(desk: Page, month: int, found: Found) -> None:
    """The findings of the visit, what the rule proposes from them, and the signature."""
    open_tab(desk, "Response")
    row = desk.get_by_role("row", name=re.compile(rf"^Month {month}\b"))
    row.get_by_role("link", name="Assess").click()
    proposal = desk.get_by_role("region", name="The rule proposes")
    expect(proposal.locator(".category strong")).to_have_text(found.category)
    if found.flag:
        expect(proposal.locator(".flags")).to_contain_text(found.flag)
        sign(desk)
        expect(desk.get_by_role("alert")).to_be_visible()
    if found.flag or found.category == "REVIEW":
        desk.locator("textarea[name=reason]").fill("Seen, and as the rule says")
    sign(desk)
    expect(desk.get_by_text("SHA-256 of what was signed")).to_be_visible()
    expect(desk.locator(".category strong")).to_have_text(found.category)


def amend(desk: Page, month: int, volume: str, category: str) -> None:
    """The volume was read again: the visit is assessed once more."""
    open_tab(desk, "Response")
    row = desk.get_by_role("row", name=re.compile(rf"^Month {month}\b"))
    row.get_by_role("link", name="Open").click()
    desk.get_by_role("link", name="Amend").click()
    group = desk.get_by_role("region", name="Tumour volume")
    group.locator("summary").click()
    group.get_by_label("Volume now").fill(volume)
    group.get_by_label("Why does it differ from the chart?").fill("Read once more")
    press(desk, "Check again")
    proposal = desk.get_by_role("region", name="The rule proposes")
    expect(proposal.locator(".category strong")).to_have_text(category)
    desk.locator(f"[name=decided][value={category}]").check()
    desk.locator("textarea[name=reason]").fill("As the rule says")
    desk.get_by_label("Why is the assessment amended?").fill("The volume was read once more")
    sign(desk)
    expect(desk.get_by_text("SHA-256 of what was signed")).to_be_visible()
    expect(desk.locator(".category strong")).to_have_text(category)


def complete(desk: Page, on: date) -> None:
    open_tab(desk, "Admission")
    desk.get_by_role("link", name="Withdraw or complete …").click()
    desk.locator("[name=status][value=completed]").check()
    desk.get_by_label("On", exact=True).fill(on.isoformat())
    desk.get_by_label("Reason").fill("The year is over")
    desk.locator("[name=confirmed]").check()
    press(desk, "End the study for this child")
    expect(facts(desk, "Reason")).to_have_text("The year is over")
