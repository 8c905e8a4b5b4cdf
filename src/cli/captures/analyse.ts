import { type CommentPlace, readComment } from "../../annotations/comment-form.ts";
import type { Note } from "../../annotations/types.ts";
import { appendTo } from "../../base/append-to.ts";
import type { RelativeNs } from "../../base/brand.ts";
import { formatTime } from "../../base/time.ts";
import type { CaptureOrigin } from "../../pcap/types.ts";
import { FrameRecorder, type PayloadsKept } from "../../pipeline/websocket/frame-recorder.ts";
import type { PlacedNote } from "../../report/model/notes.ts";
import type { Redactor } from "../../report/redact.ts";
import type { Timer } from "../../rules/context/timers.ts";
import { judge } from "../../rules/judging/judge.ts";
import type { Finding } from "../../rules/types.ts";
import type { Analysis } from "../../store/types.ts";
import type { KeyLog } from "../../tls/key-log.ts";
import type { Surroundings } from "../surroundings.ts";
import { NotesOfCaptures } from "./notes-of-captures.ts";
import { PacketHomes } from "./packet-homes.ts";
import { readCaptures } from "./read-captures.ts";

export interface AnalyseOptions {
  readonly ports: readonly number[];
  /** `--notes`. */
  readonly notes: string | undefined;
  /** The notes as they are now; then the sidecar, which may be damaged, is not read. */
  readonly known?: readonly Note[];
  /** null: no frames are wanted. */
  readonly payloads: PayloadsKept | null;
  readonly redactor: Redactor;
  /** Secrets of TLS; those in the captures come to them. */
  readonly keys: KeyLog;
  /** `--timer`. */
  readonly timers?: readonly Timer[];
}

/** Captures read and judged, with the notes that belong to them. */
export interface Analysed {
  readonly analysis: Analysis;
  readonly findings: readonly Finding[];
  readonly notes: readonly PlacedNote[];
  readonly recorder: FrameRecorder | null;
  /** null: of one capture, or nobody asks. */
  readonly homes: PacketHomes | null;
}

/** A pcapng comment of a capture, as it came by. */
export interface SeenComment {
  readonly captureIndex: number;
  /** By its number in there; 0: it is about the capture. */
  readonly packet: number;
  readonly text: string;
  /** As it stands in the file. */
  readonly timestampNs: RelativeNs;
}

/** Reads captures with everything that reports tell. Throws `UserError` as `readCaptures` and `readNotes` do. */
export async function analyse(
  captures: readonly string[],
  options: AnalyseOptions,
  surroundings: Surroundings,
): Promise<Analysed> {
  const { redactor } = options;
  const recorder = options.payloads === null ? null : new FrameRecorder(options.payloads, redactor);
  const noted =
    options.known === undefined
      ? await NotesOfCaptures.read(captures, options.notes)
      : new NotesOfCaptures([options.known]);
  const comments: SeenComment[] = [];
  const origin: CaptureOrigin = { ns: null };
  const homes = captures.length > 1 ? new PacketHomes() : null;
  const analysis = await readCaptures(
    captures,
    {
      ports: options.ports,
      tap: recorder,
      keys: options.keys,
      origin,
      breathe: () => undefined,
      packetTimes: noted.packetTimes,
      ownPackets: noted.ownPackets,
      homes,
      onComment: ({ captureIndex, packetNumber, text }, timestampNs) =>
        comments.push({ captureIndex, packet: packetNumber, text, timestampNs }),
    },
    surroundings,
  );
  recorder?.finish();
  return {
    analysis,
    findings: judge(analysis, options),
    notes: [...noted.placed(analysis), ...notesOfCapture(comments, analysis, noted.known, homes)],
    recorder,
    homes,
  };
}

/** Comments in the capture that are a person's words; those that are known, or were deleted, are not told again. */
export function notesOfCapture(
  comments: readonly SeenComment[],
  analysis: Pick<Analysis, "connections" | "originNs">,
  known: readonly Note[],
  homes: PacketHomes | null,
): PlacedNote[] {
  const overall = homes === null ? null : numbersOfAll(comments, homes);
  const ids = new Set(known.map(({ id }) => id));
  const byFirstPacket = new Map(analysis.connections.map((facts) => [facts.first.packet as number, facts]));
  const placed: PlacedNote[] = [];
  for (const [index, comment] of comments.entries()) {
    const { text, timestampNs } = comment;
    const packet = overall === null ? comment.packet : (overall.get(comment) ?? 0);
    const facts = byFirstPacket.get(packet);
    const place: CommentPlace = {
      packet,
      time: packet === 0 ? "" : formatTime(analysis.originNs ?? 0n, timestampNs),
      connection: facts === undefined ? null : { client: endpoint(facts.client), server: endpoint(facts.server) },
    };
    const read = readComment(text, place, index);
    if (read === null || ids.has(read.note.id)) continue;
    ids.add(read.note.id);
    placed.push({ note: read.note, source: "capture", stranded: false });
  }
  return placed;
}

/** The numbers over all of the packets that comments are about. */
function numbersOfAll(comments: readonly SeenComment[], homes: PacketHomes): ReadonlyMap<SeenComment, number> {
  const numbers = new Map<SeenComment, number>();
  for (const capture of new Set(comments.map(({ captureIndex }) => captureIndex))) {
    const wanted = new Map<number, SeenComment[]>();
    for (const comment of comments)
      if (comment.captureIndex === capture && comment.packet > 0) appendTo(wanted, comment.packet, comment);
    if (wanted.size === 0) continue;
    for (const [own, overall] of homes.numbersIn(capture))
      for (const comment of wanted.get(own) ?? []) numbers.set(comment, overall);
  }
  return numbers;
}

export const endpoint = ({ address, port }: { readonly address: string; readonly port: number }): string =>
  address.includes(":") ? `[${address}]:${port}` : `${address}:${port}`;
