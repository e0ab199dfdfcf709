"""What AI-Toolkit says when it fails, as it stands in its log."""

from __future__ import annotations

#: One real line for each entry of the catalogue that speaks through the log.
SAID = {
    "gpu_out_of_memory": "torch.OutOfMemoryError: CUDA out of memory. Tried to allocate 2.00 GiB",
    "memory_out": "[enforce fail at alloc_cpu.cpp:118] err == 0. DefaultCPUAllocator: can't allocate memory",
    "disk_full": "[Errno 28] No space left on device: 'x.safetensors'",
    "model_gated": "Access to model black-forest-labs/FLUX.1-dev is restricted. GatedRepoError 403 Client Error",
    "trainer_part_missing": "huggingface_hub.errors.OfflineModeIsEnabled: Cannot reach https://huggingface.co/api: offline mode is enabled.",
    "network_unreachable": "requests.exceptions.ConnectionError: Max retries exceeded with url: /api/models",
    "gpu_not_supported": "CUDA error: no kernel image is available for execution on the device",
    "backend_broken": "ModuleNotFoundError: No module named 'diffusers'",
    "base_model_unusable": "safetensors_rust.SafetensorError: Error while deserializing header: HeaderTooLarge",
    "dataset_empty": "no images found in /data/set",
    "loss_not_finite": "loss is nan, stopping",
    "trainer_crashed": "CUDA error: an illegal memory access was encountered",
}
#: What only a training in ComfyUI says: its answers to a prompt.
SAID_BY_COMFYUI = {
    "base_model_missing": "Value not in list: ckpt_name: 'mine.safetensors' not in ['v1-5-pruned-emaonly.safetensors']",
    "training_nodes_changed": "invalid_prompt: Cannot execute because node TrainLoraNode does not exist.",
}
#: The same failures as other libraries, drivers and a German Windows put them.
SAID_OTHERWISE = (
    ("gpu_out_of_memory", "RuntimeError: CUDA error: out of memory"),
    ("gpu_out_of_memory", "RuntimeError: cuDNN error: CUDNN_STATUS_ALLOC_FAILED"),
    (
        "memory_out",
        "OSError: Die Auslagerungsdatei ist zu klein, um diesen Vorgang auszuführen. (os error 1455)",
    ),
    ("memory_out", "numpy._core._exceptions._ArrayMemoryError: Unable to allocate 2.00 GiB for an array"),
    (
        "disk_full",
        "OSError: [WinError 112] Es steht nicht genug Speicherplatz auf dem Datenträger zur Verfügung",
    ),
    ("disk_full", "safetensors_rust.SafetensorError: Error while serializing: I/O error: (os error 112)"),
    (
        "trainer_part_missing",
        "OSError: We couldn't connect to 'https://huggingface.co' to load the files, and couldn't find them in the cached files.",
    ),
    (
        "trainer_part_missing",
        "LocalEntryNotFoundError: Cannot find the requested files in the disk cache and outgoing traffic has been disabled.",
    ),
    ("network_unreachable", "requests.exceptions.HTTPError: 503 Server Error: Service Unavailable for url"),
    ("network_unreachable", "requests.exceptions.SSLError: certificate verify failed"),
    ("network_unreachable", "RuntimeError: Data processing error: CAS service error : Reqwest Error"),
    ("gpu_not_supported", "RuntimeError: The NVIDIA driver on your system is too old (found version 11040)."),
    ("gpu_not_supported", "AssertionError: Torch not compiled with CUDA enabled"),
    ("backend_broken", "OSError: libcudart.so.13: cannot open shared object file: No such file or directory"),
)
