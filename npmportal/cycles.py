"""How often Python looks for objects that refer to each other in a circle, where request follows on request."""

import gc


def look_seldom() -> None:
    """Look after every 10,000 new objects instead of 700, and never again at what is there already.

    A page makes tens of thousands of objects and few circles, so that a fifth of its time went there
    (benchmarks/README.md). Call it when all is loaded.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(10_000, 10, 100)
