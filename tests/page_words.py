"""What a person reads on a page."""

import re

from werkzeug.test import TestResponse


def words(answer: TestResponse) -> str:
    """The page's text in one line."""
    text = re.sub(r"<(script|style).*?</\1>", " ", answer.text, flags=re.DOTALL)
    return " ".join(re.sub(r"<[^>]+>", " ", text).split())
