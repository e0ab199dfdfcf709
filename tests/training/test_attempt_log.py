"""A job's log goes on over its attempts: bars and errors of an earlier one are not those of the present one."""

from __future__ import annotations

from isengard.training.backends.ai_toolkit import channels
from isengard.training.backends.ai_toolkit.failures import explain
from isengard.training.interface import LOG_FILE
from isengard.training.job_folder.attempt_log import divide

BEFORE = "ann: 50%|##| 5/10 [00:01<00:01, 2.0it/s, lr: 1.0e-04 loss: 1.0e-01]\ntorch.OutOfMemoryError: CUDA out of memory"


def test_nothing_of_an_earlier_attempt_is_read(tmp_path):
    log = tmp_path / LOG_FILE
    log.write_text(BEFORE)
    assert channels.read_bar(channels.read_tail(log), "ann").step == 5
    assert explain("", channels.read_tail(log), 1).code == "gpu_out_of_memory"
    divide(tmp_path, 2)
    assert channels.read_tail(log) == []
    with log.open("a") as stream:
        stream.write("loading\n")
    assert channels.read_tail(log) == ["loading"]
    assert explain("", channels.read_tail(log), 1).code != "gpu_out_of_memory"
    divide(tmp_path, 3)
    assert channels.read_tail(log) == []


def test_the_log_keeps_all_attempts_and_a_new_one_has_no_divider(tmp_path):
    divide(tmp_path, 1)
    assert not (tmp_path / LOG_FILE).exists()
    (tmp_path / LOG_FILE).write_text(BEFORE)
    divide(tmp_path, 2)
    assert (tmp_path / LOG_FILE).read_text() == f"{BEFORE}\n--- Isengard: attempt 2 ---\n"
