"""From the configured address to a store."""

from pathlib import Path
from urllib.parse import SplitResult, parse_qs, unquote, urlsplit

from photos.folder import FolderStore
from photos.storage import PhotoStore

_S3_OPTIONS = frozenset({"endpoint", "region"})


def open_store(url: str) -> PhotoStore:
    """`file:///absolute/folder` or `s3://bucket/prefix?endpoint=http://…&region=…`.

    Opens no connection. Raises ValueError for any other address; secrets do not belong into it.
    """
    parts = urlsplit(url)
    match parts.scheme:
        case "file":
            return _folder(parts)
        case "s3":
            return _s3(parts)
        case _:
            raise ValueError("the photo store must be a file:// or s3:// address")


def _folder(parts: SplitResult) -> PhotoStore:
    if parts.netloc or not parts.path.startswith("/"):
        raise ValueError("a photo folder is written file:///absolute/folder, with three slashes")
    return FolderStore(Path(unquote(parts.path)))


def _s3(parts: SplitResult) -> PhotoStore:
    options = parse_qs(parts.query, strict_parsing=bool(parts.query))
    unknown = options.keys() - _S3_OPTIONS
    if unknown:
        raise ValueError(f"unknown S3 option: {', '.join(sorted(unknown))}")
    if not parts.netloc or "@" in parts.netloc:
        raise ValueError("an S3 store is written s3://bucket/prefix, without credentials")

    # Imported here because boto3 costs half a second, and most installations use a folder.
    from photos.s3 import S3Store

    return S3Store(
        parts.netloc,
        parts.path.strip("/"),
        endpoint=options.get("endpoint", [None])[0],
        region=options.get("region", [None])[0],
    )
