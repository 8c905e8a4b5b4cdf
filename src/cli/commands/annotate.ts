import type { Command } from "commander";
import { changed, living, newNote } from "../../annotations/notes.ts";
import { type Anchor, type Note, noteTags } from "../../annotations/types.ts";
import type { RelativeNs } from "../../base/brand.ts";
import { capturedTime, type LivedMoment } from "../../base/captured-time.ts";
import { escapeText } from "../../base/escape-text.ts";
import { EXIT, UserError } from "../../base/user-error.ts";
import { render } from "../../i18n/render.ts";
import { shareWordsOf } from "../../i18n/share/share.ts";
import { buildReport } from "../../report/model/model.ts";
import { createRedactor } from "../../report/redact.ts";
import { sharePage } from "../../report/share-page.ts";
import { noteWhere } from "../../report/text/note-where.ts";
import type { Analysis } from "../../store/types.ts";
import { analyse, endpoint } from "../captures/analyse.ts";
import { addKeyLogOption, type KeyLogOption, openKeyLog } from "../captures/key-log-file.ts";
import { fingerprintOf, notesPath, readNotesOf, saveNotes } from "../captures/notes-file.ts";
import { readCaptures } from "../captures/read-captures.ts";
import { connectionNumber, oneOf } from "../option-values.ts";
import type { Surroundings } from "../surroundings.ts";
import { userName } from "../user-name.ts";

interface AnnotateOptions extends KeyLogOption {
  readonly connection?: number;
  readonly packet?: number;
  readonly capture?: boolean;
  readonly author?: string;
  readonly tag: (typeof noteTags)[number];
  readonly list?: boolean;
  readonly remove?: string;
  readonly notes?: string;
}

export function define(command: Command, surroundings: Surroundings): void {
  const { options, arguments: words } = surroundings.help;
  command
    .argument("<capture>", words.capture)
    .argument("[text]", words.noteText)
    .option("--connection <number>", options.connectionNote, connectionNumber)
    .option("--packet <number>", options.packetNote, packetNumber)
    .option("--capture", options.captureNote)
    .option("--author <name>", options.author)
    .option("--tag <tag>", options.tag, oneOf("--tag", noteTags), "none")
    .option("--list", options.list)
    .option("--remove <id>", options.remove)
    .option("--notes <file>", options.notes);
  addKeyLogOption(command, surroundings).action((capture: string, text: string | undefined, given: AnnotateOptions) =>
    annotate(capture, text, given, surroundings),
  );
}

function packetNumber(value: string): number {
  if (/^[1-9]\d{0,11}$/.test(value)) return Number(value);
  throw new UserError(EXIT.usage, "usage.invalid-value", { option: "--packet", value, allowed: "1, 2, 3 …" });
}

async function annotate(
  capture: string,
  text: string | undefined,
  options: AnnotateOptions,
  surroundings: Surroundings,
): Promise<void> {
  if (text !== undefined && (options.list === true || options.remove !== undefined))
    throw new UserError(EXIT.usage, "notes.one-capture");
  if (options.list === true && options.remove !== undefined) throw new UserError(EXIT.usage, "notes.list-or-remove");
  if (options.list === true) return listNotes(capture, options, surroundings);
  const path = notesPath(capture, options.notes);
  if (path === null) throw new UserError(EXIT.usage, "notes.where");
  const places = [options.connection !== undefined, options.packet !== undefined, options.capture === true];
  const chosen = places.filter(Boolean).length;
  if (options.remove === undefined && (text === undefined || text.trim() === "" || chosen !== 1)) {
    throw new UserError(EXIT.usage, text === undefined || text.trim() === "" ? "notes.no-text" : "notes.no-place");
  }
  // A damaged file is found before the capture is read.
  const present = await readNotesOf(capture, options.notes);
  const words = shareWordsOf(surroundings.language);
  const packetTimes = new Map<number, RelativeNs | null>(options.packet === undefined ? [] : [[options.packet, null]]);
  const analysis = await readCaptures(
    [capture],
    {
      ports: [],
      tap: null,
      keys: await openKeyLog(options),
      origin: { ns: null },
      breathe: () => undefined,
      packetTimes,
    },
    surroundings,
  );
  const [facts] = analysis.captures;
  const fingerprint = fingerprintOf(capture, facts ?? { bytes: 0, firstPacketTime: null });
  const now = new Date().toISOString();
  if (options.remove !== undefined) {
    const note = noteWithId(present, options.remove);
    await saveNotes(path, fingerprint, [changed(note, { deleted: true }, now)]);
    surroundings.stdout.write(`${words.noteRemoved(note.id)}\n`);
    return;
  }
  const anchor = anchorOf(options, analysis, packetTimes);
  const author = options.author ?? userName();
  const id = crypto.randomUUID().slice(0, ID_LENGTH);
  const note = newNote({ id, anchor, text: text ?? "", author, tag: options.tag }, now);
  await saveNotes(path, fingerprint, [note]);
  surroundings.stdout.write(`${words.noteAdded(id)} ${words.noteFile(escapeText(path))}\n`);
}

const ID_LENGTH = 8;

function noteWithId(notes: readonly Note[], id: string): Note {
  const found = living(notes).filter((note) => note.id === id || (id.length >= 4 && note.id.startsWith(id)));
  const [note] = found;
  if (note === undefined || found.length > 1) throw new UserError(EXIT.usage, "notes.unknown", { name: id });
  return note;
}

function anchorOf(options: AnnotateOptions, analysis: Analysis, times: ReadonlyMap<number, RelativeNs | null>): Anchor {
  const timeOf = (at: LivedMoment): string => capturedTime(analysis.originNs, analysis.captures, at);
  if (options.packet !== undefined) {
    const at = times.get(options.packet) ?? null;
    if (at === null) throw outside("--packet", options.packet, `1 … ${analysis.packets}`);
    return { kind: "packet", packet: options.packet, time: timeOf({ packet: options.packet, timestampNs: at }) };
  }
  if (options.connection === undefined) return { kind: "capture" };
  const facts = analysis.connections.find(({ id }) => id === options.connection);
  if (facts === undefined) throw outside("--connection", options.connection, `0 … ${analysis.connections.length - 1}`);
  return {
    kind: "connection",
    packet: facts.first.packet,
    time: timeOf(facts.first),
    client: endpoint(facts.client),
    server: endpoint(facts.server),
  };
}

const outside = (option: string, value: number, allowed: string): UserError =>
  new UserError(EXIT.usage, "usage.invalid-value", { option, value: String(value), allowed });

async function listNotes(capture: string, options: AnnotateOptions, surroundings: Surroundings): Promise<void> {
  const { language, version, stdout } = surroundings;
  // On the person's own terminal their words stand as they wrote them.
  const redactor = createRedactor(false);
  const analysed = await analyse(
    [capture],
    { ports: [], notes: options.notes, payloads: null, redactor, keys: await openKeyLog(options) },
    surroundings,
  );
  const { analysis, findings, notes } = analysed;
  const model = buildReport(analysis, findings, { version, language, redactor, notes, words: render });
  const page = sharePage(model, redactor);
  if (model.annotations.length === 0) stdout.write(`${page.words.noNotes}\n`);
  for (const note of model.annotations) {
    const who =
      note.author === "" ? (note.source === "capture" ? page.words.fromCapture : "–") : escapeText(note.author);
    stdout.write(`${escapeText(note.id)}  ${noteWhere(page.words, note)}  ${who}\n`);
    for (const line of note.text.split("\n")) stdout.write(`    ${escapeText(line)}\n`);
  }
}
