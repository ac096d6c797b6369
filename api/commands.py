"""flask token …: the keys of machines. A secret is shown once, here, and never again."""

import uuid
from datetime import timedelta

import click
from flask.cli import AppGroup

from services.actor import SYSTEM
from services.errors import NotFoundError, RefusedError
from services.tokens import VERBS, NewToken, create_token, revoke_token, tokens
from web.db import db
from web.parts import now

token = AppGroup("token", help="Bearer tokens of machines that use /api/v1.")


@token.command("create")
@click.option("--site", required=True, help="Code of the site whose children it may reach.")
@click.option("--name", required=True, help="As it stands in the audit trail.")
@click.option("--verbs", required=True, help=f"Comma-separated, of: {', '.join(sorted(VERBS))}")
@click.option(
    "--days", type=click.IntRange(1, 730), default=365, show_default=True, help="It ends then."
)
def create(site: str, name: str, verbs: str, days: int) -> None:
    """Make a token and print its secret."""
    asked = NewToken(
        site_code=site,
        name=name,
        verbs=frozenset(verb.strip() for verb in verbs.split(",") if verb.strip()),
        expires_at=now() + timedelta(days=days),
    )
    try:
        made = create_token(db.session(), SYSTEM, asked, now=now())
    except NotFoundError:
        raise click.ClickException(f"no site {site}") from None
    except RefusedError:
        raise click.ClickException(f"verbs are: {', '.join(sorted(VERBS))}") from None
    db.session.commit()
    click.echo(f"{made.row.public_id}  until {asked.expires_at:%Y-%m-%d}")
    click.echo("The secret, which is not shown again:")
    click.echo(made.secret)


@token.command("list")
def show_all() -> None:
    """List all tokens, without their secrets."""
    for row, account, site in tokens(db.session()):
        state = "revoked" if row.revoked_at else f"until {row.expires_at:%Y-%m-%d}"
        used = f"used {row.last_used_at:%Y-%m-%d}" if row.last_used_at else "never used"
        verbs = ",".join(str(verb) for verb in row.verbs)
        click.echo(
            f"{row.public_id}  {site.code}  {state}  {used}  {verbs}  {account.display_name}"
        )


@token.command("revoke")
@click.argument("token_id", type=click.UUID)
def revoke(token_id: uuid.UUID) -> None:
    """End a token at once."""
    try:
        revoke_token(db.session(), SYSTEM, token_id, now=now())
    except NotFoundError:
        raise click.ClickException(f"no token {token_id}") from None
    db.session.commit()
    click.echo(f"{token_id} is revoked")
