/** What the panel knows and passes around, for the type check alone: the shipped modules only name these in their comments. */
declare namespace Isengard {
  // What the API sends, by schema.d.ts, which is made from the code.
  type Album = Schema.AlbumContent;
  type Backend = Schema.Backend;
  type Captioner = Schema.CaptionerInfo;
  type Cause = Schema.Cause;
  type Character = Schema.Character;
  type Checkpoint = Schema.Checkpoint;
  type Family = Schema.Family;
  type Finding = Schema.Finding;
  type ForgetReport = Schema.ForgetReport;
  type Generation = Schema.Generation;
  type GeneratedImage = Schema.GeneratedImage;
  type Health = Schema.Health;
  type JobError = Schema.JobError;
  type Leak = Schema.Leak;
  type Lending = Schema.Lending;
  type Likeness = Schema.Likeness;
  type LogLine = Schema.LogLine;
  /** The picture that others were made from, and how: mend, variation, from_picture, upscale, into_picture. */
  type MadeFrom = Schema.MadeFrom;
  type LossPoint = Pick<Schema.Loss, "step" | "loss">;
  /** The tools that measure likeness. */
  type Meter = Schema.LikenessTools;
  type FaceModel = Schema.FaceModel;
  type ModelFile = Schema.FamilyFile;
  type Order = Schema.GenerationOrder;
  type Photo = Schema.Photo;
  type PhotoDay = Schema.PhotoDayView;
  type DayPicture = Schema.DayPicture;
  /** The heaps that a day's pictures lie in. */
  type DaySection = "undecided" | "keep" | "reject" | "aside";
  /** What is chosen for a photo day; `words` are changed ones by kind and name. */
  interface DayDraft {
    styles: string[];
    scenes: string[];
    shapes: ("square" | "portrait" | "wide")[];
    count: number;
    recipe: string;
    prompt: string;
    negative: string;
    words: Record<string, string>;
    size: "small" | "normal" | "large";
    quality: "draft" | "normal" | "fine";
  }
  type Preset = Schema.PresetNumbers;
  type Proof = Schema.Proof;
  type Reason = Schema.Waiting;
  type Recipe = Schema.Recipe;
  type Recovery = Schema.Recovery;
  type Setting = Schema.Setting;
  type Settings = Schema.Settings;
  type Setup = Schema.SetupOffer;
  type Slip = Schema.Slip;
  type Style = Schema.Style;
  type Version = Schema.RankedVersion;
  type Worker = Schema.Worker;
  /** A job's request is of its kind: a training's, or what a set-up or a captioning was asked. Events tell no `waits_for`. */
  interface Job extends Omit<Schema.Job, "request" | "waits_for"> {
    request: Partial<Schema.TrainingRequest> & { action?: "install" | "check" | "uninstall" };
    waits_for?: Reason | null;
  }
  /** Where preflight itself was refused there is no plan. */
  interface Preflight {
    ok: boolean;
    findings: Told[];
    memory: Schema.MemoryOffer[];
    plan?: Schema.TrainingPlan;
    stopping?: Schema.Stopping;
    preparation?: Schema.TrainingPreparation | null;
  }
  /** A finding as a line shows it; `good` is the panel's own. */
  interface Told {
    severity: Finding["severity"] | "good";
    message: string;
    fix: string;
  }
  /** An answer of Isengard's, or what the panel says where there was none. */
  type ErrorBody = Pick<Schema.ErrorBody, "code" | "message"> & Partial<Omit<Schema.ErrorBody, "said">> & { said?: Record<string, Template> };
  /** A sentence before it is said: `text` as the server writes it in English, or the `key` of one of the panel's own. */
  interface Template {
    text?: string;
    key?: string;
    values?: Record<string, unknown>;
  }
  /** A graph in API format. */
  type Graph = Record<string, { class_type: string; inputs: Record<string, unknown> }>;
  interface OpenedRecipe extends Omit<Schema.OpenedRecipe, "graph"> {
    graph: Graph;
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
    "generations.changed": Happening<"generations.changed", { generations: Generation[] }>;
    "generation.progress": Happening<"generation.progress", { progress: Generation["progress"] }>;
    "character.changed": Happening<"character.changed", { change: string; character: Character }>;
    "photo_day.changed": Happening<"photo_day.changed", { state: string; character_id: string; drawn: number; left: number }>;
    "album.changed": Happening<"album.changed", { album: Schema.Album }>;
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
  type Gallery = import("../../js/components/images/gallery.js").Gallery;
  type PicturesView = import("../../js/components/images/images.js").IsenImages;
  type Panel = import("../../js/components/panel/panel.js").IsenPanel;
  type Found = import("../../js/lib/files.js").Found;

