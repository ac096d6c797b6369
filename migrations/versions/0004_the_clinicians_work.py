"""the clinician's work: randomisation, candidates for events, hand-over, masked reading, and more

Columns are added one by one and never by copying a table: a copy would lose the triggers that
keep rows from being changed, and SQLite would drop a table that others point to.

Revision ID: 0004
Revises: 0003
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "0004"
down_revision: str | None = "0003"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

GROWING = (
    "adverse_event_change",
    "alert_event",
    "candidate_decision",
    "consent",
    "eligibility_check",
    "inpatient_stay",
    "lab_import",
    "lesion",
    "randomisation_list",
    "randomisation_place",
    "reading_answer",
    "reading_task",
    "reference_range",
    "review_mark",
    "symptom_report",
)


def upgrade() -> None:
    op.create_table(
        "lab_import",
        sa.Column("client_id", sa.Uuid(), nullable=False),
        sa.Column("site_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("row_count", sa.Integer(), nullable=False),
        sa.Column("rule_version", sa.String(length=64), nullable=False),
        sa.Column("public_id", sa.Uuid(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "recorded_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(
            ["recorded_by_id"], ["account.id"], name=op.f("fk_lab_import_recorded_by_id_account")
        ),
        sa.ForeignKeyConstraint(["site_id"], ["site.id"], name=op.f("fk_lab_import_site_id_site")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_lab_import")),
        sa.UniqueConstraint("client_id", name=op.f("uq_lab_import_client_id")),
        sa.UniqueConstraint("public_id", name=op.f("uq_lab_import_public_id")),
    )
    with op.batch_alter_table("lab_import", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_lab_import_site_id"), ["site_id"], unique=False)

    op.create_table(
        "randomisation_list",
        sa.Column("client_id", sa.Uuid(), nullable=False),
        sa.Column("protocol_key", sa.String(length=64), nullable=False),
        sa.Column("method", sa.String(length=16), nullable=False),
        sa.Column("sealed_seed", sa.Text(), nullable=True),
        sa.Column("commitment", sa.String(length=64), nullable=False),
        sa.Column(
            "parameters", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False
        ),
        sa.Column("rule_version", sa.String(length=64), nullable=False),
        sa.Column("public_id", sa.Uuid(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "recorded_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.CheckConstraint(
            "method IN ('seed', 'import')", name=op.f("ck_randomisation_list_method")
        ),
        sa.ForeignKeyConstraint(
            ["recorded_by_id"],
            ["account.id"],
            name=op.f("fk_randomisation_list_recorded_by_id_account"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_randomisation_list")),
        sa.UniqueConstraint("client_id", name=op.f("uq_randomisation_list_client_id")),
        sa.UniqueConstraint("public_id", name=op.f("uq_randomisation_list_public_id")),
    )
    with op.batch_alter_table("randomisation_list", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_randomisation_list_protocol_key"), ["protocol_key"], unique=False
        )

    op.create_table(
        "reference_range",
        sa.Column("client_id", sa.Uuid(), nullable=False),
        sa.Column("site_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("laboratory", sa.String(length=80), nullable=False),
        sa.Column("analyte", sa.String(length=24), nullable=False),
        sa.Column("sex", sa.String(length=8), nullable=True),
        sa.Column("from_days", sa.Integer(), nullable=False),
        sa.Column("to_days", sa.Integer(), nullable=False),
        sa.Column("low", sa.Numeric().with_variant(sa.String(40), "sqlite"), nullable=True),
        sa.Column("high", sa.Numeric().with_variant(sa.String(40), "sqlite"), nullable=True),
        sa.Column("unit", sa.String(length=16), nullable=False),
        sa.Column("valid_from_on", sa.Date(), nullable=False),
        sa.Column("amends_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("public_id", sa.Uuid(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "recorded_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.CheckConstraint("from_days < to_days", name=op.f("ck_reference_range_ages")),
        sa.ForeignKeyConstraint(
            ["amends_id"],
            ["reference_range.id"],
            name=op.f("fk_reference_range_amends_id_reference_range"),
        ),
        sa.ForeignKeyConstraint(
            ["recorded_by_id"],
            ["account.id"],
            name=op.f("fk_reference_range_recorded_by_id_account"),
        ),
        sa.ForeignKeyConstraint(
            ["site_id"], ["site.id"], name=op.f("fk_reference_range_site_id_site")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reference_range")),
        sa.UniqueConstraint("amends_id", name=op.f("uq_reference_range_amends_id")),
        sa.UniqueConstraint("public_id", name=op.f("uq_reference_range_public_id")),
    )
    with op.batch_alter_table("reference_range", schema=None) as batch_op:
        batch_op.create_index(
            "ix_reference_range_of", ["site_id", "laboratory", "analyte"], unique=False
        )

    op.create_table(
        "consent",
        sa.Column("client_id", sa.Uuid(), nullable=False),
        sa.Column(
            "participant_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column(
            "kind",
            sa.Enum(
                "consent",
                "assent",
                "assent_not_possible",
                "withdrawn",
                name="kind",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("document_version", sa.String(length=40), nullable=False),
        sa.Column("given_by", sa.String(length=80), nullable=False),
        sa.Column(
            "relation",
            sa.Enum(
                "mother",
                "father",
                "grandparent",
                "self",
                "other",
                name="relation",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("given_on", sa.Date(), nullable=False),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("amends_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("amend_reason", sa.Text(), nullable=True),
        sa.Column("public_id", sa.Uuid(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "recorded_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(
            ["amends_id"], ["consent.id"], name=op.f("fk_consent_amends_id_consent")
        ),
        sa.ForeignKeyConstraint(
            ["participant_id"],
            ["participant.id"],
            name=op.f("fk_consent_participant_id_participant"),
        ),
        sa.ForeignKeyConstraint(
            ["recorded_by_id"], ["account.id"], name=op.f("fk_consent_recorded_by_id_account")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_consent")),
        sa.UniqueConstraint("amends_id", name=op.f("uq_consent_amends_id")),
        sa.UniqueConstraint(
            "participant_id", "client_id", name=op.f("uq_consent_participant_id_client_id")
        ),
        sa.UniqueConstraint("public_id", name=op.f("uq_consent_public_id")),
    )
    with op.batch_alter_table("consent", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_consent_participant_id"), ["participant_id"], unique=False
        )

    op.create_table(
        "eligibility_check",
        sa.Column("client_id", sa.Uuid(), nullable=False),
        sa.Column(
            "participant_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("checked_on", sa.Date(), nullable=False),
        sa.Column(
            "answers", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False
        ),
        sa.Column("is_eligible", sa.Boolean(), nullable=False),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("rule_version", sa.String(length=64), nullable=False),
        sa.Column("public_id", sa.Uuid(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "recorded_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(
            ["participant_id"],
            ["participant.id"],
            name=op.f("fk_eligibility_check_participant_id_participant"),
        ),
        sa.ForeignKeyConstraint(
            ["recorded_by_id"],
            ["account.id"],
            name=op.f("fk_eligibility_check_recorded_by_id_account"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_eligibility_check")),
        sa.UniqueConstraint(
            "participant_id",
            "client_id",
            name=op.f("uq_eligibility_check_participant_id_client_id"),
        ),
        sa.UniqueConstraint("public_id", name=op.f("uq_eligibility_check_public_id")),
    )
    with op.batch_alter_table("eligibility_check", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_eligibility_check_participant_id"), ["participant_id"], unique=False
        )

    op.create_table(
        "inpatient_stay",
        sa.Column("client_id", sa.Uuid(), nullable=False),
        sa.Column(
            "participant_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("until_on", sa.Date(), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("amends_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("amend_reason", sa.Text(), nullable=True),
        sa.Column("public_id", sa.Uuid(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "recorded_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(
            ["amends_id"],
            ["inpatient_stay.id"],
            name=op.f("fk_inpatient_stay_amends_id_inpatient_stay"),
        ),
        sa.ForeignKeyConstraint(
            ["participant_id"],
            ["participant.id"],
            name=op.f("fk_inpatient_stay_participant_id_participant"),
        ),
        sa.ForeignKeyConstraint(
            ["recorded_by_id"],
            ["account.id"],
            name=op.f("fk_inpatient_stay_recorded_by_id_account"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_inpatient_stay")),
        sa.UniqueConstraint("amends_id", name=op.f("uq_inpatient_stay_amends_id")),
        sa.UniqueConstraint(
            "participant_id", "client_id", name=op.f("uq_inpatient_stay_participant_id_client_id")
        ),
        sa.UniqueConstraint("public_id", name=op.f("uq_inpatient_stay_public_id")),
    )
    with op.batch_alter_table("inpatient_stay", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_inpatient_stay_participant_id"), ["participant_id"], unique=False
        )

    op.create_table(
        "lesion",
        sa.Column("client_id", sa.Uuid(), nullable=False),
        sa.Column(
            "participant_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("body_site", sa.String(length=24), nullable=False),
        sa.Column("is_deep", sa.Boolean(), nullable=False),
        sa.Column("noted_on", sa.Date(), nullable=False),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("amends_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("amend_reason", sa.Text(), nullable=True),
        sa.Column("public_id", sa.Uuid(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "recorded_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(
            ["amends_id"], ["lesion.id"], name=op.f("fk_lesion_amends_id_lesion")
        ),
        sa.ForeignKeyConstraint(
            ["participant_id"],
            ["participant.id"],
            name=op.f("fk_lesion_participant_id_participant"),
        ),
        sa.ForeignKeyConstraint(
            ["recorded_by_id"], ["account.id"], name=op.f("fk_lesion_recorded_by_id_account")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_lesion")),
        sa.UniqueConstraint("amends_id", name=op.f("uq_lesion_amends_id")),
        sa.UniqueConstraint(
            "participant_id", "client_id", name=op.f("uq_lesion_participant_id_client_id")
        ),
        sa.UniqueConstraint("public_id", name=op.f("uq_lesion_public_id")),
    )
    with op.batch_alter_table("lesion", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_lesion_participant_id"), ["participant_id"], unique=False
        )

    op.create_table(
        "randomisation_place",
        sa.Column("list_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("stratum", sa.String(length=80), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("number", sa.String(length=32), nullable=False),
        sa.Column("sealed_arm", sa.Text(), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(
            ["list_id"],
            ["randomisation_list.id"],
            name=op.f("fk_randomisation_place_list_id_randomisation_list"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_randomisation_place")),
        sa.UniqueConstraint(
            "list_id",
            "stratum",
            "position",
            name=op.f("uq_randomisation_place_list_id_stratum_position"),
        ),
        sa.UniqueConstraint("number", name=op.f("uq_randomisation_place_number")),
    )
    op.create_table(
        "review_mark",
        sa.Column("client_id", sa.Uuid(), nullable=False),
        sa.Column(
            "account_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column(
            "participant_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("reviewed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_review_mark_account_id_account")
        ),
        sa.ForeignKeyConstraint(
            ["participant_id"],
            ["participant.id"],
            name=op.f("fk_review_mark_participant_id_participant"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_review_mark")),
        sa.UniqueConstraint("client_id", name=op.f("uq_review_mark_client_id")),
    )
    with op.batch_alter_table("review_mark", schema=None) as batch_op:
        batch_op.create_index(
            "ix_review_mark_of", ["account_id", "participant_id", "reviewed_at"], unique=False
        )

    op.create_table(
        "symptom_report",
        sa.Column("client_id", sa.Uuid(), nullable=False),
        sa.Column(
            "participant_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("severity", sa.String(length=16), nullable=False),
        sa.Column("celsius", sa.Numeric().with_variant(sa.String(40), "sqlite"), nullable=True),
        sa.Column(
            "lasted_hours", sa.Numeric().with_variant(sa.String(40), "sqlite"), nullable=True
        ),
        sa.Column("noticed_on", sa.Date(), nullable=False),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("entered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "entered_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column(
            "channel",
            sa.Enum(
                "page",
                "offline",
                "sms",
                "clinic",
                "api",
                name="channel",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("advice_shown", sa.String(length=96), nullable=True),
        sa.Column("amends_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("amend_reason", sa.Text(), nullable=True),
        sa.Column("public_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.CheckConstraint(
            "celsius IS NULL OR kind = 'fever'", name=op.f("ck_symptom_report_celsius")
        ),
        sa.CheckConstraint(
            "lasted_hours IS NULL OR celsius IS NOT NULL",
            name=op.f("ck_symptom_report_lasted_hours"),
        ),
        sa.ForeignKeyConstraint(
            ["amends_id"],
            ["symptom_report.id"],
            name=op.f("fk_symptom_report_amends_id_symptom_report"),
        ),
        sa.ForeignKeyConstraint(
            ["entered_by_id"], ["account.id"], name=op.f("fk_symptom_report_entered_by_id_account")
        ),
        sa.ForeignKeyConstraint(
            ["participant_id"],
            ["participant.id"],
            name=op.f("fk_symptom_report_participant_id_participant"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_symptom_report")),
        sa.UniqueConstraint("amends_id", name=op.f("uq_symptom_report_amends_id")),
        sa.UniqueConstraint(
            "participant_id", "client_id", name=op.f("uq_symptom_report_participant_id_client_id")
        ),
        sa.UniqueConstraint("public_id", name=op.f("uq_symptom_report_public_id")),
    )
    with op.batch_alter_table("symptom_report", schema=None) as batch_op:
        batch_op.create_index(
            "ix_symptom_report_day", ["participant_id", "noticed_on"], unique=False
        )

    op.create_table(
        "adverse_event_change",
        sa.Column("client_id", sa.Uuid(), nullable=False),
        sa.Column("event_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("old", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("new", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "recorded_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(
            ["event_id"],
            ["adverse_event.id"],
            name=op.f("fk_adverse_event_change_event_id_adverse_event"),
        ),
        sa.ForeignKeyConstraint(
            ["recorded_by_id"],
            ["account.id"],
            name=op.f("fk_adverse_event_change_recorded_by_id_account"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_adverse_event_change")),
        sa.UniqueConstraint(
            "event_id", "client_id", name=op.f("uq_adverse_event_change_event_id_client_id")
        ),
    )
    with op.batch_alter_table("adverse_event_change", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_adverse_event_change_event_id"), ["event_id"], unique=False
        )

    op.create_table(
        "alert_event",
        sa.Column("alert_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("kind", sa.String(length=24), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("to_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(
            ["alert_id"], ["alert.id"], name=op.f("fk_alert_event_alert_id_alert")
        ),
        sa.ForeignKeyConstraint(
            ["by_id"], ["account.id"], name=op.f("fk_alert_event_by_id_account")
        ),
        sa.ForeignKeyConstraint(
            ["to_id"], ["account.id"], name=op.f("fk_alert_event_to_id_account")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_alert_event")),
    )
    with op.batch_alter_table("alert_event", schema=None) as batch_op:
        batch_op.create_index("ix_alert_event_of", ["alert_id", "at"], unique=False)

    op.create_table(
        "candidate_decision",
        sa.Column("client_id", sa.Uuid(), nullable=False),
        sa.Column(
            "participant_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column(
            "lab_result_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True
        ),
        sa.Column(
            "symptom_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True
        ),
        sa.Column("term", sa.String(length=120), nullable=False),
        sa.Column("draft_grade", sa.String(length=8), nullable=True),
        sa.Column("event_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("rule_version", sa.String(length=64), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "recorded_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.CheckConstraint(
            "(lab_result_id IS NULL) <> (symptom_id IS NULL)",
            name=op.f("ck_candidate_decision_one_source"),
        ),
        sa.ForeignKeyConstraint(
            ["event_id"],
            ["adverse_event.id"],
            name=op.f("fk_candidate_decision_event_id_adverse_event"),
        ),
        sa.ForeignKeyConstraint(
            ["lab_result_id"],
            ["lab_result.id"],
            name=op.f("fk_candidate_decision_lab_result_id_lab_result"),
        ),
        sa.ForeignKeyConstraint(
            ["participant_id"],
            ["participant.id"],
            name=op.f("fk_candidate_decision_participant_id_participant"),
        ),
        sa.ForeignKeyConstraint(
            ["recorded_by_id"],
            ["account.id"],
            name=op.f("fk_candidate_decision_recorded_by_id_account"),
        ),
        sa.ForeignKeyConstraint(
            ["symptom_id"],
            ["symptom_report.id"],
            name=op.f("fk_candidate_decision_symptom_id_symptom_report"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_candidate_decision")),
        sa.UniqueConstraint(
            "lab_result_id", "term", name=op.f("uq_candidate_decision_lab_result_id_term")
        ),
        sa.UniqueConstraint(
            "symptom_id", "term", name=op.f("uq_candidate_decision_symptom_id_term")
        ),
    )
    with op.batch_alter_table("candidate_decision", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_candidate_decision_participant_id"), ["participant_id"], unique=False
        )

    op.create_table(
        "reading_case",
        sa.Column("client_id", sa.Uuid(), nullable=False),
        sa.Column(
            "participant_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("visit_code", sa.String(length=24), nullable=False),
        sa.Column(
            "baseline_photo_id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            nullable=False,
        ),
        sa.Column(
            "followup_photo_id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            nullable=False,
        ),
        sa.Column("rule_version", sa.String(length=64), nullable=False),
        sa.Column("unmasked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column(
            "unmasked_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True
        ),
        sa.Column("public_id", sa.Uuid(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "recorded_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(
            ["baseline_photo_id"],
            ["photo.id"],
            name=op.f("fk_reading_case_baseline_photo_id_photo"),
        ),
        sa.ForeignKeyConstraint(
            ["followup_photo_id"],
            ["photo.id"],
            name=op.f("fk_reading_case_followup_photo_id_photo"),
        ),
        sa.ForeignKeyConstraint(
            ["participant_id"],
            ["participant.id"],
            name=op.f("fk_reading_case_participant_id_participant"),
        ),
        sa.ForeignKeyConstraint(
            ["recorded_by_id"], ["account.id"], name=op.f("fk_reading_case_recorded_by_id_account")
        ),
        sa.ForeignKeyConstraint(
            ["unmasked_by_id"], ["account.id"], name=op.f("fk_reading_case_unmasked_by_id_account")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reading_case")),
        sa.UniqueConstraint(
            "baseline_photo_id",
            "followup_photo_id",
            name=op.f("uq_reading_case_baseline_photo_id_followup_photo_id"),
        ),
        sa.UniqueConstraint("client_id", name=op.f("uq_reading_case_client_id")),
        sa.UniqueConstraint("public_id", name=op.f("uq_reading_case_public_id")),
    )
    with op.batch_alter_table("reading_case", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_reading_case_participant_id"), ["participant_id"], unique=False
        )

    op.create_table(
        "reading_task",
        sa.Column("case_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "reader_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("seat", sa.Integer(), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("baseline_is_left", sa.Boolean(), nullable=False),
        sa.Column("public_id", sa.Uuid(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "recorded_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.CheckConstraint("seat IN (1, 2, 3)", name=op.f("ck_reading_task_seat")),
        sa.ForeignKeyConstraint(
            ["case_id"], ["reading_case.id"], name=op.f("fk_reading_task_case_id_reading_case")
        ),
        sa.ForeignKeyConstraint(
            ["reader_id"], ["account.id"], name=op.f("fk_reading_task_reader_id_account")
        ),
        sa.ForeignKeyConstraint(
            ["recorded_by_id"], ["account.id"], name=op.f("fk_reading_task_recorded_by_id_account")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reading_task")),
        sa.UniqueConstraint("case_id", "reader_id", name=op.f("uq_reading_task_case_id_reader_id")),
        sa.UniqueConstraint("case_id", "seat", name=op.f("uq_reading_task_case_id_seat")),
        sa.UniqueConstraint("public_id", name=op.f("uq_reading_task_public_id")),
    )
    with op.batch_alter_table("reading_task", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_reading_task_case_id"), ["case_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_reading_task_reader_id"), ["reader_id"], unique=False)

    op.create_table(
        "reading_answer",
        sa.Column("client_id", sa.Uuid(), nullable=False),
        sa.Column("task_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("answer", sa.String(length=16), nullable=False),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("locked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "reader_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(
            ["reader_id"], ["account.id"], name=op.f("fk_reading_answer_reader_id_account")
        ),
        sa.ForeignKeyConstraint(
            ["task_id"], ["reading_task.id"], name=op.f("fk_reading_answer_task_id_reading_task")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reading_answer")),
        sa.UniqueConstraint("task_id", name=op.f("uq_reading_answer_task_id")),
    )
    op.add_column(
        "adverse_event",
        sa.Column(
            "serious_criteria",
            sa.JSON().with_variant(postgresql.JSONB(), "postgresql"),
            nullable=True,
        ),
    )
    op.add_column("adverse_event", sa.Column("baseline_grade", sa.Integer(), nullable=True))
    _point("alert", "assigned_to_id", "account")
    op.add_column("alert", sa.Column("assigned_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column(
        "alert", sa.Column("escalations", sa.Integer(), nullable=False, server_default="0")
    )
    op.add_column("alert", sa.Column("escalated_at", sa.DateTime(timezone=True), nullable=True))
    _point("allocation", "place_id", "randomisation_place")
    op.add_column("allocation", sa.Column("stratum", sa.String(length=80), nullable=True))
    op.add_column(
        "correction_request",
        sa.Column("is_second_dose", sa.Boolean(), nullable=False, server_default=sa.false()),
    )
    op.add_column("day_schedule", sa.Column("client_id", sa.Uuid(), nullable=True))
    op.add_column("dose_entry", sa.Column("source", sa.String(length=32), nullable=True))
    _point("dose_order", "level_id", "level")
    op.add_column(
        "dose_order",
        sa.Column(
            "proposal", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=True
        ),
    )
    op.add_column("lab_result", sa.Column("range_source", sa.String(length=16), nullable=True))
    _point("lab_result", "import_id", "lab_import")
    op.add_column("level_overrule", sa.Column("client_id", sa.Uuid(), nullable=True))
    op.add_column("participant", sa.Column("ended_reason", sa.Text(), nullable=True))
    _point("measurement", "amends_id", "measurement")
    op.add_column("measurement", sa.Column("amend_reason", sa.Text(), nullable=True))
    op.create_index("ix_measurement_amends_id", "measurement", ["amends_id"], unique=True)
    op.add_column("skin_finding", sa.Column("amend_reason", sa.Text(), nullable=True))
    op.add_column("treatment", sa.Column("medicine_code", sa.String(length=40), nullable=True))
    op.add_column("treatment", sa.Column("amend_reason", sa.Text(), nullable=True))
    op.add_column("tumour_volume", sa.Column("amend_reason", sa.Text(), nullable=True))
    op.add_column(
        "visit",
        sa.Column("is_unscheduled", sa.Boolean(), nullable=False, server_default=sa.false()),
    )
    op.add_column("visit", sa.Column("client_id", sa.Uuid(), nullable=True))
    op.add_column("visit", sa.Column("purpose", sa.String(length=200), nullable=True))
    op.add_column(
        "visit",
        sa.Column("due", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=True),
    )
    op.add_column("visit", sa.Column("done_on", sa.Date(), nullable=True))
    op.add_column("visit", sa.Column("state_reason", sa.Text(), nullable=True))
    op.create_index("ix_allocation_place_id", "allocation", ["place_id"], unique=True)
    op.create_index("ix_day_schedule_client_id", "day_schedule", ["client_id"], unique=True)
    op.create_index("ix_lab_result_import_id", "lab_result", ["import_id"], unique=False)
    op.create_index("ix_level_overrule_client_id", "level_overrule", ["client_id"], unique=True)
    op.create_index("ix_visit_client_id", "visit", ["client_id"], unique=True)
    for table in GROWING:
        for act in ("UPDATE", "DELETE"):
            op.execute(_trigger(table, act))


def downgrade() -> None:
    raise NotImplementedError("facts of the study would be lost: restore a backup instead")


def _point(table: str, column: str, target: str) -> None:
    """Add a column that points to another table; SQLite takes the constraint only in one breath."""
    integer = "BIGINT" if op.get_bind().dialect.name == "postgresql" else "INTEGER"
    op.execute(
        f"ALTER TABLE {table} ADD COLUMN {column} {integer} "
        f"CONSTRAINT fk_{table}_{column}_{target} REFERENCES {target} (id)"
    )


def _trigger(table: str, act: str) -> str:
    name = f"{table}_no_{act.lower()}"
    if op.get_bind().dialect.name == "postgresql":
        return (
            f"CREATE TRIGGER {name} BEFORE {act} ON {table} "
            "FOR EACH ROW EXECUTE FUNCTION rows_only_grow()"
        )
    return (
        f"CREATE TRIGGER {name} BEFORE {act} ON {table} "
        f"BEGIN SELECT RAISE(ABORT, 'rows of {table} are added, never changed'); END"
    )
