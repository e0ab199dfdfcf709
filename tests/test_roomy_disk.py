"""What tests see of the disk does not depend on this machine's."""

from __future__ import annotations

import shutil
from collections import namedtuple

from support.roomy_disk import FREE, TOTAL, told

Usage = namedtuple("Usage", "total used free")
GB = 10**9


def test_a_nearly_full_disk_has_room_and_one_made_by_a_test_its_own(tmp_path):
    assert told(Usage(200 * GB, 199 * GB, GB)) == Usage(TOTAL, TOTAL - FREE, FREE)
    small = Usage(24 * 10**6, 24 * 10**6, 0)
    assert told(small) is small
    assert shutil.disk_usage(tmp_path).free == FREE
