"""The declarative base and the column types that keep time and numbers exact."""

import enum
import uuid
from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    Date,
    DateTime,
    Dialect,
    Enum,
    ForeignKey,
    Integer,
    MetaData,
    Numeric,
    String,
    Text,
    Time,
    TypeDecorator,
    Uuid,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import DeclarativeBase, Mapped, declared_attr, mapped_column, registry
from sqlalchemy.types import TypeEngine


class UtcDateTime(TypeDecorator[datetime]):
    """An instant. Naive values are refused, so a wall clock can never slip in as an instant."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        del dialect
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("an instant needs a zone")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        del dialect
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)

    def result_processor(self, dialect: Dialect, coltype: object) -> Any:
        """SQLite keeps text: one step instead of three, thousands of times a page."""
        if dialect.name == "sqlite":
            return _instant
        return super().result_processor(dialect, coltype)


class Exact(TypeDecorator[Decimal]):
    """A decimal as it was reported: 10.0 stays 10.0. SQLite has no exact number, so text there."""

    impl = Numeric
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        if dialect.name == "sqlite":
            return dialect.type_descriptor(String(40))
        return dialect.type_descriptor(Numeric())

    def process_bind_param(self, value: Decimal | None, dialect: Dialect) -> Any:
        if value is None or dialect.name != "sqlite":
            return value
        return format(value, "f")

    def process_result_value(self, value: Any, dialect: Dialect) -> Decimal | None:
        del dialect
        return None if value is None else Decimal(value)

    def result_processor(self, dialect: Dialect, coltype: object) -> Any:
        """As for instants."""
        if dialect.name == "sqlite":
            return _number
        return super().result_processor(dialect, coltype)


def _instant(value: str | None) -> datetime | None:
    return None if value is None else datetime.fromisoformat(value).replace(tzinfo=UTC)


def _number(value: str | None) -> Decimal | None:
    return None if value is None else Decimal(value)


Identity = BigInteger().with_variant(Integer, "sqlite")
Document = JSON().with_variant(JSONB(), "postgresql")


def _values(states: type[enum.StrEnum]) -> list[str]:
    return [state.value for state in states]


def one_of(states: type[enum.StrEnum], name: str) -> Enum:
    """A text column that a CHECK constraint keeps to the values of `states`."""
    return Enum(
        states,
        name=name,
        native_enum=False,
        create_constraint=True,
        length=32,
        values_callable=_values,
    )


class Base(DeclarativeBase):
    """Every table of Sirolog."""

    registry = registry(
        metadata=MetaData(
            naming_convention={
                "ix": "ix_%(table_name)s_%(column_0_N_name)s",
                "uq": "uq_%(table_name)s_%(column_0_N_name)s",
                "ck": "ck_%(table_name)s_%(constraint_name)s",
                "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
                "pk": "pk_%(table_name)s",
            }
        ),
        type_annotation_map={
            datetime: UtcDateTime(),
            date: Date(),
            time: Time(),
            Decimal: Exact(),
            uuid.UUID: Uuid(),
            str: Text(),
            dict[str, Any]: Document,
            list[Any]: Document,
        },
    )

    id: Mapped[int] = mapped_column(Identity, primary_key=True)


class Addressable:
    """Rows that a URL may name: by a random id that tells nothing and cannot be counted."""

    public_id: Mapped[uuid.UUID] = mapped_column(unique=True, default=uuid.uuid4)


class Recorded:
    """Who put the fact here and when the server got it."""

    recorded_at: Mapped[datetime]

    @declared_attr
    def recorded_by_id(cls) -> Mapped[int]:  # noqa: N805  # SQLAlchemy calls it on the class
        return mapped_column(ForeignKey("account.id"))
