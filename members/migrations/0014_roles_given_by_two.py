"""Not administrators alone are made by two: requests name the role, and the body where it is held in one (ADR 0019)."""

import django.db.models.deletion
from django.db import migrations, models
from django.db.models import F, Q


class Migration(migrations.Migration):
    dependencies = [("members", "0013_words_of_reference_lists")]

    operations = [
        migrations.RemoveConstraint("AdministratorRequest", "members_administratorrequest_agreed_by_another"),
        migrations.RemoveConstraint("AdministratorRequest", "members_administratorrequest_person_or_address"),
        migrations.RenameModel("AdministratorRequest", "RoleRequest"),
        migrations.AddField(
            "RoleRequest",
            "role",
            models.CharField(
                "role",
                max_length=20,
                choices=[
                    ("body_lead", "Lead of a body"),
                    ("body_monitor", "Inspector or lay monitor"),
                    ("body_reader", "Reader in a body"),
                    ("coordinator", "Coordinator staff"),
                    ("administrator", "Administrator"),
                ],
                default="administrator",
            ),
        ),
        migrations.AddField(
            "RoleRequest",
            "body",
            models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="role_requests",
                to="members.memberbody",
            ),
        ),
        migrations.AlterField(
            "RoleRequest",
            "mechanism",
            models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="role_requests", to="members.mechanism"
            ),
        ),
        migrations.AlterField(
            "RoleRequest",
            "state",
            models.CharField(
                choices=[
                    ("waiting", "waits for a second person"),
                    ("agreed", "agreed"),
                    ("refused", "refused"),
                    ("withdrawn", "withdrawn"),
                ],
                default="waiting",
                max_length=9,
            ),
        ),
        migrations.AddConstraint(
            "RoleRequest",
            models.CheckConstraint(
                name="members_rolerequest_agreed_by_another",
                condition=~Q(state="agreed")
                | (Q(decided_at__isnull=False) & (Q(decided_by=None) | ~Q(decided_by=F("asked_by")))),
            ),
        ),
        migrations.AddConstraint(
            "RoleRequest",
            models.CheckConstraint(
                name="members_rolerequest_person_or_address",
                condition=Q(affiliation__isnull=False, email="") | (Q(affiliation=None) & ~Q(email="")),
            ),
        ),
    ]
