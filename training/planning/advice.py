"""What is said of a training before it starts, in plain words, each with what mends it: of the person, the photos, the prompts,
the place and the machine. Pure functions over facts; numbers of photos from identity-training section 5.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import Literal

from ...core.characters.caption_lint import leaks
from ...core.characters.photo_findings import NOTES
from ...core.characters.trigger_words import is_ordinary
from ...core.faces.face_findings import OF_STRANGERS, UNCLEAR
from ...core.families.base_choice import RankedBase
from ...core.families.families import Family
from ...core.records.photo import Photo
from ...core.records.training import Finding
from ...core.records.worker import Gpu
from ...core.version import numbers
from ..downloads.hub_cache import Lacking
from ..gpu.gpu_handover import GpuUse
from ..machine.machine_facts import Machine
from ..machine.nvidia_smi import memory_words
from .estimates import Estimate
from .facts import BaseModel, Person
from .memory_choice import MemoryChoice, pace_words, saving_words
from .placement import Place

MIN_PHOTOS = 1
FEW_PHOTOS = 10
GOOD_PHOTOS = 20
MANY_PHOTOS = 60
_GB = 1e9
#: Windows refuses paths of so many characters in many programs. A job's files add this much to the data folder's, and twice
#: the person's short name (a test counts).
WINDOWS_PATH, OUR_PATHS = 260, 82


def person_findings(person: Person, *, practice: bool) -> list[Finding]:
    """Permission is asked for what can really be recognised: in practice mode nothing of the photos is learned."""
    character, findings = person.character, []
    if not (character.consent or practice):
        message = (
            f"Nobody has confirmed yet that you may use {character.name}'s photos. Confirm it to train them."
        )
        findings.append(
            Finding(severity="error", code="consent_missing", message=message, fix="confirm_consent")
        )
    if person.namesakes:
        message = (
            f"{person.namesakes[0]} has the trigger word {character.trigger_word} too: in one picture it would call both. "
            "Give one of them another word before you train."
        )
        findings.append(
            Finding(severity="warning", code="trigger_shared", message=message, fix="change_trigger")
        )
    return findings


def photo_findings(photos: Sequence[Photo], trigger: str = "", class_word: str = "") -> list[Finding]:
    """Findings about number and quality of the included photos."""
    included = [photo for photo in photos if photo.included]
    count = len(included)
    if count < MIN_PHOTOS:
        message = "There are no photos to train on." if not photos else "Every photo is switched off."
        return [Finding(severity="error", code="no_photos", message=message, fix="add_photos")]
    if all(photo.held_out for photo in included):
        message = "Every photo is held back to compare with: none is left to train on."
        return [Finding(severity="error", code="no_photos", message=message, fix="show_photos")]
    findings = []
    if count < FEW_PHOTOS:
        few = "One photo is too" if count == 1 else f"{count} photos are"
        message = f"{few} few: 20 varied ones give a much better likeness."
        findings.append(Finding(severity="warning", code="few_photos", message=message, fix="add_photos"))
    elif count < GOOD_PHOTOS:
        message = f"{count} photos work; 20 varied ones work better."
        findings.append(Finding(severity="info", code="more_photos", message=message, fix="add_photos"))
    elif count > MANY_PHOTOS:
        message = f"{count} photos are a lot: 25 varied ones usually do as well in less time."
        findings.append(Finding(severity="info", code="many_photos", message=message))
    findings += _caption_findings(included, trigger, class_word)
    return findings + _quality_findings(included)


def _quality_findings(included: Sequence[Photo]) -> list[Finding]:
    """Photos that teach little, little of the face, or the wrong one; a few in profile, from afar or behind glasses are good to have."""
    findings, count = [], len(included)
    weak = _with_other_than(included, NOTES | OF_STRANGERS | UNCLEAR)
    unclear, strange = _with(included, UNCLEAR), _with(included, OF_STRANGERS)
    if len(weak) * 3 > count:
        message = f"{len(weak)} of {count} photos are small, dark, too bright, blurred or near-duplicates."
        findings.append(Finding(severity="warning", code="weak_photos", message=message, fix="show_photos"))
    if len(unclear) * 2 > count:
        message = (
            f"{len(unclear)} of {count} photos hardly show the face: it was not found, is very small, turned away or has its eyes "
            "hidden. Add photos from the front and from nearer."
        )
        findings.append(Finding(severity="warning", code="unclear_faces", message=message, fix="show_photos"))
    if strange:
        some = "One photo shows" if len(strange) == 1 else f"{len(strange)} of {count} photos show"
        message = f"{some} several people or somebody else: that may teach the wrong face. Have a look before you train."
        findings.append(Finding(severity="warning", code="other_faces", message=message, fix="show_photos"))
    return findings


def _with(photos: Sequence[Photo], codes: AbstractSet[str]) -> list[Photo]:
    return [photo for photo in photos if any(one.code in codes for one in photo.findings)]


def _with_other_than(photos: Sequence[Photo], codes: AbstractSet[str]) -> list[Photo]:
    return [photo for photo in photos if any(one.code not in codes for one in photo.findings)]


def _caption_findings(included: Sequence[Photo], trigger: str, class_word: str) -> list[Finding]:
    """Captions that describe the person, and a trigger word with digits (letters alone worked better: Phosphene#62)."""
    findings = []
    leaking = {photo.id: leaks(photo.caption, (trigger, class_word)) for photo in included if photo.caption}
    words = sorted({leak.word.lower() for photo_leaks in leaking.values() for leak in photo_leaks})
    if words:
        count = sum(1 for photo_leaks in leaking.values() if photo_leaks)
        whose = "One caption describes" if count == 1 else f"{count} captions describe"
        message = (
            f"{whose} the person ({', '.join(words[:5])}). What a caption names is not learned as part of them: "
            "describe place, clothes, pose and light instead."
        )
        findings.append(
            Finding(severity="warning", code="caption_leaks", message=message, fix="show_captions")
        )
    if trigger and is_ordinary(trigger, class_word):
        message = (
            f"The trigger word {trigger} is an ordinary word: the model knows it already, so it would call others too, and "
            "training changes what it means. A made-up word binds better."
        )
        findings.append(
            Finding(severity="warning", code="trigger_ordinary", message=message, fix="change_trigger")
        )
    if any(letter.isdigit() for letter in trigger):
        message = f"The trigger word {trigger} holds digits; words of letters alone are learned better."
        findings.append(Finding(severity="info", code="trigger_digits", message=message))
    return findings


def prompt_findings(prompts: Sequence[str]) -> list[Finding]:
    if any("${" in prompt for prompt in prompts):
        message = "A sample prompt holds '${', which the trainer would replace."
        return [Finding(severity="error", code="prompt_placeholder", message=message, fix="edit_prompts")]
    return []


def place_findings(where: Place, *, backend: str, file_here: str) -> list[Finding]:
    """Findings about the place. `file_here`: the name of a model file that only this machine is known to have."""
    if where.waits is not None:
        message = f"{where.waits.message} {where.waits.hint}"
        return [Finding(severity="warning", code="no_able_worker", message=message, fix="check_again")]
    if where.worker is None:
        return []
    host, gpus = where.worker.host, where.worker.gpus
    with_gpu = f" ({gpus[0].name}, {memory_words(gpus[0].total_bytes)})" if gpus else ""
    findings = [
        Finding(
            severity="info", code="trains_elsewhere", message=f"The worker on {host}{with_gpu} trains this."
        )
    ]
    detail = next((state.detail for state in where.worker.backends if state.name == backend), "")
    if detail:
        message = f"The worker on {host}: {detail}"
        findings.append(
            Finding(severity="warning", code="backend_untested", message=message, fix="check_again")
        )
    if file_here:
        message = f"{file_here} lies on this machine: the worker on {host} must have it under the same path."
        findings.append(
            Finding(severity="warning", code="model_elsewhere", message=message, fix="check_again")
        )
    return findings


def checkpoint_findings(model: BaseModel, family: Family) -> list[Finding]:
    """Say what keeps a training from its base; where the trainer loads a checkpoint of the user's, which one that is."""
    if model.flaw is not None:
        return [model.flaw]
    if model.base is None or family.trains_from != "file":
        return []
    same = model.comfy_name == model.base.name
    drawn = "the same checkpoint" if same else (model.comfy_name or "whichever checkpoint ComfyUI has")
    message = f"It is trained on {model.base.name}{_known(model.base)}, and pictures are drawn with {drawn}."
    return [Finding(severity="info", code="checkpoint_chosen", message=message)]


def _known(base: RankedBase) -> str:
    """What is known of a checkpoint, and whence, in brackets."""
    traits, known = base.file.traits, []
    if base.why in ("hash", "name"):
        known.append("the original model")
    if traits.style != "unknown":
        known.append(f"{traits.style}, by its {traits.style_from}")
    if base.other is not None:
        known.append(f"{base.label}, by its name")
    if traits.prediction == "v":
        known.append(f"v-prediction, by its {traits.prediction_from}")
    return f" ({'; '.join(known)})" if known else ""


@dataclass(frozen=True)
class Situation:
    """Everything the checks look at. `lacking`: what is fetched of the hub before the start, of another machine what may be."""

    machine: Machine
    family: Family
    estimate: Estimate
    lacking: Sequence[Lacking]
    has_token: bool
    comfyui_version: str
    on_cpu: bool
    #: how the GPU was measured just now, where it is this machine's
    use: GpuUse | None = None
    #: the host of the worker that trains, where it is another machine: its disk for models cannot be seen from here
    away: str = ""
    slug: str = ""
    #: whether the owner lets models be fetched here; another machine's worker has an environment of its own
    may_fetch: bool = True
    #: a hub id that the trainer fetches by itself, since no record says what it reads of it
    by_itself: str = ""
    #: free for the hub's cache, where that is on another disk than the data folder
    cache_free_bytes: int | None = None
    #: what is installed and fetched before it begins
    coming_bytes: int = 0
    #: what it could be made to take
    memory: MemoryChoice | None = None


def machine_findings(situation: Situation) -> list[Finding]:
    """In the order in which they matter."""
    return [finding for check in CHECKS for finding in check(situation)]


def gpu_memory(s: Situation) -> Sequence[Finding]:
    if s.on_cpu or not s.machine.gpus:
        return []
    gpu, needed = s.machine.gpus[0], s.estimate.vram_bytes
    if gpu.total_bytes < needed:
        return [_too_small(s, gpu)]
    held = _held(gpu, needed, s.use) if gpu.free_bytes < needed else []
    return [*_saved(s, gpu), *held]


def _too_small(s: Situation, gpu: Gpu) -> Finding:
    smaller = s.memory is not None and s.memory.any_fits
    how = "with these options" if smaller else "even with all that saves memory"
    message = (
        f"{s.family.label} needs about {memory_words(s.estimate.vram_bytes)} of video memory {how}, and {gpu.name} has "
        f"{memory_words(gpu.total_bytes)}. It will most likely run out, or become very slow."
    )
    fix = "choose_memory" if smaller else "choose_family"
    return Finding(severity="warning", code="gpu_too_small", message=message, fix=fix)


def _saved(s: Situation, gpu: Gpu) -> Sequence[Finding]:
    """What was given up so that it fits, and what that costs."""
    rung = s.memory.taken() if s.memory is not None else None
    if s.memory is None or rung is None or not rung.saves or s.memory.usual.fits(s.machine):
        return []
    basis = "as measured on this GPU" if s.estimate.learned else "estimated from published times"
    message = (
        f"{s.family.label} usually takes about {memory_words(s.memory.usual.need.vram_bytes)} of video memory and {gpu.name} has "
        f"{memory_words(gpu.total_bytes)}. It fits with {saving_words(rung)}: about {memory_words(s.estimate.vram_bytes)}, and a "
        f"step takes {pace_words(rung)} ({basis})."
    )
    return [Finding(severity="info", code="memory_saved", message=message, fix="choose_memory")]


def _held(gpu: Gpu, needed: int, use: GpuUse | None) -> Sequence[Finding]:
    """ComfyUI lets go when it is asked; other programs do not."""
    who = f" ({use.who()})" if use is not None and use.who() else ""
    in_use = f"{memory_words(gpu.total_bytes - gpu.free_bytes)} of {memory_words(gpu.total_bytes)} video memory are in use{who}. "
    others = sum(holder.bytes or 0 for holder in use.holders if not holder.comfyui) if use is not None else 0
    if gpu.total_bytes - others < needed:
        message = f"{in_use}About {memory_words(needed)} are needed: close the other programs."
        return [Finding(severity="warning", code="gpu_held", message=message, fix="check_again")]
    message = f"{in_use}ComfyUI is asked to free it before the training starts."
    return [Finding(severity="info", code="gpu_in_use", message=message, fix="free_gpu")]


def memory(s: Situation) -> Sequence[Finding]:
    needed, have = s.estimate.ram_bytes, s.machine.memory_bytes
    if not have or have + s.machine.swap_bytes >= needed:
        return []
    message = (
        f"Loading {s.family.label} takes about {memory_words(needed)} of memory and {s.away or 'this computer'} has {memory_words(have)}"
        f" and {memory_words(s.machine.swap_bytes)} of page file. It may be ended in the middle."
    )
    return [Finding(severity="warning", code="memory_small", message=message, fix="choose_family")]


def disk(s: Situation) -> Sequence[Finding]:
    fetched = 0 if s.away else sum(one.size for one in s.lacking)
    if fetched and s.cache_free_bytes is not None and s.cache_free_bytes <= fetched * 1.05:
        message = f"About {size_words(fetched)} are fetched into the hub's cache, and {size_words(s.cache_free_bytes)} are free on its disk."
        return [Finding(severity="error", code="disk_full", message=message, fix="free_disk")]
    needed = s.estimate.disk_bytes + s.coming_bytes + (fetched if s.cache_free_bytes is None else 0)
    if not s.machine.disk_free_bytes or s.machine.disk_free_bytes > needed * 1.05:
        return []
    message = (
        f"About {size_words(needed)} of disk are needed and {size_words(s.machine.disk_free_bytes)} are free."
    )
    return [Finding(severity="error", code="disk_full", message=message, fix="free_disk")]


def download(s: Situation) -> Sequence[Finding]:
    if s.by_itself:
        message = f"The trainer fetches {s.by_itself} from the hub by itself: how large it is, is not known."
        return [Finding(severity="info", code="model_download", message=message)]
    if not s.lacking:
        return []
    what = ", ".join(f"{one.part.label} {size_words(one.size)}" for one in s.lacking)
    if not s.may_fetch and not s.away:
        message = (
            f"{s.family.label} needs files that are not on this computer ({what}), and its owner has switched downloads off "
            "(ISENGARD_ALLOW_SETUP=0 or HF_HUB_OFFLINE=1). Choose a model that is here, or put them into the hub's cache."
        )
        return [Finding(severity="error", code="setup_switched_off", message=message, fix="choose_family")]
    gated = s.family.gated and any(one.part.hub == s.family.training_hub for one in s.lacking)
    if gated and not s.has_token:
        message = (
            f"{s.family.label} is given only to those who have accepted its licence. Accept it on its page "
            f"(huggingface.co/{s.family.training_base.hub}), then enter your token."
            + (f" The worker on {s.away} has none: give it HF_TOKEN." if s.away else "")
        )
        # who is away may have the files already
        severity: Literal["warning", "error"] = "warning" if s.away else "error"
        return [Finding(severity=severity, code="token_missing", message=message, fix="enter_token")]
    total = size_words(sum(one.size for one in s.lacking))
    message = (
        f"The worker on {s.away} fetches from huggingface.co what it does not have, at most {total}: {what}."
        if s.away
        else f"Before it starts, {total} are fetched from huggingface.co, once: {what}."
    )
    return [Finding(severity="info", code="model_download", message=message)]


def path(s: Situation) -> Sequence[Finding]:
    root = s.machine.root
    if s.machine.system != "Windows" or s.away:
        return []
    if len(root) + OUR_PATHS + 2 * len(s.slug) >= WINDOWS_PATH:
        message = (
            f"The data folder's path has {len(root)} characters: too long for some of the trainer's files."
        )
        return [Finding(severity="error", code="path_too_long", message=message, fix="move_data")]
    if not root.isascii():
        message = "The data folder's path holds letters that some of the trainer's libraries cannot read on Windows."
        return [Finding(severity="warning", code="path_letters", message=message, fix="move_data")]
    return []


def comfyui(s: Situation) -> Sequence[Finding]:
    have, needed = numbers(s.comfyui_version), numbers(s.family.min_comfyui)
    if not have or have >= needed:
        return []
    message = (
        f"Pictures with {s.family.label} need ComfyUI {s.family.min_comfyui}; this is {s.comfyui_version}. "
        "It can be trained now, and used after an update."
    )
    return [Finding(severity="warning", code="comfyui_old", message=message, fix="choose_family")]


def terms(s: Situation) -> Sequence[Finding]:
    """Say what the model's licence asks of those who train it."""
    return [Finding(severity="info", code="licence_terms", message=s.family.terms)] if s.family.terms else []


def untried(s: Situation) -> Sequence[Finding]:
    if s.family.status == "proven":
        return []
    message = f"{s.family.label} has not been tried on a GPU by us yet: times and memory are guesses."
    return [Finding(severity="info", code="family_experimental", message=message)]


CHECKS: tuple[Callable[[Situation], Sequence[Finding]], ...] = (
    gpu_memory,
    memory,
    disk,
    download,
    path,
    comfyui,
    terms,
    untried,
)


def size_words(count: int) -> str:
    """Bytes as people read them."""
    return f"{count / _GB:.1f} GB" if count >= _GB / 10 else f"{max(1, round(count / 1e6))} MB"
