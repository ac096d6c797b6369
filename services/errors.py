"""What a use case may answer instead of a result. Edges turn each into one status and sentence."""

from collections.abc import Mapping


class ServiceError(Exception):
    """Base of the refusals below."""


class NotFoundError(ServiceError):
    """No such thing, or not this person's: the two must look alike from outside."""


class ForbiddenError(ServiceError):
    """The person may see it but not do this."""

    def __init__(self, permission: str) -> None:
        super().__init__(permission)
        self.permission = permission


class ConflictError(ServiceError):
    """The same client id came with other content. `first` is what is kept, `offered` what came."""

    def __init__(self, first: Mapping[str, object], offered: Mapping[str, object]) -> None:
        super().__init__("conflict")
        self.first = first
        self.offered = offered


class RefusedError(ServiceError):
    """The input is understood and not acceptable. `code` is translated; `field` is where it is."""

    def __init__(self, code: str, field: str | None = None, **details: object) -> None:
        super().__init__(code)
        self.code = code
        self.field = field
        self.details = details


class NeedsConfirmationError(ServiceError):
    """Possible, but only said a second time: `warnings` are the codes to show and confirm."""

    def __init__(self, warnings: tuple[str, ...], **details: object) -> None:
        super().__init__(",".join(warnings))
        self.warnings = warnings
        self.details = details
