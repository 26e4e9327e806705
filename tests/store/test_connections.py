from __future__ import annotations

from threading import Barrier

from bot.store.connections import Connections

from .samples import together


class Handle:
    def __init__(self) -> None:
        self.closed = False

    def close(self) -> None:
        self.closed = True


def test_connections_of_ended_threads_are_closed() -> None:
    connections = Connections(Handle)
    mine = connections.mine()
    found: list[Handle] = []
    start = Barrier(3)

    def ask() -> None:
        found.append(connections.mine())
        start.wait(60)
        assert connections.mine() in found

    together([ask] * 3)
    assert len({id(each) for each in (mine, *found)}) == 4
    together([lambda: found.append(connections.mine())])
    assert [each.closed for each in found] == [True, True, True, False]
    assert connections.mine() is mine
    connections.close()
    assert all(each.closed for each in (mine, *found))
