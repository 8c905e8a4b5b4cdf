import { capturedNs } from "../base/captured-time.ts";
import { escapeText } from "../base/escape-text.ts";
import { startOfText } from "../base/start-of-text.ts";
import type { ShareWords } from "../i18n/share/words.ts";
import type { Finding } from "../rules/types.ts";
import type { LoggedFrame } from "../store/frame-log.ts";
import type { TcpEvent } from "../store/tcp-types.ts";
import type { Analysis, ConnectionFacts } from "../store/types.ts";
import type { Redactor } from "./redact.ts";

export type Tone = "plain" | "data" | "good" | "warning" | "error";

/** An arrow between the two lifelines. */
export interface LadderArrow {
  readonly kind: "arrow";
  readonly packet: number;
  readonly timestampNs: number;
  readonly from: "client" | "server";
  /** Protocol words, not translated; escaped and redacted. */
  readonly label: string;
  /** Said in the reader's language behind the label. */
  readonly remark: ((words: ShareWords) => string) | null;
  readonly tone: Tone;
  /** A finding names its packet. */
  readonly evidence: boolean;
}

/** A pause, or arrows that are not drawn. */
export interface LadderGap {
  readonly kind: "gap";
  readonly timestampNs: number;
  readonly say: (words: ShareWords, units: Units) => string;
}

export type LadderRow = LadderArrow | LadderGap;

export interface Units {
  readonly duration: (ms: number) => string;
  readonly bytes: (bytes: number) => string;
}

export interface Ladder {
  readonly connection: number;
  readonly client: string;
  readonly server: string;
  readonly rows: readonly LadderRow[];
}

const MOST_ROWS = 70;
const FIRST_ROWS = 16;
const LAST_ROWS = 36;
const AROUND_EVIDENCE = 2;
/** Shorter pauses are not worth a line. */
const LEAST_SILENCE_NS = 2e9;
const LABEL = 60;

interface Drawn extends LadderArrow {
  readonly lengthBytes: number;
}

/** The exchange of one connection as arrows in time order; long middles are left out, evidence never is. */
export function ladderOf(
  facts: ConnectionFacts,
  frames: readonly LoggedFrame[],
  droppedFrames: number,
  findings: readonly Finding[],
  redactor: Redactor,
  captures: Analysis["captures"],
): Ladder {
  const unanswered = new Set<number>();
  for (const beat of facts.webSocket?.heartbeat ?? []) for (const ping of beat.unanswered) unanswered.add(ping.packet);
  for (const beat of facts.session?.engineIo?.heartbeat ?? [])
    for (const ping of beat.unanswered) unanswered.add(ping.packet);
  const evidence = new Map<number, Tone>();
  for (const finding of findings) {
    if (finding.connectionId !== facts.id && !finding.alsoConnections.includes(facts.id)) continue;
    const tone = finding.severity === "error" ? "error" : finding.severity === "warning" ? "warning" : "plain";
    for (const item of finding.evidence) if (evidence.get(item.packet) !== "error") evidence.set(item.packet, tone);
  }
  const arrows = [
    ...tcpArrows(facts),
    ...httpArrows(facts, redactor),
    ...frames.map((frame) => frameArrow(frame, unanswered, redactor)),
  ].sort((a, b) => a.timestampNs - b.timestampNs || a.packet - b.packet);
  const rows = chosen(arrows, evidence, droppedFrames);
  return {
    connection: facts.id,
    client: endpointOf(facts.client, redactor),
    server: endpointOf(facts.server, redactor),
    rows: asCaptured(isUnread(facts) ? rows : withSilence(rows), captures),
  };
}

/** Silences are those that were lived through, times are those of the file. */
const asCaptured = (rows: readonly LadderRow[], captures: Analysis["captures"]): LadderRow[] =>
  rows.map((row) => (row.kind === "arrow" ? { ...row, timestampNs: capturedNs(captures, row) } : row));

/** Its TLS stayed closed, and its records are no arrows: what looks empty here was not silent. */
const isUnread = ({ tls, webSocket }: ConnectionFacts): boolean => tls !== null && !tls.decrypted && webSocket === null;

