"""The files of a study: what loads, what is refused, and what the refusal says."""

import re
from datetime import time
from decimal import Decimal
from pathlib import Path

import pytest

from domain.protocol import Protocol, Standing
from domain.protocol_file import ProtocolFileError, load_protocol, parse_protocol
from domain.segments import Encoding, segments

FOLDER = Path(__file__).parents[2] / "protocols"
KEY = "khe-sirolimus-v1"
MAIN = (FOLDER / f"{KEY}.toml").read_text("utf-8")
TEXTS = {
    language: (FOLDER / f"{KEY}.{language}.toml").read_text("utf-8") for language in ("zh", "en")
}
HEALTH_WORDS = re.compile(
    r"child|drug|dose|medic|siroli|tumou?r|blood|level|trough|clinic|hospital|doctor|study|trial"
    r"|[药服血肿瘤医院科孩患病诊剂浓]|西罗莫司"
)


def the_protocol() -> Protocol:
    return load_protocol(FOLDER / f"{KEY}.toml")


def problems_of(main: str, texts: dict[str, str] | None = None) -> tuple[str, ...]:
    with pytest.raises(ProtocolFileError) as refusal:
        parse_protocol(main, TEXTS if texts is None else texts, KEY)
    return refusal.value.problems


def with_change(old: str, new: str, source: str = MAIN) -> str:
    assert source.count(old) >= 1, f"the file no longer says {old}"
    return source.replace(old, new, 1)


def problems_after(old: str, new: str) -> tuple[str, ...]:
    return problems_of(with_change(old, new))


# ---------------------------------------------------------------- what the shipped study says


def test_the_arms_have_the_doses_and_ranges_of_the_record() -> None:
    high, low = the_protocol().arm("high"), the_protocol().arm("low")
    assert (high.starting_dose, low.starting_dose) == (Decimal("0.8"), Decimal("0.7"))
    assert [high.trough.contains(Decimal(n)) for n in ("10", "10.01", "15", "15.01")] == [
        False,
        True,
        True,
        False,
    ]
    assert [low.trough.contains(Decimal(n)) for n in ("6.99", "7", "10", "10.01")] == [
        False,
        True,
        True,
        False,
    ]


def test_every_number_says_where_it_comes_from() -> None:
    standings = the_protocol().standings
    assert standings["arms.high.trough.low_included"] is Standing.RECORD
    assert standings["arms.high.trough.high_included"] is Standing.CHOICE
    assert standings["dosing.bottle_days"] is Standing.LABEL
    assert standings["dosing.hard_warning_below_months"] is Standing.SOURCE
    assert standings["visits.month_3.month"] is Standing.RECORD
    assert standings["visits.month_3.window_after_days"] is Standing.CHOICE
    assert standings["labs.glucose.units.mg/dL"] is Standing.SOURCE


def test_numbers_are_exact_decimals_and_times_are_times() -> None:
    protocol = the_protocol()
    assert protocol.dosing.rounding[1].from_ml == Decimal("0.2")
    assert protocol.slots.too_soon_hours == Decimal(8)
    assert isinstance(protocol.slots.too_soon_hours, Decimal)
    assert (protocol.slots.morning, protocol.slots.evening) == (time(8), time(20))


def test_levels_are_due_at_two_weeks_and_every_month_but_not_before_the_first_dose() -> None:
    due = {visit.code: "level" in visit.due for visit in the_protocol().visits}
    assert due.pop("baseline") is False
    assert all(due.values())
    assert list(due) == ["day_14", *(f"month_{number}" for number in range(1, 13))]


def test_the_key_is_the_name_of_the_file() -> None:
    assert the_protocol().key == KEY


# ---------------------------------------------------------------- texts


def sms_texts(language: str) -> dict[str, str]:
    other = re.compile(r"trough_give_now|dose_before_trough")
    of_phones = re.compile(r"dose_|trough_|reply_|login_code|help|stopped|started")
    texts = the_protocol().texts[language]
    return {k: t for k, t in texts.items() if of_phones.match(k) and not other.match(k)}


