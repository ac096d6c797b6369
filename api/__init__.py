"""Edge: the JSON interface at /api/v1."""

from flask import Flask

from api import (
    routes_adherence,
    routes_admission,
    routes_assessments,
    routes_children,
    routes_clinic_diary,
    routes_diary,
    routes_events,
    routes_labs,
    routes_levels,
    routes_medicines,
    routes_messages,
    routes_orders,
    routes_photos,
    routes_readings,
    routes_results,
    routes_starting_dose,
    routes_symptoms,
    routes_treatments,
    routes_tumour,
    routes_visits,
    routes_worklist,
)
from api.blueprint import blueprint
from api.commands import token
from api.document import make_api
from api.problems import init_problems
from config import Settings

__all__ = ["init_api"]

# importing them is what puts their endpoints on the blueprint
ROUTES = (
    routes_adherence,
    routes_assessments,
    routes_admission,
    routes_children,
    routes_clinic_diary,
    routes_diary,
    routes_events,
    routes_labs,
    routes_levels,
    routes_medicines,
    routes_messages,
    routes_orders,
    routes_photos,
    routes_readings,
    routes_results,
    routes_starting_dose,
    routes_symptoms,
    routes_treatments,
    routes_tumour,
    routes_visits,
    routes_worklist,
)


def init_api(app: Flask, settings: Settings) -> None:
    """Join the interface and its commands to the app; after everything that answers requests."""
    init_problems(app)
    make_api(app, settings.public_url).register_blueprint(blueprint)
    app.cli.add_command(token)
