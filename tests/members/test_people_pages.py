import re
from datetime import timedelta

import pytest
from django.core import mail
from django.urls import reverse
from django.utils import timezone

from members.actions import invitations, people
from members.models import Invitation, User
from tests.factories import PASSWORD, person

PEOPLE = "/examplia/desk/people/"
INVITE = f"{PEOPLE}invite/"
NEW_PASSWORD = "another long password"


@pytest.fixture
def as_(fresh_as_):
    """Who works on these pages has signed in just now; test_fresh_sign_in.py shows what happens otherwise."""
    return fresh_as_


@pytest.fixture
def invitation(alpha, alpha_lead):
    """An open invitation to alpha, and its secret."""
    return invitations.invite(email="new@example.org", name="Nora New", role="body_monitor", scope=alpha, by=alpha_lead)


def steps(person):
    return [f"{PEOPLE}{person.pk}/role/", f"{PEOPLE}{person.pk}/retire/"]


# -- Who may be here --------------------------------------------------------------------------------------------------


def test_people_pages_are_for_those_who_manage_people(
    client, as_, administrator, alpha_lead, alpha_monitor, alpha_reader, coordinator, stranger, invitation
):
    withdraw = f"{PEOPLE}invitations/{invitation[0].pk}/withdraw/"
    for path in [PEOPLE, INVITE, *steps(alpha_monitor)]:
        assert as_(administrator).get(path).status_code == 200
        assert as_(alpha_lead).get(path).status_code == 200
        assert as_(stranger).get(path).status_code == 404
        assert as_(coordinator).get(path).status_code == 403
        assert as_(alpha_reader).get(path).status_code == 403
        assert client.get(path).url.startswith(reverse("account_login"))
    assert as_(stranger).post(withdraw).status_code == 404
    assert as_(alpha_reader).post(withdraw).status_code == 403
    assert client.post(withdraw).url.startswith(reverse("account_login"))
    assert Invitation.objects.get(pk=invitation[0].pk).is_open


def test_lead_does_not_find_people_and_invitations_of_another_body(as_, beta, administrator, alpha_lead, beta_monitor):
    theirs, _secret = invitations.invite(
        email="b@example.org", name="Bea New", role="body_reader", scope=beta, by=administrator
    )
    lead = as_(alpha_lead)

    assert [lead.get(path).status_code for path in steps(beta_monitor)] == [404, 404]
    assert lead.post(f"{PEOPLE}invitations/{theirs.pk}/withdraw/").status_code == 404
    html = lead.get(PEOPLE).content.decode()
    assert "Bert Monitor" not in html
    assert "b@example.org" not in html


def test_wrong_methods(as_, administrator, invitation, alpha_monitor):
    client = as_(administrator)

    assert client.post(PEOPLE).status_code == 405
    assert client.get(f"{PEOPLE}invitations/{invitation[0].pk}/withdraw/").status_code == 405
    assert client.put(steps(alpha_monitor)[1]).status_code == 405
    assert client.delete(f"/invitation/{invitation[1]}/").status_code == 405


# -- The list ---------------------------------------------------------------------------------------------------------


def test_people_lists_roles_and_open_invitations(as_, administrator, alpha_monitor, invitation):
    html = as_(administrator).get(PEOPLE).content.decode()

    assert "Alma Monitor" in html
    assert "Inspector or lay monitor, Alpha Inspectorate" in html
    assert "new@example.org" in html


def test_people_leaves_out_what_has_ended(as_, administrator, mechanism, alpha_monitor, invitation):
    people.retire_person(user=alpha_monitor, mechanism=mechanism, by=administrator)
    Invitation.objects.update(expires_at=timezone.now() - timedelta(seconds=1))

    html = as_(administrator).get(PEOPLE).content.decode()

    assert administrator.email in html
    assert alpha_monitor.email not in html
    assert "new@example.org" not in html


def test_people_search_and_paging(as_, administrator, alpha):
    for n in range(25):
        person("body_reader", alpha, name=f"Reader {n:02}")
    client = as_(administrator)

    found = client.get(f"{PEOPLE}?q=reader 07").content.decode()
    assert "Reader 07" in found
    assert "Reader 08" not in found
    first = client.get(f"{PEOPLE}?q=reader")
    second = client.get(PEOPLE + first.context["page"].next_url)
    assert [row.name for row in second.context["page"].rows] == [f"Reader {n}" for n in range(20, 25)]
    assert "Nobody matches." in client.get(f"{PEOPLE}?q=zzz").content.decode()


@pytest.mark.parametrize("place", ["x", "_", "a_x", "a_-1", "a_99999999999999999999999", "%00_1", "a_²"])
def test_people_with_a_broken_place_in_the_list(as_, administrator, place):
    response = as_(administrator).get(f"{PEOPLE}?after={place}")

    assert response.status_code == 200
    assert "could not be read" in response.content.decode()


