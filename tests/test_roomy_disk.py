"""What tests see of the disk does not depend on this machine's."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections import namedtuple
from pathlib import Path

from support.roomy_disk import FREE, TOTAL, told

Usage = namedtuple("Usage", "total used free")
GB = 10**9


def test_a_nearly_full_disk_has_room_and_one_made_by_a_test_its_own(tmp_path):
    assert told(Usage(200 * GB, 199 * GB, GB)) == Usage(TOTAL, TOTAL - FREE, FREE)
    small = Usage(24 * 10**6, 24 * 10**6, 0)
    assert told(small) is small
    assert shutil.disk_usage(tmp_path).free == FREE


def test_a_test_host_sees_the_same_disk(tmp_path):
    """By a variable, which its worker reads too."""
    told = f"import shutil; print(shutil.disk_usage({str(tmp_path)!r}).free)"
    roomy = {**os.environ, "PYTHONPATH": str(Path(__file__).parent / "hosts" / "roomy_disk")}
    done = subprocess.run([sys.executable, "-c", told], env=roomy, capture_output=True, text=True, check=True)
    assert int(done.stdout) == FREE
