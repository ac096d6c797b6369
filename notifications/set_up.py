"""Puts the edge to the phones into the app: webhooks, messages that cannot wait, the command."""

from collections.abc import Callable
from datetime import datetime

import click
from flask import Flask
from sqlalchemy.orm import sessionmaker

from config import Settings, SettingsError
from notifications import send_now
from notifications.heartbeat import Notifier
from notifications.line import Line, process_name
from notifications.providers import longest_send, sender_of
from notifications.webhooks import blueprint
from services.protocols import Protocols
from web.db import db
from web.parts import parts


def init_notifications(app: Flask, settings: Settings) -> None:
    """Raises SettingsError when a lease would end before a message could be handed over."""
    app.register_blueprint(blueprint)
    with app.app_context():
        these = parts()
        line = make_line(settings, these.protocols, these.clock)
    if not app.testing:  # a test says itself when messages leave
        these.send_now = send_now.in_background(line)
    app.cli.add_command(_notifier(line))


def make_line(settings: Settings, protocols: Protocols, clock: Callable[[], datetime]) -> Line:
    """A line over the app's own database; call it inside of an app context."""
    longest = longest_send(settings)
    for key, protocol in protocols.items():
        if protocol.reminders.lease_seconds <= longest.total_seconds():
            raise SettingsError(
                f"settings: TWILIO_TIMEOUT_SECONDS is too long for lease_seconds of {key}"
            )
    return Line(
        sessions=sessionmaker(db.engine, expire_on_commit=False),
        sender=sender_of(settings, clock),
        protocols=protocols,
        clock=clock,
        public_url=settings.public_url,
        in_flight=settings.sms_in_flight,
        longest_send=longest,
        name=process_name(),
    )


def _notifier(line: Line) -> click.Command:
    @click.command("notifier")
    @click.option("--once", is_flag=True, help="One round, and done.")
    @click.option("--every", default=5.0, show_default=True, help="Seconds between two beats.")
    def notifier(once: bool, every: float) -> None:
        """Plan and send reminders until told to stop."""
        rounds = Notifier(line)
        if once:
            rounds.run_once()
        else:
            rounds.run_for_ever(every)

    return notifier
