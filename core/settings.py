"""Settings: the environment beats isengard.toml beats the default; each value knows where it came from."""

from __future__ import annotations

import contextlib
import re
import threading
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

from . import atomic, guard_switch, toml_files
from .errors import InvalidError
from .paths import RUNPOD_VOLUMES, DataPaths, runpod_volume
from .said import FieldFault, listed, said
from .toml_files import Slip, Unreadable

MODES = ("production", "fast-test")
LOG_LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR")
#: A language's code as ComfyUI writes it: de, pt-BR. Which ones there are, the folders of `locales/` say.
LANGUAGE_CODE = r"[a-z]{2,3}(?:-[A-Za-z0-9]{2,8}){0,3}"
#: The one section of isengard.toml that is ours.
_MODELS = "base_models"
#: What the panel may change over HTTP: harmless keys only (DESIGN section 12).
#: The mode too: it starts nothing by itself, is used from the next start on, and both modes keep the same files.
#: Guarding ComfyUI by the link locks nobody out who can change it: they have the link.
EDITABLE: dict[str, tuple[str, ...]] = {
    "mode": MODES,
    "log_level": LOG_LEVELS,
    "guard_comfyui": ("0", "1"),
    "mark_pictures": ("0", "1"),
    "sign_pictures": ("0", "1"),
    "visible_mark": ("0", "1"),
    "lora_companions": ("0", "1"),
}
#: The same, where the value only has to be written in this way: which names are known, whoever reads it knows.
EDITABLE_PATTERNS = {"face_models": r"[a-z0-9_, ]*", "language": f"auto|{LANGUAGE_CODE}"}
#: What a switch counts as while the owner's own word on it cannot be read: never more open than they may have meant.
CAUTIOUS = {"allow_setup": False}
SECRETS = ("hf_token", "token", "redis_url")
#: Each may stand in a file instead, which the variable with `_FILE` behind it names: a container's secrets.
IN_FILES = ("HF_TOKEN", "ISENGARD_TOKEN", "REDIS_PASSWORD")
#: A file is read, changed and written: two pages at once must not undo each other.
_WRITING = threading.Lock()


@dataclass(frozen=True)
class Settings:
    """All settings; `sources[name]` is environment | isengard.toml | default."""

    mode: str = "production"
    redis_url: str = ""
    log_level: str = "INFO"
    worker_concurrency: int = 1
    comfyui_url: str = ""
    ai_toolkit_dir: str = ""
    ai_toolkit_python: str = ""
    ai_toolkit_repo: str = ""
    ai_toolkit_ref: str = ""
    hf_token: str = field(default="", repr=False)
    hf_home: str = ""
    token: str = field(default="", repr=False)
    allowed_hosts: tuple[str, ...] = ()
    allow_cpu: bool = False
    allow_setup: bool = True
    allow_remote_photos: bool = False
    allow_remote_training: bool = False
    guard_comfyui: bool = False
    language: str = "auto"
    #: how a picture was made, said in its file, a second time with a signature, and in a corner of the copies that are given away
    mark_pictures: bool = True
    sign_pictures: bool = True
    visible_mark: bool = False
    #: name and preview beside each published LoRA, where whoever sees ComfyUI's lists sees them
    lora_companions: bool = False
    #: models that measure likeness and look at pictures, in place of the default
    face_models: tuple[str, ...] = ()
    #: name -> path or hub id, from the owner's file alone, never from a request
    base_models: Mapping[str, str] = field(default_factory=dict)
    sources: Mapping[str, str] = field(default_factory=dict)
    #: what in isengard.toml could not be used
    slips: tuple[Slip, ...] = ()

    @property
    def fast_test(self) -> bool:
        return self.mode == "fast-test"


@dataclass(frozen=True)
class _Key:
    variable: str
    parse: Callable[[str], Any]


def _choice(*allowed: str) -> Callable[[str], str]:
    def parse(text: str) -> str:
        if text not in allowed:
            raise FieldFault("{field} must be one of {choices}.", choices=listed(allowed))
        return text

    return parse


def _flag(text: str) -> bool:
    lowered = text.strip().lower()
    if lowered not in ("0", "1", "true", "false", "yes", "no"):
        raise FieldFault("{field} must be 1 or 0.")
    return lowered in ("1", "true", "yes")


