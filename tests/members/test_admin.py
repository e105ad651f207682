"""Django's admin holds reference lists alone, behind the portal's own sign-in, for those whose roles open them."""

from datetime import UTC, datetime

import pytest
from django.contrib import admin
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Permission
from django.urls import reverse

from members.models import Source, Terms, User
from npmportal.models import AuditEvent
from tests.factories import MechanismFactory, SourceFactory, UserFactory, VisitFactory
from visits.models import Authority, Place

INDEX = "/admin/"
LISTS = {"members.Source", "members.Terms", "visits.Authority"}
CANARY = "canary-content-of-a-visit"


def address(model, step="changelist", *args):
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_{step}", args=args)


@pytest.fixture
def own(mechanism):
    return Source.objects.create(slug="own", title="A statement of Examplia", mechanism=mechanism)


@pytest.fixture
def common(db):
    return SourceFactory(slug="common", title="A source of several")


@pytest.fixture
def foreign(db):
    other = MechanismFactory(slug="elsewhere", country_en="Elsewhere")
    return Source.objects.create(slug="foreign", title="A statement from elsewhere", mechanism=other)


@pytest.fixture
def terms(db):
    return Terms.objects.create(version=7, text_en="Old words", text_nl="Oude woorden")


# -- Who comes in -----------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("who", "status"),
    [
        ("administrator", 200),
        ("coordinator", 200),
        ("alpha_lead", 403),
        ("alpha_monitor", 403),
        ("alpha_reader", 403),
        ("beta_monitor", 403),
    ],
)
def test_lists_are_for_those_who_keep_the_register(request, as_, who, status, own):
    client = as_(request.getfixturevalue(who))

    for url in (INDEX, "/admin/members/", address(Source), address(Source, "add"), address(Source, "change", own.pk)):
        assert client.get(url).status_code == status


def test_anonymous_goes_to_the_portals_own_sign_in(client, own):
    for url in (INDEX, address(Source), address(Source, "add"), address(Source, "delete", own.pk)):
        assert client.get(url).url.startswith(reverse("account_login"))
    for url in ("/admin/login/", "/admin/logout/", "/admin/password_change/", "/admin/autocomplete/", "/admin/r/1/1/"):
        assert client.get(url).status_code == 404


@pytest.mark.parametrize("flags", [{"is_superuser": True}, {"is_active": False, "is_superuser": True}])
def test_flags_of_djangos_users_open_nothing(as_, flags, own):
    """Neither superuser nor a model permission is a role (security R-11)."""
    user = UserFactory()
    user.user_permissions.set(Permission.objects.filter(content_type__app_label="members"))
    client = as_(user)
    User.objects.filter(pk=user.pk).update(**flags)

    assert client.get(INDEX).status_code in (302, 403)
    assert client.get(address(Source)).status_code in (302, 403)


def test_second_factor_is_asked_for_here_too(as_, administrator, settings):
    settings.SECOND_FACTOR_REQUIRED = True

    assert as_(administrator).get(INDEX).url == reverse("mfa_index")


def test_sending_takes_a_fresh_sign_in(as_, coordinator, own):
    response = as_(coordinator).post(address(Source, "change", own.pk), {"title": "Changed"})

    assert response.url.startswith(reverse("account_reauthenticate"))
    own.refresh_from_db()
    assert own.title == "A statement of Examplia"


# -- What is in it ----------------------------------------------------------------------------------------------------
def test_nothing_but_reference_lists_is_there():
    assert {model._meta.label for model in admin.site._registry} == LISTS
    referred = {
        relation.related_model._meta.label
        for model in admin.site._registry
        for relation in model._meta.related_objects
        if relation.related_model in admin.site._registry
    }
    assert referred <= LISTS


def test_no_word_of_a_visit_can_be_reached(as_, coordinator, administrator, own, mechanism, alpha):
    """R-11: every page of the admin, as the two who may come in, holds nothing of visits, places or people."""
    authority = Authority.objects.create(mechanism=mechanism, name="An agency")
    place = Place.objects.create(
        mechanism=mechanism,
        setting=mechanism.settings.first(),
        jurisdiction=mechanism.jurisdictions.first(),
        name=f"Place {CANARY}",
        authority=authority,
    )
    VisitFactory(place=place, lead_body=alpha, approved=True, summary=CANARY, reference=CANARY)
    urls = [INDEX, "/admin/members/", "/admin/visits/"]
    for model, obj in ((Source, own), (Authority, authority)):
        urls += [
            address(model),
            address(model, "add"),
            address(model, "change", obj.pk),
            f"{address(model)}?q={CANARY[:6]}",
        ]
    for user in (coordinator, administrator):
        client = as_(user)
        for url in urls:
            response = client.get(url, follow=True)
            assert response.status_code == 200
            assert CANARY not in response.content.decode(), url
        probe = client.get(f"{address(Authority)}?places__visits__summary__startswith={CANARY[:3]}")
        assert probe.status_code == 400


