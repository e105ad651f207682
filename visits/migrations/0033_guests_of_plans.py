from datetime import date

from django.db import migrations, models
from django.db.models import Q


def tell_guests_apart(apps, schema_editor):
    """Call those guests who are in a team for a partner alone: an address was how they came in."""
    affiliation, member = apps.get_model("members", "Affiliation"), apps.get_model("visits", "PlanMember")
    today = date.today()
    lasting = affiliation.objects.filter(Q(ends_on=None) | Q(ends_on__gt=today), starts_on__lte=today)
    for row in member.objects.select_related("plan", "user").order_by("plan", "pk"):
        partners = row.plan.partner_rows.values("body")
        own = lasting.filter(user=row.user_id)
        if own.filter(body=row.plan.body_id).exists() or not own.filter(body__in=partners).exists():
            continue
        row.is_guest = True
        row.save(update_fields=["is_guest"])
        row.plan.refresh_from_db(fields=["guests"])
        row.plan.guests = sorted({*row.plan.guests, row.user.email.lower()})
        row.plan.save(update_fields=["guests"])


class Migration(migrations.Migration):
    dependencies = [
        ("members", "0020_mechanisms_in_the_register_memory"),
        ("visits", "0032_words_of_findings"),
    ]

    operations = [
        migrations.AddField(model_name="plan", name="guests", field=models.JSONField(default=list, editable=False)),
        migrations.AddField(model_name="planmember", name="is_guest", field=models.BooleanField(default=False)),
        migrations.RunPython(tell_guests_apart, migrations.RunPython.noop),
    ]
