"""Use cases: functions taking a Session and an Actor; they flush and audit, and never commit."""
