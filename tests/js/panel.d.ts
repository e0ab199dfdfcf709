/** What the panel knows and passes around, for the type check alone: the shipped modules only name these in their comments. */
declare namespace Isengard {
  // What the API sends: records of schema.d.ts (made from the code), and answers that openapi.json does not describe yet.
  type Character = Schema.Character;
  type Checkpoint = Schema.Checkpoint;
  type Finding = Schema.Finding;
  type Generation = Schema.Generation;
  type GeneratedImage = Schema.GeneratedImage;
  type Order = Schema.GenerationOrder;
  type JobError = Schema.JobError;
  type Likeness = Schema.Likeness;
  type Proof = Schema.Proof;
  type Recipe = Schema.Recipe;
  type Recovery = Schema.Recovery;
  type Setup = Schema.SetupOffer;
  type Version = Schema.RankedVersion;
  type Worker = Schema.Worker;
  type Photo = Schema.Photo & { leaks: Leak[] };

  interface Leak {
    word: string;
    kind: string;
    at: number;
  }
  /** A job's request is of its kind: a training's, or what a set-up or a captioning was asked. */
  interface Job extends Omit<Schema.Job, "request" | "waits_for"> {
    request: Partial<Schema.TrainingRequest> & { action?: "install" | "check" | "uninstall" };
    waits_for?: Reason | null;
  }
  type Reason = Schema.Waiting;
  interface Style extends Schema.Style {
    kind: "style" | "scene";
  }
  interface ModelFile {
    file: string;
    folder: string;
    hub: string;
    size: number;
    here: boolean;
    fault: string;
  }
  interface Family {
    key: string;
    label: string;
    status: string;
    licence: string;
    base_models: string[];
    files: ModelFile[];
    unreadable?: { reason: string }[];
    page: string;
    needs_token: boolean;
  }
  interface Backend extends Schema.BackendCapabilities {
    default: boolean;
    state: Schema.BackendState;
    setup: Setup | null;
  }
  interface Captioner extends Schema.CaptionerCapabilities {
    default: boolean;
    state: Schema.BackendState;
  }
  /** The tools that measure likeness. */
  interface Meter {
    state: Schema.BackendState;
    setup: Setup;
  }
  interface Preset {
    name: string;
    label: string;
    description: string;
    steps: number;
    rank: number;
    alpha: number;
    learning_rate: number;
    resolution: number[];
    save_every: number;
    estimate_s: number | null;
    vram_bytes: number;
    disk_bytes: number;
    learned: boolean;
  }
  interface Preflight {
    ok: boolean;
    findings: (Finding | Told)[];
    plan?: { photos: number; held_out: number; steps: number };
  }
  /** A finding as a line shows it; `good` is the panel's own. */
  interface Told {
    severity: "error" | "warning" | "info" | "good";
    message: string;
    fix: string;
  }
  interface Slip {
    kind: string;
    file: string;
    line: number;
    reason: string;
  }
  interface Health {
    version: string;
    mode: string;
    language: string;
    boot_id: string;
    comfyui: string;
    host?: { loopback: boolean; can_restart: boolean };
    slips?: Slip[];
    recoveries?: Recovery[];
  }
  interface Lending {
    job_id: string;
    asked_at: string;
    until: string;
  }
  interface Setting {
    name: string;
    value: unknown;
    running: unknown;
    source: string;
    editable: boolean;
    secret: boolean;
  }
  interface Settings {
    items: Setting[];
    folders: Record<string, string>;
  }
  interface GpuUse {
    gpu: Schema.Gpu | null;
    comfyui_holds: boolean;
    words: string;
  }
  interface LogLine {
    timestamp: string;
    level: string;
    service: string;
    correlation_id: string;
    message: string;
    context?: Record<string, unknown>;
  }
  interface LossPoint {
    step: number;
    loss: number;
  }
  /** What forgetting a person removes, counted; `elsewhere` and `others` are files that stay. */
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
    others?: string[];
  }
  interface Imported {
    character: Character;
    refused: ErrorBody[];
    former_trigger: string;
  }
  interface ErrorBody {
    code: string;
    message: string;
    hint?: string;
    correlation_id?: string;
  }
  /** A graph in API format. */
  type Graph = Record<string, { class_type: string; inputs: Record<string, unknown> }>;
  interface OpenedRecipe {
    graph: Graph;
    layout: object | null;
  }
  /** What lists are kept by. */
  interface Listed {
    id: string;
    state?: string;
    attempt?: number;
    deleted_at?: string | null;
  }
  interface Page<Item> {
    items: Item[];
    next_cursor?: string | null;
  }

  // What the event stream tells.
  type Event = EventOf[keyof EventOf];
  interface EventOf {
    "job.state": Happening<"job.state", { state: Job["state"]; job: Job }>;
    "job.progress": Happening<"job.progress", { progress: Job["progress"] }>;
    "job.checkpoint": Happening<"job.checkpoint", { checkpoint: Checkpoint }>;
    "job.sample": Happening<"job.sample", { file: string; step: number }>;
    "job.log": Happening<"job.log", { lines: string[] }>;
    "generation.state": Happening<"generation.state", { generation: Generation }>;
    "generation.progress": Happening<"generation.progress", { progress: Generation["progress"] }>;
    "character.changed": Happening<"character.changed", { change: string; character: Character }>;
    "backend.state": Happening<"backend.state", { state: Schema.BackendState; setup: Setup }>;
    "worker.state": Happening<"worker.state", { worker: Worker | null }>;
    "lending.state": Happening<"lending.state", { lending: Lending | null }>;
  }
  interface Happening<Type extends Schema.Event["type"], Data> extends Omit<Schema.Event, "type" | "data"> {
    type: Type;
    data: Data;
  }

  // What the panel itself knows.
  type ApiError = import("../../js/data/api.js").ApiError;
  type Api = import("../../js/data/api.js").Api;
  type Store = import("../../js/data/store.js").Store;
  type View = import("../../js/components/shared/view.js").View;
  type Panel = import("../../js/components/panel/panel.js").IsenPanel;
  type Found = import("../../js/lib/files.js").Found;

  /** An upload: its action, who is told how far it is (0 to 1), and what sends it. */
  interface Sending {
    id: string;
    progress: (share: number) => void;
    Request?: typeof XMLHttpRequest;
  }
  /** The version that comes nearest to the person, and the strength at which it does. */
  interface Nearest {
    file: string;
    step: number;
    strength: number;
    score: number;
    own: number | null;
  }
  interface Undo {
    text: string;
    undo: (() => unknown) | null;
  }
  /** A sample picture and the job that drew it. */
  interface SampleOf {
    jobId: string;
    file: string;
  }
  type Log = Pick<import("../../js/data/log.js").PanelLog, "line">;
  type JobOrder = "cancel" | "pause" | "resume" | "lend" | "save-now" | "retry" | "continue";
  /** What ComfyUI says of its sampler node: names, or newer a kind with options. */
  type Choices = [kind: string | string[], more?: { options?: string[] }];
  interface SamplerNodes {
    KSampler?: { input?: { required?: { sampler_name?: Choices; scheduler?: Choices } } };
  }

  /** Where somebody is: a tab, and what is open in it. */
  interface Route {
    tab: string;
    /** A person. */
    id?: string | null;
    /** A training. */
    job?: string;
    /** Whom to train; `?` while nobody is chosen. */
    train?: string;
    /** The family whose files are shown. */
    model?: string;
    setup?: boolean;
    /** The correlation id whose log is shown. */
    log?: string;
    /** The family whose versions are compared, '' for any: once. */
    compare?: string;
  }
  interface Filter {
    character: string;
    recipe: string;
    favourite: boolean;
  }
  /** A photo on its way in, why it was refused (`error`), or what is told of several (`note`). */
  interface Upload {
    key: string;
    name: string;
    characterId: string;
    share: number;
    error: ApiError | null;
    file?: File;
    pair?: string;
    note?: string;
  }
  interface Arrivals {
    found: Found[];
    name: string;
  }
  interface Samplers {
    sampler_name: string[];
    scheduler: string[];
  }
  /** One picture with the order it belongs to. */
  interface Entry {
    key: string;
    generation: Generation;
    image: GeneratedImage;
  }
  interface State {
    connection: "starting" | "online" | "offline" | "locked" | "broken";
    retryS: number | null;
    failure: ApiError | null;
    problem: ApiError | null;
    health: Health | null;
    firstVersion: string;
    slow: boolean;
    desktop: boolean;
    lending: Lending | null;
    characters: Character[] | null;
    photos: Record<string, Photo[]>;
    jobs: Job[] | null;
    logs: Record<string, string[]>;
    losses: Record<string, LossPoint[]>;
    generations: Generation[] | null;
    galleryFilter: Filter;
    comparisons: Generation[];
    families: Family[];
    recipes: Recipe[];
    styles: Style[];
    samplers: Samplers | null;
    workers: Worker[];
    tasks: Job[];
    backends: Backend[];
    likeness: Meter | null;
    cursors: Partial<Record<keyof State, string | null>>;
    route: Route;
    uploads: Upload[];
    arrivals: Arrivals | null;
  }
  /** The state as views are shown it: behind the wall of connecting, so who there is is known. */
  type Shown = State & { characters: Character[] };

  // Building elements (lib/dom.js).
  type Child = Node | string | null | false | undefined;
  type Listeners = { [Kind in keyof HTMLElementEventMap]?: (event: HTMLElementEventMap[Kind]) => unknown };
  interface Props {
    on?: Listeners;
    [name: string]: unknown;
  }
  /** How a list shows its items (lib/lists.js). */
  interface Ways<Item, Made extends Element> {
    id: (item: Item) => string;
    make: (item: Item) => Made;
    update?: (node: Made, item: Item) => unknown;
  }
  type Memory = Pick<Storage, "getItem" | "setItem"> | null | undefined;
}