def _slots(text: str) -> int:
    number = int(text) if re.fullmatch(r"\s*\d{1,9}\s*", text) else 0
    if not 1 <= number <= 64:
        raise FieldFault("{field} must be a number between 1 and 64.")
    return number


def _hosts(text: str) -> tuple[str, ...]:
    return tuple(part.strip().lower() for part in text.split(",") if part.strip())


def _language(text: str) -> str:
    if text != "auto" and not is_language(text):
        raise FieldFault("{field} must be auto or a language's code, such as en or pt-BR.")
    return text


def is_language(text: str) -> bool:
    """Tell whether it is written as a language's code is."""
    return re.fullmatch(LANGUAGE_CODE, text) is not None


def _names(text: str) -> tuple[str, ...]:
    names = tuple(part.strip() for part in text.split(",") if part.strip())
    if not all(re.fullmatch(r"[a-z0-9_]{1,40}", name) for name in names):
        raise FieldFault("{field} must be names of small letters, digits and _, separated by commas.")
    return names


#: Every variable of the specification and ours (docs/settings.md has the same table).
KEYS: dict[str, _Key] = {
    "mode": _Key("ISENGARD_MODE", _choice(*MODES)),
    "redis_url": _Key("REDIS_URL", str),
    "log_level": _Key("LOG_LEVEL", lambda text: _choice(*LOG_LEVELS)(text.upper())),
    "worker_concurrency": _Key("WORKER_CONCURRENCY", _slots),
    "comfyui_url": _Key("COMFYUI_URL", lambda text: text.rstrip("/")),
    "ai_toolkit_dir": _Key("AI_TOOLKIT_DIR", str),
    "ai_toolkit_python": _Key("AI_TOOLKIT_PYTHON", str),
    "ai_toolkit_repo": _Key("AI_TOOLKIT_REPO", str),
    "ai_toolkit_ref": _Key("AI_TOOLKIT_REF", str),
    "hf_token": _Key("HF_TOKEN", str),
    "hf_home": _Key("HF_HOME", str),
    "token": _Key("ISENGARD_TOKEN", str),
    "allowed_hosts": _Key("ISENGARD_ALLOWED_HOSTS", _hosts),
    "allow_cpu": _Key("ISENGARD_ALLOW_CPU", _flag),
    "allow_setup": _Key("ISENGARD_ALLOW_SETUP", _flag),
    "allow_remote_photos": _Key("ISENGARD_ALLOW_REMOTE_PHOTOS", _flag),
    "allow_remote_training": _Key("ISENGARD_ALLOW_REMOTE_TRAINING", _flag),
    "guard_comfyui": _Key(guard_switch.VARIABLE, _flag),
    "language": _Key("ISENGARD_LANGUAGE", _language),
    "mark_pictures": _Key("ISENGARD_MARK_PICTURES", _flag),
    "sign_pictures": _Key("ISENGARD_SIGN_PICTURES", _flag),
    "visible_mark": _Key("ISENGARD_VISIBLE_MARK", _flag),
    "lora_companions": _Key("ISENGARD_LORA_COMPANIONS", _flag),
    "face_models": _Key("ISENGARD_FACE_MODELS", _names),
}


