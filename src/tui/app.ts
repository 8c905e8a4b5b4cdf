import type { ReadStream, WriteStream } from "node:tty";
import { mergeNotes } from "../annotations/notes.ts";
import type { Note } from "../annotations/types.ts";
import { escapeText } from "../base/escape-text.ts";
import type { Desk } from "../session/detail-types.ts";
import type { Context } from "./context.ts";
import { DeskReader } from "./desk-reader.ts";
import type { DialogHost } from "./dialogs/dialog-host.tsx";
import { drawScreen } from "./draw.ts";
import type { InputEvent } from "./input.ts";
import { Painter } from "./painter.ts";
import { type ColourDepth, isLightAnswer, paletteOf } from "./palette.ts";
import { type Action, reduce } from "./reduce.ts";
import type { DialogResult } from "./reduce-dialog.ts";
import { type Effect, initialState, type State } from "./state.ts";
import { Terminal } from "./terminal.ts";

/** Frames that only new data asked for: at most one in so long. */
const DATA_FRAME_MS = 100;
/** Dialogs are loaded once the first screen stands. */
const DIALOGS_AFTER_MS = 30;
const MESSAGE_MS = 6000;

/** What the composition root does for the screen beside the desk. */
export interface Errands {
  readonly notes: readonly Note[];
  readonly author: string;
  readonly unsaved: boolean;
  /** Formats that can be saved, in their order. */
  readonly formats: readonly string[];
  readonly suggestedPath: (format: string) => string;
  /** Writes the notes; gives them back merged with what others wrote, and what to say. */
  saveNotes(notes: readonly Note[]): Promise<{ notes: readonly Note[]; message: string; failed: boolean }>;
  /** "exists": asks first, then again with `overwrite`. */
  save(
    format: string,
    path: string,
    overwrite: boolean,
    state: { readonly marked: ReadonlySet<number>; readonly notes: readonly Note[] },
  ): Promise<{ kind: "saved"; remark: string | null } | { kind: "exists" } | { kind: "failed"; why: string }>;
  newId(): string;
  now(): string;
}

export interface AppOptions {
  readonly input: ReadStream;
  readonly output: WriteStream;
  readonly desk: Desk;
  readonly errands: Errands;
  readonly live: boolean;
  readonly depth: ColourDepth;
  readonly light: boolean;
  readonly context: Omit<Context, "palette">;
  /** Live: what is captured, as a filter says it. */
  readonly listening?: string;
  /** Said on the first screen (a damaged sidecar). */
  readonly greeting: string | null;
}

export type Ending = "quit" | "SIGTERM" | "SIGHUP" | "SIGINT";

/** The screen from its first frame to the terminal given back. */
export class App {
  private readonly options: AppOptions;
  private readonly terminal: Terminal;
  private readonly painter: Painter;
  private readonly reader: DeskReader;
  private context: Context;
  private state: State;
  private dialogs: DialogHost | null = null;
  private shownDialog: State["dialog"] = null;
  private scheduled: NodeJS.Immediate | null = null;
  /** While something is being read: how far it is. */
  private ticks: NodeJS.Timeout | null = null;
  private dataTimer: NodeJS.Timeout | null = null;
  private messageTimer: NodeJS.Timeout | null = null;
  /** A note that is being written: kept as it is when the terminal goes. */
  private draft: DialogResult | null = null;
  /** Settles when all notes so far are kept, with why the last ones were not; "": they were. */
  private notesKept = Promise.resolve("");
  private finish: (ending: Ending) => void = () => undefined;
  private crash: (error: unknown) => void = () => undefined;

  constructor(options: AppOptions) {
    this.options = options;
    this.context = { ...options.context, palette: paletteOf(options.depth, options.light) };
    this.terminal = new Terminal(options.input, options.output, {
      onInput: (event) => this.onInput(event),
      onResize: () => {
        this.painter.forget();
        this.dispatch({ kind: "resized", ...this.terminal.size });
      },
      onResume: () => {
        this.painter.forget();
        this.dispatch({ kind: "resized", ...this.terminal.size });
      },
      onEnd: (signal) => this.finish(signal),
    });
    this.painter = new Painter(this.terminal.write);
    this.reader = new DeskReader(options.desk, {
      state: () => this.state,
      context: () => this.context,
      dispatch: (action) => this.dispatch(action),
      say: (text, tone) => this.say(text, tone),
    });
    const { live, errands, desk, listening = "" } = options;
    this.state = initialState(desk.getSnapshot(), this.terminal.size, {
      live,
      unsaved: errands.unsaved,
      notes: errands.notes,
      listening,
    });
    if (options.greeting !== null) this.state = { ...this.state, message: { text: options.greeting, tone: "error" } };
  }

