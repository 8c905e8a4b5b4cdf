import { type ConnectionId, type RelativeNs, sideOf } from "../base/brand.ts";
import { displayWidth, padStartToWidth, padToWidth, truncateToWidth } from "../base/display-width.ts";
import { escapeText } from "../base/escape-text.ts";
import { startOfText } from "../base/start-of-text.ts";
import { offsetText, TimeFormatter } from "../base/time.ts";
import type { Chrome } from "../i18n/chrome/words.ts";
import { learnRequest } from "./model/learn.ts";
import type { Redactor } from "./redact.ts";
import { safeJson } from "./safe-json.ts";

/** One frame as `wscap frames` shows it. ONE object may be reused for all: writers keep nothing. */
export interface FrameRow {
  connection: ConnectionId;
  direction: 0 | 1;
  packet: number;
  lastPacket: number;
  timestampNs: RelativeNs;
  opcode: number;
  fin: boolean;
  rsv: number;
  masked: boolean;
  length: number;
  compressed: boolean;
  closeCode: number | null;
  closeReason: string | null;
  /** Text of a whole text message, on its last frame. */
  text: string | null;
}

/** Turns rows into lines; `head` comes before them. Times need the capture's origin, known with the first packet. */
export interface FrameWriter {
  readonly head: string;
  /** Before the frames of a connection: what its opening holds of secrets is hidden in them too. */
  opened(request: Parameters<typeof learnRequest>[0]): void;
  line(row: FrameRow, originNs: bigint): string;
}

const OPCODES: Readonly<Record<number, string>> = {
  0: "continuation",
  1: "text",
  2: "binary",
  8: "close",
  9: "ping",
  10: "pong",
};
const opcodeName = (opcode: number): string => OPCODES[opcode] ?? `reserved-${opcode}`;

class Times {
  private formatter: TimeFormatter | null = null;

  format(originNs: bigint, at: RelativeNs): string {
    this.formatter ??= new TimeFormatter(originNs);
    return this.formatter.format(at);
  }
}

/** CONTRACT `frames --format ndjson`. Built by hand: five times as fast as an object through JSON.stringify. */
export function ndjsonWriter(redactor: Redactor): FrameWriter {
  const times = new Times();
  const quoted = (text: string | null): string => (text === null ? "null" : safeJson(redactor.text(text)));
  return {
    head: "",
    opened: (request) => learnRequest(request, redactor),
    line: (row, originNs) =>
      `{"connection":${row.connection},"packet":${row.packet},"lastPacket":${row.lastPacket},"time":"${times.format(originNs, row.timestampNs)}",` +
      `"from":"${sideOf(row.direction)}","opcode":"${opcodeName(row.opcode)}","fin":${row.fin},"rsv":${row.rsv},"masked":${row.masked},` +
      `"length":${row.length},"compressed":${row.compressed},"closeCode":${row.closeCode},"closeReason":${quoted(row.closeReason)},` +
      `"text":${quoted(row.text)}}\n`,
  };
}

/** More of a text than this is never shown in a table, however wide; the table says so, and NDJSON has the whole. */
const TEXT_SHOWN = 1000;

/** One line a frame for people: columns of fixed width, since what comes later is not known yet. */
export function tableWriter(redactor: Redactor, chrome: Chrome, width: number): FrameWriter {
  const { columns, side } = chrome;
  const sideWidth = Math.max(...Object.values(side).map(displayWidth)) + 2;
  const senders = [padToWidth(`↑ ${side.client}`, sideWidth), padToWidth(`↓ ${side.server}`, sideWidth)] as const;
  const room = width - FIXED_WIDTH - sideWidth;
  const line = (packet: string, time: string, id: string, from: string, frame: string, bytes: string, text: string) =>
    `${`${packet} ${time} ${id}  ${from}  ${frame} ${bytes}  ${truncateToWidth(text, room)}`.trimEnd()}\n`;
  return {
    head: line(
      padStartToWidth(chrome.packet, 7),
      padStartToWidth(chrome.time, 11),
      padStartToWidth(columns.id, 4),
      padToWidth(columns.from, sideWidth),
      padToWidth(columns.frame, 15),
      padStartToWidth(columns.length, 8),
      columns.text,
    ),
    opened: (request) => learnRequest(request, redactor),
    line: (row) =>
      line(
        String(row.packet).padStart(7),
        offsetText(row.timestampNs, 6).padStart(11),
        `#${row.connection}`.padStart(4),
        senders[row.direction],
        frameText(row).padEnd(15),
        String(row.length).padStart(8),
        shownText(row, redactor, chrome.textCut),
      ),
  };
}

/** All columns but the sender and the text, and what is between them. */
const FIXED_WIDTH = 7 + 1 + 11 + 1 + 4 + 2 + 2 + 15 + 1 + 8 + 2;

/** "text"; "text…" where more frames follow; the first frame says that the message is deflated. */
function frameText(row: FrameRow): string {
  const deflated = row.compressed && row.opcode !== 0 ? " deflated" : "";
  return `${opcodeName(row.opcode)}${row.fin ? "" : "…"}${deflated}`;
}

function shownText(row: FrameRow, redactor: Redactor, cutSign: string): string {
  if (row.opcode === 8) {
    const code = row.closeCode === null ? "" : String(row.closeCode);
    return `${code} ${escapeText(redactor.text(row.closeReason ?? ""))}`.trim();
  }
  if (row.text === null) return "";
  const start = redactor.text(row.text.slice(0, TEXT_SHOWN * 2));
  const isCut = start.length > TEXT_SHOWN || row.text.length > TEXT_SHOWN * 2;
  return `${escapeText(startOfText(start, TEXT_SHOWN))}${isCut ? ` ${cutSign}` : ""}`;
}
