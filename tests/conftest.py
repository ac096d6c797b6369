"""Real parts for all tests; each is started only when a test asks for it."""

pytest_plugins = [
    "plugins.browser",
    "plugins.postgres",
    "plugins.twilio",
    "plugins.s3",
    "plugins.app",
    "plugins.live",
    "plugins.demo",
]
