"""Photograph the made-up study for the README and the guides, into docs/pictures/.

.venv/bin/python scripts/screenshots.py           makes a study up for the occasion
.venv/bin/python scripts/screenshots.py FOLDER    keeps it there, and takes it from there next time
"""

import re
import sys
import tempfile
from io import BytesIO
from pathlib import Path
from typing import Any, Final

from PIL import Image, ImageOps
from playwright.sync_api import Browser, Page, sync_playwright

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from demo.families import DEMO_PARENT, SECOND_PARENT, Carer  # noqa: E402 - the path comes first
from demo.people import DEMO_PASSWORD, SITES, email_of  # noqa: E402 - as above
from models.site import StaffRole  # noqa: E402 - as above
from scripts.demo_server import DemoServer, serving_demo  # noqa: E402 - as above
from scripts.get_browser import get_browser  # noqa: E402 - as above

PICTURES = ROOT / "docs" / "pictures"
CHILD: Final = "DA-01"
INVESTIGATOR: Final = email_of(SITES[0], StaffRole.INVESTIGATOR)
PHONE: Final[dict[str, Any]] = {
    "viewport": {"width": 390, "height": 844},
    "device_scale_factor": 2,
    "is_mobile": True,
    "has_touch": True,
    "timezone_id": "Asia/Shanghai",
    "reduced_motion": "reduce",
}
DESK: Final[dict[str, Any]] = {
    "viewport": {"width": 1280, "height": 800},
    "device_scale_factor": 1.5,
    "locale": "en-GB",
    "timezone_id": "Asia/Shanghai",
    "reduced_motion": "reduce",
}
FLAGS: Final = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
LARGEST: Final = 200_000
# share of the size and number of colours: the first that makes a small enough file is kept
ECONOMIES: Final = ((1.0, 256), (1.0, 128), (0.67, 256), (0.67, 128), (0.5, 128))


def take_pictures(browser: Browser, server: DemoServer) -> None:
    for carer in (SECOND_PARENT, DEMO_PARENT):
        _family(browser, server, carer)
    desk = browser.new_context(**DESK).new_page()
    _sign_in_staff(desk, server)
    _clinic(desk)
    desk.context.close()


def _family(browser: Browser, server: DemoServer, carer: Carer) -> None:
    """The diary as this carer sees it, in their language."""
    tag = "zh-CN" if carer.locale == "zh" else "en-GB"
    phone = browser.new_context(**PHONE, locale=tag).new_page()
    phone.goto(f"{server.url}/sign-in")
    _take(phone, f"sign-in-{carer.locale}")
    _sign_in_carer(phone, server, carer)
    _open_child(phone)
    today = phone.url
    _take(phone, f"today-{carer.locale}")
    if carer.locale == "zh":
        phone.emulate_media(color_scheme="dark")
        _take(phone, "today-dark-zh")
        phone.emulate_media(color_scheme="light")
    for page in ("history", "photos"):
        phone.goto(f"{today}{page}")
        _take(phone, f"{page}-{carer.locale}")
    phone.context.close()


def _sign_in_carer(phone: Page, server: DemoServer, carer: Carer) -> None:
    printed = len(server.printed())
    phone.locator("input[name=phone]").fill(carer.phone)
    _send_form(phone, "phone")
    phone.locator("input[name=code]").fill(server.sms_code(printed))
    _send_form(phone, "code")


def _open_child(phone: Page) -> None:
    """Who cares for several children is asked which one."""
    if phone.url.endswith("/diary/"):
        phone.get_by_role("link", name=re.compile("Lele")).first.click()
    phone.wait_for_url(re.compile(r"/diary/[0-9a-f-]{36}/$"))


def _sign_in_staff(desk: Page, server: DemoServer) -> None:
    desk.goto(f"{server.url}/staff/sign-in")
    desk.locator("input[name=email]").fill(INVESTIGATOR)
    desk.locator("input[name=password]").fill(DEMO_PASSWORD)
    _send_form(desk, "password")
    desk.locator("input[name=code]").fill(server.flask("staff", "code", INVESTIGATOR).strip())
    _send_form(desk, "code")


def _send_form(page: Page, with_field: str) -> None:
    form = page.locator("form").filter(has=page.locator(f"input[name={with_field}]")).first
    with page.expect_navigation():
        form.locator("button").last.click()


def _clinic(desk: Page) -> None:
    _take(desk, "worklist")
    desk.get_by_role("link", name=re.compile(CHILD)).first.click()
    desk.wait_for_url(re.compile(r"/participants/[0-9a-f-]{36}$"))
    child = desk.url
    _take(desk, "participant")
    desk.locator(".timeline").get_by_role("link", name="All", exact=True).click()
    _take(desk, "course", only=".timeline")
    for name, path in (
        ("orders", "/orders"),
        ("levels", "/levels"),
        ("tumour", "/tumour"),
        ("adherence", "/adherence"),
        ("order-new", "/orders/new"),
        ("photos-compared", "/photos"),
        ("assessment", "/assessments/month_6/new"),
    ):
        desk.goto(f"{child}{path}")
        _take(desk, name)


def _take(page: Page, name: str, only: str | None = None) -> None:
    """Photograph what the window shows, or the one part of the page that `only` selects."""
    page.wait_for_load_state("networkidle")
    shot = page.locator(only).screenshot() if only else page.screenshot()
    png = _small_png(Image.open(BytesIO(shot)).convert("RGB"))
    (PICTURES / f"{name}.png").write_bytes(png)
    sys.stdout.write(f"{name}: {len(png) // 1000} kB\n")


def _small_png(image: Image.Image) -> bytes:
    """As sharp and colourful as LARGEST allows.

    Raises:
        ValueError: no economy was enough.
    """
    for share, colours in ECONOMIES:
        scaled = ImageOps.scale(image, share, Image.Resampling.LANCZOS)
        png = BytesIO()
        scaled.quantize(colours, dither=Image.Dither.NONE).save(png, "PNG", optimize=True)
        if len(png.getvalue()) <= LARGEST:
            return png.getvalue()
    raise ValueError("too large, whatever is left out")


def main(folder: Path) -> None:
    PICTURES.mkdir(parents=True, exist_ok=True)
    folder.mkdir(parents=True, exist_ok=True)
    with serving_demo(folder) as server, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=get_browser(), args=[*FLAGS])
        take_pictures(browser, server)
        browser.close()


if __name__ == "__main__":
    if len(sys.argv) > 1:
        main(Path(sys.argv[1]).resolve())
    else:
        with tempfile.TemporaryDirectory(prefix="sirolog-pictures-") as made:
            main(Path(made))
