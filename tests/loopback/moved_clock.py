"""The product with its clock moved on, for what happens months after the first dose."""

import os
from datetime import UTC, datetime, timedelta

from flask import Flask

from app import create_app

DAYS = "SIROLOG_TEST_DAYS_LATER"


def create_app_later() -> Flask:
    later = timedelta(days=int(os.environ[DAYS]))
    return create_app(clock=lambda: datetime.now(UTC) + later)
