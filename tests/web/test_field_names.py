"""An error summary says which field each of its lines is about."""

from flask import Flask, render_template_string

PAGE = """{% extends "base.html" %}
{% from "macros/form.html" import error_summary, field, radio_cards %}
{% block main %}
  {{ error_summary(errors) }}
  {{ field("height", "Height", "", errors) }}
  {{ radio_cards("arm", "Arm <b>", [("high", "High")], "", errors) }}
  <p>{{ typed }}</p>
{% endblock %}"""


def shown(app: Flask, errors: dict[str, str], typed: str = "") -> str:
    with app.test_request_context(headers={"Accept-Language": "en"}):
        return render_template_string(PAGE, errors=errors, typed=typed)


def test_a_line_names_its_field(app: Flask) -> None:
    page = shown(app, {"height": "Please fill this in."})
    assert '<a href="#field-height">Height: Please fill this in.</a>' in page


def test_a_legend_is_a_name_too_and_is_escaped(app: Flask) -> None:
    assert "Arm &lt;b&gt;: Please choose." in shown(app, {"arm": "Please choose."})


def test_a_field_that_is_not_on_the_page_has_no_name(app: Flask) -> None:
    assert '<a href="#field-site">Please choose.</a>' in shown(app, {"site": "Please choose."})


def test_what_people_type_is_never_taken_for_a_gap(app: Flask) -> None:
    assert "&lt;!--field:height--&gt;" in shown(app, {}, typed="<!--field:height-->")
