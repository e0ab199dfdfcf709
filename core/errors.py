"""One exception root. `code` is the stable public API; only web/http/errors.py maps a class to an HTTP status."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path


class IsengardError(Exception):
    """An error a person may read: `message` says what happened, `hint` what to do next."""

    def __init__(self, code: str, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.hint = hint

    def __str__(self) -> str:
        """Both sentences: ComfyUI shows an error of a node by its text alone."""
        return f"{self.message} {self.hint}".strip()


#: What whoever starts ComfyUI can set about an error, by its code. The panel says it in words: its readers set no variables.
VARIABLES = {
    "backend_missing": "AI_TOOLKIT_DIR, AI_TOOLKIT_PYTHON",
    "comfyui_unreachable": "COMFYUI_URL",
    "data_dir_public": "DATA_DIR",
    "data_folder_unavailable": "DATA_DIR",
    "host_not_allowed": "ISENGARD_ALLOWED_HOSTS",
    "hub_cache_unusable": "HF_HOME",
    "network_unreachable": "HF_ENDPOINT",
    "path_signs": "DATA_DIR",
    "redis_ca_unreadable": "REDIS_URL",
    "redis_package_missing": "REDIS_URL",
    "redis_refused": "REDIS_URL",
    "redis_unreachable": "REDIS_URL",
    "redis_untrusted": "REDIS_URL",
    "remote_photos": "ISENGARD_ALLOW_REMOTE_PHOTOS",
    "remote_training": "ISENGARD_ALLOW_REMOTE_TRAINING",
    "schema_newer": "DATA_DIR",
    "setup_switched_off": "ISENGARD_ALLOW_SETUP, HF_HUB_OFFLINE, AI_TOOLKIT_DIR",
    "system_unsupported": "AI_TOOLKIT_DIR, AI_TOOLKIT_PYTHON",
    "token_missing": "HF_TOKEN",
    "token_short": "ISENGARD_TOKEN",
}


def for_operators(fault: IsengardError) -> str:
    """Join both sentences and the variables behind them: for terminals, consoles and logs."""
    variables = VARIABLES.get(fault.code)
    return f"{fault} ({variables})" if variables else str(fault)


def reason_of(fault: Exception) -> str:
    """The reason that a log line gives for a fault."""
    return fault.message if isinstance(fault, IsengardError) else str(fault)


class InvalidError(IsengardError):
    """The request cannot be right as it stands (400)."""


class TimedOutError(IsengardError):
    """The rest of the request did not come (408)."""


class TooLargeError(IsengardError):
    """A file or body is over its limit (413)."""


class UnsupportedMediaError(IsengardError):
    """The content is of a kind we do not take (415)."""


class NotFoundError(IsengardError):
    """There is no such thing, or it was deleted (404)."""


class MethodError(IsengardError):
    """The address is ours, the method is none of its (405)."""


class ConflictError(IsengardError):
    """A clash with what is already there, or with its present state (409)."""


class ForbiddenError(IsengardError):
    """Understood and refused (403)."""


class UnauthorizedError(IsengardError):
    """No valid session or token (401)."""


class MisdirectedError(IsengardError):
    """The request names a host that is not ours (421)."""


class NotReadyError(IsengardError):
    """Something needed is missing, busy or unreachable at this moment (503)."""


class LedgerAwayError(NotReadyError):
    """The ledger cannot be reached at this moment: nothing was decided, ask again."""


class NotImplementedYetError(IsengardError):
    """A scaffold: the interface exists, nothing behind it does (501)."""


class StorageError(IsengardError):
    """Disk full, read-only or damaged (507). `folder`: on whose disk, where that need not be the data folder's."""

    folder: Path | None = None


class IllegalTransitionError(ConflictError):
    """A state machine was asked for a step that its table does not hold."""


class LeaseLostError(IsengardError):
    """This runner no longer owns its job: another attempt began, or the lease ran out. Stop the trainer at once."""


def data_folder_gone() -> StorageError:
    """The refusal of every write once the folder was removed, or its disk unplugged, while we run."""
    return StorageError(
        "data_folder_gone",
        "Isengard's data folder is gone: its disk was disconnected, or somebody removed it.",
        "Bring it back, then restart ComfyUI. Until then nothing can be saved.",
    )
