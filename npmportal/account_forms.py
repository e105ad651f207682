"""The forms of signing in, in the portal's words: allauth's own speak of “Passwordless” and “New Password (again)”."""

from typing import Any

from allauth.account import forms as account
from allauth.mfa.webauthn import forms as webauthn
from django import forms
from django.utils.translation import gettext_lazy as _


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


class AddPasskeyForm(_Reworded, webauthn.AddWebAuthnForm):
    words = {"passwordless": _("Sign in with this passkey alone, without a password")}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["passwordless"].help_text = _("The device then asks for a finger, a face or a PIN each time.")
