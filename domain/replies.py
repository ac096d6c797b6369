"""What a family means by a text message they send back (trial.md §9)."""

import re
import unicodedata
from enum import StrEnum


class Meaning(StrEnum):
    """`unclear` is answered once with help, never with silence and never with a guess."""

    GIVEN = "given"
    MISSED = "missed"
    STOP = "stop"
    START = "start"
    HELP = "help"
    UNCLEAR = "unclear"


# YES is missing on purpose: networks read it as an opt-in, so it can never stand for a dose.
_WORDS = {
    "1": Meaning.GIVEN,
    "已服": Meaning.GIVEN,
    "已服药": Meaning.GIVEN,
    "2": Meaning.MISSED,
    "漏服": Meaning.MISSED,
    "漏服药": Meaning.MISSED,
    "td": Meaning.STOP,
    "t": Meaning.STOP,
    "退订": Meaning.STOP,
    "start": Meaning.START,
    "help": Meaning.HELP,
}
# These count at the head of a sentence too: "Stop sending this". T does not: "T 38.2" is a fever.
_STOP_AT_HEAD = frozenset({"stop", "stopall", "unsubscribe", "cancel", "end", "quit"})
_STOP_PREFIX = "退订"

_SENTENCE_END = re.compile(r"[.!?。;\r\n]+")
# Digits, Latin and other letters part ways, so that "1已服" and "TD退订" are two words each;
# punctuation and emoji fall out.
_GAP_IN_CHINESE = re.compile(r"(?<=[\u4e00-\u9fff]) +(?=[\u4e00-\u9fff])")
_WORD = re.compile(r"\d+|[a-z]+|[^\W\d_a-z]+")


def meaning(text: str) -> Meaning:
    """Read a reply: upper or lower case, full-width forms, spaces and punctuation do not matter.

    A sentence that begins with a stop word outweighs everything else in the message. Otherwise
    every word has to say the same thing once: "1 2" and "1 1" (two children?) are unclear.
    """
    plain = unicodedata.normalize("NFKC", text).casefold()
    plain = _GAP_IN_CHINESE.sub("", plain)
    if any(_asks_to_stop(sentence) for sentence in _SENTENCE_END.split(plain)):
        return Meaning.STOP
    words = _WORD.findall(plain)
    meanings = {_WORDS.get(word, Meaning.UNCLEAR) for word in words}
    if len(meanings) != 1 or len(set(words)) != len(words):
        return Meaning.UNCLEAR
    return meanings.pop()


def _asks_to_stop(sentence: str) -> bool:
    first = _WORD.search(sentence)
    return first is not None and (first[0] in _STOP_AT_HEAD or first[0].startswith(_STOP_PREFIX))
