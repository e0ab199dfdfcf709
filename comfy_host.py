"""The one file that knows ComfyUI's Python inside: paths, address, LoRA folder, memory, LoRAs, regions, references.

Written against ComfyUI 0.3.64 to 0.33.0. Everything else receives this object and never imports ComfyUI.
"""

from __future__ import annotations

import json
import logging
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import Any
from weakref import WeakKeyDictionary

from . import comfy_capabilities, comfy_weights
from .comfy_restart import Launch
from .core.addresses import is_loopback, reachable
from .core.loras.fit import image_modules

#: How many LoRAs' places in a model are kept while that model lives.
KEPT_FITS = 4
#: LoRA files kept in memory: switching strength or seed reads nothing again.
KEPT_FILES = 2
_log = logging.getLogger("isengard.comfy_host")


@dataclass(frozen=True)
class LoraFit:
    """A LoRA's patches for one model: `taken` of its `modules` have a place, `misshaped` of these the wrong size; of `unread` the
    model's loader lets nothing be said.

    Counted for the image model alone: whether the text encoder is connected says nothing about the base.
    """

    patches: Mapping[Any, Any]
    taken: int
    modules: int
    misshaped: int
    unread: int = 0


class ComfyHost:
    """Facts and services of the ComfyUI process we live in."""

    def __init__(self, prompt_server: Any) -> None:
        self._server = prompt_server
        self._launch = Launch.ours()
        self._files: OrderedDict[tuple[str, int, int], Mapping[str, Any]] = OrderedDict()
        self._fits: WeakKeyDictionary[Any, list[tuple[Any, Any, LoraFit]]] = WeakKeyDictionary()

    @property
    def version(self) -> str:
        """ComfyUI's version, e.g. `0.3.75`; `unknown` before 0.3.10."""
        try:
            from comfyui_version import __version__
        except ImportError:
            return "unknown"
        return str(__version__)

    @property
    def frontend(self) -> str:
        """The version of ComfyUI's frontend package, or what `--front-end-version` and `--front-end-root` put in its place."""
        if getattr(self._arguments, "front_end_root", None):
            return "its own folder (--front-end-root)"
        asked = str(getattr(self._arguments, "front_end_version", ""))
        if asked and asked != _default_frontend():
            return asked
        try:
            return metadata.version("comfyui-frontend-package")
        except metadata.PackageNotFoundError:
            return "unknown"

    def capabilities(self) -> list[dict[str, str | bool]]:
        """Lists what releases brought and whether this ComfyUI has it: {name, since, present} of each."""
        return comfy_capabilities.found(self._server)

    def has(self, capability: str) -> bool:
        """Whether this ComfyUI has it; KeyError for a name that is not in the table of `comfy_capabilities`."""
        return comfy_capabilities.has(self._server, capability)

    @property
    def device_name(self) -> str:
        """The device that it computes on, as its console says it: `cuda:0 AMD Radeon RX 7900 XTX : native`, `mps`, `cpu`."""
        from comfy import model_management

        return str(model_management.get_torch_device_name(model_management.get_torch_device()))

    @property
    def user_directory(self) -> Path:
        import folder_paths

        return Path(folder_paths.get_user_directory())

    @property
    def locale(self) -> str:
        """The language that ComfyUI is set to; empty where nobody has chosen one, or each user has settings of their own."""
        file = self.user_directory / "default" / "comfy.settings.json"
        try:
            found = json.loads(file.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return ""
        return str(found.get("Comfy.Locale") or "") if isinstance(found, dict) else ""

    @property
    def is_running(self) -> bool:
        """Whether the server has started to listen: before that packs are still being imported."""
        return getattr(self._server, "port", None) is not None

    @property
    def _arguments(self) -> Any:
        from comfy.cli_args import args

        return args

    @property
    def listen_addresses(self) -> list[str]:
        """The addresses that `--listen` was given (one or several, separated by commas)."""
        return [part.strip() for part in str(self._arguments.listen).split(",") if part.strip()]

    @property
    def listen_is_loopback(self) -> bool:
        """Whether only this machine can reach the server."""
        return all(is_loopback(address) for address in self.listen_addresses)

    @property
    def writes_graphs(self) -> bool:
        """Whether pictures are to hold the graph that they were drawn by: not with `--disable-metadata`."""
        return not getattr(self._arguments, "disable_metadata", False)

    @property
    def server_url(self) -> str:
        """The address at which this very server is reached from this machine."""
        args = self._arguments
        scheme = (
            "https" if getattr(args, "tls_keyfile", None) and getattr(args, "tls_certfile", None) else "http"
        )
        return f"{scheme}://{reachable(self.listen_addresses)}:{int(args.port)}"

    @property
    def can_restart(self) -> bool:
        return self._launch.repeatable

    @property
    def another(self) -> dict[str, object]:
        """How a second ComfyUI is started beside this one; empty where nobody can tell."""
        return self._launch.another()

    @property
    def queue_length(self) -> int:
        """Prompts that run or wait: a restart loses them."""
        return int(self._server.prompt_queue.get_tasks_remaining())

    def prompts(self) -> list[tuple[str, object, object]]:
        """Every prompt that ComfyUI knows, done, running or queued: its id, its graph, its outputs. Not to be changed."""
        queue = self._server.prompt_queue
        running, waiting = queue.get_current_queue_volatile()
        past = queue.get_history(map_function=lambda entry: entry)
        done = [(str(key), entry["prompt"][2], entry.get("outputs")) for key, entry in past.items()]
        return [*done, *((str(item[1]), item[2], None) for item in (*running, *waiting))]

    def restart(self) -> None:
        """Start ComfyUI anew, as it was started. Does not return; OSError where that fails."""
        self._launch.repeat(opens_page=bool(getattr(self._arguments, "auto_launch", False)))

    def model_names(self, folder: str) -> list[str]:
        """File names as ComfyUI's loaders show them (`checkpoints`, `loras` …); empty for an unknown folder."""
        import folder_paths

        if folder not in folder_paths.folder_names_and_paths:
            return []
        return list(folder_paths.get_filename_list(folder))

    def model_path(self, folder: str, name: str) -> Path | None:
        """The file behind a loader's name, or None: only names that `model_names` lists are looked up."""
        import folder_paths

        if name not in self.model_names(folder):
            return None
        found = folder_paths.get_full_path(folder, name)
        return Path(found) if found else None

    def model_folders(self, folder: str) -> list[Path]:
        import folder_paths

        if folder not in folder_paths.folder_names_and_paths:
            return []
        return [Path(path) for path in folder_paths.get_folder_paths(folder)]

    def own_folders(self) -> dict[str, Path]:
        """ComfyUI's own folders by name: input, output, temp, user."""
        import folder_paths

        return {
            "input": Path(folder_paths.get_input_directory()),
            "output": Path(folder_paths.get_output_directory()),
            "temp": Path(folder_paths.get_temp_directory()),
            "user": self.user_directory,
        }

    def register_loras(self, folder: Path) -> None:
        """Show the LoRAs in `folder` in ComfyUI's own loaders, without copying them."""
        import folder_paths

        folder_paths.add_model_folder_path("loras", str(folder))

    def free(self) -> None:
        """Ask ComfyUI to empty its memory between two prompts (what POST /free does): models, and what nodes gave out.

        What is kept of LoRAs here goes at once.
        """
        self._files.clear()
        self._fits.clear()
        self._server.prompt_queue.set_flag("unload_models", True)
        self._server.prompt_queue.set_flag("free_memory", True)

    def unload_models(self) -> None:
        """Give the GPU's memory back now, from within a running prompt."""
        import comfy.model_management

        comfy.model_management.unload_all_models()
        comfy.model_management.soft_empty_cache()

    def read_lora(self, path: Path) -> Mapping[str, Any]:
        """The tensors of a safetensors file, those of the last ones from memory; other formats are never opened."""
        import comfy.utils

        if path.suffix != ".safetensors":
            raise ValueError("only .safetensors files are read")
        status = path.stat()
        key = (str(path), status.st_size, status.st_mtime_ns)
        tensors: Mapping[str, Any] | None = self._files.pop(key, None)
        if tensors is None:
            tensors = comfy.utils.load_torch_file(str(path), safe_load=True)
            _log.info("LoRA read", extra={"context": {"file": path.name}})
        self._files[key] = tensors
        while len(self._files) > KEPT_FILES:
            self._files.popitem(last=False)
        return tensors

    def lora_name(self, path: Path) -> str | None:
        """A file's name in ComfyUI's lists of LoRAs, with the folder and the slashes that they have; None where none lists it."""
        names = [name for name in self.model_names("loras") if Path(name).name == path.name]
        return next((name for name in names if _is_file(self.model_path("loras", name), path)), None)

    def base_of(self, model: Any) -> Any:
        """The base itself, one object however often the MODEL was cloned and patched."""
        return model.model

    def weights_of(self, model: Any) -> Mapping[str, tuple[int, ...]]:
        """The base's weights with their sizes, as its file names them."""
        return comfy_weights.shapes_of(model.model.diffusion_model)

    def fit_lora(self, model: Any, clip: Any, tensors: Mapping[str, Any]) -> LoraFit:
        """Which weights of this model the LoRA goes onto; worked out once for each pair and kept while the model lives.

        ComfyUI tells unmatched keys only to its console, wrong shapes only while sampling, and runs on
        (facts: lora-roundtrip G4).
        """
        import comfy.lora
        import comfy.lora_convert

        kept = self._fits.setdefault(model.model, [])
        encoder = None if clip is None else clip.cond_stage_model
        for of, for_encoder, fit in kept:
            if of is tensors and for_encoder is encoder:
                return fit
        keys: dict[str, Any] = comfy.lora.model_lora_keys_unet(model.model, {})
        if clip is not None:
            keys = comfy.lora.model_lora_keys_clip(encoder, keys)
        patches = comfy.lora.load_lora(comfy.lora_convert.convert_lora(dict(tensors)), keys)
        own, wrong = comfy_weights.coverage(model.model, patches)
        modules = len(image_modules(tensors))
        hidden = comfy_weights.unread(model.model, patches, modules)
        fit = LoraFit(patches, own, modules, wrong, hidden)
        self._fits[model.model] = [*kept, (tensors, encoder, fit)][-KEPT_FITS:]
        return fit

    def apply_lora(self, model: Any, clip: Any, fit: LoraFit, strength: float) -> tuple[Any, Any]:
        """MODEL and CLIP with the LoRA, the way ComfyUI's own LoraLoader does it; `clip` may be None."""
        patched = model.clone()
        patched.add_patches(fit.patches, strength)
        if clip is None:
            return patched, None
        patched_clip = clip.clone()
        patched_clip.add_patches(fit.patches, strength)
        return patched, patched_clip

    def takes_hooks(self, model: Any, clip: Any, fit: LoraFit) -> bool:
        """Whether ComfyUI can put the LoRA on for a part of the picture only.

        It writes into the weights themselves, which are bytes where another pack's loader keeps them packed (GGUF). What its
        dynamic memory holds it loads once more for that, which it cannot where another pack's loader says nothing of how.
        """
        parts = [(model.model, model)]
        if comfy_weights.trains(clip.cond_stage_model, fit.patches):
            parts.append((clip.cond_stage_model, clip.patcher))
        return not fit.unread and all(
            comfy_weights.can_load_again(patcher) and not comfy_weights.is_packed(part, fit.patches)
            for part, patcher in parts
        )

    def encode_region(
        self, clip: Any, fit: LoraFit, text: str, *, left: float, right: float, strength: float
    ) -> Any:
        """CONDITIONING for a part of the width (0 to 1) with a LoRA of its own: ComfyUI's hooks and conditioning areas."""
        import comfy.hooks

        own = clip.clone()
        if strength:
            hooks = _region_hooks(fit.patches, strength)
            if comfy_weights.trains(clip.cond_stage_model, fit.patches):
                target = comfy.hooks.create_target_dict(comfy.hooks.EnumWeightTarget.Clip)
                own = comfy_weights.hooked(clip, hooks, target)
            own.apply_hooks_to_conds = hooks
        area = ("percentage", 1.0, right - left, 0.0, left)
        encoded = own.encode_from_tokens_scheduled(own.tokenize(text))
        return [[cond, {**values, "area": area, "strength": 1.0}] for cond, values in encoded]

    def with_references(self, conditioning: Any, vae: Any, photos: list[Any], share: float) -> Any:
        """CONDITIONING with photos as reference latents (what ReferenceLatent sets), for the first `share` of the steps."""
        latents = [vae.encode(photo[:, :, :, :3]) for photo in photos]
        referred = [
            [cond, {**values, "reference_latents": [*values.get("reference_latents", []), *latents]}]
            for cond, values in conditioning
        ]
        if share >= 1.0:
            return referred
        first = [[cond, {**values, "start_percent": 0.0, "end_percent": share}] for cond, values in referred]
        rest = [
            [cond, {**values, "start_percent": share, "end_percent": 1.0}] for cond, values in conditioning
        ]
        return first + rest

    def progress_bar(self, total: int, node_id: str | None = None) -> Any:
        """ComfyUI's progress bar on a node: `.update_absolute(value, total)`."""
        import comfy.utils

        return comfy.utils.ProgressBar(total, node_id=node_id)

    def say(self, words: str, node_id: str) -> None:
        """Show a line of text on a node, to the page alone that sent the graph which runs."""
        self._server.send_progress_text(words, node_id, self._server.client_id)

    def raise_if_interrupted(self) -> None:
        """Let ComfyUI's cancel button end what a node is doing."""
        import comfy.model_management

        comfy.model_management.throw_exception_if_processing_interrupted()


def _default_frontend() -> str:
    from comfy.cli_args import DEFAULT_VERSION_STRING

    return str(DEFAULT_VERSION_STRING)


def _is_file(found: Path | None, path: Path) -> bool:
    return found is not None and found.resolve() == path.resolve()


def _region_hooks(patches: Mapping[Any, Any], strength: float) -> Any:
    """A group with the one hook that puts these patches on.

    ComfyUI takes a model with new hooks for another one and moves all of it out of the GPU and back before each picture;
    what its weights are without hooks has not changed.
    """
    import comfy.hooks

    class RegionHook(comfy.hooks.WeightHook):  # type: ignore[misc]
        def add_hook_patches(self, model: Any, *registration: Any) -> Any:
            same = model.patches_uuid
            added = super().add_hook_patches(model, *registration)
            if not model.is_clip:
                model.patches_uuid = same
            return added

    hook = RegionHook(strength_model=strength, strength_clip=strength)
    hook.weights = hook.weights_clip = patches
    hook.need_weight_init = False
    group = comfy.hooks.HookGroup()
    group.add(hook)
    return group
