"""Where a sign-in may lead: paths of ours in every harmless spelling, and nothing else."""

import pytest

from web.next_page import LONGEST, safe

OURS = [
    "/",
    "/diary/",
    "/diary/history?month=2026-03&child=0b0f",
    "/clinic/participants/5f0c?range=2026-01-01..2026-03-01#levels",
    "/clinic/?q=%E4%B9%90%E4%B9%90",
    "/clinic/?q=two%20words",
    # what stands behind the question mark is no way out
    "/clinic/?back=https://evil.example",
    "/" + "a" * (LONGEST - 1),
]

NOT_OURS = [
    "",
    "diary/",
    "evil.example",
    "https://evil.example",
    "HTTPS:evil.example",
    "javascript:alert(1)",
    "data:text/html,x",
    # a host without a scheme, in the spellings that browsers repair
    "//evil.example",
    "///evil.example",
    # brackets are the address of a machine only where they make one
    "//[evil.example",
    "/%2f[evil.example",
    "/\\evil.example",
    "\\\\evil.example",
    "/%5cevil.example",
    "/%2fevil.example",
    "/%2Fevil.example",
    "%2f%2fevil.example",
    "/%252fevil.example",
    "/%25252fevil.example",
    "/%2525252525252fevil.example",
    "/.//evil.example",
    "/diary/..//evil.example",
    # control characters, which browsers drop
    "/\t/evil.example",
    "/\n/evil.example",
    "/\r/evil.example",
    "/\x00/evil.example",
    "/%09/evil.example",
    "/%0a/evil.example",
    "/%0d%0aLocation:%20https://evil.example",
    "/%00/evil.example",
    "/%2509/evil.example",
    "/diary/?x=%0d%0aSet-Cookie:a=b",
    "\t//evil.example",
    " /diary/",
    "/ /evil.example",
    "/\u200b/evil.example",
    "/\u3000/evil.example",
    "/\xa0/evil.example",
    "/" + "a" * LONGEST,
]


@pytest.mark.parametrize("target", OURS)
def test_a_path_of_ours_is_kept_as_it_is(target: str) -> None:
    assert safe(target) == target


@pytest.mark.parametrize("target", NOT_OURS)
def test_everything_else_is_refused(target: str) -> None:
    assert safe(target) is None


def test_no_target_is_no_target() -> None:
    assert safe(None) is None