def test_people_costs_a_constant_number_of_queries(as_, administrator, alpha, beta, django_assert_num_queries):
    for n in range(15):
        person("body_reader", beta if n % 2 else alpha, name=f"Reader {n}")
        invitations.invite(email=f"r{n}@example.org", name="R", role="body_reader", scope=alpha, by=administrator)
    client = as_(administrator)
    client.get(PEOPLE)  # what is read once in a process is read now

    with django_assert_num_queries(17):
        client.get(PEOPLE)


# -- Inviting ---------------------------------------------------------------------------------------------------------


def form(alpha, **changes):
    return {"name": "Nora New", "email": "new@example.org", "where": alpha.pk, "role": "body_monitor"} | changes


def test_invite_sends_a_letter_with_a_link_that_works_and_nothing_else(
    client, as_, alpha, alpha_lead, django_capture_on_commit_callbacks
):
    with django_capture_on_commit_callbacks(execute=True):
        response = as_(alpha_lead).post(INVITE, form(alpha))

    assert response.url == PEOPLE
    letter = mail.outbox[0]
    assert letter.to == ["new@example.org"]
    for private in ("Alpha", "Alva", "monitor", "Nora"):
        assert private not in letter.body + letter.subject
    link = re.search(r"http://testserver(/invitation/\S+/)", letter.body)[1]
    assert client.get(link).status_code == 200


@pytest.mark.django_db(transaction=True)
def test_invite_says_when_the_letter_could_not_be_sent(as_, alpha, alpha_lead, monkeypatch):
    def refuse(self):
        raise OSError("no mail server")

    monkeypatch.setattr("django.core.mail.EmailMessage.send", refuse)

    html = as_(alpha_lead).post(INVITE, form(alpha), follow=True).content.decode()

    assert "The invitation stands, but the letter to new@example.org could not be sent." in html
    assert Invitation.objects.get().is_open


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"email": "nonsense"}, "Enter a valid email address."),
        ({"email": f"{'a' * 60}@{'.'.join(['b' * 60] * 4)}.net"}, "Ensure this value has at most 254 characters"),
        ({"name": ""}, "This field is required."),
        ({"role": "emperor"}, "Select a valid choice."),
        ({"where": "mechanism"}, "This role is held in one body: choose the body."),
        ({"role": "coordinator"}, "This role is held in the mechanism as a whole, not in one body."),
        ({"name": "n" * 121}, "Ensure this value has at most 120 characters"),
    ],
)
def test_invite_keeps_what_was_typed_and_says_what_is_wrong(as_, alpha, administrator, changes, said):
    response = as_(administrator).post(INVITE, form(alpha, **changes))

    assert response.status_code == 200
    html = response.content.decode()
    assert said in html
    assert "There is a problem" in html
    assert str(changes.get("email", "new@example.org")) in html
    assert not Invitation.objects.exists()


def test_invite_of_oneself_is_refused(as_, alpha, administrator):
    html = as_(administrator).post(INVITE, form(alpha, email=administrator.email)).content.decode()

    assert "Nobody can give a role to themselves." in html


def test_lead_is_offered_the_own_body_and_its_roles_only(as_, beta, alpha_lead):
    response = as_(alpha_lead).post(INVITE, form(beta))

    assert "Select a valid choice." in response.content.decode()
    offered = [value for value, _label in response.context["form"].fields["role"].choices]
    assert offered == ["body_lead", "body_monitor", "body_reader"]


def test_invite_prints_markup_as_typed(as_, alpha, administrator):
    as_(administrator).post(INVITE, form(alpha, name="<script>alert(1)</script>"))

    assert "<script>alert" not in as_(administrator).get(PEOPLE).content.decode()


# -- Accepting --------------------------------------------------------------------------------------------------------


def test_opening_the_letter_uses_nothing_up(client, invitation):
    for _n in range(2):
        response = client.get(f"/invitation/{invitation[1]}/")
        assert response.status_code == 200
        assert "no-store" in response["Cache-Control"]


def test_accept_and_sign_in(client, invitation):
    path = f"/invitation/{invitation[1]}/"

    response = client.post(path, {"name": "Nora", "password1": NEW_PASSWORD, "password2": NEW_PASSWORD})

    assert response.url == reverse("members:start")
    user = User.objects.get(email="new@example.org")
    assert user.name == "Nora"
    assert client.login(email=user.email, password=NEW_PASSWORD)
    assert client.get(path).status_code == 404


