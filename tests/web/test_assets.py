"""Static files are kept for a year and sent compressed; pages are compressed as they leave."""

import gzip
from pathlib import Path

import pytest
from flask import Flask, Response, render_template_string
from flask.testing import FlaskClient

from web import assets

GZIP = {"Accept-Encoding": "gzip, deflate, br"}
STYLE = b"main { color: teal }\n" * 100


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "static" / "css").mkdir(parents=True)
    (tmp_path / "static" / "css" / "base.css").write_bytes(STYLE)
    (tmp_path / "static" / "photo.png").write_bytes(b"\x89PNG" + STYLE)
    (tmp_path / "secret.txt").write_text("not below static")
    return tmp_path / "static"


def make_app(root: Path) -> Flask:
    app = Flask("assets", static_folder=None)
    assets.init_app(app, root)
    app.add_url_rule("/page/<int:size>", view_func=page)
    app.add_url_rule("/picture", endpoint="picture", view_func=picture)
    app.add_url_rule("/streamed", endpoint="streamed", view_func=streamed)
    return app


def page(size: int) -> str:
    return "y" * size


def picture() -> Response:
    return Response(b"z" * 5000, mimetype="image/jpeg")


def streamed() -> Response:
    return Response(("row\n" for _ in range(1000)), mimetype="text/csv")


def url(app: Flask, name: str) -> str:
    with app.test_request_context():
        return render_template_string("{{ asset_url(name) }}", name=name)


@pytest.fixture
def app(root: Path) -> Flask:
    return make_app(root)


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()


def test_a_style_sheet_may_be_kept_for_a_year(app: Flask, client: FlaskClient) -> None:
    answer = client.get(url(app, "css/base.css"))
    assert answer.data == STYLE
    assert answer.mimetype == "text/css"
    assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"


def test_it_comes_compressed_to_who_takes_that(app: Flask, client: FlaskClient) -> None:
    answer = client.get(url(app, "css/base.css"), headers=GZIP)
    assert answer.headers["Content-Encoding"] == "gzip"
    assert answer.headers["Vary"] == "Accept-Encoding"
    assert len(answer.data) < len(STYLE) / 5
    assert gzip.decompress(answer.data) == STYLE


def test_a_picture_is_sent_as_it_is(app: Flask, client: FlaskClient) -> None:
    answer = client.get(url(app, "photo.png"), headers=GZIP)
    assert "Content-Encoding" not in answer.headers


def test_a_changed_file_gets_a_new_address(root: Path) -> None:
    before = url(make_app(root), "css/base.css")
    (root / "css" / "base.css").write_bytes(STYLE + b" ")
    assert url(make_app(root), "css/base.css") != before


@pytest.mark.parametrize("path", ["/static/css/base.css", "/static/~0000000000/css/base.css"])
def test_another_releases_address_is_answered_but_not_kept(client: FlaskClient, path: str) -> None:
    answer = client.get(path)
    assert answer.data == STYLE
    assert answer.headers["Cache-Control"] == "public, no-cache"


def test_an_unchanged_file_is_not_sent_again(client: FlaskClient) -> None:
    etag = client.get("/static/css/base.css", headers=GZIP).headers["ETag"]
    again = client.get("/static/css/base.css", headers={**GZIP, "If-None-Match": etag})
    assert (again.status_code, again.data) == (304, b"")


@pytest.mark.parametrize(
    "path", ["nothing.css", "../secret.txt", "%2e%2e/secret.txt", "css/../../secret.txt", "css", ""]
)
def test_what_is_not_in_the_folder_does_not_exist(client: FlaskClient, path: str) -> None:
    assert client.get(f"/static/{path}").status_code == 404


def test_a_misspelt_name_fails_loudly(app: Flask) -> None:
    with pytest.raises(KeyError):
        url(app, "css/bse.css")


def test_a_page_of_a_kilobyte_is_compressed(client: FlaskClient) -> None:
    answer = client.get("/page/1024", headers=GZIP)
    assert gzip.decompress(answer.data) == b"y" * 1024
    assert answer.headers["Content-Length"] == str(len(answer.data))
    assert "Accept-Encoding" in answer.headers["Vary"]


@pytest.mark.parametrize("path", ["/page/1023", "/picture", "/streamed"])
def test_small_streamed_and_packed_answers_are_left_alone(client: FlaskClient, path: str) -> None:
    assert "Content-Encoding" not in client.get(path, headers=GZIP).headers


def test_a_browser_that_asks_for_no_compression_gets_none(client: FlaskClient) -> None:
    answer = client.get("/page/4096", headers={"Accept-Encoding": "gzip;q=0"})
    assert answer.data == b"y" * 4096
    assert "Accept-Encoding" in answer.headers["Vary"]


def test_the_length_of_a_page_tells_nothing_about_its_words(client: FlaskClient) -> None:
    lengths = {len(client.get("/page/4096", headers=GZIP).data) for _ in range(40)}
    assert len(lengths) > 5
