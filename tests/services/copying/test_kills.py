"""A copy whose process is killed goes on where it was, whatever the moment."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from contextlib import closing
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING

import bot
from bot.services.copying import copy
from bot.store.opening import connect
from tests.services.dying import FragileDatabase, Fuse, Killed

from .contents import contents, contents_of

if TYPE_CHECKING:
    from bot.store.database import Database
    from tests.postgres_server import Server

ROOT = Path(bot.__file__).parents[1]


def test_killed_at_boundaries_of_commits(source: Database, postgres: Server) -> None:
    chance, kills = Random(7), 0
    with postgres.database() as url, closing(connect(url)) as target:
        while True:
            try:
                copy(source, FragileDatabase(target, Fuse(chance.randrange(40))), lambda *_: None)
            except Killed:
                kills += 1
            else:
                break
        assert kills > 10
        assert contents(target) == contents(source)


# Kills itself without a word when so many rows went to the database, in the midst of them.
DYING = """
import os, sys
from itertools import count
from bot.__main__ import run
from bot.store import copying

copying.STEP, left = 10, count(int(sys.argv[1]), -1)
changed = copying.changed

def dying(rows, changes):
    for row in changed(rows, changes):
        if not next(left):
            os.kill(os.getpid(), 9)
        yield row

copying.changed = dying
sys.exit(run(["copy", "--to", sys.argv[2]]))
"""


def run(source: Database, url: str, rows: int) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", DYING, str(rows), url],
        capture_output=True,
        text=True,
        check=False,
        env={
            **os.environ,
            "DATABASE_URL": f"sqlite:///{source.name}",
            "POSTERPULSE_CONFIG": os.devnull,
            "PYTHONPATH": str(ROOT),
        },
    )


def test_killed_in_the_midst_of_writing(source: Database, postgres: Server) -> None:
    with postgres.database() as url:
        for rows in (1, 150, 137):
            died = run(source, url, rows)
            assert died.returncode == -signal.SIGKILL, died.stderr
        whole = run(source, url, 100_000)
        assert whole.returncode == 0, whole.stderr
        assert contents_of(url) == contents(source)
