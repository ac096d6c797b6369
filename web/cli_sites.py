"""flask site …: the hospitals that take part."""

from collections.abc import Mapping
from typing import Final

import click
from flask.cli import AppGroup

from services.actor import SYSTEM
from services.errors import NotFoundError, RefusedError
from services.sites import NewSite, add_site, all_sites, follow_protocol
from web.db import db
from web.parts import now, parts

site = AppGroup("site", help="Hospitals that take part.")

_FAULTS: Final[Mapping[str, str]] = {
    "site_code_form": "a code has 2 to 8 capital letters and digits",
    "site_code_taken": "there is a site with this code",
    "site_name_form": "a name has 1 to 120 characters",
    "unknown_zone": "no such time zone; write it as in Asia/Shanghai",
    "not_a_phone": "this is not a phone number; write it as +862164931990",
}


@site.command("add")
@click.argument("code")
@click.argument("name")
@click.option("--zone", default="Asia/Shanghai", show_default=True, help="Where the site is.")
@click.option("--protocol", required=True, help="The protocol it follows: a file without .toml.")
@click.option("--phone", help="What families are shown to call.")
def add(*, code: str, name: str, zone: str, protocol: str, phone: str | None) -> None:
    """Add the site CODE, called NAME on pages."""
    new = NewSite(
        code=code, name=name, time_zone=zone, protocol_key=protocol, clinic_phone=phone or None
    )
    try:
        row = add_site(db.session(), SYSTEM, new, protocols=parts().protocols, now=now())
    except RefusedError as error:
        raise click.ClickException(_FAULTS.get(error.code, _known_protocols())) from None
    db.session.commit()
    click.echo(f"{row.code} is there. Now add staff:  flask staff add E-MAIL --name NAME")


@site.command("follow")
@click.argument("code")
@click.argument("protocol")
def follow(code: str, protocol: str) -> None:
    """Let children who enrol from now on follow PROTOCOL; those there keep their own."""
    protocols = parts().protocols
    try:
        follow_protocol(db.session(), SYSTEM, code, protocol, protocols=protocols, now=now())
    except NotFoundError:
        raise click.ClickException(f"no site {code}") from None
    except RefusedError:
        raise click.ClickException(_known_protocols()) from None
    db.session.commit()
    click.echo(f"children who enrol at {code} follow {protocol}")


@site.command("list")
def show_all() -> None:
    """List all sites."""
    for row in all_sites(db.session()):
        made_up = "  (made up)" if row.is_made_up else ""
        phone = row.clinic_phone or "no phone"
        click.echo(f"{row.code}  {row.name}  {row.time_zone}  {row.protocol_key}  {phone}{made_up}")


def _known_protocols() -> str:
    return f"there is no such protocol, only {', '.join(sorted(parts().protocols))}"
