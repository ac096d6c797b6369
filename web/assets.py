"""Style sheets, icons and scripts: fetched once, kept for a year, sent compressed.

Every URL carries a fingerprint of the whole static folder, `/static/~3f9ac1d2/css/base.css`, so a
phone may keep what it has until a release changes it, and `import "./idb.js"` inside a script finds
the same release. Pages and JSON are compressed as they leave.
"""

import gzip
import hashlib
import io
import mimetypes
import secrets
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Final

from flask import Flask, Response, abort, has_request_context, request

MARK: Final = "~"
# what set-up leaves beside the browser files of others
NOT_SERVED: Final = frozenset({".ts", ".stamp", ".md", ""})
SMALLEST_COMPRESSED: Final = 1024
COMPRESSIBLE: Final = frozenset(
    {
        "text/html",
        "text/css",
        "text/csv",
        "text/plain",
        "text/javascript",
        "image/svg+xml",
        "application/json",
        "application/problem+json",
        "application/fhir+json",
        "application/manifest+json",
        "application/xml",
    }
)
# A page that repeats a visitor's words beside its CSRF token gives the token away by its length
# (BREACH). The gzip header may hold a file name: a random one blurs the length.
LONGEST_BLUR: Final = 64

mimetypes.add_type("application/manifest+json", ".webmanifest")
mimetypes.add_type("text/javascript", ".js")
mimetypes.add_type("text/javascript", ".mjs")


@dataclass(frozen=True)
class Asset:
    """One file of the static folder, as it is and compressed."""

    mimetype: str
    body: bytes

    @cached_property
    def compressed(self) -> bytes | None:
        """gzip at its best, made at the first request; None where it saves nothing."""
        if self.mimetype not in COMPRESSIBLE:
            return None
        packed = gzip.compress(self.body, compresslevel=9, mtime=0)
        return packed if len(packed) < len(self.body) else None


class StaticFolder:
    """All files below `root`, read once; whatever is not among them does not exist."""

    def __init__(self, root: Path) -> None:
        self.assets = {
            path.relative_to(root).as_posix(): _read(path)
            for path in sorted(root.rglob("*"))
            if path.is_file() and path.suffix not in NOT_SERVED
        }

    @cached_property
    def fingerprint(self) -> str:
        """Short digest of every name and content."""
        digest = hashlib.sha256()
        for name, asset in self.assets.items():
            digest.update(f"{name}\0{len(asset.body)}\0".encode())
            digest.update(asset.body)
        return digest.hexdigest()[:10]


def _read(path: Path) -> Asset:
    mimetype = mimetypes.guess_type(path.name)[0] or "application/octet-stream"
    return Asset(mimetype, path.read_bytes())


def init_app(app: Flask, root: Path) -> None:
    """Serve `root` at /static (endpoint "static") and compress what leaves the app.

    The app is made with `static_folder=None`. Templates get `asset_url("css/base.css")`.
    With `app.debug` the folder is read anew for each request, and nothing is kept.
    """
    kept = StaticFolder(root)

    def folder() -> StaticFolder:
        return StaticFolder(root) if app.debug else kept

    def asset_url(name: str) -> str:
        """The address of a static file; KeyError when there is none, so that a typo shows."""
        found = folder()
        if name not in found.assets:
            raise KeyError(name)
        prefix = request.script_root if has_request_context() else ""
        return f"{prefix}/static/{MARK}{found.fingerprint}/{name}"

    def static(filename: str) -> Response:
        return _answer(folder(), filename, keep=not app.debug)

    app.add_url_rule("/static/<path:filename>", endpoint="static", view_func=static)
    app.add_template_global(asset_url)
    app.after_request(compress)


def _answer(folder: StaticFolder, filename: str, *, keep: bool) -> Response:
    first, _, rest = filename.partition("/")
    is_marked = first.startswith(MARK)
    asset = folder.assets.get(rest if is_marked else filename)
    if asset is None:
        abort(404)
    response = _in_best_form(asset)
    if keep and first == MARK + folder.fingerprint:
        response.headers["Cache-Control"] = "public, max-age=31536000, immutable"
    else:
        # an old release's page during a change-over, or a bare address: ask each time
        response.headers["Cache-Control"] = "public, no-cache"
    response.make_conditional(request)
    return response


def _in_best_form(asset: Asset) -> Response:
    packed = asset.compressed if request.accept_encodings["gzip"] else None
    response = Response(asset.body if packed is None else packed, mimetype=asset.mimetype)
    response.add_etag()
    if packed is not None:
        response.headers["Content-Encoding"] = "gzip"
    if asset.compressed is not None:
        response.vary.add("Accept-Encoding")
    return response


def compress(response: Response) -> Response:
    """gzip a finished page of 1 KB or more for a browser that takes it."""
    if not _is_worth_compressing(response):
        return response
    response.vary.add("Accept-Encoding")
    if request.accept_encodings["gzip"]:
        response.set_data(_blurred_gzip(response.get_data()))
        response.headers["Content-Encoding"] = "gzip"
        etag, _ = response.get_etag()
        if etag:
            response.set_etag(etag, weak=True)
    return response


def _is_worth_compressing(response: Response) -> bool:
    return (
        response.mimetype in COMPRESSIBLE
        and "Content-Encoding" not in response.headers
        and not response.direct_passthrough
        and response.is_sequence
        and len(response.get_data()) >= SMALLEST_COMPRESSED
    )


def _blurred_gzip(body: bytes) -> bytes:
    buffer = io.BytesIO()
    name = "x" * secrets.randbelow(LONGEST_BLUR + 1)
    with gzip.GzipFile(name, "wb", compresslevel=5, fileobj=buffer, mtime=0) as packer:
        packer.write(body)
    return buffer.getvalue()
