"""What a rule may answer instead of a value."""


class DomainError(Exception):
    """A rule refuses. `code` is stable and translated at the edge; `details` fill the sentence."""

    def __init__(self, code: str, **details: object) -> None:
        super().__init__(code)
        self.code = code
        self.details = details
