"""The forms of signing in, in the portal's words: allauth's own speak of “Passwordless” and “New Password (again)”."""

import struct
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from allauth.account import forms as account
from allauth.mfa.adapter import get_adapter
from allauth.mfa.webauthn import forms as webauthn
from django import forms
from django.utils.translation import gettext_lazy as _

# What the libraries raise where a device did not answer as devices do: deep nesting, missing names, other types.
UNREADABLE = (ValueError, TypeError, LookupError, AttributeError, RecursionError, struct.error)


@contextmanager
def _read_from_a_device() -> Iterator[None]:
    """Say of what cannot be read at all what is said of a wrong answer: anybody can send it, signed in or not."""
    try:
        yield
    except UNREADABLE as error:
        raise get_adapter().validation_error("incorrect_code") from error


class CredentialField(forms.JSONField):
    """What a passkey answers, which the page's script puts there."""

    def to_python(self, value: Any) -> Any:
        with _read_from_a_device():
            return super().to_python(value)

    def bound_data(self, data: Any, initial: Any) -> Any:
        """Show nothing of it again: it holds for one attempt."""
        return None


class _Reworded(forms.BaseForm):
    """A form of which some fields get other labels."""

    words: dict[str, Any]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, label in self.words.items():
            self.fields[name].label = label
            self.fields[name].widget.attrs.pop("placeholder", None)


class LoginForm(_Reworded, account.LoginForm):
    words = {"login": _("E-mail address")}


class ResetPasswordForm(_Reworded, account.ResetPasswordForm):
    words = {"email": _("E-mail address")}


class ResetPasswordKeyForm(_Reworded, account.ResetPasswordKeyForm):
    words = {"password1": _("New password"), "password2": _("The new password once more")}


class ChangePasswordForm(_Reworded, account.ChangePasswordForm):
    words = {
        "oldpassword": _("Password until now"),
        "password1": _("New password"),
        "password2": _("The new password once more"),
    }


class _OfADevice(forms.BaseForm):
    """A form whose field “credential” is read whatever stands in it."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["credential"] = CredentialField(widget=forms.HiddenInput)

    def clean_credential(self) -> Any:
        with _read_from_a_device():
            return super().clean_credential()  # type: ignore[misc]


class LoginPasskeyForm(_OfADevice, webauthn.LoginWebAuthnForm):
    pass


class AuthenticatePasskeyForm(_OfADevice, webauthn.AuthenticateWebAuthnForm):
    pass


class ReauthenticatePasskeyForm(_OfADevice, webauthn.ReauthenticateWebAuthnForm):
    pass


class AddPasskeyForm(_Reworded, webauthn.AddWebAuthnForm):
    words = {"passwordless": _("Sign in with this passkey alone, without a password")}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["credential"] = CredentialField(widget=forms.HiddenInput)
        self.fields["passwordless"].help_text = _("The device then asks for a finger, a face or a PIN each time.")

    def clean(self) -> Any:
        with _read_from_a_device():
            return super().clean()
