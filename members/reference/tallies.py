"""What loading a packaged register did, to be told in a line."""

from dataclasses import dataclass, field


@dataclass
class Tally:
    """How many things of one kind the register holds, and which were new, changed or removed."""

    total: int = 0
    new: list[str] = field(default_factory=list)
    changed: list[str] = field(default_factory=list)
    removed: list[str] = field(default_factory=list)
    unlisted: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        said = [f"{len(self.new)} new"] if len(self.new) > 3 else [f"new: {name}" for name in self.new]
        said += [f"changed: {name}" for name in self.changed[:5]]
        said += [f"{len(self.changed) - 5} more changed"] if len(self.changed) > 5 else []
        said += [f"removed: {name}" for name in self.removed]
        said += [f"left as it is, not in the file: {name}" for name in self.unlisted]
        return f" ({'; '.join(said)})" if said else ""


@dataclass
class Changes:
    """What loading one register did."""

    npm: str
    is_left: bool = False  # the register was changed on screen: nothing was loaded
    tallies: dict[str, Tally] = field(default_factory=dict)

    def of(self, kind: str) -> Tally:
        return self.tallies.setdefault(kind, Tally())

    @property
    def is_nothing(self) -> bool:
        """Whether the database already said what the file says."""
        return not any(t.new or t.changed or t.removed for t in self.tallies.values())

    def counts(self) -> dict[str, int]:
        """Return the number of new, changed and removed things, for the audit trail."""
        kinds = ("new", "changed", "removed")
        return {kind: sum(len(getattr(t, kind)) for t in self.tallies.values()) for kind in kinds}

    def __str__(self) -> str:
        if self.is_left:
            return f"{self.npm}: left as it is, because it was changed on screen (--overwrite loads the file over it)."
        said = ", ".join(
            f"{tally.total} {kind}{tally}" for kind, tally in self.tallies.items() if tally.total or str(tally)
        )
        return f"{self.npm}: {said}; nothing changed." if self.is_nothing else f"{self.npm}: {said}."