@pytest.mark.parametrize("language", ["zh", "en"])
def test_no_message_to_a_phone_carries_a_health_word(language: str) -> None:
    assert len(sms_texts(language)) == 17
    for name, text in sms_texts(language).items():
        assert not HEALTH_WORDS.search(text.lower()), (name, text)


def test_english_messages_fit_one_plain_segment() -> None:
    for name, text in sms_texts("en").items():
        sent = segments(text.replace("{code}", "123456"))
        assert (sent.encoding, sent.count) == (Encoding.GSM_7, 1), name


def test_chinese_messages_fit_one_segment() -> None:
    for name, text in sms_texts("zh").items():
        assert segments(text.replace("{code}", "123456")).count == 1, name


@pytest.mark.parametrize("language", ["zh", "en"])
def test_morning_and_evening_messages_differ(language: str) -> None:
    reminders = [
        text for name, text in sms_texts(language).items() if name.startswith(("dose_", "trough_"))
    ]
    assert len(set(reminders)) == len(reminders) == 8


@pytest.mark.parametrize("language", ["zh", "en"])
def test_advice_takes_its_numbers_from_the_rules(language: str) -> None:
    changed = with_change("give_late_until_hours = 6", "give_late_until_hours = 5")
    protocol = parse_protocol(changed, TEXTS, KEY)
    assert "5" in protocol.text("late", language)
    assert "6" not in protocol.text("late", language)
    assert "38.0 °C" in protocol.text("fever", language)


def test_a_placeholder_for_the_reader_stays() -> None:
    assert "{code}" in the_protocol().text("login_code", "zh")


def test_a_language_without_catalogue_reads_english() -> None:
    protocol = the_protocol()
    assert protocol.text("help", "fr") == protocol.text("help", "en")


# ---------------------------------------------------------------- another study


def a_small_study() -> str:
    """One arm, other slots, two visits, coarser syringe: the shipped file with parts replaced."""
    arms = re.compile(r"\[\[arms\]\].*?(?=\n# -+ randomisation\n)", re.DOTALL)
    visits = re.compile(r"\[visits\].*?\n\]\n", re.DOTALL)
    one_arm = """[[arms]]
        by = "choice"
        code = "only"
        label = { zh = "单组", en = "Only arm" }
        starting_dose = 0.6
        trough = "[5, 8)"
    """
    two_visits = """[[visits]]
        by = "choice"
        code = "start"
        label = { zh = "开始", en = "Start" }
        day = 0
        window_before_days = 0
        window_after_days = 0
        due = ["weight_height"]

        [[visits]]
        by = "choice"
        code = "end"
        label = { zh = "结束", en = "End" }
        month = 2
        window_before_days = 3
        window_after_days = 3
        due = ["level"]
    """
    study = visits.sub(two_visits, arms.sub(one_arm, MAIN))
    study = with_change("high = 1\nlow = 1\n", "only = 1\n", study)
    return with_change("morning = 08:00:00", "morning = 06:30:00", study)


def test_a_one_arm_study_with_another_schedule_loads() -> None:
    protocol = parse_protocol(a_small_study(), TEXTS, "other-v3")
    assert [arm.code for arm in protocol.arms] == ["only"]
    assert protocol.arm("only").trough.contains(Decimal("7.99"))
    assert not protocol.arm("only").trough.contains(Decimal(8))
    assert [(v.code, v.day, v.month) for v in protocol.visits] == [
        ("start", 0, None),
        ("end", None, 2),
    ]
    assert protocol.slots.morning == time(6, 30)
    assert protocol.key == "other-v3"


def test_texts_are_the_files_beside_the_protocol(tmp_path: Path) -> None:
    (tmp_path / "small-v1.toml").write_text(a_small_study(), "utf-8")
    (tmp_path / "small-v10.zh.toml").write_text("broken", "utf-8")
    for language, source in TEXTS.items():
        (tmp_path / f"small-v1.{language}.toml").write_text(source, "utf-8")
    protocol = load_protocol(tmp_path / "small-v1.toml")
    assert protocol.key == "small-v1"
    assert protocol.texts == the_protocol().texts


