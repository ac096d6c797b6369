"""Photos in a local folder: the default store."""

import hashlib
import os
import tempfile
from pathlib import Path

from photos.storage import PhotoMissingError, StoreUnavailableError, checked_key

_OWNER_ONLY = 0o700


class FolderStore:
    """A PhotoStore on one file system. Files lie in 256 shards, readable by the owner only."""

    def __init__(self, root: Path) -> None:
        self._root = root.resolve()
        self._incoming = self._root / ".incoming"  # keys cannot begin with a dot

    def put(self, key: str, data: bytes, media_type: str) -> None:  # noqa: ARG002 - S3 needs it
        target = self._path(key)
        try:
            self._make_folders(target.parent)
            _write_whole(self._incoming, target, data)
        except OSError as error:
            raise StoreUnavailableError(error.strerror or "write failed") from error

    def get(self, key: str) -> bytes:
        try:
            return self._path(key).read_bytes()
        except FileNotFoundError as error:
            raise PhotoMissingError(key) from error
        except OSError as error:
            raise StoreUnavailableError(error.strerror or "read failed") from error

    def exists(self, key: str) -> bool:
        path = self._path(key)
        try:
            path.stat()
        except FileNotFoundError:
            return False
        except OSError as error:
            raise StoreUnavailableError(error.strerror or "look-up failed") from error
        return True

    def delete(self, key: str) -> None:
        try:
            self._path(key).unlink(missing_ok=True)
        except OSError as error:
            raise StoreUnavailableError(error.strerror or "delete failed") from error

    def ready(self) -> bool:
        try:
            self._make_folders(self._root)
        except OSError:
            return False
        return os.access(self._incoming, os.W_OK | os.X_OK)

    def _path(self, key: str) -> Path:
        shard = hashlib.sha256(checked_key(key).encode()).hexdigest()[:2]
        return self._root / shard / key.replace("/", "~")  # flat: no key is another's folder

    def _make_folders(self, folder: Path) -> None:
        self._root.mkdir(mode=_OWNER_ONLY, parents=True, exist_ok=True)
        self._incoming.mkdir(mode=_OWNER_ONLY, exist_ok=True)
        folder.mkdir(parents=True, exist_ok=True)


def _write_whole(incoming: Path, target: Path, data: bytes) -> None:
    """Readers see nothing or everything, also after a power cut."""
    with tempfile.NamedTemporaryFile(dir=incoming, delete=False) as file:
        try:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
            Path(file.name).replace(target)
        except OSError:
            Path(file.name).unlink(missing_ok=True)
            raise
    _sync_folder(target.parent)


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)  # the name, too, must survive
    finally:
        os.close(descriptor)