  /** An upload: its action, who is told how far it is (0 to 1), and what sends it. */
  interface Sending {
    id: string;
    progress: (share: number) => void;
    Request?: typeof XMLHttpRequest;
  }
  /** A step of a training, by which versions are called. */
  type OfTraining = Pick<Version, "step" | "job_id">;
  /** The server's choice: the version that comes nearest to the person, the strength at which it does, and the versions that cannot be told from it. */
  interface Nearest extends OfTraining {
    file: string;
    strength: number;
    score: number;
    own: number | null;
    tied: OfTraining[];
  }
  /** What was measured of a version: likeness and its interval, of `told` pictures how many copy a photo, flexibility, and what speaks against it. */
  interface Measures extends OfTraining {
    file: string;
    likeness: number | null;
    low: number | null;
    high: number | null;
    own: number | null;
    copied: number;
    told: number;
    flexible: number | null;
    /** Photos that it was trained on were what its pictures were held against. */
    trained: boolean;
    faults: Version["faults"];
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
    /** Whose photo days are shown. */
    day?: string;
    /** A training. */
    job?: string;
    /** Whom to train; `?` while nobody is chosen. */
    train?: string;
    /** The family whose files are shown. */
    model?: string;
    setup?: boolean;
    /** Somebody came for room on the disk: it is measured. */
    storage?: boolean;
    /** The correlation id whose log is shown. */
    log?: string;
    /** The family whose versions are compared, '' for any: once. */
    compare?: string;
    /** The training whose versions are compared unless somebody chooses: once. */
    training?: string;
    /** What of a person's page is opened: once; of the photos those that carry one of these findings. */
    open?: string;
    codes?: string;
    /** What mends a picture in the form: once. */
    mend?: Cause;
  }
  interface Filter {
    character: string;
    recipe: string;
    album: string;
    /** A version's file. */
    version: string;
    search: string;
    favourite: boolean;
    sort: "date" | "person" | "likeness";
  }
  /** A photo on its way in, why it was refused (`error`), or what is told of several (`note`). */
  interface Upload {
    key: string;
    name: string;
    characterId: string;
    share: number;
    begun?: boolean;
    error: ApiError | null;
    file?: File;
    /** What it and its caption share, and that caption. */
    pair?: string;
    caption?: File;
    /** The key of a sentence on several files, and their names. */
    note?: { words: string; names: string[]; n: number };
  }
  interface Arrivals {
    found: Found[];
    name: string;
    /** Where folders came that may be a person each. */
    people?: { name: string; found: Found[] }[];
    /** A person as one file, instead of photos. */
    archive?: File;
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
  /** What can be done with a picture (js/components/images/picture_actions.js). */
  interface PictureAction {
    id: string;
    icon: string | ((entry: Entry) => string);
    /** The key of its words. */
    words: string;
    testid: string;
    /** What it is done by in the viewer: `event.key`. */
    key?: string;
    /** A button that is always in view; the others are in the menu. */
    bar?: boolean;
    /** Whether this page can do it at all. */
    here?: (view: PicturesView) => boolean;
    /** Whether it can be done with this picture now: greyed where it cannot. */
    when: (entry: Entry, state: Shown) => boolean;
    /** Why it cannot be done with this picture, as a sentence; '' where it can. */
    why?: (entry: Entry, state: Shown) => string;
    /** Of what is on or off: which it is. */
    pressed?: (entry: Entry) => boolean;
    run: (view: PicturesView, entry: Entry, viewer: PictureViewer) => unknown;
    /** Also for a selection: by `all`, or by `run` for one after the other. */
    many?: boolean;
    /** How many there must be, and may be. */
    least?: number;
    most?: number;
    /** Nothing for one alone: it is in no viewer. */
    manyOnly?: boolean;
    all?: (view: PicturesView, entries: Entry[]) => unknown;
  }
  /** The viewer that a picture is open in; of a selection there is none, and `close` does nothing. */
  interface PictureViewer {
    close: () => void;
  }
  interface State {
    connection: "starting" | "online" | "offline" | "locked" | "broken";
    retryS: number | null;
    returns: number;
    failure: ApiError | null;
    problem: ApiError | null;
    health: Health | null;
    firstVersion: string;
    slow: boolean;
    desktop: boolean;
    lending: Lending | null;
    room: Schema.Room | null;
    characters: Character[] | null;
    photos: Record<string, Photo[]>;
    jobs: Job[] | null;
    logs: Record<string, string[]>;
    losses: Record<string, LossPoint[]>;
    generations: Generation[] | null;
    galleryFilter: Filter;
    listedFilter: Filter;
    filtering: boolean;
    albums: Album[] | null;
    photoDays: Record<string, { state: string; character_id: string; drawn: number; left: number; seq: number }>;
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
    importing: number | null;
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

  // ComfyUI's page around the panel: comfy.js by its `app`, comfy_sdk.js by the Custom Nodes SDK.
  interface Frontend {
    /** How the API is reached. */
    readonly ways: Api["ways"];
    /** Where the panel keeps what lasts. */
    readonly memory: Memory;
    /** Offers the panel: a tab, a command with its key, buttons. Called once. */
    register(panel: Registration): void;
    inDesktopApp(): boolean;
    /** The language of ComfyUI's own words; null where it cannot be told yet. */
    locale(): string | null;
    onLocale(changed: () => unknown): void;
    /** A number for everybody to see; '' takes it away. */
    badge(text: string): void;
    /** Words before the page's title; '' gives it back as it is then. */
    title(words: string): void;
    /** A short note beside what is done on the page. */
    toast(toast: Toast): void;
    /** Asks anew for the lists on nodes. */
    refreshNodes(): Promise<void>;
    /** The same, where only people have changed. */
    renewPeople(): Promise<void>;
    /** What is on the canvas, as ComfyUI would run it; null where this cannot be told. */
    readonly canvasGraph: (() => Promise<Graph>) | null;
    /** Opens a graph on the canvas, right of `left` pixels. */
    openWorkflow(opened: OpenedRecipe, name: string, left: number): Promise<void>;
    /** What the page has of what Isengard uses. */
    report(): FrontendReport;
  }
  interface Registration {
    mount: () => Shell;
    shown: () => void;
    hide: () => void;
    /** Isengard's page on the web. */
    home: string;
    words: { title: string; tooltip: string; open: string; button: string; buttonHint: string };
  }
  /** What the page knows of the panel. */
  type Shell = HTMLElement & { takeFocus: () => void; over: (leave: (() => void) | null) => void };
  interface Toast {
    severity: "success" | "error";
    title: string;
    text: string;
  }
  interface Capability {
    name: string;
    since: string;
    present: boolean;
  }
  interface FrontendReport {
    adapter: "app" | "sdk";
    version: string;
    capabilities: Capability[];
  }
}
