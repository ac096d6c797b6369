"""Limits by address, against floods. Limits that protect people stand in web/code_limits.py."""

from flask import Flask
from flask_limiter import Limiter
from flask_limiter.util import get_remote_address

from config import Environment, Settings

limiter = Limiter(get_remote_address, strategy="moving-window", headers_enabled=True)

# whole hospitals share one address: generous for people, hopeless for guessing
SIGN_IN = "20 per minute; 200 per hour"


def init_limiter(app: Flask, settings: Settings) -> None:
    app.config["RATELIMIT_STORAGE_URI"] = settings.rate_limit_storage_url
    app.config.setdefault("RATELIMIT_ENABLED", settings.env is not Environment.TESTING)
    limiter.init_app(app)
