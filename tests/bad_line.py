"""A database behind a line that loses connections around COMMIT."""

from collections.abc import Callable
from dataclasses import dataclass

from rig.proxy import Proxy
from world import World

Lose = Callable[[Proxy], None]


def unheard_then_heard(proxy: Proxy) -> None:
    proxy.drop_before_commit()
    proxy.drop_after_commit()


LOSSES: dict[str, Lose] = {
    "before the server answered": Proxy.drop_after_commit,
    "while still in flight": lambda proxy: proxy.drop_after_commit(delay=0.15),
    "after the server answered": lambda proxy: proxy.drop_after_commit(before_reply=False),
    "before it reached the server": Proxy.drop_before_commit,
    "unheard, then heard": unheard_then_heard,
}


@dataclass
class Behind:
    """A world whose database is reached through a proxy, and how its next COMMIT is lost."""

    world: World
    proxy: Proxy
    lose: Lose = unheard_then_heard

    def act(self, work: Callable[[], object]) -> None:
        """Do something while its COMMIT is lost; then let all be settled."""
        self.lose(self.proxy)
        work()
        assert not self.proxy._planned
        self.proxy.wait_settled()
