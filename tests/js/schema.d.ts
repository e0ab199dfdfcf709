/** What Isengard's API sends and takes, made from openapi.json and the records by `python dev.py pages`. */
declare namespace Schema {
  /** POST /recipes/{name}/confirm: the foreign nodes that the person was shown. */
  interface Agreement {
    foreign: string[];
  }
  /** `character_id`: whose photo day it holds, '' for one that was made by hand. */
  interface Album {
    id: string;
    name: string;
    character_id: string;
    created_at: string;
    deleted_at: string | null;
  }
  /** An album as it is now. */
  interface AlbumChangedData {
    album: Album;
  }
  /** An album with how many pictures are in it and the newest of them; null where it is empty. */
  interface AlbumContent {
    id: string;
    name: string;
    character_id: string;
    created_at: string;
    deleted_at: string | null;
    pictures: number;
    cover: AlbumCover | null;
  }
  /** The newest picture of an album. */
  interface AlbumCover {
    generation_id: string;
    n: number;
  }
  /** An album as a client may name it. */
  interface AlbumDraft {
    name: string;
  }
  /** A file that a job left for the person: `kind` is lora | sample | log. */
  interface Artifact {
    kind: string;
    file: string;
    sha256: string;
    step: number | null;
  }
  /** A training backend, whether it can be used now, and what setting it up would take; `setup` null where there is nothing to set up. */
  interface Backend {
    name: string;
    label: string;
    version: string;
    kinds: string[];
    families: string[];
    methods: string[];
    needs: "gpu" | "cpu";
    options: Record<string, Option>;
    presets: Preset[];
    placeholder: boolean;
    tagline: string;
    about: string;
    can_continue: boolean;
    figures: boolean;
    estimates: Record<string, OwnFigures>;
    loads_as_comfyui: boolean;
    stands_in: boolean;
    savings: string[];
    default: boolean;
    state: BackendState;
    setup: SetupOffer | null;
  }
  type BackendSetup = { confirm: true; action?: "install" } | { action: "check" };
  /** `not_installed` and `broken` carry a `detail` a person can act on. */
  interface BackendState {
    said: Record<string, Sentence>;
    name: string;
    version: string;
    state: "ready" | "not_installed" | "broken" | "unsupported";
    detail: string;
  }
  /** A tool as it is now, and what setting it up takes. */
  interface BackendStateData {
    state: BackendState;
    setup: SetupOffer;
  }
  /** The least and the most of each number, both included; a record that says nothing takes as many steps and as much guidance as a request may ask for. They are the generating base's own: another model of the same tensors that wants other steps and guidance is held to neither. */
  interface Bounds {
    steps: [number, number];
    guidance: [number, number];
    strength: [number, number];
  }
  /** The specification's matrix: group, then thing. */
  type Capabilities = Record<string, Record<string, Capability>>;
  /** A line of the specification's matrix. */
  interface Capability {
    supported: boolean;
    status: string;
    backend: string;
    notes: string;
  }
  /** A caption as it shall be; `caption_source` lets an undo put back whose it was. */
  interface CaptionEdit {
    caption: string;
    caption_source?: "" | "trigger" | "template" | "captioner" | "user";
  }
  /** Many captions at once: find and replace, and undo. */
  interface CaptionEdits {
    captions: Record<string, CaptionEdit>;
  }
  /** A plan to caption all photos of a character at once; edited captions stay unless `overwrite`. `undo` takes the last back. */
  interface CaptionPlan {
    plan: "trigger" | "template" | "captioner" | "undo";
    template?: string;
    overwrite?: boolean;
  }
  /** Something that describes photos, and whether it can be used now. */
  interface CaptionerInfo {
    name: string;
    label: string;
    needs: "gpu" | "cpu";
    model: string;
    licence: string;
    download_bytes: number;
    placeholder: boolean;
    state: BackendState;
    default: boolean;
  }
  /** A cause: `values` fill its sentence, and say what its button needs (`file`, `job_id`, `strength`, `steps`, `codes`); `weight` is how likely it is, 0 to 100 (core/diagnosis/found.py). */
  interface Cause {
    code: string;
    action: "photos" | "captions" | "trigger" | "put_trigger" | "strength" | "steps" | "prompt" | "closer" | "faces" | "base" | "version" | "compare" | "set_up_measuring" | "train" | "train_on";
    weight: number;
    values: Record<string, string | number>;
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
    practice: boolean;
    created_at: string;
    deleted_at: string | null;
    photo_count: number;
    versions: RankedVersion[];
  }
  /** A person as they are now; null where they are gone. */
  interface CharacterChangedData {
    change: "created" | "updated" | "deleted" | "restored" | "forgotten" | "photos";
    character: Character | null;
  }
  /** Fields that a person may give when creating a character; trigger and class have defaults. */
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
    job_id?: string | null;
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
  /** A person in a picture: which trained version, how strongly. `job_id` names the training whose step `checkpoint` is, for several may have saved the same one; null for the newest that did. `reference` is the likeness from photos, where a recipe has that control; `words` are this person's own part of the picture, where a recipe has a part for each. */
  interface CharacterUse {
    id: string;
    checkpoint: "best" | "last" | number;
    job_id: string | null;
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
  /** A checkpoint that people can be trained on: why it is taken for the family's, what it draws and how it predicts, each with what tells it. `refused` says why no training can start from it; `label` names the other model that it is by its name. */
  interface CheckpointChoice {
    said: Record<string, Sentence>;
    file: string;
    size: number;
    recommended: boolean;
    why: "hash" | "name" | "like_name" | "size" | "tensors" | "last";
    label: string;
    style: "photographic" | "illustrated" | "unknown";
    style_from: "tensors" | "metadata" | "name" | "";
    prediction: "epsilon" | "v";
    prediction_from: "tensors" | "metadata" | "name" | "";
    refused: string;
    quantised: boolean;
  }
  /** Whether ComfyUI can be restarted from here, and how many prompts it runs or keeps. */
  interface ComfyUI {
    can_restart: boolean;
    queue: number;
  }
  interface Confirmation {
    confirm: true;
  }
  /** How a photo was cut from another one: `box` (left, top, right, bottom) in that one's pixels, then turned clockwise by `turn` degrees. `replaces`: the other one has not been trained on since. Crops of one `batch` are taken back together. */
  interface Crop {
    kind: string;
    box: [number, number, number, number];
    turn: number;
    replaces: boolean;
    batch: string;
  }
  /** Crops that are made together, all or none; with the `batch` of an earlier answer they are taken back with that one's. */
  interface CropBatch {
    crops: CropOrder[];
    batch?: string;
  }
  /** A part of a photo: left, top, right and bottom in its pixels, turned clockwise afterwards. `replaces`: the photo is not trained on then. */
  interface CropBox {
    box: [number, number, number, number];
    turn?: 0 | 90 | 180 | 270;
    replaces?: boolean;
  }
  /** A crop of one photo. */
  interface CropOrder {
    box: [number, number, number, number];
    turn?: 0 | 90 | 180 | 270;
    replaces?: boolean;
    photo_id: string;
    kind?: "head" | "close" | "person" | "frame" | "hand";
  }
  /** A crop that would make the set teach more; shares are the face's of the height, null where no face is known. */
  interface CropProposal {
    photo_id: string;
    kind: "head" | "close" | "person" | "frame";
    box: [number, number, number, number];
    replaces: boolean;
    reason: string;
    before: number | null;
    after: number | null;
  }
  /** The batch that is taken back; the newest where none is named. */
  interface CropUndo {
    batch?: string;
  }
  /** Crops that were made together, and the batch that undo takes back. */
  interface Crops {
    batch: string;
    photos: Photo[];
  }
  /** The folders of the data and the logs. */
  interface DataFolders {
    data: string;
    logs: string;
  }
  /** An end of a photo day that can be undone: the pictures it left out, by their numbers, and the state before. */
  interface DayEnd {
    pictures: number[];
    before: "running" | "paused";
  }
  /** A picture of a photo day: its `image` once it is there, why it was put `aside`, and of a twin the number of the better one. */
  interface DayPicture {
    n: number;
    style: string;
    scene: string;
    shape: "square" | "portrait" | "wide";
    prompt: string;
    width: number;
    height: number;
    seed: number;
    state: "waiting" | "drawing" | "drawn" | "failed" | "skipped";
    generation_id: string;
    error: JobError | null;
    choice: "" | "keep" | "reject";
    back: boolean;
    image: GeneratedImage | null;
    aside: "" | "empty" | "no_face" | "two_heads" | "another_person" | "twin";
    twin_of: number | null;
  }
  /** The answer: at most three causes. Never empty: where nothing is known, it says what to measure first. */
  interface Diagnosis {
    causes: Cause[];
  }
  /** That a training ends before its last step: at which `step` that was seen, for what `reason` (core/faces/stopping.py), and the step that it ends with, `best_step`. */
  interface EarlyStop {
    reason: string;
    step: number;
    best_step: number;
  }
  /** The envelope of every refusal. */
  interface Error {
    error: ErrorBody;
  }
  /** An error: what is wrong, why, and what to do; `said` has those sentences that have gaps. */
  interface ErrorBody {
    code: string;
    message: string;
    hint: string;
    correlation_id: string;
    said: Record<string, Sentence>;
  }
  /** `seq` is given by the ledger; `attempt` only for jobs. */
  interface Event {
    seq: number;
    type: "job.state" | "job.progress" | "job.sample" | "job.checkpoint" | "job.log" | "generation.state" | "generation.progress" | "generations.changed" | "character.changed" | "album.changed" | "photo_day.changed" | "backend.state" | "worker.state" | "lending.state";
    at: string;
    correlation_id: string;
    subject: Subject;
    attempt: number | null;
    data: Record<string, unknown>;
  }
  /** A model that measures likeness or looks at pictures in place of the default: what it does, whether it is here, what it takes. */
  interface FaceModel {
    key: string;
    label: string;
    roles: ("detector" | "marker" | "describer" | "copy" | "variety")[];
    licence: string;
    size: number;
    is_calibrated: boolean;
    state: BackendState;
    setup: SetupOffer;
  }
  /** Everything that is kept of a photo's face beside its height: coarse words, for the chart of what the photos cover. Each '' where it cannot be told. Which words there are is said by core/faces/face_words.py; a newer version may know more. */
  interface FaceWords {
    angle: string;
    light: string;
    mouth: string;
    clothes: string;
  }
  /** A model family that a person can be trained for. `fit`: how it suits the machine that would train, `note` what keeps it from that or what it gives up, `place` its place among all; `train_s` of the balanced preset with 20 photos, null where nobody knows; `download_bytes`: what training and drawing with it would fetch. */
  interface Family {
    said: Record<string, Sentence>;
    key: string;
    label: string;
    status: "proven" | "experimental";
    licence: string;
    gated: boolean;
    min_comfyui: string;
    recipe: string;
    sampling: Sampling;
    resolutions: number[];
    default_preset: string;
    base_models: string[];
    checkpoints: CheckpointChoice[];
    files: FamilyFile[];
    unreadable: UnreadableFile[];
    trains_from: "file" | "hub";
    placeholder: boolean;
    page: string;
    needs_token: boolean;
    routes: FamilyRoute[];
    fit: "recommended" | "fits" | "too_big" | "none" | "practice";
    place: number;
    note: string;
    vram_bytes: number;
    train_s: number | null;
    download_bytes: number;
    good_at: string;
    sell: "yes" | "limits" | "ask";
    terms: string;
  }
  /** A file that a family needs: whether it is here, and what is wrong with what is there in its place. */
  interface FamilyFile {
    said: Record<string, Sentence>;
    file: string;
    folder: string;
    hub: string;
    size: number;
    here: boolean;
    fault: string;
  }
  /** A way to train a family: what is trained on differs, pictures are made with the same model. The first is the usual one. */
  interface FamilyRoute {
    key: string;
    label: string;
    about: string;
    expert: boolean;
    gated: boolean;
    page: string;
  }
  /** PATCH of one picture. */
  interface Favourite {
    favourite: boolean;
  }
  /** A file of ours as whoever reads of it knows it: an album by its name, a picture by who is in it. */
  interface FileInWords {
    said: Record<string, Sentence>;
    words: string;
  }
  /** A line of preflight: `error` blocks, `warning` asks, `info` tells. `fix` names an action of the panel. */
  interface Finding {
    said: Record<string, Sentence>;
    severity: "error" | "warning" | "info";
    code: string;
    message: string;
    fix: string;
  }
  /** POST /folders/open: one of our folders by name, `of` the training or person whose it is. */
  interface FolderChoice {
    name: "data" | "models" | "pictures" | "recipes" | "logs" | "job" | "person";
    of?: string;
  }
  /** `can_open`: whether the browser that asks sits on the computer that they are on, and that has a file manager. */
  interface FolderList {
    can_open: boolean;
    items: FolderPlace[];
  }
  /** A folder of ours, and where it is. */
  interface FolderPlace {
    name: string;
    path: string;
  }
  /** A report of what goes or went; `logs` are lines, `bytes` what is freed, `elsewhere` files of ComfyUI that we did not make, `others` pictures of other people that show this one or mention them in their prompt; `told` says which of both have a better name than their file's. */
  interface ForgetReport {
    photos: number;
    captions: number;
    jobs: number;
    samples: number;
    versions: number;
    images: number;
    logs: number;
    bytes: number;
    elsewhere: string[];
    others: string[];
    told: Record<string, FileInWords>;
  }
  /** A report of what forgetting a person removes or has removed. */
  interface Forgotten {
    report: ForgetReport;
  }
  /** Bytes that went. */
  interface FreedSpace {
    freed_bytes: number;
  }
  /** A picture on disk, `file` inside outputs/<generation id>/; `likeness` once it was measured: the first person's. `likenesses` are everybody's of a picture of several people, by character id; empty for one person. `prompt` is the one it was drawn by, where the request's offers choices (`{red|blue}`): with `{trigger}` still in it, '' where there was nothing to choose. `mending_error`: why its faces could not be redrawn when that was last tried; null once it is tried again. */
  interface GeneratedImage {
    n: number;
    file: string;
    width: number;
    height: number;
    seed: number;
    look: "" | "flat" | "noise";
    prompt: string;
    likeness: Likeness | null;
    likenesses: Record<string, Likeness>;
    mending_error: JobError | null;
    favourite: boolean;
    deleted_at: string | null;
  }
  /** `versions` are the LoRA files that it was drawn with, one for each of the request's people ('' for none): a step number may mean another file tomorrow. Empty in records of before this field. `people` are in the pictures beyond those of the request, which names four at most: a graph of ComfyUI's canvas may draw more, and whoever was in the picture that these were `made_from` may still be seen. Null for those that began with nothing. `album_id`: the album it is in, '' for none; it may be one that was taken away. `mending`: `waiting` from the order on, where small faces were to be redrawn, until that is done. */
  interface Generation {
    id: string;
    prompt_ids: string[];
    recipe: string;
    request: GenerationRequest;
    versions: string[];
    people: string[];
    album_id: string;
    purpose: "user" | "bench" | "grid" | "proof" | "nodes";
    made_from: MadeFrom | null;
    state: GenerationState;
    progress: GenerationProgress;
    images: GeneratedImage[];
    error: JobError | null;
    favourite: boolean;
    practice: boolean;
    mending: "" | "waiting";
    correlation_id: string;
    created_at: string;
    finished_at: string | null;
    deleted_at: string | null;
  }
  /** A request as a client may make it; those of one comparison share the correlation id of the click that asked for them. `again`: the generation that is made once more; what a newer version of us knows of it is kept, and refused in any other order. */
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
    base_model?: string | null;
    mend_faces?: boolean;
    purpose?: "user" | "bench" | "grid";
    again?: string;
  }
  /** PATCH /generations/{id}; null leaves a value as it is. `album_id` '' takes it out of its album. */
  interface GenerationPatch {
    favourite?: boolean | null;
    album_id?: string | null;
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
  /** How far pictures are. */
  interface GenerationProgressData {
    progress: GenerationProgress;
  }
  /** `seed` null draws one; image i uses seed + i. Sizes are pixels, multiples of 8. `base_model`: a base by ComfyUI's name for it, null for the one that is taken by itself. `mend_faces`: where faces come out small, each such picture gets a second one with the faces drawn again. */
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
    base_model: string | null;
    mend_faces: boolean;
  }
  type GenerationState = "queued" | "running" | "cancelling" | "completed" | "failed" | "cancelled";
  /** Pictures as they are now. */
  interface GenerationStateData {
    state: GenerationState;
    generation: Generation;
  }
  /** Many pictures that were changed together, as they are now. */
  interface GenerationsChangedData {
    generations: Generation[];
  }
  interface Gpu {
    uuid: string;
    name: string;
    total_bytes: number;
    free_bytes: number;
    maker: string;
    compute: string;
  }
  /** The GPU of this machine and who holds its memory; `gpu` null on a machine without one. */
  interface GpuHolders {
    said: Record<string, Sentence>;
    gpu: Gpu | null;
    holders: Holder[];
    asked: boolean;
    waited_s: number;
    comfyui_holds: boolean;
    words: string;
  }
  /** State of server, worker and mode; `next_mode` is the one of the next start, `mode_fixed` where the environment says it, `boot_id` changes at every start, `epoch` when the ledger begins anew. */
  interface Health {
    status: "ok";
    version: string;
    mode: string;
    next_mode: string;
    mode_fixed: boolean;
    language: string;
    boot_id: string;
    epoch: string;
    comfyui: string;
    worker: WorkerSummary;
    host: HostSummary;
    missing: string[];
    loops: Trouble[];
    slips: Slip[];
    recoveries: Recovery[];
  }
  /** A program that holds video memory; `bytes` null where the system does not tell. */
  interface Holder {
    pid: number;
    name: string;
    bytes: number | null;
    comfyui: boolean;
  }
  /** The ComfyUI that we live in. */
  interface HostSummary {
    loopback: boolean;
    can_restart: boolean;
  }
  /** Somebody out of a file: `refused` could not be taken; `former_trigger` is the file's trigger word where it was taken. */
  interface ImportedCharacter {
    character: Character;
    refused: ErrorBody[];
    former_trigger: string;
  }
  /** The crops that were found, once `looked` has come to `of` and `done` is true; `faces` says whether faces could be looked at, `batch` what undo would take back. */
  interface Improvements {
    done: boolean;
    looked: number;
    of: number;
    faces: boolean;
    batch: string;
    proposals: CropProposal[];
    left: PhotoLeft[];
  }
  /** Title and text that the tracker's form for a new issue is filled with. */
  interface IssueDraft {
    title: string;
    body: string;
  }
  /** A job. `waits_for` says why a queued one does not begin; answers of the list and of one job have it, events do not. */
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
    offload: number;
    bits: number;
    placeholder: boolean;
    progress: Progress;
    error: JobError | null;
    interruption: JobError | null;
    artifacts: Artifact[];
    checkpoints: Checkpoint[];
    parent_job_id: string | null;
    after: string[];
    worker_id: string | null;
    correlation_id: string;
    created_at: string;
    started_at: string | null;
    finished_at: string | null;
    updated_at: string;
    waits_for: Waiting | null;
  }
  /** A checkpoint that was saved, or has changed since. */
  interface JobCheckpointData {
    checkpoint: Checkpoint;
  }
  /** Reason why a job failed or paused, in our words; `log` the lines that show it, `offer` what could be tried instead. */
  interface JobError {
    said: Record<string, Sentence>;
    code: string;
    message: string;
    hint: string;
    log: string[];
    offer: "" | "retry_smaller";
    free_bytes: number | null;
  }
  /** The last lines of a trainer's log. */
  interface JobLog {
    lines: string[];
  }
  /** New lines of what does the work. */
  interface JobLogData {
    lines: string[];
  }
  /** PATCH /training/jobs/{id}; null leaves a value as it is. */
  interface JobMove {
    priority?: number | null;
    position?: number | null;
  }
  /** How far a job is. */
  interface JobProgressData {
    progress: Progress;
  }
  /** A picture that a training has drawn. */
  interface JobSampleData {
    file: string;
    step: number;
  }
  type JobState = "queued" | "preparing" | "running" | "pausing" | "paused" | "cancelling" | "interrupted" | "completed" | "failed" | "cancelled";
  /** A job as it is now. `resumed` is told when it begins to run: whether it goes on from what was saved. */
  interface JobStateData {
    state: JobState;
    attempt: number;
    job: ToldJob;
    resumed: boolean;
  }
  /** A language of the panel: its code, what it calls itself, and which way it is written. */
  interface Language {
    code: string;
    name: string;
    dir: "ltr" | "rtl";
  }
  /** Every language that has a folder. */
  interface LanguageList {
    languages: Language[];
  }
  /** A language with its words: `panel` by the panel's keys, `server` by the English sentence, gaps in braces. */
  interface LanguageWords {
    code: string;
    name: string;
    dir: "ltr" | "rtl";
    panel: Record<string, string>;
    server: Record<string, string>;
  }
  /** A word of a caption and what it gives away; `at` is where it begins. */
  interface Leak {
    word: string;
    kind: string;
    at: number;
  }
  /** `until` is when the training goes on by itself; '' while it still saves and stops. `person` is since when a person has it, who may have asked while the saves of the training were drawn; '' where nobody has. */
  interface Lending {
    job_id: string;
    asked_at: string;
    until: string;
    person: string;
  }
  /** Which training has made room on the GPU, and until when. */
  interface LendingState {
    lending: Lending | null;
  }
  /** `score` 0 to 1, None where nothing could be measured (`why`); `faces` found in the picture; `model`: what described them, '' for dlib, which older versions of us used. Of a model that was never calibrated there is a score and no verdict (`uncalibrated`). `copied`: the face is that of a training photo, pose and light included; None where that cannot be told. An older version of us did not look for it (`has_looked_for_copies`). `rivals`: further faces nearly as large as the largest, so that it is not clear who is meant. */
  interface Likeness {
    verdict: "good" | "fair" | "poor" | "not_measurable";
    score: number | null;
    faces: number;
    why: "" | "no_face" | "too_small" | "turned" | "drawing" | "uncalibrated";
    copied: boolean | null;
    model: string;
    rivals: number;
  }
  /** Whether likeness can be measured, and what setting it up takes; `used`: which model fills each role now. */
  interface LikenessTools {
    state: BackendState;
    setup: SetupOffer;
    models: FaceModel[];
    used: Record<string, string>;
  }
  /** A line of our logs. */
  interface LogLine {
    timestamp: string;
    level: string;
    service: string;
    correlation_id: string;
    message: string;
    context: Record<string, unknown>;
  }
  interface LogLines {
    lines: ({ message: string })[];
  }
  /** POST /outside-loras: `lora` as ComfyUI's loaders name it. For somebody who is here by `character_id`, else for a new person. `trigger_word` is whatever the LoRA was trained with, '' for none. */
  interface LoraAdoption {
    lora: string;
    family: string;
    trigger_word?: string;
    character_id?: string | null;
    name?: string | null;
    class_word?: string | null;
    consent?: boolean;
  }
  /** A point of the loss curve. */
  interface Loss {
    step: number;
    loss: number;
    learning_rate: number | null;
  }
  /** GPUs of this machine and its workers, free disk and memory of this one; `words`: which model is recommended, or why nothing can be trained. */
  interface MachineFacts {
    said: Record<string, Sentence>;
    gpus: Gpu[];
    can_train: boolean;
    disk_free_bytes: number;
    memory_bytes: number;
    words: string;
  }
  /** The picture that others were made from, and how; `generation_id` is '' for a photo that somebody brought along. */
  interface MadeFrom {
    generation_id: string;
    n: number;
    how: "mend" | "variation" | "from_picture" | "upscale" | "into_picture";
  }
  /** How many pictures are measured now. */
  interface Measuring {
    pictures: number;
  }
  /** A setting that takes less memory than the one before: what it gives up in `words`, how long a step takes against the first one, and the `overrides` that ask for it. `fits` null where the GPU is unknown; `learned`: the time was measured on it. */
  interface MemoryOffer {
    said: Record<string, Sentence>;
    words: string;
    pace: number;
    pace_words: string;
    vram_bytes: number;
    estimate_s: number | null;
    learned: boolean;
    fits: boolean | null;
    automatic: boolean;
    chosen: boolean;
    overrides: MemoryOverrides;
  }
  /** The advanced options that a rung decides; batch, rank and alpha only where it gives them up. */
  interface MemoryOverrides {
    cache_text: boolean;
    quantize: boolean;
    low_vram: boolean;
    bits: number;
    resolution: number[];
    offload: number;
    batch_size: number;
    rank: number;
    alpha: number;
  }
  /** Bytes of a family's files in ComfyUI's folders; `freed_bytes` of those that Isengard downloaded and no other family needs, and of what a download that was given up has left. */
  interface ModelUse {
    key: string;
    label: string;
    bytes: number;
    freed_bytes: number;
  }
  /** POST /training/jobs/{id}/continue. */
  interface MoreSteps {
    steps: number;
  }
  /** A style or a scene as it was chosen, its words perhaps changed: `{prompt}` of a style is where the rest goes. */
  interface Motif {
    name: string;
    label: string;
    prompt: string;
  }
  type Nothing = Record<string, unknown>;
  /** A picture's recipe with the request filled in: `graph` in API format, `layout` in the canvas's own, where one ships. */
  interface OpenedRecipe {
    recipe: string;
    graph: Record<string, unknown>;
    layout: Record<string, unknown> | null;
  }
  /** An advanced option a backend takes, with its range and a plain explanation. */
  interface Option {
    min: number | null;
    max: number | null;
    tooltip: string;
  }
  /** A LoRA that Isengard did not make, by ComfyUI's name; `person` has it, '' where nobody has. */
  interface OutsideLora {
    name: string;
    person: string;
  }
  /** Facts that such a LoRA says of itself: `bases` what it calls its model, `family` which of ours that is ('' where nothing tells), `fitting` the models here that it fits, `words` what calls the person, the likeliest first, `steps` 0 where it says none. */
  interface OutsideLoraFacts {
    title: string;
    family: string;
    fitting: string[];
    bases: string[];
    words: string[];
    steps: number;
    size: number;
    preview: boolean;
  }
  /** Advanced options; null means the preset's value. Ranges are hard limits, backends may narrow them. */
  interface Overrides {
    steps?: number | null;
    rank?: number | null;
    alpha?: number | null;
    lokr_factor?: number | null;
    learning_rate?: number | null;
    resolution?: number[] | null;
    batch_size?: number | null;
    save_every?: number | null;
    sample_prompts?: string[] | null;
    seed?: number | null;
    quantize?: boolean | null;
    low_vram?: boolean | null;
    cache_text?: boolean | null;
    offload?: number | null;
    bits?: number | null;
  }
  /** Estimates of what a trainer takes for a family, where that is not what the family's record says (AI-Toolkit's figures): fields by the names of its `[needs]` and `[memory]`. */
  interface OwnFigures {
    needs: Record<string, unknown>;
    memory: Record<string, unknown>;
  }
  /** A prompt as it was written, and the newest picture of it: `n` of `generation_id`, '' and 0 where there is none any more. `orders`: how often pictures were made with it. */
  interface PastPrompt {
    prompt: string;
    favourite: boolean;
    orders: number;
    at: string;
    generation_id: string;
    n: number;
    recipe: string;
    characters: string[];
  }
  /** Bytes of one person; what nobody is left for has no id. */
  interface PersonUse {
    id: string;
    name: string;
    photos: number;
    loras: number;
    trainings: number;
    pictures: number;
  }
  /** A photo. `leaks` are the words of its caption that describe the person; not told of one that was just moved to or from the trash, or just uploaded. */
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
    face_words: FaceWords | null;
    name: string;
    caption: string;
    caption_source: "" | "trigger" | "template" | "captioner" | "user";
    included: boolean;
    held_out: boolean;
    generated: boolean;
    reference: boolean;
    people: string[];
    findings: PhotoFinding[];
    made_from: string;
    crop: Crop | null;
    place: string;
    created_at: string;
    deleted_at: string | null;
    leaks: Leak[];
  }
  /** Several photos of one person. */
  interface PhotoChoice {
    photo_ids: string[];
  }
  /** `person` names the version that all of it is drawn with. `error` says why it has paused by itself; `ended` what somebody did; `taken_out` which pictures its end has taken out of the album, by their numbers. */
  interface PhotoDay {
    id: string;
    name: string;
    character_id: string;
    album_id: string;
    recipe: string;
    person: CharacterUse;
    negative: string;
    steps: number | null;
    state: "running" | "paused" | "done";
    pictures: PlannedPicture[];
    error: JobError | null;
    ended: DayEnd | null;
    taken_out: number[];
    correlation_id: string;
    created_at: string;
    finished_at: string | null;
  }
  /** How far a photo day is; what is in it is asked for. */
  interface PhotoDayChangedData {
    state: "running" | "paused" | "done";
    character_id: string;
    drawn: number;
    left: number;
  }
  /** A photo day as a client may ask for it: `prompt` is what every picture shows, `count` how many of all combinations are drawn. `width` and `height` are those of a square picture, null for the recipe's; `steps` likewise. */
  interface PhotoDayOrder {
    person: CharacterOrder;
    recipe: string;
    prompt: string;
    negative?: string;
    styles?: Motif[];
    scenes?: Motif[];
    shapes: ("square" | "portrait" | "wide")[];
    count: number;
    seed?: number | null;
    width?: number | null;
    height?: number | null;
    steps?: number | null;
  }
  /** A photo day as it would be; `seconds_each` null where no picture of this model was made here yet. */
  interface PhotoDayPlan {
    pictures: PlannedPicture[];
    seconds_each: number | null;
  }
  /** A photo day as somebody looks at it: `order` are the pictures that are not put aside, the best first; `measures`: whether faces can be measured; `waits_for`: what goes before the next picture. */
  interface PhotoDayView {
    id: string;
    name: string;
    character_id: string;
    album_id: string;
    recipe: string;
    person: CharacterUse;
    negative: string;
    steps: number | null;
    state: "running" | "paused" | "done";
    pictures: DayPicture[];
    error: JobError | null;
    ended: DayEnd | null;
    taken_out: number[];
    correlation_id: string;
    created_at: string;
    finished_at: string | null;
    order: number[];
    seconds_each: number | null;
    waits_for: "" | "pictures" | "training" | "comfyui" | "photo_day" | "likeness";
    measures: boolean;
  }
  /** The same for one of many; `caption_source` lets an undo put back whose the caption was. */
  interface PhotoEdit {
    caption?: string | null;
    included?: boolean | null;
    held_out?: boolean | null;
    caption_source?: "" | "trigger" | "template" | "captioner" | "user" | null;
  }
  /** Many photos changed at once, all or none, each by what it shall be. */
  interface PhotoEdits {
    photos: Record<string, PhotoEdit>;
  }
  /** A fact worth telling about a photo (small, blurred, dark, twin, shape, what its faces tell). `other` is the twin's id; `counts` are the numbers of photos in the sentence, in its order. */
  interface PhotoFinding {
    said: Record<string, Sentence>;
    code: string;
    message: string;
    other: string;
    counts: number[];
  }
  /** A photo that a crop would help and that has none, and why. */
  interface PhotoLeft {
    photo_id: string;
    reason: "few_pixels" | "heads_touch" | "who";
  }
  /** Fields of a photo that a person may change; absent means unchanged. */
  interface PhotoPatch {
    caption?: string | null;
    included?: boolean | null;
    held_out?: boolean | null;
  }
  /** Several photos that are turned clockwise by so many degrees. */
  interface PhotoTurn {
    photo_ids: string[];
    turn: 90 | 180 | 270;
  }
  /** PATCH of one picture of a day; null leaves a value as it is. `back`: brought back from the ones put aside. */
  interface PictureChoice {
    choice?: "" | "keep" | "reject" | null;
    back?: boolean | null;
  }
  /** An order whose width and height are those of the picture it starts from, times the scale; of a photo as many pixels as the model draws. */
  interface PictureOrder {
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
    base_model?: string | null;
    mend_faces?: boolean;
    purpose?: "user" | "bench" | "grid";
    again?: string;
    start: StartOrder;
  }
  /** Changes of a picture; null leaves a value as it is. `album_id` moves all pictures of its generation, '' takes them out of their album; `deleted` is into the trash, or back. */
  interface PicturePatch {
    generation_id: string;
    n: number;
    favourite?: boolean | null;
    album_id?: string | null;
    deleted?: boolean | null;
  }
  /** A picture of a generation. */
  interface PicturePlace {
    generation_id: string;
    n: number;
  }
  /** POST /generations/zip: at most as many pictures as somebody chooses by hand. */
  interface PicturePlaces {
    pictures: PicturePlace[];
  }
  /** POST of a picture to somebody's photos: `reference` and `cover` are not trained on. */
  interface PictureUse {
    character_id: string;
    use: "reference" | "cover" | "training";
  }
  /** The generations of what was changed, as they are now, and the pictures that were not. */
  interface PicturesChanged {
    items: Generation[];
    refused: RefusedPicture[];
  }
  /** PATCH /generations: each picture says what becomes of it, so that one request takes a whole selection back, too. */
  interface PicturesPatch {
    pictures: PicturePatch[];
  }
  /** A picture of the plan; `style` and `scene` as they are called. `generation_id` is chosen before it is ordered, so that a crash loses no picture and draws none twice. */
  interface PlannedPicture {
    n: number;
    style: string;
    scene: string;
    shape: "square" | "portrait" | "wide";
    prompt: string;
    width: number;
    height: number;
    seed: number;
    state: "waiting" | "drawing" | "drawn" | "failed" | "skipped";
    generation_id: string;
    error: JobError | null;
    choice: "" | "keep" | "reject";
    back: boolean;
  }
  /** The people that practice mode has left, and the numbers of pictures and of other people's LoRAs. */
  interface PracticeLeft {
    people: PracticePerson[];
    pictures: number;
    loras: number;
  }
  /** Somebody made in practice mode. */
  interface PracticePerson {
    id: string;
    name: string;
  }
  /** The ids of what went into the trash, as they are sent to bring it back. */
  interface PracticeRemoved {
    characters: string[];
    generations: string[];
    loras: string[];
  }
  /** POST /practice/restore: what POST /practice/remove has answered. */
  interface PracticeThings {
    characters: string[];
    generations: string[];
    loras?: string[];
  }
  /** Findings of what would stop or trouble a training, its numbers, what it could be made to take in `memory`, whether it can end by measurement, and what would have to come before it: null where nothing has to. */
  interface Preflight {
    stopping: Stopping;
    findings: Finding[];
    plan: TrainingPlan;
    memory: MemoryOffer[];
    backend: string;
    ok: boolean;
    preparation: TrainingPreparation | null;
  }
  /** A step before a training: the trainer's set-up or the model's download. */
  interface PreparationStep {
    kind: "trainer" | "model";
    label: string;
    download_bytes: number;
  }
  /** A degree of thoroughness: `factor` scales the family's steps. */
  interface Preset {
    name: string;
    label: string;
    description: string;
    factor: number;
  }
  /** The numbers that a preset would give for a family and a number of photos; `estimate_s` null where times teach nothing. `rank` and `alpha` are of a LoRA, `lokr_factor` of a LoKr and 0 otherwise. */
  interface PresetNumbers {
    name: string;
    label: string;
    description: string;
    steps: number;
    rank: number;
    alpha: number;
    lokr_factor: number;
    learning_rate: number;
    resolution: number[];
    save_every: number;
    estimate_s: number | null;
    vram_bytes: number;
    disk_bytes: number;
    learned: boolean;
  }
  /** State of a job's work; null means not known (yet). */
  interface Progress {
    said: Record<string, Sentence>;
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
    stopped_early: EarlyStop | null;
  }
  /** Whether a prompt is a favourite. */
  interface PromptMark {
    prompt: string;
    favourite: boolean;
  }
  /** `weights`: `(word:1.2)` is read as emphasis; `embeddings`: `embedding:name` is; `words`: about how many the text encoder was trained with at a time. A few words become a whole prompt: `opening` before them where they name no kind of picture, `details` behind them for photographs, `quality` behind everything. `negative` are the family's usual words for what to leave out. */
  interface Prompting {
    form: "tags" | "sentences";
    weights: boolean;
    embeddings: boolean;
    words: number;
    opening: string;
    details: string;
    quality: string;
    negative: string;
  }
  /** Header parses, weights finite and not all zero, modules and shapes fit the base, the picture changes. */
  interface Proof {
    header: boolean;
    finite: boolean;
    nonzero: boolean;
    fit: "fits" | "partial" | "unchecked" | "wrong";
    image: "pending" | "changed" | "unchanged" | "skipped" | "broken" | "base_broken";
  }
  /** A version as the panel is told of it, with the choice that the server has made among all of them: `rank` is 1 for what "best" means, 2 for the best of the next family …, 0 for the others; `nearest` is its family's best by what was measured, whatever the person chose. `faults`: why it is not fit to be that; `tied`: on the nearest one, the files of those that cannot be told from it. */
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
    method: string;
    measured_by: string;
    trained_at: string;
    created_at: string;
    outside: string;
    outside_preview: boolean;
    companions: "" | "on" | "off";
    shown: boolean;
    rank: number;
    nearest: boolean;
    faults: ("copies" | "stiff" | "unlike" | "leaks" | "not_measurable")[];
    tied: string[];
  }
  /** A way to make pictures, as the panel shows it. */
  interface Recipe {
    name: string;
    label: string;
    description: string;
    pipeline: string;
    identity: "lora" | "placeholder" | "reference" | "picture";
    families: string[];
    ready: string[];
    bases: RecipeBase[];
    people: number;
    needs_picture: boolean;
    controls: string[];
    missing: RecipeFile[];
    foreign: string[];
    defaults: Record<string, number>;
    family_defaults: Record<string, Record<string, number>>;
    family_bounds: Record<string, Bounds>;
    family_prompting: Record<string, Prompting>;
    min_comfyui: string;
    source: "ours" | "user";
    findings: Finding[];
    confirmed: boolean;
    thumbnail: string | null;
  }
  /** A file that pictures of a family can be made with: `taken` by itself for `why` (core/families/base_choice.py); `label` names the other model that it is by its name, '' for one of the family, and `defaults` the numbers which that one wants. `sha256`: where it is known, to tell it for the file that a LoRA was trained on. */
  interface RecipeBase {
    family: string;
    file: string;
    taken: boolean;
    why: string;
    label: string;
    sha256: string | null;
    defaults: Record<string, number>;
  }
  /** POST /recipes: a workflow in API format and what to call it. */
  interface RecipeDraft {
    name: string;
    description?: string;
    graph: Record<string, unknown>;
  }
  /** A file that a recipe needs and ComfyUI does not have; `download`: POST /training/models/{family}/download has it. `fault` says what is wrong with the one that is there in its place. */
  interface RecipeFile {
    said: Record<string, Sentence>;
    file: string;
    folder: string;
    size: number;
    download: boolean;
    family: string;
    fault: string;
  }
  /** `count` jobs, people or records came back (or did not: `records_left_out`); `file`: where what was damaged is kept, in the data folder. */
  interface Recovery {
    code: "jobs_rebuilt" | "jobs_refilled" | "people_rebuilt" | "records_rebuilt" | "records_left_out";
    at: string;
    count: number;
    file: string;
  }
  /** A picture that was not changed, and why. */
  interface RefusedPicture {
    error: ErrorBody;
    generation_id: string;
    n: number;
  }
  /** A recipe of the user's that is in the trash now. */
  interface RemovedRecipe {
    name: string;
    deleted: boolean;
  }
  interface Restart {
    lose_queue?: boolean;
  }
  /** How many prompts of ComfyUI's queue are lost. */
  interface Restarting {
    lost: number;
  }
  /** POST /training/jobs/{id}/retry: `smaller` queues a new job that needs less memory. */
  interface Retry {
    smaller?: boolean;
  }
  /** `needed_bytes`: what is going on may still write; 0 where nothing is. `low`: that may not fit. */
  interface Room {
    free_bytes: number;
    needed_bytes: number;
    low: boolean;
  }
  /** A sample picture of a training; `url` is where it is. */
  interface Sample {
    file: string;
    step: number | null;
    index: number;
    url: string;
  }
  /** How pictures are made with a family's base. */
  interface Sampling {
    steps: number;
    guidance: number;
    width: number;
    height: number;
    sampler: string;
    scheduler: string;
  }
  /** A sentence as a template and the values of its gaps (core/said.py says of what kinds). */
  interface Sentence {
    text: string;
    values: Record<string, unknown>;
  }
  /** The addresses that open a session, and the token in them. */
  interface SessionLink {
    links: string[];
    token: string;
  }
  interface SessionToken {
    token: string;
  }
  /** POST /training/set-up-and-train: `confirm` says that the person has agreed to the downloads. */
  interface SetUpAndTrainOrder {
    training: TrainingRequest;
    confirm?: boolean;
  }
  /** A setting: of a secret only whether it is set; `running` is the value that this process started with. */
  interface Setting {
    name: string;
    value: string | number | boolean | string[] | null;
    source: string;
    running: string | number | boolean | null;
    choices: string[];
    editable: boolean;
    secret: boolean;
  }
  /** Every setting and where its value comes from; `can_sign`: whether what signs pictures is installed. */
  interface Settings {
    items: Setting[];
    folders: DataFolders;
    can_sign: boolean;
  }
  interface SettingsChange {
    mode?: "production" | "fast-test";
    log_level?: "DEBUG" | "INFO" | "WARNING" | "ERROR";
    guard_comfyui?: "0" | "1";
    mark_pictures?: "0" | "1";
    sign_pictures?: "0" | "1";
    visible_mark?: "0" | "1";
    lora_companions?: "0" | "1";
    face_models?: string;
    language?: string;
    hf_token?: string;
  }
  /** Offer of an installation: what it would take and bring, told before anything is fetched; `why_not` where it is not possible. */
  interface SetupOffer {
    said: Record<string, Sentence>;
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
  /** A place where a file is wrong, for the person who wrote it: `kind` settings_slip | setting_slip | pack_slip. Repeats nothing of the file, which may hold a secret; `line` 0 where it is not known. */
  interface Slip {
    kind: string;
    file: string;
    line: number;
    reason: string;
    said: Record<string, Sentence>;
  }
  /** POST /storage/free: `model` is a family's key where files of a model are meant. */
  interface SpaceToFree {
    what: "trash" | "thumbnails" | "caches" | "model";
    model?: string;
    confirm?: boolean;
  }
  /** Says where pictures start: picture `n` of `generation_id`, or the photo sent beside the order where that is ''; `again`: what that generation was made from itself, mask and size included. `change`: how much is drawn anew; `scale`: how many times as large it is drawn. */
  interface StartOrder {
    how: "variation" | "from_picture" | "upscale" | "into_picture";
    generation_id?: string;
    n?: number;
    again?: boolean;
    change?: number;
    scale?: number;
  }
  /** Whether a training can end by measurement: `why_not` is '' where it can. `reloads`: how often the trainer would load its model anew at most; `automatic`: whether it is on by itself; `words`: why not, or what it costs. */
  interface Stopping {
    said: Record<string, Sentence>;
    why_not: "" | "practice" | "no_face_tools" | "cannot_draw" | "few_saves";
    reloads: number;
    automatic: boolean;
    words: string;
  }
  /** How far the measuring is that goes on, in folders, and what the last one has found. */
  interface StorageState {
    measuring: boolean;
    done: number;
    of: number;
    use: StorageUse | null;
  }
  /** Result of measuring, and the disk of the data folder as it was then. */
  interface StorageUse {
    measured_at: string;
    used_bytes: number;
    free_bytes: number;
    total_bytes: number;
    people: PersonUse[];
    models: ModelUse[];
    things: ThingUse[];
  }
  /** A style for prompts, or words that are put into one by a press. */
  interface Style {
    kind: "style" | "shot" | "scene" | "light" | "clothes";
    name: string;
    label: string;
    prompt: string;
  }
  /** Pictures that are being made: `done` of `count`. */
  interface StyleMaking {
    done: number;
    count: number;
  }
  /** `picture` is a path below the API's root, null where there is none yet. */
  interface StylePicture {
    name: string;
    picture: string | null;
  }
  /** The styles' pictures of a person and a model; `error` says why the last ones could not be made. */
  interface StylePictureList {
    items: StylePicture[];
    making: StyleMaking | null;
    error: JobError | null;
  }
  /** Which workflow, and which model file, draws the styles' pictures. */
  interface StylePictureOrder {
    recipe: string;
    base_model?: string | null;
  }
  interface Subject {
    kind: string;
    id: string;
  }
  /** Bytes of everything else; `tool` is what its removal is ordered by, '' for what is none. */
  interface ThingUse {
    name: "trash" | "thumbnails" | "caches" | "trainer" | "faces" | "logs" | "hub" | "rest";
    bytes: number;
    can_free: boolean;
    tool: string;
  }
  /** A job as events tell it: without what it waits for. */
  interface ToldJob {
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
    offload: number;
    bits: number;
    placeholder: boolean;
    progress: Progress;
    error: JobError | null;
    interruption: JobError | null;
    artifacts: Artifact[];
    checkpoints: Checkpoint[];
    parent_job_id: string | null;
    after: string[];
    worker_id: string | null;
    correlation_id: string;
    created_at: string;
    started_at: string | null;
    finished_at: string | null;
    updated_at: string;
  }
  /** The numbers that a training would have; `estimate_s` null where times teach nothing. */
  interface TrainingPlan {
    steps: number;
    rank: number;
    alpha: number;
    method: string;
    lokr_factor: number;
    learning_rate: number;
    resolution: number[];
    save_every: number;
    photos: number;
    held_out: number;
    base_model: string;
    estimate_s: number | null;
    vram_bytes: number;
    ram_bytes: number;
    disk_bytes: number;
    learned: boolean;
  }
  /** Sum of what a training lacks. `seconds` for downloading and installing, `measured` by earlier downloads here; `in_line`: whether jobs come before it, or it fetches by itself what is lacking; `findings` and `ok` once all of it is here. */
  interface TrainingPreparation {
    steps: PreparationStep[];
    download_bytes: number;
    seconds: number;
    measured: boolean;
    train_s: number;
    gpu: string;
    in_line: boolean;
    findings: Finding[];
    ok: boolean;
  }
  /** `base_model`: a key of the family record, a name in ComfyUI's model folders, or an entry of the owner's file. `route`: a way to train the family, '' for the usual one. `stop_early`: each save is measured, and it ends when nothing is won any more. */
  interface TrainingRequest {
    character_id: string;
    method?: string;
    family?: string;
    preset?: string;
    backend?: string | null;
    overrides?: Overrides;
    base_model?: string | null;
    route?: string;
    stop_early?: boolean;
  }
  /** A loop that has died in this process: how often, of what (the kind of fault alone: texts may hold names). */
  interface Trouble {
    name: string;
    deaths: number;
    fault: string;
    running: boolean;
  }
  /** All photos after some were turned, and the batch that undo takes back. */
  interface TurnedPhotos {
    batch: string;
    photos: Photo[];
  }
  /** A file in ComfyUI's folders that is not a whole model. */
  interface UnreadableFile {
    said: Record<string, Sentence>;
    file: string;
    folder: string;
    reason: string;
  }
  /** The outcome of one file of an upload: a photo or an error. */
  interface UploadedPhoto {
    file: string;
    photo: Photo | null;
    error: ErrorBody | null;
  }
  /** The outcome of every file of an upload. */
  interface UploadedPhotos {
    items: UploadedPhoto[];
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
    method: string;
    measured_by: string;
    trained_at: string;
    created_at: string;
    outside: string;
    outside_preview: boolean;
    companions: "" | "on" | "off";
    shown: boolean;
  }
  /** POST /characters/{id}/versions/companions: whether name and preview lie beside this version's file. */
  interface VersionCompanions {
    file: string;
    shown: boolean;
  }
  /** POST /characters/{id}/versions/pick: `file` as the list of versions gives it. */
  interface VersionPick {
    file: string;
  }
  /** The matrix's entry for video, with the words above its tab. */
  interface Video {
    supported: boolean;
    status: string;
    backend: string;
    notes: string;
    banner: string;
  }
  /** Shown on the job while it is queued. */
  interface Waiting {
    said: Record<string, Sentence>;
    code: "worker" | "gpu" | "backend" | "step" | "step_stopped";
    message: string;
    hint: string;
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
  /** A worker as it is now; null when it went away. */
  interface WorkerStateData {
    worker: Worker | null;
  }
  /** Whether a worker of this server runs, and how many live in all. */
  interface WorkerSummary {
    running: boolean;
    count: number;
  }
}
