#!/usr/bin/env python
"""Run one of the portal's management commands."""

import os
import sys


def main() -> None:
    """Hand the command line to Django."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "npmportal.settings")
    try:
        from django.core.management import execute_from_command_line
    except ImportError as error:
        raise SystemExit(
            "Django is not installed for this Python. Use .venv/bin/python, or type `make run`."
        ) from error
    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