def load_settings(
    env: Mapping[str, str], paths: DataPaths, volumes: tuple[Path, ...] = RUNPOD_VOLUMES
) -> Settings:
    """On RunPod models are kept on the volume too, unless HF_HOME says otherwise: a pod's own disk goes with it.

    A slip in isengard.toml is told in `slips`, and the default stands in for what it spoils. InvalidError `bad_setting` for a
    variable, for secrets.toml, and where a slip hides which Redis keeps the jobs: they would come to lie in two places.
    """
    env = _with_files(env)
    slips: list[Slip] = []
    written = _owners_file(paths.settings_file, slips)
    if slips and not env.get("REDIS_URL") and b"redis_url" in paths.settings_file.read_bytes():
        raise _unreadable(paths.settings_file, slips[0].line)
    written |= {name: value for name, value in _secrets(paths.secrets_file).items() if name in SECRETS}
    values: dict[str, Any] = dict(CAUTIOUS) if slips else {}
    sources: dict[str, str] = {}
    for name, key in KEYS.items():
        sources[name] = "default"
        if env.get(key.variable):
            values[name], sources[name] = _parse(key, env[key.variable], key.variable), "environment"
        elif name in written:
            try:
                values[name], sources[name] = key.parse(_as_text(name, written[name])), "isengard.toml"
            except FieldFault as fault:
                values |= {name: CAUTIOUS[name]} if name in CAUTIOUS else {}
                line = toml_files.line_of(paths.settings_file, name)
                slips.append(Slip("setting_slip", paths.settings_file.name, line, fault.about(name)))
    values["guard_comfyui"] = guard_switch.guard_asked_for(env, paths.settings_file)
    volume = runpod_volume(env, volumes)
    if volume is not None:
        values.setdefault("hf_home", str(volume / "isengard" / "huggingface"))
    values["base_models"] = _base_models(written.get(_MODELS, {}), paths.settings_file, slips)
    variables = {name: key.variable for name, key in KEYS.items()}
    slips += toml_files.unread(paths.settings_file, written, variables, _MODELS)
    return Settings(**values, sources=sources, slips=tuple(slips))


def _base_models(written: object, file: Path, slips: list[Slip]) -> dict[str, str]:
    """Those that are texts; of the others is told, by `unread` where they are settings that stand in the wrong place."""
    models = written if isinstance(written, dict) else {_MODELS: None}
    good = {str(name): target for name, target in models.items() if isinstance(target, str)}
    fault = (
        FieldFault("{field} must be text in quotes.")
        if models is written
        else FieldFault("{field} must be a section with names and paths: [base_models].")
    )
    for name in (str(name) for name in models if str(name) not in {*good, *KEYS}):
        slips.append(Slip("setting_slip", file.name, toml_files.line_of(file, name), fault.about(name)))
    return good


def _with_files(env: Mapping[str, str]) -> Mapping[str, str]:
    """The environment with the secrets that its files hold; a variable itself counts more. InvalidError `bad_setting`."""
    read = {
        name: _secret_in(Path(env[f"{name}_FILE"]), name)
        for name in IN_FILES
        if env.get(f"{name}_FILE") and not env.get(name)
    }
    if password := read.pop("REDIS_PASSWORD", ""):
        read["REDIS_URL"] = _with_password(env.get("REDIS_URL", ""), password)
    return {**env, **read}


def _with_password(url: str, password: str) -> str:
    """The address with the password; one that has a password already, or is not an address, as it is."""
    try:
        address = urlsplit(url)
    except ValueError:
        return url
    if not address.netloc or address.password is not None:
        return url
    user, _, place = address.netloc.rpartition("@")
    return address._replace(netloc=f"{user}:{quote(password, safe='')}@{place}").geturl()


def _secret_in(file: Path, name: str) -> str:
    try:
        return file.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as fault:
        raise InvalidError(
            "bad_setting",
            said("The file that {name}_FILE names cannot be read as text.", name=name),
            "Correct the path or the file's rights, then restart.",
        ) from fault


def _owners_file(file: Path, slips: list[Slip]) -> dict[str, Any]:
    try:
        return toml_files.read(file)
    except Unreadable as damage:
        slips.append(Slip("settings_slip", file.name, damage.line))
        return {}


def current_token(settings: Settings, paths: DataPaths) -> str:
    """The Hugging Face token as it stands now: one that was entered in the panel counts at once, in a running worker too."""
    if settings.sources.get("hf_token") in (None, "environment"):
        return settings.hf_token
    return str(_secrets(paths.secrets_file).get("hf_token", ""))


def current_face_models(settings: Settings, paths: DataPaths) -> tuple[str, ...]:
    """The models as they are chosen now: a choice in the panel counts at once. What stands there wrongly chooses nothing."""
    if settings.sources.get("face_models") == "environment":
        return settings.face_models
    with contextlib.suppress(Unreadable, OSError, ValueError):
        return _names(_as_text("face_models", toml_files.read(paths.settings_file).get("face_models", "")))
    return settings.face_models


