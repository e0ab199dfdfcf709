"""Running a network in ONNX's format on the processor, with one core: what an image has to become first is each adapter's."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy

_QUIET = 4


class OnnxNetwork:
    """Network of one input, which is told its name by the file."""

    def __init__(self, file: str) -> None:
        import onnxruntime

        onnxruntime.disable_telemetry_events()
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        options.log_severity_level = _QUIET
        self._session = onnxruntime.InferenceSession(file, options, providers=["CPUExecutionProvider"])
        self._input = self._session.get_inputs()[0].name

    def run(self, values: Any, outputs: Sequence[str] | None = None) -> list[Any]:
        """Compute `outputs` by name, or all, of an array (height, width, channels)."""
        batch = numpy.ascontiguousarray(values.transpose(2, 0, 1)[None], numpy.float32)
        computed: list[Any] = self._session.run(list(outputs) if outputs else None, {self._input: batch})
        return computed
