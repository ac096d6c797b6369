"""flask protocol …: look at a study's file before it is used."""

from datetime import date
from pathlib import Path
from zoneinfo import ZoneInfo

import click
from flask.cli import AppGroup

from domain.errors import DomainError
from domain.preview import fortnight
from domain.protocol_file import ProtocolFileError, load_protocol
from web.parts import now

protocol = AppGroup("protocol", help="Study protocols as data.")


@protocol.command("check")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--start", type=click.DateTime(["%Y-%m-%d"]), help="First dose (default: today).")
@click.option("--zone", default="Asia/Shanghai", show_default=True)
def check(file: Path, start: date | None, zone: str) -> None:
    """Read FILE, naming whatever is wrong in it, and print the first fortnight of a child."""
    where = ZoneInfo(zone)
    first = start or now().astimezone(where).date()
    try:
        lines = fortnight(load_protocol(file), date(first.year, first.month, first.day), where)
    except (ProtocolFileError, DomainError) as error:
        raise click.ClickException(str(error)) from None
    for line in lines:
        click.echo(line)
