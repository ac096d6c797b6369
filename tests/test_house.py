"""The house rules that a program can check: sizes, names, reasons, privacy of machines, arrows."""

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
THIS = Path(__file__).resolve().relative_to(ROOT)
LONGEST_MODULE = 400
LONGEST_FUNCTION = 40
EMPTY_NAMES = re.compile(r"(^|_)(helpers?|utils?|common|managers?|misc)(_|$)")
IGNORE = re.compile(
    r"#\s*(?:type:\s*ignore|pyright:\s*ignore|noqa)(?::\s*[A-Z]+\d+(?:[, ]+[A-Z]+\d+)*)?"
)
BRACKETS = re.compile(r"^\[[^\]]*\]")
MACHINE_PATH = re.compile(r"(?<![\w.*<>)}\]-])/(?:work|root|home)/\w")
REGISTRY = re.compile(
    r"https?://[^\s\"'<>/]*"
    r"(?:registry|pypi|pythonhosted|npmjs|npmmirror|artifactory|nexus|jsdelivr|unpkg|cdnjs)",
    re.IGNORECASE,
)
OTHERS_CODE = re.compile(r"(^|/)(vendor|node_modules)/|\.min\.(js|css|mjs)$")


def _tracked() -> list[Path]:
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, check=True, capture_output=True)
    names = listed.stdout.decode().split("\0")
    return [Path(name) for name in names if name and (ROOT / name).is_file()]


TRACKED = _tracked()
PYTHON = [path for path in TRACKED if path.suffix == ".py"]
OURS = [path for path in PYTHON if not path.match("migrations/versions/*")]
SCRIPTS = [path for path in TRACKED if path.suffix in {".js", ".mjs"}]


def _text(path: Path) -> str | None:
    """What stands in a file, or None for a picture and the like."""
    try:
        return (ROOT / path).read_text(encoding="utf-8")
    except UnicodeDecodeError:
        return None


def _source(path: Path) -> str:
    return (ROOT / path).read_text(encoding="utf-8")


def _functions(path: Path) -> Iterator[tuple[str, int]]:
    for node in ast.walk(ast.parse(_source(path))):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.end_lineno:
            yield f"{path}:{node.lineno} {node.name}", node.end_lineno - node.lineno + 1


def _imports(path: Path) -> set[str]:
    """The first part of every module that a file imports."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(_source(path))):
        if isinstance(node, ast.Import):
            found |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            found.add(node.module.split(".")[0])
    return found


def reasonless(source: str) -> list[int]:
    """Numbers of lines that silence a checker without saying why, there or on the line above."""
    lines = source.splitlines()
    found: list[int] = []
    for number, line in enumerate(lines, start=1):
        silenced = IGNORE.search(line)
        if silenced is None:
            continue
        rest = BRACKETS.sub("", line[silenced.end() :]).strip(" #—–-:")
        above = lines[number - 2].strip() if number > 1 else ""
        if not rest and not above.startswith("#"):
            found.append(number)
    return found


def test_no_module_is_longer_than_the_limit() -> None:
    lengths = {path: len(_source(path).splitlines()) for path in OURS + SCRIPTS}
    assert {path: n for path, n in lengths.items() if n > LONGEST_MODULE} == {}


def test_no_function_is_longer_than_the_limit() -> None:
    lengths = dict(entry for path in OURS for entry in _functions(path))
    assert {name: n for name, n in lengths.items() if n > LONGEST_FUNCTION} == {}


def test_every_module_is_named_after_what_it_is_about() -> None:
    assert [path for path in PYTHON + SCRIPTS if EMPTY_NAMES.search(path.stem)] == []


def test_whoever_silences_a_checker_says_why() -> None:
    silent = {path: reasonless(_source(path)) for path in OURS if path != THIS}
    assert {path: lines for path, lines in silent.items() if lines} == {}


@pytest.mark.parametrize(
    "line",
    [
        "x = 1  # type: ignore[assignment]",
        "x = 1  # noqa: S603",
        "x = 1  # noqa",
        "y  # noqa: B1, S2",
    ],
)
def test_a_bare_silencer_is_found(line: str) -> None:
    assert reasonless(line) == [1]


@pytest.mark.parametrize(
    "lines",
    [
        "x = 1  # type: ignore[assignment]  # the stub is wrong",
        "x = 1  # noqa: S603 - the command is ours",
        "# the command is ours\nx = 1  # noqa: S603",
        "x = 1  # nothing silenced",
    ],
)
def test_a_silencer_with_a_reason_passes(lines: str) -> None:
    assert reasonless(lines) == []


@pytest.mark.parametrize("pattern", [MACHINE_PATH, REGISTRY], ids=["path", "registry"])
def test_no_file_tells_on_which_machine_it_was_made(pattern: re.Pattern[str]) -> None:
    texts = {path: _text(path) for path in TRACKED if path != THIS}
    assert [path for path, text in texts.items() if text and pattern.search(text)] == []


@pytest.mark.parametrize("text", ["see /work/main", 'open("/root/x")', "cd /home/me/x"])
def test_a_path_of_a_machine_is_found(text: str) -> None:
    assert MACHINE_PATH.search(text)


@pytest.mark.parametrize("text", ["/clinic/work/list", "~/home/x", "/worklist/1", "a/root/b"])
def test_an_address_of_ours_is_no_path_of_a_machine(text: str) -> None:
    assert not MACHINE_PATH.search(text.replace("~", "x"))


def test_no_browser_library_is_committed() -> None:
    assert [path for path in TRACKED if OTHERS_CODE.search(path.as_posix())] == []


def test_nobody_imports_the_app() -> None:
    around = {"tests", "benchmarks", "scripts", "gunicorn.conf.py"}
    product = [path for path in OURS if path.parts[0] not in around]
    assert [path for path in product if "app" in _imports(path)] == []


def test_only_the_twilio_modules_of_notifications_know_twilio() -> None:
    product = [path for path in OURS if path.parts[0] not in {"tests", "benchmarks"}]
    knowing = [path for path in product if "twilio" in _imports(path)]
    assert [path for path in knowing if not path.match("notifications/twilio_*.py")] == []


def test_the_rules_of_the_study_need_the_standard_library_only() -> None:
    allowed = {*sys.stdlib_module_names, "domain"}
    foreign = {path: _imports(path) - allowed for path in OURS if path.parts[0] == "domain"}
    assert {path: names for path, names in foreign.items() if names} == {}
