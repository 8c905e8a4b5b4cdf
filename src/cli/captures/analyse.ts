import { type CommentPlace, readComment } from "../../annotations/comment-form.ts";
import type { Note } from "../../annotations/types.ts";
import type { RelativeNs } from "../../base/brand.ts";
import { capturedTime } from "../../base/captured-time.ts";
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
  readonly packet: number;
  readonly text: string;
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
      onComment: ({ packetNumber, text }, timestampNs) => comments.push({ packet: packetNumber, text, timestampNs }),
    },
    surroundings,
  );
  recorder?.finish();
  return {
    analysis,
    findings: judge(analysis, options),
    notes: [...noted.placed(analysis), ...notesOfCapture(comments, analysis, noted.known)],
    recorder,
    homes,
  };
}

/** Comments in the capture that are a person's words; those that are known, or were deleted, are not told again. */
export function notesOfCapture(
  comments: readonly SeenComment[],
  analysis: Pick<Analysis, "connections" | "originNs" | "captures">,
  known: readonly Note[],
): PlacedNote[] {
  const ids = new Set(known.map(({ id }) => id));
  const byFirstPacket = new Map(analysis.connections.map((facts) => [facts.first.packet as number, facts]));
  const placed: PlacedNote[] = [];
  for (const [index, { packet, text, timestampNs }] of comments.entries()) {
    const facts = byFirstPacket.get(packet);
    const place: CommentPlace = {
      packet,
      time: packet === 0 ? "" : capturedTime(analysis.originNs, analysis.captures, timestampNs),
      connection: facts === undefined ? null : { client: endpoint(facts.client), server: endpoint(facts.server) },
    };
    const read = readComment(text, place, index);
    if (read === null || ids.has(read.note.id)) continue;
    ids.add(read.note.id);
    placed.push({ note: read.note, source: "capture", stranded: false });
  }
  return placed;
}

export const endpoint = ({ address, port }: { readonly address: string; readonly port: number }): string =>
  address.includes(":") ? `[${address}]:${port}` : `${address}:${port}`;
