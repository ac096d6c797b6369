"""What happens when: acts wait for their instant and are played in order, each at its own time."""

import heapq
import itertools
from collections.abc import Callable
from datetime import datetime

Act = Callable[[datetime], None]


class Agenda:
    """Acts of one child. An act gets its instant and may put further ones on the agenda."""

    def __init__(self) -> None:
        self._waiting: list[tuple[datetime, int, Act]] = []
        self._numbers = itertools.count()

    def at(self, instant: datetime, act: Act) -> None:
        """Of two acts at one instant the one put here first comes first."""
        heapq.heappush(self._waiting, (instant, next(self._numbers), act))

    def play(self, until: datetime) -> None:
        """Play everything up to `until`; what would come later never happens."""
        while self._waiting and self._waiting[0][0] <= until:
            instant, _, act = heapq.heappop(self._waiting)
            act(instant)