@pytest.mark.parametrize(
    ("first", "second", "said"),
    [
        ("short", "short", "at least 15 characters"),
        (NEW_PASSWORD, "something else entirely", "The two passwords are not the same."),
        ("new@example.org", "new@example.org", "too similar"),
        ("", "", "This field is required."),
    ],
)
def test_accept_with_a_bad_password(client, invitation, first, second, said):
    response = client.post(f"/invitation/{invitation[1]}/", {"name": "Nora", "password1": first, "password2": second})

    assert response.status_code == 200
    html = response.content.decode()
    assert said in html
    assert 'value="Nora"' in html
    assert not first or f'value="{first}"' not in html
    assert Invitation.objects.get().is_open


@pytest.mark.parametrize("secret", ["no-such-secret", "x" * 500, "%00", "<script>"])
def test_unknown_letter_is_said_plainly(client, db, secret):
    response = client.get(f"/invitation/{secret}/")

    assert response.status_code == 404
    assert "This invitation no longer works" in response.content.decode()


def test_accept_with_an_account_asks_its_owner_to_sign_in(client, as_, alpha, beta_monitor, stranger, alpha_lead):
    _invitation, secret = invitations.invite(
        email=beta_monitor.email, name="Bert", role="body_reader", scope=alpha, by=alpha_lead
    )
    path = f"/invitation/{secret}/"

    assert "Sign in with it" in client.get(path).content.decode()
    assert "sign out first" in as_(stranger).get(path).content.decode()
    for somebody_else in (client, as_(stranger)):
        somebody_else.post(path, {"name": "X", "password1": NEW_PASSWORD, "password2": NEW_PASSWORD})
    assert User.objects.get(pk=beta_monitor.pk).check_password(PASSWORD)
    assert Invitation.objects.get().is_open

    assert as_(beta_monitor).post(path).url == reverse("members:start")
    assert beta_monitor.affiliations.filter(body=alpha, role="body_reader").exists()


# -- Withdrawing, changing, retiring ----------------------------------------------------------------------------------


def test_withdraw(client, as_, administrator, invitation):
    response = as_(administrator).post(f"{PEOPLE}invitations/{invitation[0].pk}/withdraw/")

    assert response.url == PEOPLE
    assert client.get(f"/invitation/{invitation[1]}/").status_code == 404


def test_withdraw_twice_is_said(as_, administrator, invitation):
    client = as_(administrator)
    for _n in range(2):
        response = client.post(f"{PEOPLE}invitations/{invitation[0].pk}/withdraw/", follow=True)

    assert "already accepted or withdrawn" in response.content.decode()


def test_change_role(as_, alpha_lead, alpha_monitor):
    affiliation = alpha_monitor.affiliations.get()

    response = as_(alpha_lead).post(steps(alpha_monitor)[0], {"affiliation": affiliation.pk, "role": "body_reader"})

    assert response.url == PEOPLE
    assert alpha_monitor.affiliations.filter(ends_on=None).get().role == "body_reader"


@pytest.mark.parametrize(
    ("role", "said"),
    [
        ("body_monitor", "has this role already"),
        ("coordinator", "Select a valid choice"),
        ("", "This field is required"),
    ],
)
def test_change_role_says_what_is_wrong(as_, alpha_lead, alpha_monitor, role, said):
    affiliation = alpha_monitor.affiliations.get()

    response = as_(alpha_lead).post(steps(alpha_monitor)[0], {"affiliation": affiliation.pk, "role": role})

    assert response.status_code == 200
    assert said in response.content.decode()


def test_change_role_of_somebody_else_through_the_form_is_no_choice(as_, alpha_lead, alpha_monitor, beta_monitor):
    theirs = beta_monitor.affiliations.get()

    response = as_(alpha_lead).post(steps(alpha_monitor)[0], {"affiliation": theirs.pk, "role": "body_reader"})

    assert "Select a valid choice" in response.content.decode()
    assert beta_monitor.affiliations.get().ends_on is None


def test_own_role_stays_as_it_is(as_, administrator):
    affiliation = administrator.affiliations.get()

    response = as_(administrator).post(steps(administrator)[0], {"affiliation": affiliation.pk, "role": "coordinator"})

    assert "Nobody can change their own role" in response.content.decode()


def test_retire_asks_first_and_then_closes_the_account(as_, administrator, alpha_monitor):
    client = as_(administrator)

    assert "The account is closed" in client.get(steps(alpha_monitor)[1]).content.decode()
    assert User.objects.get(pk=alpha_monitor.pk).is_active
    response = client.post(steps(alpha_monitor)[1], follow=True)

    assert "is retired" in response.content.decode()
    assert not User.objects.get(pk=alpha_monitor.pk).is_active
    assert client.post(steps(alpha_monitor)[1]).status_code == 404


def test_retire_of_the_last_administrator_is_refused_on_the_page(as_, administrator):
    response = as_(administrator).post(steps(administrator)[1], follow=True)

    assert User.objects.get(pk=administrator.pk).is_active
    assert response.redirect_chain == [("/examplia/desk/people/", 302)]
    assert "last administrator" in response.content.decode()