def test_lists_of_other_mechanisms_are_not_there(fresh_as_, coordinator, own, common, foreign, mechanism):
    client = fresh_as_(coordinator)

    html = client.get(address(Source)).content.decode()

    assert own.title in html
    assert common.title in html
    assert foreign.title not in html
    for step in ("change", "delete"):
        assert client.get(address(Source, step, foreign.pk)).status_code == 404
        assert client.post(address(Source, step, foreign.pk), {"title": "x", "post": "yes"}).status_code == 404
    form = client.get(address(Source, "add")).content.decode()
    assert f'<option value="{mechanism.pk}"' in form
    assert f'<option value="{foreign.mechanism_id}"' not in form


def test_foreign_keys_of_another_mechanism_are_refused(fresh_as_, coordinator, mechanism, foreign):
    """R-06: what is posted is looked up inside what the person keeps."""
    theirs = Authority.objects.create(mechanism=foreign.mechanism, name="Their agency")

    client = fresh_as_(coordinator)
    parent = client.post(address(Authority, "add"), {"mechanism": mechanism.pk, "name": "New", "parent": theirs.pk})
    elsewhere = client.post(address(Authority, "add"), {"mechanism": foreign.mechanism_id, "name": "New"})

    assert (parent.status_code, elsewhere.status_code) == (200, 200)
    assert not Authority.objects.filter(name="New").exists()


# -- Changing ---------------------------------------------------------------------------------------------------------
def test_what_is_added_changed_and_removed_is_written_down(fresh_as_, coordinator, mechanism):
    client = fresh_as_(coordinator)
    typed = {"mechanism": mechanism.pk, "title": "A law", "slug": "a-law", "url": "", "dated": "2019"}

    client.post(address(Source, "add"), typed)
    source = Source.objects.get(slug="a-law")
    client.post(address(Source, "change", source.pk), {"title": "A law, amended", "url": "", "dated": "2019"})
    client.post(address(Source, "delete", source.pk), {"post": "yes"})

    assert not Source.objects.filter(slug="a-law").exists()
    events = AuditEvent.objects.filter(action__startswith="list.").order_by("pk")
    assert [(event.action, event.actor, event.mechanism) for event in events] == [
        (action, coordinator, mechanism) for action in ("list.added", "list.changed", "list.removed")
    ]
    assert events[1].details == {"fields": ["title"]}
    assert not LogEntry.objects.exists()


def test_source_of_several_registers_and_a_quoted_one_stay(fresh_as_, coordinator, common, own, alpha):
    alpha.names.update(source=own)
    client = fresh_as_(coordinator)

    assert client.post(address(Source, "change", common.pk), {"title": "Changed"}).status_code == 403
    assert client.post(address(Source, "delete", common.pk), {"post": "yes"}).status_code == 403
    assert client.post(address(Source, "delete", own.pk), {"post": "yes"}).status_code == 403
    assert Source.objects.filter(title__in=[common.title, own.title]).count() == 2


def test_terms_are_drafted_by_administrators_and_stay_once_published(fresh_as_, coordinator, administrator, terms):
    typed = {"version": "7", "text_en": "New words", "text_nl": "Nieuwe woorden"}
    typed |= {"published_at": "2026-01-01 00:00", "published_at_0": "2026-01-01", "published_at_1": "00:00"}
    client = fresh_as_(administrator)

    assert fresh_as_(coordinator).get(address(Terms, "change", terms.pk)).status_code == 403
    assert client.post(address(Terms, "change", terms.pk), typed).status_code == 302
    terms.refresh_from_db()
    assert (terms.text_en, terms.published_at) == ("New words", None)  # an administrator of one mechanism

    Terms.objects.filter(pk=terms.pk).update(published_at=datetime(2026, 1, 1, tzinfo=UTC))
    assert client.post(address(Terms, "change", terms.pk), typed | {"text_en": "Later words"}).status_code == 403
    assert client.post(address(Terms, "delete", terms.pk), {"post": "yes"}).status_code == 403
    terms.refresh_from_db()
    assert terms.text_en == "New words"


@pytest.mark.parametrize("junk", ["abc", "999999999999999999999999", "%00", "1'--"])
def test_address_of_nothing_is_not_found(fresh_as_, coordinator, junk):
    assert fresh_as_(coordinator).get(f"/admin/members/source/{junk}/change/").status_code == 404


def test_reference_lists_speak_dutch(as_, coordinator, settings):
    client = as_(coordinator)
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = "nl"

    assert "toevoegen" in client.get(address(Source)).content.decode().lower()
