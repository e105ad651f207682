"""Invented networks, bodies, people, places and visits for tests. No name here is a real one."""

from datetime import date
from typing import Any

import factory
from factory.django import DjangoModelFactory

from members.models import (
    Affiliation,
    BodyName,
    Designation,
    DetentionSetting,
    Jurisdiction,
    Mechanism,
    MemberBody,
    Remit,
    RemitBody,
    Source,
    User,
)
from members.models.affiliation_groups import sync_groups
from reports.models import ReportingYear
from visits.models import Place, Visit

PASSWORD = "correct horse battery staple"


class SourceFactory(DjangoModelFactory):
    class Meta:
        model = Source
        django_get_or_create = ("slug",)

    slug = "invented-gazette"
    title = "The Invented Gazette"


class MechanismFactory(DjangoModelFactory):
    class Meta:
        model = Mechanism
        django_get_or_create = ("slug",)

    slug = "examplia"
    name_en = "National Preventive Mechanism of Examplia"
    name_nl = "Nationaal Preventiemechanisme van Examplia"
    country_en = "Examplia"
    profile = Mechanism.Profile.NETWORK
    languages = ["en-gb", "nl"]
    reporting_year_starts_month = 4
    source = factory.SubFactory(SourceFactory)


class JurisdictionFactory(DjangoModelFactory):
    class Meta:
        model = Jurisdiction
        django_get_or_create = ("mechanism", "slug")

    mechanism = factory.SubFactory(MechanismFactory)
    slug = "north"
    name_en = factory.LazyAttribute(lambda o: o.slug.title())


class SettingFactory(DjangoModelFactory):
    class Meta:
        model = DetentionSetting
        django_get_or_create = ("mechanism", "slug")

    mechanism = factory.SubFactory(MechanismFactory)
    slug = "prisons"
    name_en = factory.LazyAttribute(lambda o: o.slug.replace("-", " ").capitalize())


class BodyFactory(DjangoModelFactory):
    """A body with one name and a designation since 2009."""

    class Meta:
        model = MemberBody
        skip_postgeneration_save = True
        django_get_or_create = ("mechanism", "slug")

    mechanism = factory.SubFactory(MechanismFactory)
    slug = "alpha"
    kind = MemberBody.Kind.INSPECTORATE

    @factory.post_generation
    def with_name(self: MemberBody, create: bool, extracted: str | None, **kwargs: Any) -> None:
        if self.names.exists():
            return
        name = extracted or f"{self.slug.title()} Inspectorate"
        since = {"starts_on": date(2009, 4, 1), "source": SourceFactory()}
        BodyName.objects.create(body=self, name_en=name, abbreviation=self.slug.upper()[:6], **since)
        Designation.objects.create(body=self, status=Designation.Status.DESIGNATED, takes_part=True, **since)


class RemitFactory(DjangoModelFactory):
    """A remit of one body; `bodies` and `jurisdictions` take lists."""

    class Meta:
        model = Remit
        skip_postgeneration_save = True

    setting = factory.SubFactory(SettingFactory)
    layer = Remit.Layer.INSPECTION
    key = factory.Sequence(lambda n: f"remit-{n}")
    starts_on = date(2009, 4, 1)
    source = factory.SubFactory(SourceFactory)

    @factory.post_generation
    def bodies(self: Remit, create: bool, extracted: list[MemberBody] | None, **kwargs: Any) -> None:
        for position, body in enumerate(extracted or []):
            relation = RemitBody.Relation.WITH if position else RemitBody.Relation.LEAD
            RemitBody.objects.create(remit=self, body=body, relation=relation, position=position)

    @factory.post_generation
    def spanning(self: Remit, create: bool, extracted: list[Jurisdiction] | None, **kwargs: Any) -> None:
        self.jurisdictions.set(extracted or [])


class UserFactory(DjangoModelFactory):
    class Meta:
        model = User
        skip_postgeneration_save = True

    email = factory.Sequence(lambda n: f"person{n}@example.net")
    name = factory.Sequence(lambda n: f"Person {n}")
    password = factory.django.Password(PASSWORD)


def person(role: str, scope: MemberBody | Mechanism, **fields: Any) -> User:
    """Return a new person with ``role`` in ``scope`` since 2020, with the groups that follow from it."""
    user = UserFactory(**fields)
    where = {"body": scope} if isinstance(scope, MemberBody) else {"mechanism": scope}
    Affiliation.objects.create(user=user, role=role, starts_on=date(2020, 1, 1), **where)
    sync_groups(user)
    return user


class PlaceFactory(DjangoModelFactory):
    class Meta:
        model = Place

    mechanism = factory.SubFactory(MechanismFactory)
    name = factory.Sequence(lambda n: f"Invented Prison {n}")
    setting = factory.SubFactory(SettingFactory, mechanism=factory.SelfAttribute("..mechanism"))
    jurisdiction = factory.SubFactory(JurisdictionFactory, mechanism=factory.SelfAttribute("..mechanism"))
    is_invented = True


class VisitFactory(DjangoModelFactory):
    class Meta:
        model = Visit

    class Params:
        submitted = factory.Trait(state=Visit.State.SUBMITTED)
        approved = factory.Trait(state=Visit.State.APPROVED)

    place = factory.SubFactory(PlaceFactory)
    mechanism = factory.SelfAttribute("place.mechanism")
    setting = factory.SelfAttribute("place.setting")
    jurisdiction = factory.SelfAttribute("place.jurisdiction")
    lead_body = factory.SubFactory(BodyFactory, mechanism=factory.SelfAttribute("..place.mechanism"))
    reference = factory.Sequence(lambda n: f"REF-{n}")
    kind = Visit.Kind.IN_DEPTH
    notice = Visit.Notice.UNANNOUNCED
    starts_on = date(2024, 5, 14)
    ends_on = factory.SelfAttribute("starts_on")


class ReportingYearFactory(DjangoModelFactory):
    class Meta:
        model = ReportingYear
        django_get_or_create = ("mechanism", "label")

    mechanism = factory.SubFactory(MechanismFactory)
    label = "2024-25"
    starts_on = date(2024, 4, 1)
    ends_on = date(2025, 4, 1)