# ---------------------------------------------------------------- refusals


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ("undo_seconds = 10\n", "", "slots.undo_seconds: missing"),
        ("low = 1\n", "", "randomisation.ratio: does not name each arm once"),
        (
            "block_sizes = [4, 6]",
            "block_sizes = [4, 5]",
            "randomisation.block_sizes: 5 is no multiple of the sum of the ratio",
        ),
        (
            '["site", "kasabach_merritt"]',
            '["site", "weather"]',
            "randomisation.strata: unknown 'weather'",
        ),
        ("undo_seconds = 10", "undo_second = 10", "slots.undo_second: unknown key"),
        (
            "undo_seconds = 10",
            'undo_seconds = "10"',
            "slots.undo_seconds: expected a whole number, found '10'",
        ),
        (
            "undo_seconds = 10",
            "undo_seconds = true",
            "slots.undo_seconds: expected a whole number, found True",
        ),
        (
            "undo_seconds = 10",
            "undo_seconds = 10.0",
            "slots.undo_seconds: expected a whole number, found Decimal('10.0')",
        ),
        (
            "morning = 08:00:00",
            'morning = "08:00"',
            "slots.morning: expected a time, found '08:00'",
        ),
        (
            "starting_dose = 0.8",
            "starting_dose = nan",
            "arms.high.starting_dose: expected a number, found NaN",
        ),
        ("high = 15", "high = 9", "arms.high.trough: low 10 is above high 9"),
        ("high = 15", "high = 10", "arms.high.trough: nothing lies between 10 and 10"),
        ('valid_hours = "[10, 14]"', 'valid_hours = "[14, 10]"', "low 14 is above high 10"),
        (
            'valid_hours = "[10, 14]"',
            'valid_hours = "10-14"',
            "trough.valid_hours: expected a range such as '(10, 15]', found '10-14'",
        ),
        ("from_ml = 0.5", "from_ml = 0.1", "dosing.rounding: steps are not ascending by from_ml"),
        ("from_ml = 0.5", "from_ml = 0.2", "dosing.rounding: steps are not ascending by from_ml"),
        ("from_ml = 0,", "from_ml = 0.1,", "dosing.rounding: the first step must start from_ml"),
        ("above = 30", "above = 18", "trough.tiers: tiers are not ascending by above"),
        ('code = "low"', 'code = "high"', "arms.high: the same code twice"),
        ('code = "month_2"', 'code = "month_1"', "visits.month_1: the same code twice"),
        ('code = "wbc"', 'code = "platelets"', "labs.platelets: the same code twice"),
        (
            '{ zh = "睡着了", en = "Asleep" }',
            '{ zh = "睡着了" }',
            "missed_reasons.asleep.en: missing",
        ),
        ('en = "Asleep"', 'en = " "', "missed_reasons.asleep.en: is empty"),
        ("[photos]\nby =", "[photos]\nby = 'guess' #", "photos.by: unknown standing 'guess'"),
        (
            'bottle_days = { value = 30, by = "label", why',
            "bottle_days = { value = 30, by = 'label', wyh",
            "dosing.bottle_days.wyh: unknown key beside value",
        ),
        ('due = ["level"', 'due = ["levels"', "visits.day_14.due: unknown 'levels'"),
        (", day = { value = 14,", ", month = 1, day = { value = 14,", "visits.day_14: needs"),
        ('"g/L" = 1,', '"g/L" = 2,', "labs.fibrinogen.units: 'g/L' must be there with factor 1"),
        ('"mosteller"', '"mostelar"', "dosing.bsa_formula: unknown 'mostelar'"),
        ("evening = 20:00:00", "evening = 16:59:00", "slots.evening: is not between"),
        ("evening = 20:00:00", "evening = 23:01:00", "slots.evening: is not between"),
        ("then_every_days = 14", "then_every_days = 0", "photos.then_every_days: is below 1"),
        ("partial_above = 50", "partial_above = 81", "response.volume_reduction_percent.partial"),
        ("[slots]", "[slot]", "slots: missing"),
    ],
)
def test_a_mistake_is_named_by_its_key(old: str, new: str, problem: str) -> None:
    assert any(problem in found for found in problems_after(old, new)), problems_after(old, new)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("evening = 20:00:00", "evening = 17:00:00"),
        ("evening = 20:00:00", "evening = 23:00:00"),
        ("partial_above = 50", "partial_above = 80"),
        ("then_every_days = 14", "then_every_days = 1"),
        ('"mosteller"', '"haycock"'),
        ('valid_hours = "[10, 14]"', 'valid_hours = "[12, 12]"'),
    ],
)
def test_the_last_value_that_makes_sense_is_taken(old: str, new: str) -> None:
    assert parse_protocol(with_change(old, new), TEXTS, KEY).key == KEY


