"""How computed numbers read: cut for the eye, exact in the tables."""

from decimal import ROUND_HALF_EVEN, Decimal

from clinician import blueprint
from web.formats import decimal


@blueprint.app_template_filter("places")
def places(value: Decimal, most: int) -> str:
    """At most so many decimal places: 0.4830 and 12.5, never 1E+1."""
    if -(int(value.as_tuple().exponent)) <= most:
        return decimal(value)
    return decimal(value.quantize(Decimal(1).scaleb(-most), rounding=ROUND_HALF_EVEN))


@blueprint.app_template_filter("short")
def short(value: Decimal, most: int) -> str:
    """At most so many decimal places, and no zero at the end: 0.375, 12.5, 10."""
    written = places(value, most)
    return written.rstrip("0").rstrip(".") if "." in written else written


def signed_short(value: Decimal, most: int) -> str:
    """The same with its sign: +0.0036, −0.015, 0."""
    return ("+" if value > 0 else "") + short(value, most)


@blueprint.app_template_filter("signed")
def signed(value: Decimal, most: int) -> str:
    """With its sign: +0.0036, −0.0064, 0."""
    if value == 0:
        return "0"
    return ("+" if value > 0 else "") + places(value, most)
