"""Segments of a text message: both alphabets, both sides of every limit."""

import pytest

from domain.segments import Encoding, segments


@pytest.mark.parametrize(
    ("length", "count"),
    [(0, 0), (1, 1), (160, 1), (161, 2), (306, 2), (307, 3), (459, 3), (460, 4)],
)
def test_latin_text_has_160_units_alone_and_153_joined(length: int, count: int) -> None:
    counted = segments("a" * length)
    assert (counted.encoding, counted.units, counted.count) == (Encoding.GSM_7, length, count)


@pytest.mark.parametrize(
    ("length", "count"), [(1, 1), (70, 1), (71, 2), (134, 2), (135, 3), (201, 3), (202, 4)]
)
def test_chinese_text_has_70_units_alone_and_67_joined(length: int, count: int) -> None:
    counted = segments("药" * length)
    assert (counted.encoding, counted.units, counted.count) == (Encoding.UCS_2, length, count)


@pytest.mark.parametrize("character", list("^{}\\[~]|€\f"))
def test_extension_characters_count_double(character: str) -> None:
    assert segments(character).units == 2
    assert segments("a" * 158 + character).count == 1
    assert segments("a" * 159 + character).count == 2


@pytest.mark.parametrize("character", list("@£$¥èéùìòÇØøÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ¤ÄÖÑÜ§¿äöñüà\n\r'\"&"))
def test_the_default_alphabet_is_more_than_ascii(character: str) -> None:
    assert segments(character).encoding is Encoding.GSM_7
    assert segments(character).units == 1


@pytest.mark.parametrize("character", ["`", "ç", "á", "“", "’", "–", "…", "，", "\t", "１"])
def test_one_foreign_character_turns_the_message_into_ucs_2(character: str) -> None:
    assert segments("a" * 69 + character).count == 1
    counted = segments("a" * 70 + character)
    assert (counted.encoding, counted.count) == (Encoding.UCS_2, 2)


def test_an_emoji_takes_two_units_of_ucs_2() -> None:
    assert segments("💊").units == 2
    assert segments("药" * 68 + "💊").count == 1
    assert segments("药" * 69 + "💊").count == 2


def test_an_escaped_pair_never_straddles_two_segments() -> None:
    assert segments("a" * 152 + "€" + "a" * 151).units == 305
    assert segments("a" * 152 + "€" + "a" * 151).count == 2
    assert segments("a" * 152 + "€" + "a" * 152).units == 306  # would just fit, were it not for €
    assert segments("a" * 152 + "€" + "a" * 152).count == 3


def test_an_emoji_never_straddles_two_segments() -> None:
    assert segments("药" * 66 + "💊" + "药" * 65).count == 2
    assert segments("药" * 66 + "💊" + "药" * 66).count == 3
