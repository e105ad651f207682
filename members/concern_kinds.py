"""The kinds of records of this app that decisions and tasks may be about."""

from datetime import date
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from members.concerns import RecordKind, register
from members.models import CoverageGap, DetentionSetting, MemberBody
from members.models.bilingual import in_language
from npmportal.access import grants_of


def register_kinds() -> None:
    """Register them; called once when the app starts."""
    register(
        RecordKind(
            model=MemberBody,
            name=_("body"),
            visible_to=_bodies,
            words=lambda body: body.name,
            url=lambda body: _page("members:desk_body_detail", body.mechanism, body=body.slug),
            addresses={"members:desk_body_detail": {"body": "slug"}, "members:body_detail": {"body": "slug"}},
            is_listed=True,
        )
    )
    register(
        RecordKind(
            model=CoverageGap,
            name=_("gap in coverage"),
            visible_to=_gaps,
            words=_gap_in_words,
            url=lambda gap: _page("members:gap_detail", gap.setting.mechanism, pk=gap.pk),
            mechanism="setting__mechanism",
            addresses={"members:gap_detail": {"pk": "pk"}},
            is_listed=True,
        )
    )
    register(
        RecordKind(
            model=DetentionSetting,
            name=_("setting"),
            visible_to=_settings,
            words=lambda setting: setting.name,
            url=lambda setting: _page("members:desk_coverage", setting.mechanism),
            is_listed=True,
        )
    )


def _bodies(user: Any) -> Any:
    bodies = MemberBody.objects.filter(mechanism__in=grants_of(user).mechanism_ids)
    return bodies.select_related("mechanism").with_names_as_at(date.today())


def _gaps(user: Any) -> Any:
    gaps = CoverageGap.objects.filter(setting__mechanism__in=grants_of(user).mechanism_ids)
    return gaps.select_related("setting__mechanism")


def _gap_in_words(gap: CoverageGap) -> str:
    what = in_language(gap.kind_of_place, gap.kind_of_place_nl) or gap.get_layer_display()
    return f"{gap.setting.name} – {what}"


def _settings(user: Any) -> Any:
    return DetentionSetting.objects.filter(mechanism__in=grants_of(user).mechanism_ids).select_related("mechanism")


def _page(name: str, mechanism: Any, **arguments: Any) -> str:
    return reverse(name, kwargs={"npm": mechanism.slug, **arguments})
