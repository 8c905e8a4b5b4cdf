import { openSync, statSync, writeSync } from "node:fs";
import { dirname, join } from "node:path";
import type { Command } from "commander";
import { EXIT, type ExitCode, type UserError } from "../../base/user-error.ts";
import { textsOf } from "../../i18n/render.ts";
import { tuiWordsOf } from "../../i18n/tui/tui.ts";
import type { CaptureOrigin } from "../../pcap/types.ts";
import type { Timer } from "../../rules/context/timers.ts";
import { saidAtEnd } from "../../rules/reading/said-at-end.ts";
import { LoadSession } from "../../session/load-session.ts";
import { refusesOthers } from "../../source/same-beginning.ts";
import { temporaryFolder, unwritableTemporary } from "../../source/temporary-folder.ts";
import type { ByteSource } from "../../source/types.ts";
import { paletteOf } from "../../tui/palette.ts";
import { plainViews } from "../../tui/plain.ts";
import { openFeeds } from "../captures/capture-feeds.ts";
import { addKeyLogOption, type KeyLogOption, openKeyLog } from "../captures/key-log-file.ts";
import { notesPath } from "../captures/notes-file.ts";
import { NotesOfCaptures } from "../captures/notes-of-captures.ts";
import { systemClock } from "../live/clock.ts";
import { portList, timerList } from "../option-values.ts";
import { createDesk } from "../screen/desk.ts";
import { NoteKeeper } from "../screen/note-keeper.ts";
import { NoteWatch } from "../screen/note-watch.ts";
import { openScreen, whyPlain } from "../screen/open-screen.ts";
import { progressOf } from "../screen/replay.ts";
import { savingOf } from "../screen/save-report.ts";
import type { Surroundings } from "../surroundings.ts";
import { thriftyWith } from "../thrift.ts";

interface LoadOptions extends KeyLogOption {
  readonly port?: readonly number[];
  readonly notes?: string;
  readonly plain?: boolean;
  readonly timer?: readonly Timer[];
}

export function define(command: Command, surroundings: Surroundings): void {
  const { help } = surroundings;
  command
    .argument("<capture...>", help.arguments.captures)
    .option("-p, --port <port>", help.options.port, portList)
    .option("--notes <file>", help.options.notes)
    .option("--timer <name=seconds>", help.options.timer, timerList)
    .option("--plain", help.options.plain);
  addKeyLogOption(command, surroundings).action(async (captures: readonly string[], options: LoadOptions) => {
    surroundings.exitCode = await load(captures, options, surroundings);
  });
}

async function load(names: readonly string[], options: LoadOptions, surroundings: Surroundings): Promise<ExitCode> {
  const { language, stderr } = surroundings;
  const reason = options.plain ? null : whyPlain(surroundings);
  if (reason !== null) {
    stderr.write(`${tuiWordsOf(language).plainBecause[reason]}\n`);
    const { reportAsText } = await import("./report.ts");
    return reportAsText(names, options, surroundings);
  }
  // `--notes`: a file for them all.
  const noted = options.notes === undefined ? names : names.slice(0, 1);
  const keeper = await NoteKeeper.open(
    noted.map((name) => notesPath(isPipe(name) ? "-" : name, options.notes)),
    language,
  );
  const kept = keepPipes(names);
  try {
    return await show(kept, names, options, keeper, surroundings);
  } finally {
    kept.remove();
  }
}

