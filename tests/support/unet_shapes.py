"""The shapes of Stable Diffusion's UNet under the names that checkpoints use."""

from __future__ import annotations

WIDTHS = (320, 640, 1280, 1280)
Shapes = dict[str, tuple[int, ...]]


class UNet:
    """`shapes`: of a UNet with `depth` transformer blocks at each level on the way down, `up` on the way back (None: as many),
    `middle` in the middle (0: one residual block alone), `context` numbers of the text encoder, `extra` of SDXL's added
    vector, and `latents` going in (9 for inpainting)."""

    def __init__(
        self,
        depth: list[int],
        middle: int,
        context: int,
        *,
        up: list[int] | None = None,
        extra: int = 0,
        latents: int = 4,
    ) -> None:
        self.shapes: Shapes = {}
        self._depth, self._up_depth, self._context, self._extra = depth, up or depth, context, extra
        self._layer("time_embed.0", 1280, 320)
        self._layer("time_embed.2", 1280, 1280)
        if extra:
            self._layer("label_emb.0.0", 1280, extra)
            self._layer("label_emb.0.2", 1280, 1280)
        self._layer("input_blocks.0.0", 320, latents, 3, 3)
        skips = self._down()
        at = skips[-1]
        self._residual("middle_block.0", at, at)
        if middle:
            self._attention("middle_block.1", at, middle)
            self._residual("middle_block.2", at, at)
        self._up(at, skips)
        self._norm("out.0", 320)
        self._layer("out.2", 4, 320, 3, 3)

    @property
    def in_checkpoint(self) -> Shapes:
        """As they stand in a checkpoint."""
        return {f"model.diffusion_model.{name}": shape for name, shape in self.shapes.items()}

    def _down(self) -> list[int]:
        """The widths that the way back up is given."""
        at, number, skips = 320, 1, [320]
        for level, (count, width) in enumerate(zip(self._depth, WIDTHS, strict=False)):
            for _ in range(2):
                self._residual(f"input_blocks.{number}.0", at, width)
                self._attention(f"input_blocks.{number}.1", width, count)
                at, number = width, number + 1
                skips.append(width)
            if level < len(self._depth) - 1:
                self._layer(f"input_blocks.{number}.0.op", width, width, 3, 3)
                skips.append(width)
                number += 1
        return skips

    def _up(self, at: int, skips: list[int]) -> None:
        number = 0
        for level in reversed(range(len(self._depth))):
            count, width = self._up_depth[level], WIDTHS[level]
            for turn in range(3):
                self._residual(f"output_blocks.{number}.0", at + skips.pop(), width)
                self._attention(f"output_blocks.{number}.1", width, count)
                at = width
                if level and turn == 2:
                    self._layer(f"output_blocks.{number}.{2 if count else 1}.conv", width, width, 3, 3)
                number += 1

    def _layer(self, name: str, out: int, inputs: int, *size: int, bias: bool = True) -> None:
        self.shapes[f"{name}.weight"] = (out, inputs, *size)
        self.shapes |= {f"{name}.bias": (out,)} if bias else {}

    def _norm(self, name: str, size: int) -> None:
        self.shapes |= {f"{name}.weight": (size,), f"{name}.bias": (size,)}

    def _residual(self, name: str, inputs: int, out: int) -> None:
        self._norm(f"{name}.in_layers.0", inputs)
        self._layer(f"{name}.in_layers.2", out, inputs, 3, 3)
        self._layer(f"{name}.emb_layers.1", out, 1280)
        self._norm(f"{name}.out_layers.0", out)
        self._layer(f"{name}.out_layers.3", out, out, 3, 3)
        if inputs != out:
            self._layer(f"{name}.skip_connection", out, inputs, 1, 1)

    def _attention(self, name: str, width: int, count: int) -> None:
        if not count:
            return
        self._norm(f"{name}.norm", width)
        for part in ("proj_in", "proj_out"):
            self._layer(f"{name}.{part}", width, width, *(() if self._extra else (1, 1)))
        for block in (f"{name}.transformer_blocks.{number}" for number in range(count)):
            for kind, inputs in (("attn1", width), ("attn2", self._context)):
                for part, size in (("to_q", width), ("to_k", inputs), ("to_v", inputs)):
                    self._layer(f"{block}.{kind}.{part}", width, size, bias=False)
                self._layer(f"{block}.{kind}.to_out.0", width, width)
            for number in (1, 2, 3):
                self._norm(f"{block}.norm{number}", width)
            self._layer(f"{block}.ff.net.0.proj", 8 * width, width)
            self._layer(f"{block}.ff.net.2", width, 4 * width)