  /** Until somebody quits, or is gone. */
  async run(): Promise<Ending> {
    const { desk } = this.options;
    const ended = new Promise<Ending>((resolve, reject) => {
      this.finish = resolve;
      this.crash = reject;
    });
    const unsubscribe = desk.subscribe(() => this.onData());
    this.ticks = setInterval(() => this.onData(), DATA_FRAME_MS * 2);
    this.terminal.enter();
    try {
      this.onData();
      this.draw();
      setTimeout(() => void this.loadDialogs(), DIALOGS_AFTER_MS);
      return await ended;
    } finally {
      unsubscribe();
      if (this.ticks !== null) clearInterval(this.ticks);
      this.reader.end();
      for (const timer of [this.dataTimer, this.messageTimer]) if (timer !== null) clearTimeout(timer);
      if (this.scheduled !== null) clearImmediate(this.scheduled);
      // Before anything is written: a terminal that is gone says so, and that ends the process.
      const told = [await this.notesKept.catch(String), await this.keepDraft()];
      this.dialogs?.close();
      this.terminal.leave();
      for (const line of told) if (line !== "") this.options.output.write(`${escapeText(line)}\n`);
    }
  }

  /** What became of it; "": there was none. */
  private async keepDraft(): Promise<string> {
    if (this.draft === null) return "";
    const [{ list }, ...effects] = reduce(this.state, { kind: "dialog", result: this.draft }, this.context);
    if (!effects.some(({ kind }) => kind === "notes")) return "";
    return (await this.options.errands.saveNotes(list.notes)).message;
  }

  /** Nobody is there any more. */
  leave(): void {
    this.finish("SIGHUP");
  }

  /** A crash: `run` gives the terminal back and rejects, so that the news stands on the shell's screen. */
  fail(error: unknown): void {
    this.crash(error);
  }

  private onInput(event: InputEvent): void {
    if (event.kind === "background") {
      const light = isLightAnswer(event.answer);
      if (light === null || light === this.options.light) return;
      this.context = { ...this.context, palette: paletteOf(this.options.depth, light) };
      this.painter.forget();
      this.schedule();
      return;
    }
    if (this.state.dialog !== null) {
      if (event.kind === "key") this.dialogs?.type(event.bytes);
      else if (event.kind === "paste") this.dialogs?.paste(event.text);
      this.schedule();
      return;
    }
    this.dispatch({ kind: "input", event });
  }

  private onData(): void {
    const { desk } = this.options;
    const snapshot = desk.getSnapshot();
    const progress = desk.progress();
    if (snapshot.state === "ended" && progress === null && this.ticks !== null) {
      clearInterval(this.ticks);
      this.ticks = null;
    }
    if (snapshot === this.state.latest && progress?.readBytes === this.state.progress?.readBytes) return;
    this.apply({ kind: "snapshot", snapshot, progress });
    this.reader.refreshLadder();
    if (this.dataTimer !== null) return;
    this.dataTimer = setTimeout(() => {
      this.dataTimer = null;
      this.draw();
    }, DATA_FRAME_MS);
  }

  private dispatch(action: Action): void {
    this.apply(action);
    this.schedule();
  }

  private apply(action: Action): void {
    const [state, ...effects] = reduce(this.state, action, this.context);
    if (state.message !== this.state.message) this.forgetMessageLater(state);
    this.state = state;
    for (const effect of effects) this.perform(effect);
  }

  private forgetMessageLater({ message }: State): void {
    if (this.messageTimer !== null) clearTimeout(this.messageTimer);
    this.messageTimer =
      message === null ? null : setTimeout(() => this.dispatch({ kind: "message", message: null }), MESSAGE_MS);
  }

  /** Several keys that came together are drawn together. */
  private schedule(): void {
    this.scheduled ??= setImmediate(() => {
      this.scheduled = null;
      this.draw();
    });
  }

  private draw(): void {
    this.syncDialog();
    const overlay = this.state.dialog === null ? [] : (this.dialogs?.lines() ?? []);
    const lines = drawScreen(this.state, this.context, overlay);
    const at = overlay.length === 0 ? null : (this.dialogs?.cursor() ?? null);
    const cursor =
      at === null ? null : { row: Math.max(1, this.state.size.rows - overlay.length) + at.row, column: at.column };
    this.painter.paint(lines, cursor);
  }

