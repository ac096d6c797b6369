"""How `make run` and a small hospital serve Sirolog; larger ones set the environment.

One process by default: SQLite has one writer, and short transactions in one process wait least.
"""

import os

bind = f"{os.environ.get('HOST', '127.0.0.1')}:{os.environ.get('PORT', '8000')}"
worker_class = "gthread"
workers = int(os.environ.get("WEB_WORKERS", "1"))
threads = int(os.environ.get("WEB_THREADS", "8"))
timeout = 60  # a photo over a slow line
graceful_timeout = 10
control_socket_disable = True