def test_a_number_without_standing_is_refused_wherever_it_stands() -> None:
    unmarked = with_change('[slots]\nby = "choice"\n', "[slots]\n")
    problems = problems_of(unmarked)
    assert "slots.morning: does not say where it comes from (by = …)" in problems
    assert "slots.undo_seconds: does not say where it comes from (by = …)" in problems
    assert not [problem for problem in problems if problem.startswith("slots.vomit_call")]


def test_a_mark_on_the_whole_file_does_not_count() -> None:
    problems = problems_of('by = "choice"\n' + MAIN)
    assert problems == ("by: unknown key",)


def test_every_problem_is_listed_at_once() -> None:
    broken = with_change("undo_seconds = 10\n", "")
    broken = with_change("high = 15", "high = 9", broken)
    broken = with_change('en = "Asleep"', "en = 3", broken)
    texts = {"zh": with_change("late_skip =", "late_ship =", TEXTS["zh"]), "en": TEXTS["en"]}
    assert problems_of(broken, texts) == (
        "arms.high.trough: low 10 is above high 9",
        "slots.undo_seconds: missing",
        "missed_reasons.asleep.en: expected a text, found 3",
        "texts.zh.late_skip: missing",
        "texts.en.late_ship: missing",
    )


def test_the_error_prints_one_problem_a_line() -> None:
    with pytest.raises(ProtocolFileError) as refusal:
        parse_protocol(with_change("undo_seconds = 10\n", ""), TEXTS, KEY)
    assert str(refusal.value) == f"protocol {KEY}:\n  slots.undo_seconds: missing"


def test_a_study_without_arms_is_refused() -> None:
    none = re.sub(r"\[\[arms\]\].*?(?=\n# -+ randomisation\n)", "", MAIN, flags=re.DOTALL)
    assert problems_of("arms = []\n" + none) == ("arms: a study has at least one",)


def test_what_is_no_toml_says_the_line() -> None:
    (problem,) = problems_of(MAIN + "\n[[[\n")
    assert problem.startswith(f"{KEY}.toml: ")
    assert "line" in problem


def test_a_missing_language_is_missing_for_each_text() -> None:
    problems = problems_of(MAIN, {"en": TEXTS["en"]})
    assert "texts.zh.dose_morning: missing" in problems
    assert "texts.zh.grapefruit: missing" in problems


def test_texts_that_are_no_toml_are_named_by_language() -> None:
    problems = problems_of(MAIN, {**TEXTS, "zh": "late = "})
    assert any(problem.startswith("texts.zh: ") for problem in problems)


def test_placeholders_must_be_the_same_in_each_language() -> None:
    texts = {**TEXTS, "zh": TEXTS["zh"].replace("{code}", "{number}")}
    assert problems_of(MAIN, texts) == (
        "texts.en.login_code: placeholders ['code'], not ['number']",
    )


def test_a_text_may_name_only_values_that_the_protocol_has() -> None:
    texts = {
        language: source.replace("{slots.too_soon_hours}", "{slots.too_soon}")
        for language, source in TEXTS.items()
    }
    assert problems_of(MAIN, texts) == (
        "texts.zh.too_soon: the protocol has no value slots.too_soon",
        "texts.en.too_soon: the protocol has no value slots.too_soon",
    )


def test_the_same_name_in_two_sections_of_texts_is_refused() -> None:
    texts = {**TEXTS, "en": TEXTS["en"] + '\n[more]\nlate = "Late."\n'}
    assert problems_of(MAIN, texts)[0] == "texts.en.late: the same name twice"