def current_language(settings: Settings, paths: DataPaths) -> str:
    """The language as it is chosen now; what stands there wrongly chooses nothing."""
    if settings.sources.get("language") == "environment":
        return settings.language
    with contextlib.suppress(Unreadable, OSError, ValueError):
        written = toml_files.read(paths.settings_file)
        return _language(_as_text("language", written.get("language", Settings.language)))
    return settings.language


def current_switches(settings: Settings, paths: DataPaths, names: Collection[str]) -> dict[str, bool]:
    """These switches as they stand now: one that is pressed in the panel counts at once. What stands in the file wrongly counts as
    it did at the start."""
    written: Mapping[str, Any] = {}
    with contextlib.suppress(Unreadable, OSError):
        written = toml_files.read(paths.settings_file)
    now = {name: bool(getattr(settings, name)) for name in names}
    for name in names:
        if settings.sources.get(name) != "environment":
            with contextlib.suppress(ValueError):
                now[name] = (
                    _flag(_as_text(name, written[name])) if name in written else bool(getattr(Settings, name))
                )
    return now


def is_editable(name: str) -> bool:
    """Tell whether the panel may change it."""
    return name == "hf_token" or name in EDITABLE or name in EDITABLE_PATTERNS


def save_setting(paths: DataPaths, name: str, value: str) -> None:
    """Write one harmless setting, or the write-only Hugging Face token. Raises as `check_setting` does."""
    check_setting(name, value)
    _save(paths.secrets_file if name == "hf_token" else paths.settings_file, name, value)


def check_setting(name: str, value: str) -> None:
    """Raises InvalidError `setting_not_editable` or `bad_setting` for what would not be written."""
    if name == "hf_token":
        # it goes into a TOML file, an environment and a header: what one of them cannot hold is no token
        if not re.fullmatch(r"[!-~]*", value):
            raise InvalidError(
                "bad_setting",
                "This isn't a Hugging Face token: a token is letters, digits and signs, without spaces.",
                "Copy it again from its page.",
            )
        return
    if not is_editable(name):
        raise InvalidError(
            "setting_not_editable",
            said("{name} cannot be changed from the panel.", name=name),
            "Set it in the environment or isengard.toml.",
        )
    if name in EDITABLE_PATTERNS:
        _parse(KEYS[name], value, name)
    elif value not in EDITABLE[name]:
        raise InvalidError(
            "bad_setting",
            said("{field} must be one of {choices}.", field=name, choices=listed(EDITABLE[name])),
            "Choose one of these.",
        )


def save_secret(paths: DataPaths, name: str, value: str) -> None:
    """Keep a secret of ours (the generated session token) in secrets.toml, mode 0600."""
    if name not in SECRETS:
        raise InvalidError(
            "setting_not_editable",
            said("{name} is not a secret of Isengard.", name=name),
            "Use isengard.toml.",
        )
    _save(paths.secrets_file, name, value)


def _save(file: Path, name: str, value: str) -> None:
    with _WRITING:
        try:
            text = toml_files.set_value(file, name, value)
        except Unreadable as damage:
            raise _unreadable(file, damage.line) from None
        atomic.write_mountable(file, text)


def _secrets(file: Path) -> dict[str, Any]:
    try:
        return toml_files.read(file)
    except Unreadable as damage:
        raise _unreadable(file, damage.line) from None


def _unreadable(file: Path, line: int) -> InvalidError:
    message = (
        said("{file} cannot be read: see line {line}.", file=file.name, line=line)
        if line
        else said("{file} cannot be read: it is not TOML.", file=file.name)
    )
    return InvalidError(
        "bad_setting",
        message,
        "Correct the file or move it away, then restart ComfyUI.",
    )


def _parse(key: _Key, text: str, where: str) -> Any:
    try:
        return key.parse(text)
    except FieldFault as fault:
        raise InvalidError(
            "bad_setting", fault.about(where), "Correct the value and restart ComfyUI."
        ) from fault


def _as_text(name: str, value: object) -> str:
    """FieldFault where it can't be what is meant: a folder called False, an address called True."""
    parse = KEYS[name].parse
    return toml_files.as_text(value, words=parse not in (_flag, _slots), several=parse in (_hosts, _names))
