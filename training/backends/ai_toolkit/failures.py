"""How AI-Toolkit fails, and what each failure means for a person: one table, read from the top.

The words are those of Python, PyTorch, the hub's library and the systems as they stand in a log or in the Job row.
A pattern is looked for in the trainer's last traceback first: warnings of a healthy start are no failures.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from ....core.records.job import JobError, Offer
from ....core.said import said
from ...process.log_follower import shown_lines

#: How many lines of the log a failure carries.
SHOWN_LINES = 20
_TRACEBACK = "Traceback (most recent call last)"
#: Exit codes without a traceback: POSIX 128 + signal, Windows NTSTATUS.
_KILLED, _SEGMENT = 137, 139
_ACCESS, _ACCESS_SIGNED, _FAST_FAIL = 3221225477, -1073741819, 3221226505


@dataclass(frozen=True)
class Failure:
    """`words` are regular expressions, any of which is enough; `codes` exit codes that mean it without words."""

    code: str
    message: str
    hint: str
    words: tuple[str, ...] = ()
    codes: tuple[int, ...] = ()
    offer: Offer = ""


CATALOGUE: tuple[Failure, ...] = (
    Failure(
        "gpu_out_of_memory",
        "Training stopped: the GPU ran out of memory.",
        "Free ComfyUI's memory and close other programs, or train smaller.",
        (r"CUDA (?:error: )?out of memory", r"OutOfMemoryError", r"OOM during training", r"CU(?:BLAS|DNN)_STATUS_ALLOC_FAILED"),
        offer="retry_smaller",
    ),
    Failure(
        "memory_out",
        "Training stopped: the computer ran out of memory.",
        "Close other programs, make the page file larger, or train smaller.",
        (r"\b_?(?:Array)?MemoryError\b", r"DefaultCPUAllocator", r"[Cc]annot allocate memory", r"(?:WinError|os error) 1455\b", r"paging file is too small"),
        offer="retry_smaller",
    ),
    Failure(
        "disk_full",
        "Training stopped: the disk is full.",
        "Free some space, then press Retry: it continues from the last checkpoint.",
        (
            r"No space left on device", r"\[Errno 28\]", r"Disk quota exceeded", r"not enough space on the disk", r"database or disk is full",
            r"(?:WinError|os error) 112\b",
        ),
    ),
    Failure(
        "model_gated",
        "The model could not be downloaded: its page asks you to accept a licence first.",
        "Open the page, accept it, enter your token in the settings, then press Retry.",
        (r"GatedRepoError", r"gated repo", r"40[13] Client Error", r"awaiting a review", r"Invalid user token"),
    ),
    Failure(
        "network_unreachable",
        "The model could not be downloaded: the connection failed.",
        "Check the internet connection, then press Retry.",
        (
            r"Max retries exceeded", r"name resolution",
            r"Connection(?:Error| reset| refused| aborted)", r"Read(?: timed out|Timeout)", r"getaddrinfo failed",
            r"5\d\d Server Error", r"SSLError", r"ProxyError", r"IncompleteRead", r"CAS service error",
        ),
    ),
    # a run is without a network: what it may read was fetched before (environment.py)
    Failure(
        "trainer_part_missing",
        "The trainer asked for a file from the hub that wasn't downloaded before it started.",
        "Press Retry to download what is missing. If it asks again, set up AI-Toolkit in the version Isengard was tested with; the log names the file.",
        (
            r"[Oo]ffline mode is enabled", r"OfflineModeIsEnabled", r"outgoing traffic has been disabled", r"LocalEntryNotFoundError",
            r"couldn't connect to 'https?://[^']*' to load the files", r"couldn't find them in the cached files",
        ),
    ),
    Failure(
        "gpu_not_supported",
        "This GPU cannot run the trainer's version of PyTorch.",
        "Update NVIDIA's driver and set AI-Toolkit up again.",
        (
            r"no kernel image is available", r"is not compatible with the current PyTorch", r"driver version is insufficient", r"Found no NVIDIA driver",
            r"driver on your system is too old", r"not compiled with CUDA enabled",
        ),
    ),
    Failure(
        "backend_broken",
        "AI-Toolkit's installation is incomplete.",
        "Open The trainer and test it, or set it up again.",
        (r"ModuleNotFoundError", r"No module named", r"DLL load failed", r"undefined symbol", r"cannot import name", r"cannot open shared object file"),
    ),
    Failure(
        "base_model_unusable",
        "The model to train on could not be loaded: its file is damaged or of another family.",
        "Choose another base model, or download it again.",
        (
            r"SafetensorError", r"HeaderTooLarge", r"InvalidHeader", r"Error\(s\) in loading state_dict", r"size mismatch for",
            r"does not appear to have a file named", r"no file named", r"not a valid model identifier", r"is not a local folder",
        ),
    ),
    Failure(
        "dataset_empty",
        "The trainer found no photo that it could read.",
        "Add photos, then train again.",
        (r"no images found", r"UnidentifiedImageError", r"cannot identify image file"),
    ),
    Failure(
        "loss_not_finite",
        "Training stopped: the numbers went out of range, so the LoRA would be useless.",
        "Train again with a lower learning rate.",
        (r"loss is nan", r"loss is NaN", r"NaN detected"),
    ),
    Failure(
        "trainer_crashed",
        "The trainer crashed in its graphics libraries.",
        "Update NVIDIA's driver, then press Retry. If it happens again, train smaller.",
        (r"CUDA error", r"cuDNN error", r"Segmentation fault"),
        (_SEGMENT, _ACCESS, _ACCESS_SIGNED, _FAST_FAIL),
        offer="retry_smaller",
    ),
    Failure(
        "trainer_killed",
        "The system stopped the trainer, most likely because the computer ran out of memory.",
        "Close other programs or train smaller, then press Retry: it continues from the last checkpoint.",
        (),
        (_KILLED,),
        offer="retry_smaller",
    ),
)  # fmt: skip


def explain(info: str, lines: Sequence[str], exit_code: int) -> JobError:
    """The failure in our words with the log lines that show it; `trainer_failed` where the catalogue has none."""
    shown = relevant(lines)
    for text in (info, "\n".join(_traceback(lines)), "\n".join(_end(lines))):
        for failure in CATALOGUE:
            if any(re.search(words, text) for words in failure.words):
                return _error(failure, shown)
    for failure in CATALOGUE:
        if exit_code in failure.codes:
            return _error(failure, shown)
    last = next((line for line in reversed(lines) if re.match(r"[\w.]*(Error|Exception)\b", line)), info)
    message = (
        said(
            "AI-Toolkit stopped with code {exit_code}. Its last words: {words}.",
            exit_code=str(exit_code),
            words=last[:300].rstrip(". "),
        )
        if last
        else said("AI-Toolkit stopped with code {exit_code}.", exit_code=str(exit_code))
    )
    return JobError(
        code="trainer_failed",
        message=message,
        hint="Check the log, then press Retry.",
        log=shown,
    )


def relevant(lines: Sequence[str]) -> list[str]:
    """The end of the log from its last traceback on, at most 20 lines, without secrets; a long one loses its middle."""
    trace = _traceback(lines) or list(lines[-SHOWN_LINES:])
    if len(trace) > SHOWN_LINES:
        trace = [*trace[:3], "…", *trace[4 - SHOWN_LINES :]]
    return shown_lines("\n".join(trace))


def _traceback(lines: Sequence[str]) -> list[str]:
    starts = [number for number, line in enumerate(lines) if line.startswith(_TRACEBACK)]
    return list(lines[starts[-1] :]) if starts else []


def _end(lines: Sequence[str]) -> Sequence[str]:
    """What the last failure may have been caused by: earlier tracebacks of the chain, or the last lines where there are none."""
    first = next((number for number, line in enumerate(lines) if line.startswith(_TRACEBACK)), None)
    return lines[-SHOWN_LINES:] if first is None else lines[first:]


def _error(failure: Failure, shown: list[str]) -> JobError:
    return JobError(
        code=failure.code, message=failure.message, hint=failure.hint, log=shown, offer=failure.offer
    )
