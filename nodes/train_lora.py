"""IsengardTrainLoRA: trains a person from a graph. Without waiting it only queues; the Isengard tab shows the rest."""

from __future__ import annotations

import contextlib
import json
import logging
import time
from typing import TYPE_CHECKING, Any

from comfy_api.latest import io

from ..core import correlation
from ..core.errors import (
    ForbiddenError,
    IllegalTransitionError,
    InvalidError,
    IsengardError,
    LedgerAwayError,
    StorageError,
)
from ..core.records.job_states import ENDED, JobState
from ..core.said import joined, listed, said
from . import identity
from .character import CharacterType, person_input
from .context import NodeContext, current
from .fields import choices, failed_trainings
from .fields.telling import in_words, reason_in_words, tell, telling
from .fields.training_words import words_at_once, words_of
from .newer_fields import PERSON, newer

if TYPE_CHECKING:
    from ..core.records.job import Job
    from ..core.records.training import Overrides, TrainingRequest
    from .ports import Jobs, Training

PRESETS = ["quick", "balanced", "quality"]
METHODS = ["lora", "lokr"]
LOOK_S = 0.5
_log = logging.getLogger("isengard.nodes")


class IsengardTrainLoRA(io.ComfyNode):
    @classmethod
    def define_schema(cls) -> io.Schema:
        return io.Schema(
            node_id="IsengardTrainLoRA",
            display_name="Isengard Train LoRA",
            category="Isengard",
            description="Trains a person's LoRA from the photos in the Isengard tab.",
            **newer(io.Schema, search_aliases=[*PERSON, "train", "training", "fine-tune", "DreamBooth"]),
            inputs=[
                person_input(),
                choices.named_combo(
                    "family", choices.families_by_key(), tooltip="The kind of base model to train for."
                ),
                io.Combo.Input(
                    "preset",
                    options=PRESETS,
                    default="balanced",
                    tooltip="How long and thorough the training is.",
                ),
                io.String.Input(
                    "overrides",
                    default="{}",
                    multiline=True,
                    tooltip='Advanced options as JSON, for example {"steps": 800, "rank": 16}.',
                    **newer(io.String.Input, advanced=True),
                ),
                io.Boolean.Input(
                    "wait",
                    default=False,
                    tooltip="Wait until training has finished. ComfyUI runs nothing else meanwhile.",
                    **newer(io.Boolean.Input, advanced=True),
                ),
                *_base_inputs(),
            ],
            outputs=[CharacterType.Output("character_out", display_name="character")],
            is_output_node=True,
            hidden=[io.Hidden.unique_id],
        )

    @classmethod
    def validate_inputs(cls, family: Any = None, preset: Any = None, overrides: Any = None) -> bool | str:
        """Links are not known yet and come as None."""
        if preset is not None and preset not in PRESETS:
            return in_words(
                said("{field} must be one of {choices}.", field=said("preset"), choices=listed(PRESETS))
            )
        if family is not None and (not isinstance(family, str) or family not in choices.families_by_key()):
            unknown = said("{field} is not known here.", field=said("family"))
            return in_words(joined(unknown, said("Choose one from the list.")))
        try:
            _overrides("{}" if overrides is None else overrides)
        except IsengardError as error:
            return reason_in_words(error)
        return True

    @classmethod
    def fingerprint_inputs(cls, character: Any = None, wait: Any = None, **inputs: Any) -> str:
        """Changes with a failed training of these inputs alone, so that running the graph again tries again.

        What is done or on its way is found again, and whoever cancelled one means it.
        """
        try:
            return failed_trainings.print_of(current().server.ledger, inputs, node=_number(cls))
        except IsengardError as error:
            return error.code

    @classmethod
    @telling
    def execute(
        cls,
        character: Any,
        family: str,
        preset: str = "balanced",
        overrides: str = "{}",
        wait: bool = False,
        base_model: str = "",
        route: str = "",
        method: str = "lora",
    ) -> io.NodeOutput:
        context = current()
        _require_allowed(context)
        person = identity.known(context, character)
        chosen = {"family": family, "preset": preset, "overrides": overrides}
        newer_ones = {"base_model": base_model, "route": route, "method": method}
        request = _request(person.id, **chosen, **newer_ones)
        training = context.server.training
        same_job = _known(training, request)
        job = same_job or training.submit(request, correlation.new_correlation_id("node"))
        node_id = cls.hidden.unique_id if cls.hidden else None
        failed_trainings.remember(job.id, {**chosen, **newer_ones}, node=_number(cls), person=person.id)
        if wait and job.state not in ENDED:
            # our own memory first: ComfyUI empties it between two prompts only, and this prompt is the one that waits
            context.host.unload_models()
            _wait(context, context.server.ledger, job.id, node_id, ours=same_job is None)
        else:
            tell(context.host, words_at_once(job), node_id)
        return io.NodeOutput(identity.value_of(context.characters.get(person.id)))


def _number(node: type[io.ComfyNode]) -> str:
    """Its number in the graph that runs; '' where it does not run."""
    return str(node.hidden.unique_id or "") if node.hidden else ""


