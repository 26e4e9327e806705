from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from typing import TYPE_CHECKING

import pytest

from bot.sandbox.campus import Campus
from bot.store.opening import open_store
from tests.app.running import ROOT
from tests.services.street import DAY, HOUR, Street

if TYPE_CHECKING:
    from pathlib import Path

    from tests.cli.conftest import Terminal

KEYS = "kind scope id started_at fired_at resolved_at scans expected reason".split()