const endpointOf = ({ address, port }: { address: string; port: number }, redactor: Redactor): string => {
  const shown = redactor.address(address);
  return shown.includes(":") ? `[${shown}]:${port}` : `${shown}:${port}`;
};

const EVENTS: Partial<Readonly<Record<TcpEvent["kind"], readonly [label: string, tone: Tone]>>> = {
  syn: ["SYN", "plain"],
  "syn-ack": ["SYN, ACK", "plain"],
  fin: ["FIN", "plain"],
  rst: ["RST", "error"],
  retransmission: ["", "warning"],
  "zero-window": ["", "warning"],
  "window-open": ["", "plain"],
  "keep-alive": ["", "plain"],
  gap: ["", "warning"],
};

function tcpArrows({ tcp }: ConnectionFacts): Drawn[] {
  const arrows: Drawn[] = [];
  for (const event of tcp.events) {
    const known = EVENTS[event.kind];
    if (known === undefined) continue;
    const [label, tone] = known;
    const row = {
      kind: "arrow",
      packet: event.packet,
      timestampNs: event.timestampNs,
      lengthBytes: 0,
      evidence: false,
    } as const;
    arrows.push({ ...row, from: event.from, label, tone, remark: remarkOf(event) });
  }
  for (const reset of tcp.resets) {
    if (arrows.some(({ packet }) => packet === reset.packet)) continue;
    const { packet, timestampNs, from } = reset;
    arrows.push({
      kind: "arrow",
      packet,
      timestampNs,
      from,
      label: "RST",
      tone: "error",
      remark: null,
      lengthBytes: 0,
      evidence: false,
    });
  }
  for (const error of tcp.icmpErrors) {
    const from = error.about === "client" ? "server" : "client";
    const label = `ICMP ${error.type}/${error.code}`;
    const { packet, timestampNs } = error;
    arrows.push({
      kind: "arrow",
      packet,
      timestampNs,
      from,
      label,
      tone: "error",
      remark: null,
      lengthBytes: 0,
      evidence: false,
    });
  }
  return arrows;
}

function remarkOf({ kind, value }: TcpEvent): LadderArrow["remark"] {
  switch (kind) {
    case "syn":
    case "syn-ack":
      return value > 0 ? (words) => words.repeated : null;
    case "retransmission":
      return (words) => words.retransmission(`${value} B`);
    case "zero-window":
      return (words) => words.zeroWindow;
    case "window-open":
      return (words) => words.windowOpen;
    case "keep-alive":
      return (words) => words.keepAlive;
    case "gap":
      return (words) => words.notCaptured(`${value} B`);
    default:
      return null;
  }
}

function httpArrows(facts: ConnectionFacts, redactor: Redactor): Drawn[] {
  const arrows: Drawn[] = [];
  const add = (packet: number, timestampNs: number, from: "client" | "server", label: string, tone: Tone): void => {
    const shown = short(escapeText(redactor.text(label)));
    arrows.push({
      kind: "arrow",
      packet,
      timestampNs,
      from,
      label: shown,
      tone,
      remark: null,
      lengthBytes: 0,
      evidence: false,
    });
  };
  for (const { request, response } of facts.exchanges) {
    if (request !== null) {
      add(request.last.packet, request.last.timestampNs, "client", `${request.method} ${request.target}`, "plain");
    }
    if (response === null) continue;
    const { status, reason } = response;
    const tone = status === 101 ? "good" : status >= 400 ? "error" : "plain";
    add(response.first.packet, response.first.timestampNs, "server", `${status} ${reason}`, tone);
  }
  return arrows;
}

const OPCODES: Readonly<Record<number, string>> = {
  0: "continuation",
  1: "text",
  2: "binary",
  8: "Close",
  9: "ping",
  10: "pong",
};
export const opcodeName = (opcode: number): string => OPCODES[opcode] ?? `reserved-${opcode}`;

