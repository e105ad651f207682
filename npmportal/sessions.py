"""Sessions in the database, asked only for keys that could be one."""

from django.contrib.sessions.backends import db


class SessionStore(db.SessionStore):
    """Django's own, except that a forged cookie is no session rather than an error of the database."""

    def _validate_session_key(self, key: str | None) -> bool:
        return bool(key and key.isascii() and key.isalnum() and super()._validate_session_key(key))  # type: ignore[misc]
