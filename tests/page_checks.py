"""What every page must be: readable, reachable by a thumb, without a scroll to the side, and in
one language."""

import re
from collections.abc import Sequence
from typing import Any, Final, Literal

from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Page

SMALLEST_TARGET: Final = 44  # CSS pixels, ux.md
_COLOURS: Final = "color-contrast"
_SCHEMES: Final[tuple[Literal["light", "dark"], ...]] = ("light", "dark")
# names and signs that are the same in Chinese
_AS_THEY_ARE: Final = re.compile(
    r"""\b(?:
        Sirolog | English | Language        # the product, and the switch to the other language
      | [µmk]?(?:g|L|m|mol|kat)/L | mg/mmol | mg/m² | mg | mL | kg | cm | mm | ng | mEq/L
      | mm³ | Rosendaal
      | Kasabach-Merritt | Mosteller | Haycock | khe-[\w-]+ | Asia/\w+ | IMG_\d+\.JPG
    )\b""",
    re.VERBOSE,
)
_WORD: Final = re.compile(r"[A-Za-z][a-z']+")

_TEXTS: Final = """() => {
  const found = [document.title];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const around = walker.currentNode.parentElement;
    if (!around.closest("script, style, code, [translate=no], [lang=en]"))
      found.push(walker.currentNode.textContent.trim());
  }
  for (const name of ["aria-label", "alt", "placeholder", "title"])
    for (const element of document.querySelectorAll(`[${name}]`))
      found.push(element.getAttribute(name));
  return found.filter(Boolean);
}"""

# A link inside of a sentence may be as low as its line; what lies off the screen shows on focus.
_SMALL_TARGETS: Final = """(least) => {
  const small = [];
  for (const element of document.querySelectorAll(
    "a[href], button, select, textarea, summary, input:not([type=hidden])")) {
    const target = element.closest("label") ?? element;
    const box = target.getBoundingClientRect();
    const inSentence = element.matches("a") && getComputedStyle(element).display === "inline" &&
      element.parentElement.textContent.trim() !== element.textContent.trim();
    const seen = box.width > 1 && box.height > 1 && box.bottom > 0 &&
      element.checkVisibility({checkVisibilityCSS: true});
    if (seen && !inSentence && (box.height < least - 0.5 || box.width < least - 0.5))
      small.push(`${target.outerHTML.slice(0, 120)} ${box.width} x ${box.height}`);
  }
  return small;
}"""


def hard_to_use(page: Page) -> list[str]:
    """What breaks WCAG 2.2 AA or axe's best practices, but for colours."""
    page.evaluate(AXE_SCRIPT + "; 0")
    return _axe(page, {"rules": {_COLOURS: {"enabled": False}}})


def hard_to_read(page: Page) -> list[str]:
    """Too little contrast, by day or by night. Sizes and languages share their colours: to look
    at one of them is enough, and measuring takes axe longer than all the rest."""
    page.evaluate(AXE_SCRIPT + "; 0")
    found: list[str] = []
    for scheme in _SCHEMES:
        page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
        found += [f"{scheme}: {line}" for line in _axe(page, {"runOnly": [_COLOURS]})]
    return found


def too_wide(page: Page, *widths: int) -> list[str]:
    """Where one must scroll to the side; the page is left at the first of the widths."""
    size = page.viewport_size
    assert size is not None
    found: list[str] = []
    for width in (*widths[1:], widths[0]):
        page.set_viewport_size({"width": width, "height": size["height"]})
        needed: int = page.evaluate("document.documentElement.scrollWidth")
        if needed > width:
            found.append(f"{needed} px wide at {width} px")
    return found


def too_small(page: Page) -> list[str]:
    """Buttons, links and fields that a thumb would miss."""
    found: list[str] = page.evaluate(_SMALL_TARGETS, SMALLEST_TARGET)
    return found


def not_chinese(page: Page, names: Sequence[str]) -> list[str]:
    """Words of the other language that were left in what is read or read out, beside names."""
    texts: list[str] = page.evaluate(_TEXTS)
    known = re.compile("|".join(map(re.escape, names)))
    return [text for text in texts if _WORD.search(_AS_THEY_ARE.sub("", known.sub("", text)))]


def _axe(page: Page, options: dict[str, Any]) -> list[str]:
    violations: list[dict[str, Any]] = page.evaluate(
        "async (options) => (await axe.run(options)).violations",
        {"resultTypes": ["violations"], **options},
    )
    return [f"{rule['id']}: {node['html'][:200]}" for rule in violations for node in rule["nodes"]]
