"""Find the web assets that come as npm packages, so that no copy of them stands in the repository."""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.staticfiles.finders import BaseFinder
from django.core.files.storage import FileSystemStorage, Storage

# Where a file is served under static/ -> where its npm package keeps it. Only what is named here is ever served.
PACKAGED_FILES: dict[str, str] = {
    "vendor/htmx.min.js": "htmx.org/dist/htmx.min.js",
    **{
        f"vendor/fonts/source-sans-3-{script}.woff2": (
            f"@fontsource-variable/source-sans-3/files/source-sans-3-{script}-wght-normal.woff2"
        )
        for script in ("latin", "latin-ext")
    },
}
# Not served: the portal itself reads it, to draw maps (visits/outlines.py).
OUTLINES = Path(settings.BASE_DIR) / "node_modules" / "world-atlas" / "countries-10m.json"


class PackageFinder(BaseFinder):
    """Finds the files of PACKAGED_FILES below node_modules/."""

    def __init__(self, app_names: Iterable[str] | None = None, *args: Any, **kwargs: Any) -> None:
        self.root = Path(settings.BASE_DIR) / "node_modules"
        self.storage = PackageStorage(location=self.root)
        super().__init__(*args, **kwargs)

    def check(self, **kwargs: Any) -> list[Any]:
        return []

    def find(self, path: str, find_all: bool = False, **kwargs: Any) -> Any:
        source = PACKAGED_FILES.get(path)
        found = [str(self.root / source)] if source and (self.root / source).is_file() else []
        return found if find_all else (found[0] if found else [])

    def list(self, ignore_patterns: Iterable[str] | None) -> Iterator[tuple[str, Storage]]:
        for path in PACKAGED_FILES:
            yield path, self.storage


class PackageStorage(FileSystemStorage):
    """Opens a file by the name it is served under."""

    def path(self, name: str) -> str:
        return super().path(PACKAGED_FILES.get(name, name))
