"""What families write back, and what it means."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.replies import Meaning, meaning


@pytest.mark.parametrize(
    "text",
    [
        "1",
        " 1 ",
        "1.",
        "１",
        "１。",
        "(1)",
        "1!",
        "1\n",
        "①",
        "1️⃣",
        "1 👍",
        "已服",
        " 已服！",
        "「已服」",
        "已 服",
        "已服药",
        "1 已服",
        "1已服",
        "1，已服。",
    ],
)
def test_one_and_the_chinese_word_mean_given(text: str) -> None:
    assert meaning(text) is Meaning.GIVEN


@pytest.mark.parametrize(
    "text", ["2", "２", "2.", " 2 ", "漏服", "漏服。", "漏服药", "2 漏服", "2漏服", "漏 服"]
)
def test_two_and_the_chinese_word_mean_missed(text: str) -> None:
    assert meaning(text) is Meaning.MISSED


@pytest.mark.parametrize(
    "word", ["STOP", "STOPALL", "UNSUBSCRIBE", "CANCEL", "END", "QUIT", "退订", "TD", "T"]
)
def test_each_stop_word_stops_in_any_writing(word: str) -> None:
    for text in (word, word.lower(), word.title(), f" {word}. ", f"{word}!", f"“{word}”"):
        assert meaning(text) is Meaning.STOP


@pytest.mark.parametrize(
    "text", ["ＳＴＯＰ", "ｔｄ", "Ｔ", "退订！", "退订短信", "TD退订", "T退订", "退订T", "TD，退订"]
)
def test_full_width_and_longer_chinese_forms_stop_too(text: str) -> None:
    assert meaning(text) is Meaning.STOP


@pytest.mark.parametrize(
    "text",
    [
        "Stop sending me this",
        "stop, please",
        "STOP ALL",
        "Thank you. Stop now",
        "谢谢。退订",
        "Cancel my messages",
        "Please!\nUnsubscribe me",
        "quit it",
        "End this; thanks",
        "1. STOP",
    ],
)
def test_a_stop_word_at_the_head_of_a_sentence_stops(text: str) -> None:
    assert meaning(text) is Meaning.STOP


@pytest.mark.parametrize(
    "text",
    [
        "Don't stop",
        "We did not stop",
        "stopped",
        "the end",
        "weekend",
        "unstop",
        "T 38.2",
        "T38",
        "t-shirt",
        "不要退订",
        "TDI",
        "we cannot quit",
    ],
)
def test_a_stop_word_elsewhere_does_not_stop(text: str) -> None:
    assert meaning(text) is Meaning.UNCLEAR


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("START", Meaning.START),
        ("start!", Meaning.START),
        ("ＳＴＡＲＴ", Meaning.START),
        ("HELP", Meaning.HELP),
        ("help?", Meaning.HELP),
        (" Help ", Meaning.HELP),
    ],
)
def test_start_and_help_are_understood(text: str, expected: Meaning) -> None:
    assert meaning(text) is expected


@pytest.mark.parametrize("text", ["YES", "yes", "Yes.", "y", "ok", "是", "👍"])
def test_yes_is_not_given(text: str) -> None:
    assert meaning(text) is Meaning.UNCLEAR


@pytest.mark.parametrize(
    "text", ["", " ", "...", "0", "3", "11", "12", "1.5", "0.1", "10:20", "1st"]
)
def test_empty_texts_and_other_numbers_are_unclear(text: str) -> None:
    assert meaning(text) is Meaning.UNCLEAR


@pytest.mark.parametrize(
    "text",
    ["1 2", "1, 2", "2 已服", "已服漏服", "1 1", "11", "1 missed", "not 1", "没有已服", "start 1"],
)
def test_contradictions_and_words_around_are_unclear(text: str) -> None:
    assert meaning(text) is Meaning.UNCLEAR


@given(st.text())
def test_every_text_has_a_meaning(text: str) -> None:
    assert meaning(text) in Meaning


@given(st.text(alphabet=st.characters(categories=["P", "Z"]), max_size=4))
def test_punctuation_and_spaces_around_a_digit_do_not_matter(around: str) -> None:
    assert meaning(f"{around}1{around}") is Meaning.GIVEN
