"""Reference: the page of a child as one writes it first. Tables related lazily, and a template
that makes every cell itself: an address, a zone and a filter each."""

from datetime import datetime
from zoneinfo import ZoneInfo

from flask import Flask, render_template_string
from sqlalchemy import create_engine
from sqlalchemy.orm import Session, registry, relationship

from models.account import Account
from models.dose import DoseEntry
from models.engine import BEGIN_OPTION, prepare_sqlite
from models.laboratory import LabResult, Level
from models.participant import Participant
from models.photo import Photo

TABLES = Account.metadata.tables
ZONE = ZoneInfo("Asia/Shanghai")
PAGE = """<!doctype html><title>{{ child.study_number }}</title><h1>{{ child.study_number }}</h1>
<table>{% for row in child.doses %}<tr class="{{ row.outcome }}">
<td><a href="{{ url_for('dose', dose=row.id) }}">{{ row.slot_on }}</a></td><td>{{ row.half }}</td>
<td>{{ row.taken_at | wall }}</td><td>{{ row.entered_at | wall }}</td>
<td>{{ row.outcome }}</td><td>{{ row.given_ml }}</td><td>{{ row.author.display_name }}</td></tr>
{% endfor %}</table>
<table>{% for row in child.labs %}<tr><td>{{ row.drawn_at | wall }}</td><td>{{ row.analyte }}</td>
<td>{{ row.value }} {{ row.unit }}</td><td>{{ row.author.display_name }}</td></tr>
{% endfor %}</table>
<table>{% for row in child.levels %}<tr><td>{{ row.drawn_at | wall }}</td><td>{{ row.value }}</td>
<td>{{ row.author.display_name }}</td></tr>{% endfor %}</table>
{% for row in child.photos %}<a href="{{ url_for('photo', photo=row.id) }}">
<img src="{{ url_for('thumbnail', photo=row.id) }}" alt="{{ row.body_site }}">{{ row.shown_on }}</a>
{% endfor %}"""


class Child: ...


class Dose: ...


class Picture: ...


class Lab: ...


class Trough: ...


class Author: ...


def _map() -> None:
    own = registry()
    own.map_imperatively(Author, TABLES[Account.__tablename__])
    kinds = {
        "doses": (Dose, DoseEntry, "entered_by_id"),
        "photos": (Picture, Photo, "uploaded_by_id"),
        "labs": (Lab, LabResult, "recorded_by_id"),
        "levels": (Trough, Level, "recorded_by_id"),
    }
    of_child = {}
    for name, (kind, model, by) in kinds.items():
        table = TABLES[model.__tablename__]
        author = relationship(Author, foreign_keys=table.c[by], viewonly=True)
        own.map_imperatively(kind, table, properties={"author": author})
        of_child[name] = relationship(
            kind, foreign_keys=table.c.participant_id, order_by=table.c.id.desc(), viewonly=True
        )
    own.map_imperatively(Child, TABLES[Participant.__tablename__], properties=of_child)


_map()


def create_bare_app(database_url: str) -> Flask:
    """One page: GET /children/<id>."""
    engine = create_engine(database_url)
    prepare_sqlite(engine)
    reading = engine.execution_options(**{BEGIN_OPTION: "DEFERRED"})
    app = Flask("bare")

    def show(child: int) -> str:
        with Session(reading) as session:
            return render_template_string(PAGE, child=session.get_one(Child, child))

    app.add_url_rule("/children/<int:child>", view_func=show)
    app.add_url_rule("/doses/<int:dose>", "dose")
    app.add_url_rule("/photos/<int:photo>", "photo")
    app.add_url_rule("/photos/<int:photo>/thumbnail", "thumbnail")
    app.add_template_filter(_wall, "wall")
    return app


def _wall(at: datetime) -> str:
    return f"{at.astimezone(ZONE):%d %b %Y %H:%M}"
