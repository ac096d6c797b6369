"""The catalogues hold every word of the pages, and nothing else."""

from pathlib import Path

import pytest

from scripts.compile_translations import compile_all

HEADER = 'msgid ""\nmsgstr ""\n"Content-Type: text/plain; charset=utf-8\\n"\n\n'
PAGE = "{{ _('Given') }} {{ ngettext('%(num)d dose', '%(num)d doses', n) }}"
ENOUGH = (
    'msgid "Given"\nmsgstr "已服药"\n\n'
    'msgid "%(num)d dose"\nmsgid_plural "%(num)d doses"\nmsgstr[0] "%(num)d次"\n\n'
)


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A small project with one page and a folder for its Chinese catalogue."""
    for part in ("web/templates", "caregiver", "clinician", "api", "notifications"):
        (tmp_path / part).mkdir(parents=True)
    (tmp_path / "web/templates/page.html").write_text(PAGE, encoding="utf-8")
    (tmp_path / "translations/zh/LC_MESSAGES").mkdir(parents=True)
    return tmp_path


def put(project: Path, part: str, words: str) -> None:
    path = project / "translations/zh/LC_MESSAGES" / f"{part}.po"
    path.write_text(HEADER + words, encoding="utf-8")


def test_every_word_of_our_pages_is_translated() -> None:
    assert compile_all(check=True) == []


def test_a_complete_catalogue_is_written(project: Path) -> None:
    put(project, "web", ENOUGH)
    assert compile_all(project, check=True) == []
    assert (project / "translations/zh/LC_MESSAGES/messages.mo").stat().st_size > 100


def test_two_parts_may_say_the_same_in_the_same_words(project: Path) -> None:
    put(project, "web", ENOUGH)
    put(project, "caregiver", 'msgid "Given"\nmsgstr "已服药"\n')
    assert compile_all(project, check=True) == []


def test_two_parts_may_not_contradict_each_other(project: Path) -> None:
    put(project, "web", ENOUGH)
    put(project, "caregiver", 'msgid "Given"\nmsgstr "给了"\n')
    (fault,) = compile_all(project)
    assert "Given" in fault
    assert "caregiver.po" in fault
    assert not (project / "translations/zh/LC_MESSAGES/messages.mo").exists()


@pytest.mark.parametrize(
    ("words", "fault"),
    [
        (ENOUGH.replace("已服药", ""), "'Given' has no translation"),
        (ENOUGH.replace('"Given"', '"Taken"'), "'Taken' is used nowhere"),
        ("#, fuzzy\n" + ENOUGH, "'Given' is marked fuzzy"),
        (ENOUGH.replace("%(num)d次", "%(n)d次"), "differ in their placeholders"),
        (ENOUGH.replace("%(num)d次", "多次"), "differ in their placeholders"),
    ],
    ids=["missing", "unused", "fuzzy", "other placeholder", "lost placeholder"],
)
def test_the_check_names_what_is_wrong(project: Path, words: str, fault: str) -> None:
    put(project, "web", words)
    assert any(fault in found for found in compile_all(project, check=True))
