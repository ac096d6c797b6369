"""Tables. Importing this package registers all of them on `Base.metadata`."""

from models import (
    account,
    adverse_event,
    api_token,
    assessment,
    attention,
    audit,
    dose,
    laboratory,
    message,
    order,
    participant,
    photo,
    site,
    tumour,
    visit,
)
from models.base import Base

__all__ = [
    "Base",
    "account",
    "adverse_event",
    "api_token",
    "assessment",
    "attention",
    "audit",
    "dose",
    "laboratory",
    "message",
    "order",
    "participant",
    "photo",
    "site",
    "tumour",
    "visit",
]
