"""Django's admin as this portal has it: for reference lists alone (npmportal/admin.py)."""

from django.contrib.admin.apps import AdminConfig


class ReferenceListsConfig(AdminConfig):
    """Django's own app, with the portal's site in place of Django's."""

    default_site = "npmportal.admin.ReferenceListsSite"
