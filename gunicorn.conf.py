"""How `make run` and a small hospital serve Sirolog; larger ones set the environment.

One process by default: SQLite has one writer, and short transactions in one process wait least.
"""

import gc
import os

bind = f"{os.environ.get('HOST', '127.0.0.1')}:{os.environ.get('PORT', '8000')}"
worker_class = "gthread"
workers = int(os.environ.get("WEB_WORKERS", "1"))
threads = int(os.environ.get("WEB_THREADS", "8"))
timeout = 60  # a photo over a slow line
graceful_timeout = 10
control_socket_disable = True


def post_worker_init(_worker: object) -> None:
    """What is there once the app stands stays for good: the collector need not look through it
    again each time that a page of many rows was made."""
    gc.collect()
    gc.freeze()
