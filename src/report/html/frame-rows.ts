import { capturedNs } from "../../base/captured-time.ts";
import { escapeText } from "../../base/escape-text.ts";
import type { LoggedFrame } from "../../store/frame-log.ts";
import { opcodeName } from "../ladder.ts";
import { safeJson } from "../safe-json.ts";
import type { PageInput } from "./page-input.ts";

const ROWS = 20_000;
const TEXT_BUDGET = 2_400_000;
const LONGEST = 240;
const SHORTEST = 40;

/** packet, seconds, connection, direction, name, bytes, text. */
export type FrameCells = readonly [number, number, number, 0 | 1, string, number, string];

export interface FrameRows {
  readonly rows: readonly FrameCells[];
  readonly total: number;
}

/** The frames of the table in time order: of each connection its first and last ones, where there are too many. */
export function frameRows({ analysis, log, redact }: PageInput): FrameRows {
  const frames: LoggedFrame[] = [];
  const withFrames = analysis.connections.filter(({ webSocket }) => webSocket !== null);
  const share = Math.max(20, Math.floor(ROWS / Math.max(1, withFrames.length)));
  for (const { id } of withFrames) {
    if (frames.length >= ROWS) break;
    const all = log.of(id);
    if (all.length <= share) frames.push(...all);
    else frames.push(...all.slice(0, share >> 2), ...all.slice(all.length - (share - (share >> 2))));
  }
  frames.sort((a, b) => a.timestampNs - b.timestampNs || a.packet - b.packet);
  const room = Math.max(SHORTEST, Math.min(LONGEST, Math.floor(TEXT_BUDGET / Math.max(1, frames.length))));
  const rows = frames.slice(0, ROWS).map((frame): FrameCells => {
    const said = frame.opcode === 8 ? `${frame.closeCode ?? ""} ${frame.closeReason ?? ""}`.trim() : (frame.text ?? "");
    const text = escapeText(redact(said));
    const name = `${opcodeName(frame.opcode)}${frame.fin ? "" : "…"}`;
    const shown = text.length > room ? `${text.slice(0, room)}…` : text;
    const seconds = Math.round(capturedNs(analysis.captures, frame) / 1000) / 1e6;
    return [frame.packet, seconds, frame.connection, frame.direction, name, frame.length, shown];
  });
  return { rows, total: log.total };
}

/** JSON that may stand inside a script element: nothing in it can end the element or begin a comment. */
export const scriptJson = (value: unknown): string =>
  safeJson(value).replaceAll("<", "\\u003c").replaceAll(">", "\\u003e");
