# ComfyUI with Isengard, for compose.yaml: one image for both profiles; the worker runs from it as well.
FROM python:3.12.8-slim-bookworm

# git: ComfyUI at its tag; the two libraries: OpenCV inside AI-Toolkit
RUN apt-get update -q \
    && apt-get install -yq --no-install-recommends git libgl1 libglib2.0-0 \
    && rm -rf /var/lib/apt/lists/*

# The newest ComfyUI that Isengard was run on; FLUX.2 Klein needs 0.9.2 or newer. This PyTorch is built for CUDA 13.0, which
# ComfyUI asks for on RTX cards, and is the one that the trainer is locked to: it needs NVIDIA's driver 580 or newer.
ARG COMFYUI_REPO=https://github.com/comfyanonymous/ComfyUI.git
ARG COMFYUI_TAG=v0.33.0
ARG TORCH="torch==2.13.0 torchvision==0.28.0 torchaudio==2.11.0"
RUN git clone --depth 1 --branch "$COMFYUI_TAG" "$COMFYUI_REPO" /opt/ComfyUI \
    && pip install --no-cache-dir $TORCH -r /opt/ComfyUI/requirements.txt

COPY requirements.txt /tmp/requirements.txt
RUN pip install --no-cache-dir -r /tmp/requirements.txt "redis>=5"

COPY . /opt/ComfyUI/custom_nodes/isengard
# a user without rights; the volumes take over who owns their folder
RUN useradd --create-home --uid 1000 isengard \
    && mkdir -p -m 700 /data && mkdir -p /tmp/isengard-locks \
    && chown -R isengard /data /tmp/isengard-locks /opt/ComfyUI
USER isengard
ENV DATA_DIR=/data HF_HOME=/data/hub PYTHONUNBUFFERED=1 NVIDIA_DRIVER_CAPABILITIES=compute,utility
WORKDIR /opt/ComfyUI
EXPOSE 8188
CMD ["python", "main.py", "--listen", "0.0.0.0", "--port", "8188"]
