"""Stands before a real AI-Toolkit (HF_AITK_REAL): families whose depth is fixed in its code get one block of each kind.

The rest is AI-Toolkit's own. FLUX.1, Z-Image, SDXL and Stable Diffusion 1.5 read their depth from a file and need none of this.
"""

import json
import os
import runpy
import sys
from pathlib import Path

#: The pack hands only a few variables on to the trainer; HF_* are among them.
REAL = os.environ["HF_AITK_REAL"]
#: Krea 2's width where it is cut too: ComfyUI reads it from the file.
KREA_WIDTH = int(os.environ.get("HF_CUT_KREA2") or 0)
#: Where there is no such card as the pack was told of: what trains in its place.
CARD = os.environ.get("HF_CUT_CARD")


def cut_depth() -> None:
    from extensions_built_in.diffusion_models.flux2 import flux2_klein_model as klein
    from extensions_built_in.diffusion_models.krea2 import krea2

    for model, params in (
        (klein.Flux2Klein4BModel, klein.Klein4BParams),
        (klein.Flux2Klein9BModel, klein.Klein9BParams),
    ):
        model.get_flux2_params = lambda self, params=params: params(depth=1, depth_single_blocks=1)
    krea2.KREA2_MMDIT_CONFIG["layers"] = 1
    if KREA_WIDTH:
        krea2.KREA2_MMDIT_CONFIG.update(
            features=KREA_WIDTH, heads=KREA_WIDTH // 128, kvheads=KREA_WIDTH // 512
        )


def without_card(config: str) -> str:
    """The same training on a processor: of what the pack wrote only the device, and the optimizer's form, whose code is for CUDA."""
    whole = json.loads(Path(config).read_text())
    process = whole["config"]["process"][0]
    process["device"], train = CARD, process["train"]
    train["optimizer"] = train["optimizer"].removesuffix("8bit")
    os.environ["ACCELERATE_USE_CPU"] = "1"
    target = Path(config).with_name("config.cut.json")
    target.write_text(json.dumps(whole))
    return str(target)


# as its own run.py does before it imports anything: a library would ask PyPI for a newer version of itself
os.environ["NO_ALBUMENTATIONS_UPDATE"] = "1"
if CARD:
    sys.argv[1] = without_card(sys.argv[1])
os.chdir(REAL)
sys.path.insert(0, REAL)
cut_depth()
sys.argv[0] = os.path.join(REAL, "run.py")
runpy.run_path(sys.argv[0], run_name="__main__")
