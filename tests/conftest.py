"""The people every test of access speaks of, in an invented network with two bodies."""

import time

import pytest
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.utils import translation

from members.models import Mechanism, MemberBody, User
from npmportal.cycles import look_seldom
from tests.emptying import emptying
from tests.factories import BodyFactory, JurisdictionFactory, MechanismFactory, SettingFactory, person
from tests.side_by_side import pytest_collection_modifyitems, pytest_xdist_make_scheduler  # noqa: F401  (hooks)


def pytest_collection_finish(session):
    """As in the web processes: what is loaded, thousands of tests, stays."""
    look_seldom()


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup, django_db_blocker):
    """Let tests that commit leave empty tables behind, whatever the database refuses to give away otherwise."""
    with django_db_blocker.unblock():
        # Of the class: a browser's test, which has an event loop, works with a connection object of its own.
        type(connection.ops).sql_flush = emptying()


@pytest.fixture(autouse=True)
def _plain_static_files_and_private_folders(settings, tmp_path):
    settings.STORAGES = settings.STORAGES | {
        "default": {
            "BACKEND": "django.core.files.storage.FileSystemStorage",
            "OPTIONS": {"location": tmp_path / "files"},
        },
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    }
    settings.FILES_ROOT = tmp_path / "files"
    settings.PORTAL_URL = "http://testserver"
    # Otherwise each test client looks at every static file before its first request.
    settings.WHITENOISE_AUTOREFRESH = True
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture(autouse=True)
def _letters_of_accounts_are_there_when_the_page_is(monkeypatch):
    monkeypatch.setattr("npmportal.accounts.in_background", lambda work: work())


@pytest.fixture(autouse=True)
def _language_of_one_test_is_not_that_of_the_next():
    yield
    translation.deactivate()


@pytest.fixture
def no_limits(db):
    """Forget how often an earlier test signed in or guessed."""
    cache.clear()


@pytest.fixture
def mechanism(db) -> Mechanism:
    """Examplia: jurisdictions north and south, prisons and police custody, bodies alpha and beta."""
    mechanism = MechanismFactory()
    for position, slug in enumerate(["north", "south"]):
        JurisdictionFactory(mechanism=mechanism, slug=slug, position=position)
    for position, slug in enumerate(["prisons", "police-custody"]):
        SettingFactory(mechanism=mechanism, slug=slug, position=position)
    return mechanism


@pytest.fixture
def alpha(mechanism) -> MemberBody:
    return BodyFactory(mechanism=mechanism, slug="alpha")


@pytest.fixture
def beta(mechanism) -> MemberBody:
    return BodyFactory(mechanism=mechanism, slug="beta")


@pytest.fixture
def coordinator(mechanism) -> User:
    return person("coordinator", mechanism, name="Cora Coordinator")


@pytest.fixture
def administrator(mechanism) -> User:
    return person("administrator", mechanism, name="Adam Administrator")


@pytest.fixture
def alpha_lead(alpha) -> User:
    return person("body_lead", alpha, name="Alva Lead")


@pytest.fixture
def alpha_monitor(alpha) -> User:
    return person("body_monitor", alpha, name="Alma Monitor")


@pytest.fixture
def alpha_reader(alpha) -> User:
    return person("body_reader", alpha, name="Alan Reader")


@pytest.fixture
def beta_monitor(beta) -> User:
    return person("body_monitor", beta, name="Bert Monitor")


@pytest.fixture
def stranger(db) -> User:
    """Coordinator of another mechanism."""
    return person("coordinator", MechanismFactory(slug="elsewhere", country_en="Elsewhere"), name="Stella Stranger")


@pytest.fixture
def retired(alpha) -> User:
    """Somebody who worked for alpha and was retired: the account is closed, groups and roles are as they were."""
    user = person("body_lead", alpha, name="Rita Retired")
    user.is_active = False
    user.save(update_fields=["is_active"])
    return user


@pytest.fixture
def as_(client):
    """Return a function that gives a client signed in as the person named."""

    def sign_in(user: User | None) -> Client:
        fresh = Client()
        if user is not None:
            fresh.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
        return fresh

    return sign_in


@pytest.fixture
def fresh_as_(db):
    """Return a function like as_: the person has signed in just now, as delicate acts ask for."""

    def sign_in(user: User | None) -> Client:
        client = Client()
        if user is None:
            return client
        client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
        session = client.session
        session["account_authentication_methods_user"] = str(user.pk)
        session["account_authentication_methods"] = [{"method": "password", "at": time.time(), "reauthenticated": True}]
        session.save()
        return client

    return sign_in
