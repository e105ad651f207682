"""Let the lead of a body approve its visits (ADR 0020), also where the lead's group stands already."""

from django.db import migrations

APPROVE = "Can approve the body’s visits that somebody else submitted, return or withdraw them"


def let_leads_approve(apps, schema_editor):
    Group, Permission = apps.get_model("auth", "Group"), apps.get_model("auth", "Permission")
    Held = apps.get_model("members", "BodyGroupPermission")
    kind, _ = apps.get_model("contenttypes", "ContentType").objects.get_or_create(
        app_label="members", model="memberbody"
    )
    permission, _ = Permission.objects.get_or_create(
        content_type=kind, codename="approve_visits", defaults={"name": APPROVE}
    )
    leads = Group.objects.filter(name__startswith="body_lead:memberbody:")
    Held.objects.bulk_create(
        Held(group=group, permission=permission, content_object_id=int(group.name.rpartition(":")[2]))
        for group in leads
    )


class Migration(migrations.Migration):
    dependencies = [
        ("members", "0014_roles_given_by_two"),
        ("auth", "0012_alter_user_first_name_max_length"),
        ("contenttypes", "0002_remove_content_type_name"),
    ]

    operations = [
        migrations.AlterModelOptions(
            name="memberbody",
            options={
                "ordering": ["mechanism", "position"],
                "permissions": [
                    ("view_visits", "Can see the body’s visits, drafts included"),
                    ("log_visits", "Can log visits for the body and change its drafts"),
                    ("submit_visits", "Can submit the body’s visits"),
                    ("approve_visits", APPROVE),
                    ("manage_body_people", "Can invite and retire the body’s people"),
                ],
                "verbose_name_plural": "member bodies",
            },
        ),
        migrations.AlterModelOptions(
            name="mechanism",
            options={
                "ordering": ["slug"],
                "permissions": [
                    ("view_submitted_visits", "Can see the visits every body has submitted"),
                    ("review_visits", "Can ask about visits, return them, and approve where a body has no second lead"),
                    ("make_reports", "Can see and make the annual report"),
                    ("manage_members", "Can keep the register: bodies, names, designations, remits, gaps and lists"),
                    ("manage_people", "Can invite and retire people of the mechanism"),
                    ("convene", "Can keep groups, meetings, minutes and tasks of the mechanism"),
                ],
            },
        ),
        migrations.RunPython(let_leads_approve, migrations.RunPython.noop),
    ]
