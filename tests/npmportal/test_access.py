"""The traps of guardian (security.md M3), each sprung on purpose."""

from datetime import date

import pytest
from django.contrib.auth.models import AnonymousUser, Permission
from django.utils.functional import SimpleLazyObject

from members.models import Affiliation, MemberBody, User
from members.models.affiliation_groups import sync_groups
from npmportal import access
from npmportal.access import LOG_VISITS, REVIEW_VISITS, ROLES, VIEW_VISITS, can, grants_of
from tests.factories import BodyFactory, UserFactory, person


@pytest.mark.parametrize("role", ROLES)
def test_role_gives_exactly_what_the_table_says(role, mechanism, alpha):
    scope = alpha if ROLES[role].scope == "members.MemberBody" else mechanism

    grants = grants_of(person(role, scope))

    assert grants.held == {permission: frozenset({scope.pk}) for permission in ROLES[role].permissions}
    assert grants.mechanism_ids == {mechanism.pk}


def test_list_and_detail_agree_with_guardians_own_backend(alpha, beta, alpha_monitor):
    for body in (alpha, beta):
        for permission in access.PERMISSIONS["members.MemberBody"]:
            assert can(alpha_monitor, permission, body) == alpha_monitor.has_perm(f"members.{permission}", body)


def test_model_wide_permission_opens_nothing(alpha):
    user = UserFactory()
    user.user_permissions.add(Permission.objects.get(codename=VIEW_VISITS))

    assert not can(user, VIEW_VISITS, alpha)
    assert not grants_of(user).mechanism_ids


def test_superuser_flag_opens_nothing(alpha):
    assert not can(UserFactory(is_superuser=True), VIEW_VISITS, alpha)


def test_inactive_person_has_nothing_though_groups_remain(alpha, retired):
    assert retired.groups.exists()
    assert grants_of(retired) == access.NO_GRANTS


def test_anonymous_has_nothing_and_no_row(db):
    assert grants_of(AnonymousUser()) == access.NO_GRANTS
    assert not User.objects.filter(name__icontains="anonymous").exists()


def test_rights_end_with_the_object_and_never_pass_to_a_new_one(mechanism):
    body = BodyFactory(mechanism=mechanism, slug="short-lived")
    group = access.group_for("body_reader", body)
    user = UserFactory()
    access.set_groups(user, [group])
    old = body.pk
    body.delete()

    MemberBody.objects.create(pk=old, mechanism=mechanism, slug="successor", kind=MemberBody.Kind.LAY)

    assert not grants_of(user).on(VIEW_VISITS)


def test_nothing_is_remembered_between_requests(alpha, alpha_monitor):
    for user in (alpha_monitor, SimpleLazyObject(lambda: alpha_monitor)):  # the latter is what request.user is
        access.set_groups(user, [access.group_for("body_monitor", alpha)])
        access.remember_for_request(user)
        assert can(user, VIEW_VISITS, alpha)
        access.set_groups(user, [])
        assert not can(user, VIEW_VISITS, alpha)


@pytest.mark.parametrize("permission", ["veiw_visits", REVIEW_VISITS])
def test_misspelt_or_misplaced_permission_is_an_error(permission, alpha, alpha_monitor):
    with pytest.raises(KeyError):
        can(alpha_monitor, permission, alpha)


def test_group_loses_what_the_table_no_longer_gives(alpha, monkeypatch):
    group = access.group_for("body_monitor", alpha)
    smaller = access.Role("body_monitor", "members.MemberBody", "x", "x", (VIEW_VISITS,))
    monkeypatch.setitem(ROLES, "body_monitor", smaller)

    access.group_for("body_monitor", alpha)
    user = UserFactory()
    access.set_groups(user, [group])

    assert grants_of(user).held == {VIEW_VISITS: frozenset({alpha.pk})}


@pytest.mark.parametrize(
    ("starts", "ends", "held"),
    [
        (date(2020, 1, 1), None, True),
        (date(2020, 1, 1), date(2021, 1, 1), False),
        (date(2999, 1, 1), None, False),
    ],
)
def test_affiliation_gives_rights_only_while_it_holds(alpha, starts, ends, held):
    user = UserFactory()
    Affiliation.objects.create(user=user, body=alpha, role="body_monitor", starts_on=starts, ends_on=ends)

    sync_groups(user)

    assert can(user, LOG_VISITS, alpha) is held


def test_grants_cost_one_query(alpha_monitor, django_assert_num_queries):
    with django_assert_num_queries(1):
        grants_of(alpha_monitor)
