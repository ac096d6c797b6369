"""Does a webhook really come from Twilio? Its signature covers the address it called."""

from collections.abc import Mapping

from twilio.request_validator import RequestValidator


class SignatureCheck:
    """Checks against the public address, which a proxy hides from the application.

    `public_url` is the address that Twilio was given, with a path if the pages live under one.
    A signature has no date: a repeated call passes, and the message's sid tells it apart.
    """

    def __init__(self, auth_token: str, public_url: str) -> None:
        self._validator = RequestValidator(auth_token)
        self._public_url = public_url.rstrip("/")

    def accepts(
        self, path: str, form: Mapping[str, str], signature: str | None, *, query: str = ""
    ) -> bool:
        """`path` starts with a slash, `query` is the raw query string without `?`.

        `form` may hold several values for a name if it has `getlist`, as Werkzeug's forms do.
        """
        if not signature:
            return False
        url = f"{self._public_url}{path}?{query}" if query else f"{self._public_url}{path}"
        return bool(self._validator.validate(url, form, signature))