async function show(
  { paths, sourceOf, full }: Kept,
  names: readonly string[],
  options: LoadOptions,
  keeper: NoteKeeper,
  surroundings: Surroundings,
): Promise<ExitCode> {
  const { language, chrome, stdout, columns } = surroundings;
  const ports = options.port ?? [];
  const timers = options.timer ?? [];
  const origin: CaptureOrigin = { ns: null };
  const watch = new NoteWatch(new NotesOfCaptures(keeper.byBook), keeper.homes);
  const keys = await openKeyLog(options);
  const refuseOthers = refusesOthers(paths.filter((path, index) => path === names[index]));
  const captures = await openFeeds(
    names,
    origin,
    { onMalformed: () => undefined, onComment: watch.onComment, keys, homes: keeper.homes },
    sourceOf,
  );
  let reading = true;
  const session = new LoadSession({
    ...captures,
    order: watch.over(captures.inTime),
    origin,
    ports,
    keys,
    timers,
    // Hostile captures must not be able to pile collisions.
    seed: (Math.random() * 2 ** 32) | 0,
    nowMs: () => performance.now(),
    every: systemClock.every,
    breathe: (connections) => {
      thriftyWith(connections);
      captures.refuseWhatIsNoCapture();
      return new Promise((resolve) => setImmediate(resolve));
    },
  });
  // What does not fit on the disk could not be read again: the screen has what came until then, and keeps it.
  void full.then(() => session.stop());
  const unchanged = (): readonly string[] => {
    refuseOthers();
    return paths;
  };
  const desk = createDesk({
    session,
    ports,
    keys,
    paths: unchanged,
    isInTime: captures.mendsOrder,
    progress: () => (reading ? progressOf(captures.feeds) : null),
    stop: () => session.stop(),
  });
  const loaded = session.run().finally(() => {
    reading = false;
  });
  if (options.plain) {
    await Promise.race([loaded, full.then((error) => Promise.reject(error))]);
    captures.refuseWhatIsNoCapture();
    const context = {
      language,
      chrome,
      words: tuiWordsOf(language),
      texts: textsOf(language),
      saidAtEnd,
      palette: paletteOf(0, false),
    };
    for await (const text of plainViews(desk, { ...context, palette: unmarked(context.palette) }, columns))
      stdout.write(text);
    return EXIT.done;
  }
  // What is no capture is said on the command line, not on a screen that would show nothing.
  await Promise.race([loaded, firstSnapshot(session)]);
  captures.refuseWhatIsNoCapture();
  const save = savingOf(
    { paths: unchanged, name: names[0] === "-" ? "stdin" : (names[0] ?? ""), ports, keys, timers, session },
    surroundings,
  );
  const failure = Promise.race([
    full,
    loaded.then(
      () => null,
      (error: unknown) => error,
    ),
  ]);
  const lateNotes = loaded.then(
    (analysis) => watch.settle(analysis, !captures.feeds.some(({ interrupted }) => interrupted)),
    () => null,
  );
  const exitCode = await openScreen(
    { desk, keeper, captures: captures.facts, live: false, unsaved: false, save, lateNotes },
    surroundings,
  );
  session.stop();
  const error = await failure;
  if (error !== null) throw error;
  return exitCode;
}

const FIRST_SCREEN_MS = 150;

const firstSnapshot = (session: LoadSession): Promise<void> =>
  new Promise((resolve) => {
    const timer = setTimeout(resolve, FIRST_SCREEN_MS);
    const unsubscribe = session.subscribe(() => {
      clearTimeout(timer);
      unsubscribe();
      resolve();
    });
  });

type Palette = ReturnType<typeof paletteOf>;
const same = (text: string): string => text;
const unmarked = (palette: Palette): Palette =>
  Object.fromEntries(Object.keys(palette).map((role) => [role, same])) as unknown as Palette;

/** Where captures can be read again. */
interface Kept {
  readonly paths: readonly string[];
  readonly sourceOf: (source: ByteSource, index: number) => ByteSource;
  /** Resolves with what the file system said when a pipe could be kept no longer. */
  readonly full: Promise<UserError>;
  remove(): void;
}

function isPipe(name: string): boolean {
  if (name === "-") return !process.stdin.isTTY;
  try {
    return statSync(name).isFIFO();
  } catch {
    // Reading it says why not.
    return false;
  }
}

/** A pipe can be read once, the screen reads captures again: what comes out of one is also written to a file of ours. */
function keepPipes(names: readonly string[]): Kept {
  const { promise: full, resolve: onFull } = promised<UserError>();
  if (!names.some(isPipe)) return { paths: names, sourceOf: (source) => source, full, remove: () => undefined };
  const folder = temporaryFolder("wscap-load-", EXIT.input);
  const paths = names.map((name, index) => (isPipe(name) ? join(folder.path, String(index)) : name));
  return {
    paths,
    sourceOf: (source, index) => {
      const path = paths[index];
      return path === undefined || path === names[index] ? source : keptSource(source, path, onFull);
    },
    full,
    remove: () => folder.remove(),
  };
}

/** `Promise.withResolvers`, which Node 20 lacks. */
function promised<T>(): { promise: Promise<T>; resolve: (value: T) => void } {
  let resolve: (value: T) => void = () => undefined;
  const promise = new Promise<T>((settle) => {
    resolve = settle;
  });
  return { promise, resolve };
}

/** All that it is, and its pieces written down as they go by; it ends where that fails. */
function keptSource(source: ByteSource, path: string, onFull: (error: UserError) => void): ByteSource {
  const file = openSync(path, "wx", 0o600);
  async function* chunks(signal: AbortSignal): AsyncGenerator<Uint8Array> {
    for await (const chunk of source.chunks(signal)) {
      try {
        writeSync(file, chunk);
      } catch (error) {
        return onFull(unwritableTemporary(dirname(path), error, EXIT.input));
      }
      yield chunk;
    }
  }
  return Object.create(source, { chunks: { value: chunks } }) as ByteSource;
}
