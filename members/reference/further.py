"""What other apps load beside the packaged register of a mechanism: each adds its loader when it starts."""

from collections.abc import Callable

from members.models import Mechanism

Loader = Callable[[Mechanism], str]
_LOADERS: list[Loader] = []


def load_beside(loader: Loader) -> None:
    """Let ``loader`` be called with each mechanism whose register was loaded; it says what is new, or nothing."""
    if loader not in _LOADERS:
        _LOADERS.append(loader)


def load_further(npm: str) -> list[str]:
    """Call every loader with the mechanism ``npm`` and return what they say."""
    mechanism = Mechanism.objects.get(slug=npm)
    return [said for loader in _LOADERS if (said := loader(mechanism))]
