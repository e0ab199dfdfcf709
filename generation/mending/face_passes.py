"""The prompts of a second pass over faces: each person's own, by the recipe of the family that they were drawn with."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from ...core.families.families import Family
from ...core.records.generation import GenerationRequest
from ..image.from_picture.start import Start
from ..image.interface import ImagePipeline, Person, Prompt
from ..prompt_text.choices import chosen
from .face_prompt import face_prompt
from .mended_graph import Pass, mended_graph
from .region import Region

#: A pass takes as many of the picture's steps as it takes of its noise, so that it looks no smoother than the rest; fewer than these
#: are too few even for a model of four.
LEAST_STEPS = 4


@dataclass(frozen=True)
class FacePasses:
    """A pipeline like the one it draws by, but for what it builds: the picture with the faces at `regions` (by the place of their
    person in the request) drawn again. `base` is the file that drew the picture."""

    pipeline: ImagePipeline
    family: Family
    regions: Sequence[tuple[int, Region]]
    base: str

    def __getattr__(self, name: str) -> Any:
        return getattr(self.pipeline, name)

    def build_from(
        self, request: GenerationRequest, people: list[Person], ticket: str, start: Start
    ) -> list[Prompt]:
        """Build the one prompt there is; each face begins with the noise that its family wants."""
        passes = [
            Pass(self._drawn(request, place, people[place], ticket), region, self.family.face_mending)
            for place, region in self.regions
        ]
        return [mended_graph(passes, ticket)]

    def _drawn(self, request: GenerationRequest, place: int, person: Person, ticket: str) -> Prompt:
        """What draws this person alone, as large as the region becomes."""
        how, seed = self.family.face_mending, request.seed or 0
        alone = request.model_copy(
            update={
                "recipe": self.family.recipe,
                "characters": [request.characters[place]],
                "prompt": face_prompt(chosen(request.prompt, seed), _who(person, place, seed), how.prompt),
                "width": how.side,
                "height": how.side,
                "steps": self._steps(request.steps),
                "guidance": self._borne(request.guidance),
                "base_model": self.base or None,
            }
        )
        (prompt,) = self.pipeline.build(alone, [person], ticket)
        return prompt

    def _steps(self, steps: int | None) -> int:
        other = self.family.look_alike(self.base) if self.base else None
        usual = other.steps if other is not None and other.steps else self.family.sampling.steps
        most = int(self.family.bounds.of("steps")[1])
        return min(most, steps_of(steps or usual, self.family.face_mending.denoise))

    def _borne(self, guidance: float | None) -> float | None:
        """A workflow of somebody's own may have asked for what this family does not bear."""
        borne = guidance is not None and self.family.bounds.bears("guidance", guidance)
        return guidance if borne else None


def steps_of(steps: int, denoise: float) -> int:
    """Find how many steps a pass takes, of a picture of so many."""
    return max(LEAST_STEPS, round(steps * denoise))


def _who(person: Person, place: int, seed: int) -> str:
    own = chosen(person.words.strip(), seed, f"person {place}")
    return ", ".join(words for words in ("{trigger}", person.character.class_word, own) if words)
