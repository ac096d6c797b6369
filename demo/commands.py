"""flask demo: fill the database with the made-up study, and say how to sign in to it."""

import secrets
from typing import Final

import click
from flask.cli import AppGroup, with_appcontext
from sqlalchemy import select
from sqlalchemy.orm import Session

from config import Environment
from demo.families import DEMO_PARENT, SECOND_PARENT
from demo.load import is_empty, load
from demo.people import DEMO_PASSWORD, SITES, Secrets, email_of, reader_email
from demo.stage import Stage
from models.site import Site, StaffRole
from services.randomisation_seal import Seal
from web.db import db
from web.parts import now, parts
from web.security import hash_password, totp

PROTOCOL_KEY: Final = "khe-sirolimus-v1"
_INVESTIGATOR: Final = email_of(SITES[0], StaffRole.INVESTIGATOR)
_PRESCRIBER: Final = email_of(SITES[0], StaffRole.PRESCRIBER)
_READERS: Final = ", ".join(reader_email(SITES[0], number) for number in (1, 2, 3))


@click.group("demo", cls=AppGroup, invoke_without_command=True)
@click.option("--if-empty", is_flag=True, help="Do nothing where somebody is at work already.")
@click.option("--in-production", is_flag=True, help="Really, into an empty production database.")
@click.pass_context
@with_appcontext
def demo(context: click.Context, if_empty: bool, in_production: bool) -> None:
    """Load a made-up study to look around in."""
    if context.invoked_subcommand is not None:
        return
    if not is_empty(db.session()):
        if if_empty:
            return
        raise click.ClickException("the database is not empty: the made-up study needs one")
    if _is_production() and not in_production:
        raise click.ClickException("not in production (or say --in-production)")
    click.echo("Making up a study, this takes half a minute …")
    _load()


@demo.command("signins")
def signins() -> None:
    """Say where to look and how to sign in as a made-up parent or clinician."""
    if not _is_there(db.session()):
        return
    address = parts().settings.public_url
    click.echo(f"The study in it is made up. Look around as a parent at {address}/sign-in")
    click.echo(f"  phone     {DEMO_PARENT.phone}  ({DEMO_PARENT.name})")
    click.echo(f"       or   {SECOND_PARENT.phone}  ({SECOND_PARENT.name})")
    click.echo("  code      printed here, in the terminal that runs Sirolog, when asked for")
    click.echo(f"or as a clinician at {address}/staff/sign-in")
    click.echo(f"  e-mail    {_INVESTIGATOR}  (or {_PRESCRIBER} …)")
    click.echo(f"  readers   {_READERS}  (photos, masked)")
    if not _is_production():
        click.echo(f"  password  {DEMO_PASSWORD}")
        click.echo(f"  code      .venv/bin/flask --app app staff code {_INVESTIGATOR}")


def _load() -> None:
    these = parts()
    if these.settings.randomisation_key is None:
        raise click.ClickException("RANDOMISATION_KEY is missing: it seals the list of the study")
    password = DEMO_PASSWORD
    if _is_production():  # words that everybody can read here must open nothing there
        password = secrets.token_urlsafe(18)
        click.echo(f"Password of all made-up staff, shown only now: {password}")
    stage = Stage(
        session=db.session(),
        protocol=these.protocols[PROTOCOL_KEY],
        photo_store=these.photo_store,
        public_url=these.settings.public_url,
        now=now(),
        seal=Seal(these.settings.randomisation_key),
    )
    load(stage, Secrets(hash_password(password), totp().generate_totp_secret), these.protocols)
    db.session.commit()


def _is_production() -> bool:
    return parts().settings.env is Environment.PRODUCTION


def _is_there(session: Session) -> bool:
    return session.scalar(select(Site.id).where(Site.is_made_up).limit(1)) is not None
