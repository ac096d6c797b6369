"""What a study says of laboratory results beyond their units."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class LabRules:
    """Blood drawn earlier than so many days before enrolment is no result of this study."""

    earliest_days_before_enrolment: int