def _base_inputs() -> list[Any]:
    """Newer than the others, so they stand last: graphs of before keep their widgets' values by place."""
    texts = [
        io.String.Input(
            name, default="", optional=True, tooltip=words, **newer(io.String.Input, advanced=True)
        )
        for name, words in (
            (
                "base_model",
                "A checkpoint of your own to train on, by its name in ComfyUI's folders. Empty: the family's default.",
            ),
            (
                "route",
                'Another way to train the family, for example "base" for Z-Image. Empty: the default. docs/models.md lists them.',
            ),
        )
    ]
    method = io.Combo.Input(
        "method",
        options=METHODS,
        default="lora",
        optional=True,
        tooltip="What is trained: lora suits most; lokr is another form, which ComfyUI loads with the same nodes.",
        **newer(io.Combo.Input, advanced=True),
    )
    return [*texts, method]


def _known(training: Training, wanted: TrainingRequest) -> Job | None:
    """The very same training, done or on its way: a new version or pick makes ComfyUI run this node again, and nobody
    means to train again by that."""
    job = training.same_training(wanted)
    if job is not None:
        context = {"job_id": job.id, "state": job.state.value}
        _log.info("A graph asked again for the same training", extra={"context": context})
    return job


def _wait(context: NodeContext, jobs: Jobs, job_id: str, node_id: str | None, *, ours: bool) -> None:
    """Until the job has ended; ComfyUI's cancel cancels it where this run began it. InvalidError when it did not succeed."""
    try:
        job = _followed(context, jobs, job_id, node_id)
    except IsengardError:  # nobody has wished for its end
        raise
    except BaseException:  # ComfyUI's interrupt, which its progress bar raises too
        if not ours:
            raise
        with contextlib.suppress(IllegalTransitionError):  # it may have ended in this very moment
            jobs.order(job_id, "cancel")
        raise
    if job.state is not JobState.COMPLETED:
        cancelled = said("It was cancelled in the Isengard tab.")
        reason = joined(job.error.message, job.error.hint) if job.error else cancelled
        failed = said("The training did not succeed.")
        raise InvalidError("not_trained", joined(failed, reason), "See its log in the Isengard tab.")


def _followed(context: NodeContext, jobs: Jobs, job_id: str, node_id: str | None) -> Job:
    """Progress on the node, as a bar and in words, until the job has ended."""
    bar, shown = None, ""
    while True:
        job = _found(jobs, job_id)
        if job is None:
            context.host.raise_if_interrupted()
            time.sleep(LOOK_S)
            continue
        words = words_of(job)
        if words != shown:
            tell(context.host, words, node_id)
            shown = words
        if job.progress.total_steps:
            bar = bar or context.host.progress_bar(job.progress.total_steps, node_id)
            bar.update_absolute(job.progress.step, job.progress.total_steps)
        if job.state in ENDED:
            return job
        context.host.raise_if_interrupted()
        time.sleep(LOOK_S)


def _found(jobs: Jobs, job_id: str) -> Job | None:
    """The job as it is now; None while the ledger does not answer, which says nothing of the training. NotFoundError, StorageError
    `job_unreadable`."""
    try:
        return jobs.get(job_id)
    except (LedgerAwayError, StorageError) as away:
        if away.code == "job_unreadable":
            raise
        _log.debug("The ledger is away", extra={"context": {"job_id": job_id, "code": away.code}})
        return None


def _require_allowed(context: NodeContext) -> None:
    """Beyond loopback anybody may send prompts to ComfyUI: only the owner decides that they may start trainings."""
    if not context.host.listen_is_loopback and not context.settings.allow_remote_training:
        raise ForbiddenError(
            "remote_training",
            "Other computers can reach this ComfyUI, so nodes can't start trainings.",
            "Train in the Isengard tab, or ask whoever set up this ComfyUI to allow it: Isengard's documentation (Settings) says how.",
        )


def _request(
    person: str, *, overrides: object, base_model: str, route: str, **asked: object
) -> TrainingRequest:
    """InvalidError `bad_request`: what a graph holds may be of any length; `overrides_unreadable`."""
    from pydantic import ValidationError

    from ..core.records.refusal import in_words as what_is_wrong
    from ..core.records.training import TrainingRequest

    fields: dict[str, Any] = {
        **asked,
        "character_id": person,
        "overrides": _overrides(overrides),
        "base_model": base_model.strip() or None,
        "route": route.strip(),
    }
    try:
        return TrainingRequest(**fields)
    except ValidationError as fault:
        raise InvalidError(
            "bad_request", what_is_wrong(fault), "Correct this input of the node and run it again."
        ) from fault


def _overrides(text: object) -> Overrides:
    """InvalidError `overrides_unreadable`."""
    from pydantic import ValidationError

    from ..core.records.refusal import in_words as what_is_wrong
    from ..core.records.training import Overrides

    try:
        if not isinstance(text, str):
            raise ValueError("it is not text")
        return Overrides.model_validate(json.loads(text.strip() or "{}"))
    except (ValueError, RecursionError) as fault:  # pydantic's and json's errors are ValueErrors
        wrong = (
            what_is_wrong(fault) if isinstance(fault, ValidationError) else said("It is not a JSON object.")
        )
        raise InvalidError(
            "overrides_unreadable",
            said("{field} cannot be used: {reason}", field=said("overrides"), reason=wrong),
            'Write JSON like {"steps": 800}.',
        ) from fault
