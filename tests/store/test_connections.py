from __future__ import annotations

from threading import Barrier, Event, Thread

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


def test_one_that_is_in_use_is_closed_when_it_is_used_no_more() -> None:
    connections = Connections(Handle)
    entered, leave = Event(), Event()
    found: list[Handle] = []

    def query() -> None:
        with connections.used() as handle:
            found.append(handle)
            entered.set()
            leave.wait(60)
            assert not handle.closed

    user = Thread(target=query)
    user.start()
    assert entered.wait(60)
    closer = Thread(target=connections.close)
    closer.start()
    closer.join(0.2)
    assert closer.is_alive()
    leave.set()
    user.join(60)
    closer.join(60)
    assert found[0].closed
