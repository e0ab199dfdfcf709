"""For test hosts and their workers (PYTHONPATH): a disk with plenty of room, whatever the machine has. What is fetched for a cut model is a
hundredth of what the records say, and that has to be free before."""

import shutil
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from support.roomy_disk import told

_real = shutil.disk_usage
shutil.disk_usage = lambda path: told(_real(path))
sys.path.pop(0)
