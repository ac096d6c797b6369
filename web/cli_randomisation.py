"""flask randomisation …: the lists. No command prints a seed or an arm that is still to come."""

import secrets
from collections.abc import Mapping
from pathlib import Path
from typing import Final

import click
from flask.cli import AppGroup
from sqlalchemy import select

from domain.protocol import Protocol
from models.randomisation import RandomisationList
from models.site import Site
from services.actor import Actor, ActorKind
from services.errors import NotFoundError, RefusedError
from services.randomisation_audit import ListAudit, audit_lists, strangers
from services.randomisation_import import COLUMNS, ListFileError, import_list
from services.randomisation_list import SEED_BYTES, make_list, strata_of_site, use_of_strata
from services.randomisation_seal import Seal, SealError
from services.staff import staff_by_email
from web.db import db
from web.parts import now, parts

randomisation = AppGroup("randomisation", help="The sealed randomisation lists.")

_DEFAULT_PROTOCOL: Final = "khe-sirolimus-v1"
_FAULTS: Final[Mapping[str, str]] = {
    "places_number": "a list has 1 to 2000 places in each stratum",
    "no_strata": "no site follows this protocol: add one with flask site add",
    "list_there": "a list of this stratum still has places: {stratum}",
    "columns": f"the first line names the columns: {','.join(COLUMNS)}",
    "rows_number": "the file has no rows, or too many",
    "unknown_stratum": "there is no such stratum: flask randomisation strata lists them",
    "not_the_next_position": "positions of a stratum count 1, 2, 3 … in the order of the file",
    "number_form": "a number has capital letters, digits and hyphens, 32 at most",
    "number_used": "this number is used already",
    "unknown_arm": "the protocol has no such arm",
    "seed_unreadable": "the seal does not open: is RANDOMISATION_KEY the one it was made with?",
    "place_unreadable": "the seal of the place was changed",
    "place_missing": "the list made again has a place that is gone",
    "place_added": "the list made again has no such place",
    "place_differs": "the place holds another arm, stratum or position than the list made again",
    "commitment": "the list does not match its commitment",
    "allocation_arm": "a child got another arm than its place holds",
    "allocation_number": "a child got another number than its place has",
    "allocation_stratum": "a child was given the place of another stratum",
    "out_of_order": "places of the stratum were not used from the top",
    "allocation_without_place": "a child was randomised from a list and holds no place",
}
_BY = click.option("--by", "email", required=True, help="E-mail of who answers for the list.")
_PROTOCOL = click.option("--protocol", "key", default=_DEFAULT_PROTOCOL, show_default=True)


@randomisation.command("make")
@_BY
@_PROTOCOL
@click.option("--site", "codes", multiple=True, help="Only these sites; otherwise all of them.")
@click.option("--places", default=100, show_default=True, help="At least so many in each stratum.")
def make(email: str, key: str, codes: tuple[str, ...], places: int) -> None:
    """Make and seal a list from a fresh random seed, which is printed nowhere."""
    try:
        row = make_list(
            db.session(),
            _person(email),
            _sites(key, codes),
            places=places,
            seed=secrets.token_bytes(SEED_BYTES),
            protocol=_protocol(key),
            seal=_seal(),
            now=now(),
        )
    except RefusedError as error:
        raise click.ClickException(_words(error.code, **error.details)) from None
    except SealError:
        raise click.ClickException("RANDOMISATION_KEY is missing") from None
    db.session.commit()
    _show(row)


@randomisation.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@_BY
@_PROTOCOL
def bring(file: Path, email: str, key: str) -> None:
    """Seal the list in FILE (CSV: stratum,position,number,arm), unless a row of it is wrong."""
    try:
        row = import_list(
            db.session(),
            _person(email),
            _text(file),
            protocol=_protocol(key),
            seal=_seal(),
            now=now(),
        )
    except ListFileError as error:
        for fault in error.faults:
            click.echo(f"row {fault.row}, {fault.column}: {_words(fault.code)}", err=True)
        raise click.ClickException(f"{len(error.faults)} mistakes, nothing was kept") from None
    except RefusedError as error:
        raise click.ClickException(_words(error.code, **error.details)) from None
    except SealError:
        raise click.ClickException("RANDOMISATION_KEY is missing") from None
    db.session.commit()
    _show(row)


@randomisation.command("audit")
@_PROTOCOL
def audit(key: str) -> None:
    """Make every list again from its seed and compare each place and each allocation."""
    audits = audit_lists(db.session(), seal=_seal(), protocol_key=_protocol(key).key)
    for one in audits:
        _tell(one)
    loose = strangers(db.session(), key)
    for difference in loose:
        click.echo(f"DIFFERENCE  {difference.number}  {_words(difference.code)}")
    if loose or not all(one.is_whole for one in audits):
        raise SystemExit(1)
    if not audits:
        click.echo(f"no list for {key}")


@randomisation.command("status")
@_PROTOCOL
def status(key: str) -> None:
    """Places used and left in each stratum."""
    for use in use_of_strata(db.session(), _protocol(key).key):
        click.echo(f"{use.stratum}  {use.used} of {use.places} used, {use.left} left")


@randomisation.command("strata")
@_PROTOCOL
def strata(key: str) -> None:
    """The names of the strata, as a file to import must spell them."""
    for site in _sites(key, ()):
        for name in strata_of_site(site, _protocol(key)):
            click.echo(name)


def _show(row: RandomisationList) -> None:
    click.echo(f"The list is sealed. Its commitment (keep it): {row.commitment}")
    for use in use_of_strata(db.session(), row.protocol_key):
        click.echo(f"  {use.stratum}  {use.left} places left")


def _tell(one: ListAudit) -> None:
    word = "OK" if one.is_whole else "DIFFERENT"
    click.echo(
        f"{word}  list of {one.row.recorded_at:%Y-%m-%d}, {one.row.rule_version}: "
        f"{one.places} places, {one.allocations} allocations compared"
    )
    click.echo(f"    commitment {one.row.commitment}")
    for difference in one.differences:
        click.echo(f"DIFFERENCE  {difference.number}  {_words(difference.code)}")


def _words(code: str, **details: object) -> str:
    return _FAULTS.get(code, code).format(**details)


def _person(email: str) -> Actor:
    try:
        account = staff_by_email(db.session(), email)
    except NotFoundError:
        raise click.ClickException(f"nobody has the address {email}") from None
    return Actor(
        kind=ActorKind.STAFF,
        account_id=account.id,
        name=account.display_name,
        channel="system",
        locale=account.locale,
    )


def _protocol(key: str) -> Protocol:
    try:
        return parts().protocols[key]
    except KeyError:
        known = ", ".join(sorted(parts().protocols))
        raise click.ClickException(f"there is no such protocol, only {known}") from None


def _sites(key: str, codes: tuple[str, ...]) -> list[Site]:
    query = select(Site).where(Site.protocol_key == _protocol(key).key).order_by(Site.code)
    found = [row for row in db.session.scalars(query) if not codes or row.code in codes]
    missing = set(codes) - {row.code for row in found}
    if missing:
        raise click.ClickException(f"no site of this protocol: {', '.join(sorted(missing))}")
    return found


def _text(file: Path) -> str:
    try:
        return file.read_text("utf-8")
    except UnicodeDecodeError:
        raise click.ClickException("the file is not UTF-8 text") from None


def _seal() -> Seal:
    return Seal(parts().settings.randomisation_key)
