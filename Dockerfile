# ComfyUI with Isengard, for compose.yaml: one recipe for both profiles; the worker runs from it as well.
# The digest is the one that public projects pin for this tag (amd64 and arm64); Docker's registry itself was out of our reach.
FROM python:3.12.12-slim-bookworm@sha256:593bd06efe90efa80dc4eee3948be7c0fde4134606dd40d8dd8dbcade98e669c

# git: ComfyUI at its commit; the two libraries: OpenCV inside AI-Toolkit
RUN apt-get update -q \
    && apt-get install -yq --no-install-recommends git libgl1 libglib2.0-0 \
    && rm -rf /var/lib/apt/lists/*

# PyTorch first, it is the largest layer. TORCH_INDEX decides what it is built for: the fast-test profile takes the one without CUDA.
# This one is built for CUDA 13.0, which ComfyUI asks for on RTX cards, and is the one that the trainer is locked to: it needs
# NVIDIA's driver 580 or newer.
ARG TORCH_INDEX=https://download.pytorch.org/whl/cu130
ARG TORCH="torch==2.13.0 torchvision==0.28.0 torchaudio==2.11.0"
RUN pip install --no-cache-dir --index-url "$TORCH_INDEX" $TORCH

# The newest ComfyUI that Isengard was run on; FLUX.2 Klein needs 0.9.2 or newer. The commit is what is taken, the tag is its name.
ARG COMFYUI_REPO=https://github.com/comfyanonymous/ComfyUI.git
ARG COMFYUI_TAG=v0.33.0
ARG COMFYUI_COMMIT=2f35f4a08176d993cded35dac3332be4f7287f41
RUN git init -q /opt/ComfyUI \
    && git -C /opt/ComfyUI fetch -q --depth 1 "$COMFYUI_REPO" "$COMFYUI_COMMIT" \
    && git -C /opt/ComfyUI -c advice.detachedHead=false checkout -q FETCH_HEAD \
    && grep -q "\"${COMFYUI_TAG#v}\"" /opt/ComfyUI/comfyui_version.py
RUN pip install --no-cache-dir -r /opt/ComfyUI/requirements.txt

COPY requirements.txt /tmp/requirements.txt
RUN pip install --no-cache-dir -r /tmp/requirements.txt "redis>=5"

COPY . /opt/ComfyUI/custom_nodes/isengard
# a user without rights; the volumes take over who owns their folder
RUN useradd --create-home --uid 1000 isengard \
    && mkdir -p -m 700 /data \
    && chown -R isengard /data /opt/ComfyUI
USER isengard
ENV DATA_DIR=/data HF_HOME=/data/hub PYTHONUNBUFFERED=1 NVIDIA_DRIVER_CAPABILITIES=compute,utility
WORKDIR /opt/ComfyUI
EXPOSE 8188
CMD ["python", "main.py", "--listen", "0.0.0.0", "--port", "8188"]
