"""What happens to accounts, written down when allauth says so: signing in and out, passwords, second factors.

No address is kept of an attempt to sign in, known or not. Who has roles in several mechanisms has an event in each.
"""

from typing import Any

from allauth.account import signals as account
from allauth.mfa import signals as mfa
from allauth.mfa.models import Authenticator
from django.contrib.auth import get_user_model
from django.contrib.auth.signals import user_login_failed
from django.db import transaction

from npmportal import audit
from npmportal.access import grants_of
from npmportal.models import AuditEvent


def connect() -> None:
    """Begin to listen."""
    account.user_logged_in.connect(_signed_in, dispatch_uid="audit")
    account.user_logged_out.connect(_signed_out, dispatch_uid="audit")
    account.password_changed.connect(_password_changed, dispatch_uid="audit")
    account.password_reset.connect(_password_reset, dispatch_uid="audit")
    user_login_failed.connect(_sign_in_refused, dispatch_uid="audit")
    mfa.authenticator_added.connect(_factor_added, dispatch_uid="audit")
    mfa.authenticator_removed.connect(_factor_removed, dispatch_uid="audit")
    mfa.authenticator_reset.connect(_codes_renewed, dispatch_uid="audit")
    mfa.authentication_failed.connect(_factor_refused, dispatch_uid="audit")


@transaction.atomic
def _record(action: str, user: Any, *, by: Any, result: str = AuditEvent.Result.DONE, **details: Any) -> None:
    mechanisms: list[int | None] = [*sorted(grants_of(user).mechanism_ids)]
    for mechanism in mechanisms or [None]:
        audit.record(action, by=by, obj=user, mechanism=mechanism, result=result, **details)


def _signed_in(*, user: Any, **_sent: Any) -> None:
    _record("account.signed_in", user, by=user)


def _signed_out(*, user: Any, **_sent: Any) -> None:
    if user is not None:
        _record("account.signed_out", user, by=user)


def _sign_in_refused(*, credentials: dict[str, Any], **_sent: Any) -> None:
    email = str(credentials.get("email") or credentials.get("username") or "").replace("\x00", "")
    user = get_user_model().objects.filter(email__iexact=email).first()
    _record("account.sign_in_refused", user, by=None, result=AuditEvent.Result.REFUSED)


def _factor_refused(*, user: Any, authenticator: Authenticator, **_sent: Any) -> None:
    kind = authenticator.type if authenticator else ""
    _record("account.factor_refused", user, by=None, result=AuditEvent.Result.REFUSED, kind=kind)


def session_ended(user: Any) -> None:
    """Write down that ``user`` ended one of the own sessions from another one."""
    _record("account.session_ended", user, by=user)


def other_sessions_ended(user: Any, *, sessions: int) -> None:
    """Write down that ``user`` signed out everywhere but here; ``sessions`` were still alive."""
    _record("account.other_sessions_ended", user, by=user, sessions=sessions)


def _password_changed(*, user: Any, **_sent: Any) -> None:
    _record("account.password_changed", user, by=user)


def _password_reset(*, user: Any, **_sent: Any) -> None:
    _record("account.password_reset", user, by=user)


def _factor_added(*, user: Any, authenticator: Authenticator, **_sent: Any) -> None:
    _record("account.factor_added", user, by=user, kind=authenticator.type)


def _factor_removed(*, user: Any, authenticator: Authenticator, **_sent: Any) -> None:
    _record("account.factor_removed", user, by=user, kind=authenticator.type)


def _codes_renewed(*, user: Any, **_sent: Any) -> None:
    _record("account.codes_renewed", user, by=user)
