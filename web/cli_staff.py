"""flask staff …: accounts of the study team. Secrets are shown once, here, and never again."""

import click
from flask.cli import AppGroup

from config import Environment
from models.account import Account
from models.site import StaffRole
from services.actor import SYSTEM
from services.errors import NotFoundError, RefusedError
from services.staff import (
    NewStaff,
    add_staff,
    all_staff,
    close_account,
    grant,
    renew_password,
    renew_totp,
    revoke,
    roles_of,
    staff_by_email,
)
from web.db import db
from web.i18n import LOCALES
from web.parts import now, parts
from web.security import extension, faults_of, hash_password, totp

staff = AppGroup("staff", help="Accounts and roles of the study team.")


@staff.command("add")
@click.argument("email")
@click.option("--name", required=True, help="As it stands in the audit trail.")
@click.option("--locale", type=click.Choice(LOCALES), default=LOCALES[0], show_default=True)
@click.option("--password", prompt=True, hide_input=True, confirmation_prompt=True)
def add(email: str, name: str, locale: str, password: str) -> None:
    """Add a member of staff; prints the secret for the authenticator app and recovery codes."""
    _check(password)
    secret: str = totp().generate_totp_secret()
    new = NewStaff(
        email=email,
        name=name,
        locale=locale,
        password_hash=hash_password(password),
        totp_secret=secret,
    )
    try:
        account = add_staff(db.session(), SYSTEM, new, now())
    except RefusedError:
        raise click.ClickException(f"somebody has the address {email}") from None
    _show_secrets(account, secret)
    click.echo(f"Now give a role:  flask staff grant {account.email} SITE ROLE")


@staff.command("grant")
@click.argument("email")
@click.argument("site_code")
@click.argument("role", type=click.Choice([role.value for role in StaffRole]))
def grant_role(email: str, site_code: str, role: str) -> None:
    """Give a role at a site."""
    account = _account(email)
    try:
        grant(db.session(), SYSTEM, account, site_code=site_code, role=StaffRole(role), now=now())
    except NotFoundError:
        raise click.ClickException(f"no site {site_code}") from None
    db.session.commit()
    click.echo(f"{account.email} is {role} at {site_code}")


@staff.command("revoke")
@click.argument("email")
@click.argument("site_code")
@click.argument("role", type=click.Choice([role.value for role in StaffRole]))
def revoke_role(email: str, site_code: str, role: str) -> None:
    """End a role at a site."""
    account = _account(email)
    try:
        revoke(db.session(), SYSTEM, account, site_code=site_code, role=StaffRole(role), now=now())
    except NotFoundError:
        raise click.ClickException(f"{email} is not {role} at {site_code}") from None
    db.session.commit()
    click.echo(f"{account.email} is no longer {role} at {site_code}")


@staff.command("close")
@click.argument("email")
def close(email: str) -> None:
    """Close the account of somebody who leaves: all roles and sessions end."""
    account = _account(email)
    close_account(db.session(), SYSTEM, account, now())
    db.session.commit()
    click.echo(f"{account.email} cannot sign in any more")


@staff.command("list")
def show_all() -> None:
    """List who works where in which role."""
    for account in all_staff(db.session()):
        open_roles = roles_of(db.session(), account)
        roles = ", ".join(f"{row.role} at {site.code}" for row, site in open_roles)
        state = (roles or "no role") if account.active else "closed"
        click.echo(f"{account.email}  {account.display_name}  {state}")


@staff.command("password")
@click.argument("email")
@click.option("--password", prompt=True, hide_input=True, confirmation_prompt=True)
def new_password(email: str, password: str) -> None:
    """Set another password for somebody who forgot theirs."""
    _check(password)
    account = _account(email)
    hashed = hash_password(password)
    renew_password(db.session(), SYSTEM, account, password_hash=hashed, now=now())
    db.session.commit()
    click.echo(f"{account.email} has another password, and is signed out everywhere")


@staff.command("totp")
@click.argument("email")
def new_totp(email: str) -> None:
    """Make a new secret for the authenticator app of somebody who lost their phone."""
    account = _account(email)
    secret: str = totp().generate_totp_secret()
    renew_totp(db.session(), SYSTEM, account, secret=secret, now=now())
    _show_secrets(account, secret)


@staff.command("code")
@click.argument("email")
def current_code(email: str) -> None:
    """Print the current code of the authenticator app: for demonstrations, not in production."""
    if parts().settings.env is Environment.PRODUCTION:
        raise click.ClickException("not in production: the code is on the person's phone")
    account = _account(email)
    if account.tf_totp_secret is None:
        raise click.ClickException(f"{email} has no authenticator app")
    ((code, _counter),) = totp().codes_at(account.tf_totp_secret, [now()])
    click.echo(code)


def _check(password: str) -> None:
    faults = faults_of(password)
    if faults:
        raise click.ClickException(" ".join(faults))


def _account(email: str) -> Account:
    try:
        return staff_by_email(db.session(), email)
    except NotFoundError:
        raise click.ClickException(f"no member of staff has the address {email}") from None


def _show_secrets(account: Account, secret: str) -> None:
    """Store new recovery codes, commit, and show everything the person has to write down."""
    codes: list[str] = extension().mf_recovery_codes_util.create_recovery_codes(account)
    db.session.commit()
    click.echo("Authenticator app (open or type it in, it is not shown again):")
    click.echo(f"  {totp().get_totp_uri(account.email or account.display_name, secret)}")
    click.echo("Recovery codes, each good for one sign-in without the phone:")
    for code in codes:
        click.echo(f"  {code}")