  private async loadDialogs(): Promise<void> {
    if (this.dialogs !== null) return;
    const { createDialogHost } = await import("./dialogs/dialog-host.tsx");
    const host = await createDialogHost(() => this.schedule());
    this.dialogs ??= host;
    this.schedule();
  }

  /** The dialog of the state, in a component of its own. */
  private syncDialog(): void {
    const { dialog, size } = this.state;
    if (dialog !== null && this.dialogs === null) {
      void this.loadDialogs();
      return;
    }
    if (this.dialogs === null || (dialog === this.shownDialog && !this.dialogs.isStale(size, this.state.list.hidden)))
      return;
    const isNew = dialog !== this.shownDialog;
    this.shownDialog = dialog;
    if (dialog === null) {
      this.dialogs.close();
      return;
    }
    const { errands } = this.options;
    this.dialogs.show(
      dialog,
      {
        size,
        context: this.context,
        view: this.state.view,
        hidden: this.state.list.hidden,
        formats: errands.formats,
        suggestedPath: errands.suggestedPath,
        stamp: () => ({ id: errands.newId(), author: errands.author, now: errands.now() }),
        onResult: (result: DialogResult) => {
          this.draft = null;
          this.dispatch({ kind: "dialog", result });
        },
        onDraft: (draft) => {
          this.draft = draft;
        },
      },
      isNew,
    );
  }

  private perform(effect: Effect): void {
    switch (effect.kind) {
      case "quit":
        this.finish("quit");
        return;
      case "suspend":
        this.terminal.suspend();
        return;
      case "redraw":
        this.painter.forget();
        return;
      case "stop":
        this.options.desk.stop();
        this.say(this.context.words.stopped, "plain");
        return;
      case "open-detail":
        void this.reader.openDetail(effect.ids);
        return;
      case "cancel-detail":
        this.reader.cancelDetail();
        return;
      case "read-blob":
        void this.reader.readBlob(effect.of, effect.blob);
        return;
      case "find-packet":
        void this.reader.findPacket(effect.packet);
        return;
      case "search-payloads":
        for (const text of effect.texts) void this.reader.searchPayloads(text);
        return;
      case "search-ladder":
        void this.reader.searchLadder(effect);
        return;
      case "notes":
        this.notesKept = Promise.all([this.saveNotes(), this.notesKept]).then(([unkept]) => unkept);
        return;
      case "save":
        void this.save(effect.format, effect.path, effect.overwrite);
    }
  }

  /** One line at the foot of the screen, for some seconds. */
  say(text: string, tone: "good" | "error" | "plain"): void {
    this.dispatch({ kind: "message", message: { text, tone } });
  }

  /** Stays there, unlike a message. */
  sayWhyEnded(why: string): void {
    this.dispatch({ kind: "why-ended", why });
  }

  private async saveNotes(): Promise<string> {
    const { notes, message, failed } = await this.options.errands.saveNotes(this.state.list.notes);
    this.apply({ kind: "notes", notes });
    this.state = { ...this.state, unkept: failed };
    // What has just been said (deleted, undone) tells how to take it back.
    if (failed || (message !== "" && this.state.message === null)) this.say(message, failed ? "error" : "good");
    return failed ? message : "";
  }

  /** What turned out to be about the captures, and what they hold themselves, is shown too; what is about another capture is not, and is told of. */
  settleNotes(shown: readonly Note[], stranded: readonly Note[]): void {
    const gone = new Set(stranded.map(({ id }) => id));
    const notes = this.state.list.notes.filter(({ id }) => !gone.has(id));
    this.dispatch({ kind: "notes", notes: mergeNotes(notes, shown) });
    if (stranded.length > 0) this.say(this.context.words.strandedNotes(stranded.length), "error");
  }

  private async save(format: string, path: string, overwrite: boolean): Promise<void> {
    const { marked, notes } = this.state.list;
    const { words } = this.context;
    this.dispatch({ kind: "busy", busy: words.saving });
    const outcome = await this.options.errands.save(format, path, overwrite, { marked, notes });
    this.apply({ kind: "busy", busy: null });
    if (outcome.kind === "exists") this.dispatch({ kind: "ask-overwrite", format, path });
    else if (outcome.kind === "saved") {
      if (format === "pcapng" && marked.size === 0) this.state = { ...this.state, unsaved: false };
      this.say(outcome.remark === null ? words.saved(path) : `${words.saved(path)} · ${outcome.remark}`, "good");
    } else this.say(words.saveFailed(outcome.why), "error");
  }
}