function frameArrow(frame: LoggedFrame, unanswered: ReadonlySet<number>, redactor: Redactor): Drawn {
  const name = `${opcodeName(frame.opcode)}${frame.fin ? "" : "…"}`;
  const said = frame.opcode === 8 ? closeText(frame) : (frame.text ?? "");
  const shown = said === "" ? (frame.opcode >= 8 ? "" : ` ${frame.length} B`) : ` ${escapeText(redactor.text(said))}`;
  const missing = unanswered.has(frame.lastPacket) || unanswered.has(frame.packet);
  return {
    kind: "arrow",
    packet: frame.packet,
    timestampNs: frame.timestampNs,
    from: frame.direction === 0 ? "client" : "server",
    label: short(`${name}${shown}`),
    remark: missing ? (words) => words.noPong : null,
    tone: missing ? "error" : frame.opcode === 8 ? closeTone(frame) : frame.opcode >= 8 ? "plain" : "data",
    lengthBytes: frame.length,
    evidence: false,
  };
}

const closeText = ({ closeCode, closeReason }: LoggedFrame): string =>
  closeCode === null ? "" : `${closeCode} ${closeReason ?? ""}`.trim();
const closeTone = ({ closeCode }: LoggedFrame): Tone =>
  closeCode === null || closeCode === 1000 || closeCode === 1001 ? "good" : "error";

const short = (text: string): string => (text.length > LABEL ? `${startOfText(text, LABEL - 1)}…` : text);

/** All rows of a short story; of a long one the beginning, the end and what is evidence. */
function chosen(arrows: readonly Drawn[], evidence: ReadonlyMap<number, Tone>, dropped: number): LadderRow[] {
  const toned = arrows.map((arrow): Drawn => {
    // What ended the connection is as bad as the finding that names it; a ping that was answered stays plain.
    const ends = arrow.label === "FIN" || arrow.label === "RST";
    const tone = ends ? evidence.get(arrow.packet) : undefined;
    const isEvidence = evidence.has(arrow.packet);
    return { ...arrow, evidence: isEvidence, tone: tone === "error" ? "error" : arrow.tone };
  });
  if (toned.length <= MOST_ROWS && dropped === 0) return toned;
  const keep = new Set<number>();
  for (let i = 0; i < toned.length; i++) {
    const arrow = toned[i];
    const isTurn = arrow?.label.startsWith("Close") === true || arrow?.label === "RST";
    if (i < FIRST_ROWS || i >= toned.length - LAST_ROWS) keep.add(i);
    else if (keep.size < MOST_ROWS * 2 && (isTurn || evidence.has(arrow?.packet ?? -1))) {
      for (let near = i - AROUND_EVIDENCE; near <= i + AROUND_EVIDENCE; near++) keep.add(near);
    }
  }
  const rows: LadderRow[] = [];
  let left = 0;
  let bytes = 0;
  let lost = dropped;
  for (const [i, arrow] of toned.entries()) {
    if (!keep.has(i)) {
      left++;
      bytes += arrow.lengthBytes;
      continue;
    }
    if (left > 0) rows.push(leftOut(left + lost, bytes, arrow.timestampNs));
    if (left > 0) lost = 0;
    left = 0;
    bytes = 0;
    rows.push(arrow);
  }
  return rows;
}

const leftOut = (rows: number, bytes: number, timestampNs: number): LadderGap => ({
  kind: "gap",
  timestampNs,
  say: (words, units) => words.leftOut(rows, units.bytes(bytes)),
});

/** Pauses that are long for this connection become rows of their own. */
function withSilence(rows: readonly LadderRow[]): LadderRow[] {
  const first = rows[0]?.timestampNs ?? 0;
  const last = rows.at(-1)?.timestampNs ?? 0;
  const least = Math.max(LEAST_SILENCE_NS, (last - first) / 40);
  const spaced: LadderRow[] = [];
  let before: LadderRow | undefined;
  for (const row of rows) {
    const pauseNs = before === undefined ? 0 : row.timestampNs - before.timestampNs;
    if (pauseNs >= least && row.kind === "arrow" && before?.kind === "arrow") {
      spaced.push({
        kind: "gap",
        timestampNs: row.timestampNs,
        say: (words, units) => words.silence(units.duration(pauseNs / 1e6)),
      });
    }
    spaced.push(row);
    before = row;
  }
  return spaced;
}
