"""What is counted where numbers of other programs are compared with ours."""

import math
from collections import defaultdict
from dataclasses import dataclass, field


@dataclass
class Tally:
    """What was compared under one heading: how many values, how well, and what differs for which reason."""

    tolerance: float
    n: int = 0
    worst: float = 0.0
    explained: defaultdict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    misses: list[str] = field(default_factory=list)

    def add(self, name: str, ours: float, theirs: float, reason: str | None = None) -> None:
        self.n += 1
        difference = relative_difference(ours, theirs)
        if difference <= self.tolerance:
            self.worst = max(self.worst, difference)
        elif reason:
            self.explained[reason].append(name)
        else:
            self.misses.append(f"{name}: ours {ours:.15g}, reference {theirs:.15g}")


def relative_difference(ours: float, theirs: float) -> float:
    """|ours - theirs| relative to the reference, or to 1e-4 where that is smaller and digits were cancelled."""
    if math.isnan(ours) or math.isnan(theirs):
        return 0.0 if math.isnan(ours) and math.isnan(theirs) else math.inf
    if ours == theirs:
        return 0.0
    return abs(ours - theirs) / max(abs(theirs), 1e-4)
