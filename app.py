"""Puts the parts together. Also the command line: flask --app app …"""

from flask import Flask
from flask_migrate import Migrate
from werkzeug.middleware.proxy_fix import ProxyFix

import api
import caregiver
import clinician
from config import HOME, Environment, Settings
from demo.commands import demo
from notifications.set_up import init_notifications
from photos.open_store import open_store
from services.protocols import load_protocols
from web import (
    access,
    assets,
    cli_protocol,
    cli_randomisation,
    cli_sites,
    cli_staff,
    csrf,
    errors,
    field_names,
    formats,
    headers,
    health,
    i18n,
    limiter,
    logs,
    made_up,
    pages,
    routes_photos,
    security,
    session,
    signin,
)
from web.db import db, init_db
from web.parts import Clock, Parts, install, system_clock

BLUEPRINTS = (
    pages.blueprint,
    health.blueprint,
    signin.blueprint,
    caregiver.blueprint,
    clinician.blueprint,
)
COMMANDS = (
    cli_protocol.protocol,
    cli_sites.site,
    cli_staff.staff,
    cli_randomisation.randomisation,
    demo,
)
# a form beside its photo
_ROOM_FOR_FIELDS = 100_000
# the text of an imported table comes back in a field: 2 MB, more once Chinese is in UTF-8
_LARGEST_TEXT = 4_000_000


def create_app(settings: Settings | None = None, *, clock: Clock = system_clock) -> Flask:
    """The whole application. Raises SettingsError, or ProtocolFileError for a bad protocol."""
    settings = settings or Settings.from_env()
    app = logs.DiscreetFlask(
        "sirolog", root_path=str(HOME), template_folder="web/templates", static_folder=None
    )
    app.testing = settings.env is Environment.TESTING
    app.config["MAX_CONTENT_LENGTH"] = settings.max_photo_bytes + _ROOM_FOR_FIELDS
    app.config["MAX_FORM_MEMORY_SIZE"] = _LARGEST_TEXT
    install(app, _parts(settings, clock))
    _init_foundations(app, settings)
    _init_requests(app, settings)
    for blueprint in BLUEPRINTS:
        app.register_blueprint(blueprint)
    api.init_api(app, settings)
    init_notifications(app, settings)
    routes_photos.init_photos(app)
    for command in COMMANDS:
        app.cli.add_command(command)
    return app


def _parts(settings: Settings, clock: Clock) -> Parts:
    return Parts(
        settings=settings,
        protocols=load_protocols(settings.protocol_dir),
        photo_store=open_store(settings.photo_store_url),
        clock=clock,
    )


def _init_foundations(app: Flask, settings: Settings) -> None:
    logs.init_logs(app, settings.log_level)
    init_db(app, settings.database_url)
    Migrate(app, db, directory=str(HOME / "migrations"))
    csrf.init_csrf(app)
    security.init_security(app, settings)
    i18n.init_i18n(app)
    if settings.trusted_proxy_hops:
        hops = settings.trusted_proxy_hops
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops, x_host=hops)  # type: ignore[method-assign]  # as Flask's manual says


def _init_requests(app: Flask, settings: Settings) -> None:
    """What happens around every view, in this order; the answer passes in the opposite one."""
    assets.init_app(app, HOME / "web" / "static")
    formats.init_app(app)
    field_names.init_app(app)
    made_up.init_made_up(app)
    headers.init_headers(app)
    limiter.init_limiter(app, settings)
    session.init_sessions(app)
    access.init_access(app)
    errors.init_errors(app)
