import { openSync } from "node:fs";
import { ReadStream } from "node:tty";
import { EXIT, type ExitCode } from "../../base/user-error.ts";
import { textsOf } from "../../i18n/render.ts";
import { tuiWordsOf } from "../../i18n/tui/tui.ts";
import { saidAtEnd } from "../../rules/reading/said-at-end.ts";
import type { Desk } from "../../session/detail-types.ts";
import type { CaptureFacts } from "../../store/types.ts";
import { App, type Errands } from "../../tui/app.ts";
import { colourDepth, isLight } from "../../tui/palette.ts";
import type { Surroundings } from "../surroundings.ts";
import { userName } from "../user-name.ts";
import type { NoteKeeper } from "./note-keeper.ts";
import type { LateNotes } from "./note-watch.ts";

/** Why the screen cannot be drawn; null: it can. */
export function whyPlain({ stdout }: Surroundings): "dumb" | "pipe" | "stdin" | null {
  if (!stdout.isTTY) return "pipe";
  if (process.env["TERM"] === "dumb") return "dumb";
  return keyboard() === null ? "stdin" : null;
}

let opened: ReadStream | null = null;

/** Standard input may be the capture: then keys come from the terminal itself. */
function keyboard(): ReadStream | null {
  if (process.stdin.isTTY) return process.stdin as ReadStream;
  try {
    opened ??= new ReadStream(openSync("/dev/tty", "r"));
    return opened;
  } catch {
    return null;
  }
}

/** Lines that something beside the screen has to say: on the screen while it is there. */
export class Notices {
  listener: ((line: string) => void) | null = null;
  readonly unseen: string[] = [];
  /** Why the capture has ended; whoever ran it tells it again when the screen is gone. */
  onEnd: ((why: string) => void) | null = null;

  readonly say = (line: string): void => {
    if (this.listener === null) this.unseen.push(line);
    else this.listener(line);
  };
}

export interface ScreenOptions {
  readonly desk: Desk;
  readonly keeper: NoteKeeper;
  /** Of several captures each as it is known now. */
  readonly captures?: () => readonly CaptureFacts[];
  readonly live: boolean;
  /** Nothing but the screen keeps what was captured. */
  readonly unsaved: boolean;
  /** Live: what is captured, as a filter says it. */
  readonly listening?: string;
  readonly notices?: Notices;
  readonly save: Pick<Errands, "formats" | "suggestedPath" | "save">;
  /** What the notes turn out to be about, once everything is read; null: reading failed. */
  readonly lateNotes?: Promise<LateNotes | null>;
}

/** The terminal UI until somebody leaves it. */
export async function openScreen(options: ScreenOptions, surroundings: Surroundings): Promise<ExitCode> {
  const { desk, keeper, live, unsaved, save } = options;
  const { language, chrome, colour, stdout } = surroundings;
  const words = tuiWordsOf(language);
  const input = keyboard();
  if (input === null) return EXIT.usage;
  const app = new App({
    input,
    output: stdout as ConstructorParameters<typeof App>[0]["output"],
    desk,
    live,
    depth: colourDepth(process.env, colour),
    light: isLight(process.env),
    context: { language, chrome, words, texts: textsOf(language), saidAtEnd },
    listening: options.listening ?? "",
    greeting: keeper.problem,
    errands: {
      ...save,
      save: async (format, path, overwrite, { marked, notes }) => {
        const outcome = await save.save(format, path, overwrite, { marked, notes: keeper.all(notes) });
        if (outcome.kind !== "saved" || keeper.damaged === null) return outcome;
        return { kind: "saved", remark: words.savedWithout(keeper.damaged) };
      },
      notes: keeper.notes,
      author: userName(),
      unsaved,
      newId: () => crypto.randomUUID(),
      now: () => new Date().toISOString(),
      saveNotes: (notes) => keeper.save(notes, desk.getSnapshot().capture, options.captures?.() ?? []),
    },
  });
  const onCrash = (error: unknown): void => app.fail(error);
  // While the screen is there a crash first gives the terminal back: whoever else would print it waits.
  const others = process.listeners("uncaughtException");
  process.removeAllListeners("uncaughtException");
  process.on("uncaughtException", onCrash);
  void options.lateNotes?.then((late) => {
    if (late === null) return;
    keeper.know(late);
    app.settleNotes([...late.shown, ...late.inCapture], late.stranded);
  });
  if (options.notices !== undefined) {
    options.notices.listener = (line) => app.say(line, "plain");
    options.notices.onEnd = (why) => app.sayWhyEnded(why);
  }
  // A terminal that is gone must not end the process before a note that is being written is kept.
  const { outlivesReader, interrupt } = surroundings;
  surroundings.outlivesReader = true;
  const onGone = (): void => app.leave();
  interrupt.addEventListener("abort", onGone);
  try {
    const ending = await app.run();
    return ending === "quit" ? EXIT.done : EXIT.interrupted;
  } finally {
    surroundings.outlivesReader = outlivesReader;
    interrupt.removeEventListener("abort", onGone);
    process.off("uncaughtException", onCrash);
    for (const other of others) process.on("uncaughtException", other);
    if (options.notices !== undefined) {
      options.notices.listener = null;
      options.notices.onEnd = null;
    }
    opened?.destroy();
  }
}
