"""Show every component on one page without app or database, for looking at and photographing.

.venv/bin/python scripts/styleguide.py            serves http://127.0.0.1:8010/?lang=zh
.venv/bin/python scripts/styleguide.py FOLDER     writes pictures of it: phone and desk, light
                                                  and dark, Chinese and English
"""

import sys
import threading
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

from flask import Flask, render_template, request
from flask_babel import Babel
from playwright.sync_api import Browser, sync_playwright
from werkzeug.serving import make_server

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from scripts.get_browser import find_browser  # noqa: E402 - the path comes first
from web import assets, field_names, formats  # noqa: E402 - the path comes first

PORT = 8010
PAGES = {
    "caregiver": {"width": 390, "height": 844},
    "clinic": {"width": 1280, "height": 800},
    "sign-in": {"width": 390, "height": 844},
}
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-background-networking"]
EXAMPLE = {
    "now": datetime(2026, 11, 22, 0, 4, tzinfo=UTC),
    "zone": "Asia/Shanghai",
    "today": date(2026, 11, 22),
    "amount": Decimal("0.650"),
    "level": Decimal("8.20"),
    "days": [date(2026, 11, n) for n in range(1, 31)],
    "states": ["given", "late", "missed", "held", "unknown", "partly", "vomited", "double"],
}


def make_page_app() -> Flask:
    """The templates of web/ with the least that they need."""
    app = Flask(__name__, template_folder=str(ROOT / "web" / "templates"), static_folder=None)
    app.secret_key = "made up"  # noqa: S105 - guards nothing: the page has no state
    app.config["BABEL_TRANSLATION_DIRECTORIES"] = str(ROOT / "translations")
    app.debug = True
    Babel(app, locale_selector=lambda: request.args.get("lang", "en"))
    formats.init_app(app)
    field_names.init_app(app)
    assets.init_app(app, ROOT / "web" / "static")
    app.add_template_global(lambda: "nonce", "csp_nonce")
    app.add_template_global(lambda: False, "is_made_up")
    app.add_template_global(lambda: "token", "csrf_token")
    app.url_build_error_handlers.append(lambda _error, endpoint, _values: f"#{endpoint}")
    app.add_url_rule("/", view_func=styleguide)
    return app


def styleguide() -> str:
    """One page of examples in the frame that `?frame=` names."""
    frame = request.args.get("frame", "caregiver")
    return render_template("styleguide.html", frame=frame, **EXAMPLE)


def take_pictures(folder: Path) -> None:
    """Photograph every frame in both schemes and languages into `folder`."""
    folder.mkdir(parents=True, exist_ok=True)
    server = make_server("127.0.0.1", PORT, make_page_app(), threaded=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find_browser(), args=FLAGS)
        for frame in PAGES:
            for scheme in ("light", "dark"):
                for lang in ("zh", "en"):
                    _picture(browser, folder, (frame, scheme, lang))
    server.shutdown()


def _picture(browser: Browser, folder: Path, kind: tuple[str, str, str]) -> None:
    frame, scheme, lang = kind
    size = PAGES[frame]
    page = browser.new_page(viewport={"width": size["width"], "height": size["height"]})
    page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    page.goto(f"http://127.0.0.1:{PORT}/?frame={frame}&lang={lang}")
    page.screenshot(path=folder / f"{frame}-{scheme}-{lang}.png", full_page=True)
    page.close()


if __name__ == "__main__":
    if len(sys.argv) > 1:
        take_pictures(Path(sys.argv[1]))
    else:
        make_page_app().run(port=PORT)
