/** What Isengard's API sends and takes, made from openapi.json and the records by `python dev.py pages`. */
declare namespace Schema {
  /** POST /recipes/{name}/confirm: the foreign nodes that the person was shown. */
  interface Agreement {
    foreign: string[];
  }
  /** Something a job left for the person: `kind` is lora | sample | log. */
  interface Artifact {
    kind: string;
    file: string;
    sha256: string;
    step: number | null;
  }
  /** What the panel and preflight may know; `placeholder` backends make LoRAs that are no likeness. `presets` are the trainer's own, the gentlest first; without any it takes ours. */
  interface BackendCapabilities {
    name: string;
    label: string;
    version: string;
    kinds: string[];
    families: string[];
    needs: "gpu" | "cpu";
    options: Record<string, Option>;
    presets: Preset[];
    placeholder: boolean;
    can_continue: boolean;
  }
  type BackendSetup = { confirm: true; action?: "install" } | { action: "check" };
  /** `not_installed` and `broken` carry a `detail` a person can act on. */
  interface BackendState {
    name: string;
    version: string;
    state: "ready" | "not_installed" | "broken" | "unsupported";
    detail: string;
  }
  /** One caption as it shall be; `caption_source` lets an undo put back whose it was. */
  interface CaptionEdit {
    caption: string;
    caption_source?: "" | "trigger" | "template" | "captioner" | "user";
  }
  /** Many captions at once: find and replace, and undo. */
  interface CaptionEdits {
    captions: Record<string, CaptionEdit>;
  }
  /** How to caption all photos of a character at once; edited captions stay unless `overwrite`. `undo` takes the last back. */
  interface CaptionPlan {
    plan: "trigger" | "template" | "captioner" | "undo";
    template?: string;
    overwrite?: boolean;
  }
  /** What the panel may know. `model` '' where none is needed; `download_bytes` what is still to be fetched at first use. */
  interface CaptionerCapabilities {
    name: string;
    label: string;
    needs: "gpu" | "cpu";
    model: string;
    licence: string;
    download_bytes: number;
    placeholder: boolean;
  }
  /** A stored character; timestamps are ISO 8601 UTC. */
  interface Character {
    id: string;
    name: string;
    slug: string;
    trigger_word: string;
    class_word: string;
    notes: string;
    cover_photo_id: string | null;
    consent: boolean;
    former_words: string[];
    created_at: string;
    deleted_at: string | null;
    photo_count: number;
    versions: RankedVersion[];
  }
  /** What a person may give when creating a character; trigger and class have defaults. */
  interface CharacterDraft {
    name: string;
    trigger_word?: string | null;
    class_word?: string;
    notes?: string;
    consent?: boolean;
  }
  /** The same as a client sends it. */
  interface CharacterOrder {
    id: string;
    checkpoint?: "best" | "last" | number;
    strength?: number;
    reference?: number;
    words?: string;
  }
  /** Fields that may be changed later; absent means unchanged. The slug never changes. */
  interface CharacterPatch {
    name?: string | null;
    trigger_word?: string | null;
    class_word?: string | null;
    notes?: string | null;
    consent?: boolean | null;
    cover_photo_id?: string | null;
  }
  /** Which person, which trained version, how strongly. `reference` is the likeness from photos, where a recipe has that control; `words` are this person's own part of the picture, where a recipe has a part for each. */
  interface CharacterUse {
    id: string;
    checkpoint: "best" | "last" | number;
    strength: number;
    reference: number;
    words: string;
  }
  /** `step` counts optimizer steps done; `file` is relative to the job's out/ folder, or to models/ once published. */
  interface Checkpoint {
    step: number;
    file: string;
    size: number;
    sha256: string;
    family: string;
    base_sha256: string | null;
    proof: Proof;
    scores: Record<string, number>;
    published: boolean;
    placeholder: boolean;
  }
  interface Confirmation {
    confirm: true;
  }
  interface Error {
    error: { code: string; message: string; hint: string; correlation_id: string };
  }
  /** `seq` is given by the ledger; `attempt` only for jobs. */
  interface Event {
    seq: number;
    type: "job.state" | "job.progress" | "job.sample" | "job.checkpoint" | "job.log" | "generation.state" | "generation.progress" | "character.changed" | "backend.state" | "worker.state" | "lending.state";
    at: string;
    correlation_id: string;
    subject: Subject;
    attempt: number | null;
    data: Record<string, unknown>;
  }
  /** PATCH of a generation, or of one picture. */
  interface Favourite {
    favourite: boolean;
  }
  /** One line of preflight: `error` blocks, `warning` asks, `info` tells. `fix` names an action of the panel. */
  interface Finding {
    severity: "error" | "warning" | "info";
    code: string;
    message: string;
    fix: string;
  }
  /** One picture on disk, `file` inside outputs/<generation id>/; `likeness` once it was measured. */
  interface GeneratedImage {
    n: number;
    file: string;
    width: number;
    height: number;
    seed: number;
    look: "" | "flat" | "noise";
    likeness: Likeness | null;
    favourite: boolean;
    deleted_at: string | null;
  }
  /** `versions` are the LoRA files that it was drawn with, one for each of the request's people ('' for none): a step number may mean another file tomorrow. Empty in records of before this field. */
  interface Generation {
    id: string;
    prompt_ids: string[];
    recipe: string;
    request: GenerationRequest;
    versions: string[];
    purpose: "user" | "bench" | "grid" | "proof" | "nodes";
    state: GenerationState;
    progress: GenerationProgress;
    images: GeneratedImage[];
    error: JobError | null;
    favourite: boolean;
    correlation_id: string;
    created_at: string;
    finished_at: string | null;
    deleted_at: string | null;
  }
  /** What a client may ask for; those of one comparison share the correlation id of the click that asked for them. */
  interface GenerationOrder {
    recipe: string;
    characters: CharacterOrder[];
    prompt: string;
    negative?: string;
    width?: number;
    height?: number;
    count?: number;
    seed?: number | null;
    steps?: number | null;
    guidance?: number | null;
    sampler?: string | null;
    scheduler?: string | null;
    purpose?: "user" | "bench" | "grid";
  }
  /** `image` of `count`, then sampling `step` of `total_steps`; `ahead`: prompts that ComfyUI runs before it. `frame` counts the previews that ComfyUI has sent; 0 where it sends none. */
  interface GenerationProgress {
    image: number;
    count: number;
    step: number;
    total_steps: number;
    ahead: number;
    frame: number;
  }
  /** `seed` null draws one; image i uses seed + i. Sizes are pixels, multiples of 8. */
  interface GenerationRequest {
    recipe: string;
    characters: CharacterUse[];
    prompt: string;
    negative: string;
    width: number;
    height: number;
    count: number;
    seed: number | null;
    steps: number | null;
    guidance: number | null;
    sampler: string | null;
    scheduler: string | null;
  }
  type GenerationState = "queued" | "running" | "cancelling" | "completed" | "failed" | "cancelled";
  interface Gpu {
    uuid: string;
    name: string;
    total_bytes: number;
    free_bytes: number;
    compute: string;
  }
  /** `attempt` fences writers: every claim raises it; `order` is what the person last asked of a running job. */
  interface Job {
    id: string;
    kind: "training" | "backend_setup" | "model_download" | "captioning";
    needs: "gpu" | "cpu";
    state: JobState;
    attempt: number;
    priority: number;
    position: number;
    order: "" | "cancel" | "pause" | "save";
    request: Record<string, unknown>;
    character_id: string | null;
    backend: string;
    family: string;
    resolution: number[];
    quantize: boolean;
    low_vram: boolean;
    placeholder: boolean;
    progress: Progress;
    error: JobError | null;
    interruption: JobError | null;
    artifacts: Artifact[];
    checkpoints: Checkpoint[];
    parent_job_id: string | null;
    worker_id: string | null;
    correlation_id: string;
    created_at: string;
    started_at: string | null;
    finished_at: string | null;
    updated_at: string;
  }
  /** Why a job failed or paused, in our words; `log` the lines that show it, `offer` what could be tried instead. */
  interface JobError {
    code: string;
    message: string;
    hint: string;
    log: string[];
    offer: "" | "retry_smaller";
    free_bytes: number | null;
  }
  /** PATCH /training/jobs/{id}; null leaves a value as it is. */
  interface JobMove {
    priority?: number | null;
    position?: number | null;
  }
  type JobState = "queued" | "preparing" | "running" | "pausing" | "paused" | "cancelling" | "interrupted" | "completed" | "failed" | "cancelled";
  /** `score` 0 to 1, None where no face was found (a profile, a small or a hidden face); `faces` found in the picture. */
  interface Likeness {
    verdict: "good" | "fair" | "poor" | "not_measurable";
    score: number | null;
    faces: number;
  }
  interface LogLines {
    lines: ({ message: string })[];
  }
  /** POST /training/jobs/{id}/continue. */
  interface MoreSteps {
    steps: number;
  }
  type Nothing = Record<string, unknown>;
  /** An advanced option a backend takes, with its range and a plain explanation. */
  interface Option {
    min: number | null;
    max: number | null;
    tooltip: string;
  }
  /** Advanced options; null means the preset's value. Ranges are hard limits, backends may narrow them. */
  interface Overrides {
    steps?: number | null;
    rank?: number | null;
    alpha?: number | null;
    learning_rate?: number | null;
    resolution?: number[] | null;
    batch_size?: number | null;
    save_every?: number | null;
    sample_prompts?: string[] | null;
    seed?: number | null;
    quantize?: boolean | null;
    low_vram?: boolean | null;
  }
  /** `sha256` is of the uploaded bytes, `pixel_hash` of the decoded pixels (same picture, other file). `file` is our name inside uploads/<character_id>/, `name` what the person's file was called (shown, never opened). */
  interface Photo {
    id: string;
    character_id: string;
    file: string;
    width: number;
    height: number;
    sha256: string;
    pixel_hash: string;
    phash: string;
    brightness: number | null;
    face: number | null;
    name: string;
    caption: string;
    caption_source: "" | "trigger" | "template" | "captioner" | "user";
    included: boolean;
    held_out: boolean;
    findings: PhotoFinding[];
    created_at: string;
    deleted_at: string | null;
  }
  /** Something worth telling about a photo (small, blurred, dark, twin, shape, what its faces tell); `other` is the twin's id. */
  interface PhotoFinding {
    code: string;
    message: string;
    other: string;
  }
  /** Fields of a photo that a person may change; absent means unchanged. */
  interface PhotoPatch {
    caption?: string | null;
    included?: boolean | null;
    held_out?: boolean | null;
  }
  /** How thorough: `factor` scales the family's steps. */
  interface Preset {
    name: string;
    label: string;
    description: string;
    factor: number;
  }
  /** Where the job stands; null means not known (yet). */
  interface Progress {
    phase: string;
    step: number;
    total_steps: number;
    loss: number | null;
    learning_rate: number | null;
    held_out_loss: number | null;
    seconds_per_step: number | null;
    eta_s: number | null;
    bytes_done: number | null;
    bytes_total: number | null;
    vram_used_bytes: number | null;
    temperature_c: number | null;
    device: string;
    warnings: string[];
  }
  /** Header parses, weights finite and not all zero, modules and shapes fit the base, the picture changes. */
  interface Proof {
    header: boolean;
    finite: boolean;
    nonzero: boolean;
    fit: "fits" | "partial" | "unchecked" | "wrong";
    image: "pending" | "changed" | "unchanged" | "skipped" | "broken" | "base_broken";
  }
  /** A version as the panel is told of it, with the choice that the server has made among all of them: `rank` is 1 for what "best" means, 2 for the best of the next family …, 0 for the others; `nearest` is its family's best by measured likeness, whatever the person chose. */
  interface RankedVersion {
    job_id: string;
    step: number;
    file: string;
    size: number;
    sha256: string;
    family: string;
    base_sha256: string | null;
    base_model: string;
    trigger_word: string;
    proof: Proof;
    scores: Record<string, number>;
    placeholder: boolean;
    picked: boolean;
    trained_at: string;
    created_at: string;
    rank: number;
    nearest: boolean;
  }
  /** POST /recipes: a workflow in API format and what to call it. */
  interface RecipeDraft {
    name: string;
    description?: string;
    graph: Record<string, unknown>;
  }
  /** A file that a recipe needs and ComfyUI does not have; `download`: POST /training/models/{family}/download has it. `fault` says what is wrong with the one that is there in its place. */
  interface RecipeFile {
    file: string;
    folder: string;
    size: number;
    download: boolean;
    family: string;
    fault: string;
  }
  /** A recipe as the panel shows it; `controls` are the names it supports, `missing` what ComfyUI lacks for it. `ready` are the families of which ComfyUI has every file the recipe loads. A finding of severity `error` says why it cannot be used. `foreign` names nodes of other packs: where it is not `confirmed`, a person has to agree to them before its first run. `thumbnail` is a path below the API's root. */
  interface RecipeInfo {
    name: string;
    label: string;
    description: string;
    pipeline: string;
    identity: "lora" | "placeholder" | "reference";
    families: string[];
    ready: string[];
    people: number;
    controls: string[];
    missing: RecipeFile[];
    foreign: string[];
    defaults: Record<string, number>;
    family_defaults: Record<string, Record<string, number>>;
    min_comfyui: string;
    source: "ours" | "user";
    findings: Finding[];
    confirmed: boolean;
    thumbnail: string | null;
  }
  /** `count` jobs, people or records came back (or did not: `records_left_out`); `file`: where what was damaged is kept, in the data folder. */
  interface Recovery {
    code: "jobs_rebuilt" | "jobs_refilled" | "people_rebuilt" | "records_rebuilt" | "records_left_out";
    at: string;
    count: number;
    file: string;
  }
  interface Restart {
    lose_queue?: boolean;
  }
  /** POST /training/jobs/{id}/retry: `smaller` queues a new job that needs less memory. */
  interface Retry {
    smaller?: boolean;
  }
  interface SessionToken {
    token: string;
  }
  interface SettingsChange {
    mode?: "production" | "fast-test";
    language?: "auto" | "en";
    log_level?: "DEBUG" | "INFO" | "WARNING" | "ERROR";
    guard_comfyui?: "0" | "1";
    hf_token?: string;
  }
  /** What an installation would take and bring, told before anything is fetched; `why_not` where it is not possible. */
  interface SetupOffer {
    possible: boolean;
    why_not: string;
    version: string;
    licence: string;
    source: string;
    download_bytes: number;
    disk_bytes: number;
    status: string;
    installed: boolean;
    unfinished: boolean;
  }
  /** `prompt` of a style holds `{prompt}` where what was written goes; that of a scene is put behind it. */
  interface Style {
    name: string;
    label: string;
    prompt: string;
  }
  interface Subject {
    kind: string;
    id: string;
  }
  /** `base_model`: a key of the family record, a name in ComfyUI's model folders, or an entry of the owner's file. */
  interface TrainingRequest {
    character_id: string;
    method?: string;
    family?: string;
    preset?: string;
    backend?: string | null;
    overrides?: Overrides;
    base_model?: string | null;
  }
  /** A published LoRA of a character; `file` is relative to models/ (`<slug>/<name>.safetensors`). `trigger_word` is the one it was trained with, `trained_at` when the trainer wrote it ('' for files older than these fields): the person's word may change later, and an early step may be published last. */
  interface Version {
    job_id: string;
    step: number;
    file: string;
    size: number;
    sha256: string;
    family: string;
    base_sha256: string | null;
    base_model: string;
    trigger_word: string;
    proof: Proof;
    scores: Record<string, number>;
    placeholder: boolean;
    picked: boolean;
    trained_at: string;
    created_at: string;
  }
  /** POST /characters/{id}/versions/pick: `file` as the list of versions gives it. */
  interface VersionPick {
    file: string;
  }
  /** `beat` grows by one at every heartbeat; observers judge it by their own clock. */
  interface Worker {
    id: string;
    host: string;
    version: string;
    gpus: Gpu[];
    backends: BackendState[];
    beat: number;
    pid: number;
    slots: number;
    system: string;
    memory_bytes: number;
    swap_bytes: number;
    hub_token: boolean;
    data_mark: string;
  }
}
