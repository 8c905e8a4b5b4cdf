import { escapeText } from "../../base/escape-text.ts";
import { textPayload } from "../../payload/payload.ts";
import { hintsOf, readPayload } from "../../payload/read-payload.ts";
import type { Reading } from "../../payload/types.ts";
import {
  type ConnectionDetail,
  type DetailRow,
  type FrameRow,
  type HttpRow,
  type PacketRow,
  ROW,
} from "../../session/detail-types.ts";
import type { ConnectionFacts } from "../../store/types.ts";
import type { Context } from "../context.ts";
import type { Role } from "../palette.ts";
import { decoded } from "./connection-row.ts";

const OPCODES: Readonly<Record<number, string>> = {
  0: "continuation",
  1: "text",
  2: "binary",
  8: "Close",
  9: "ping",
  10: "pong",
};
export const opcodeName = (opcode: number): string => OPCODES[opcode] ?? `opcode ${opcode}`;

const FLAGS = ["FIN", "SYN", "RST", "PSH", "ACK", "URG", "ECE", "CWR"];
export const flagNames = (flags: number): string[] => FLAGS.filter((_, bit) => (flags & (1 << bit)) !== 0);
const SYN_FIN_RST = 7;
const RST = 4;
const CLOSE = 8;
const UTF8 = new TextDecoder();

export const utf8 = (bytes: Uint8Array): string => UTF8.decode(bytes);

/** What an arrow says, escaped, and how loudly. */
export function arrowText(detail: ConnectionDetail, row: DetailRow, context: Context): { text: string; role: Role } {
  const leg = detail.legs[row.leg];
  if (leg === undefined) return { text: "", role: "plain" };
  switch (row.kind) {
    case ROW.packet:
      return packetText(row, context);
    case ROW.frame:
      return frameText(detail, row, leg, context);
    case ROW.request:
    case ROW.response:
      return {
        text: escapeText(headText(row, leg)),
        role: row.kind === ROW.request ? "strong" : responseRole(row, leg),
      };
    case ROW.icmp: {
      const error = leg.tcp.icmpErrors[row.error];
      return {
        text: `ICMP ${error?.type}/${error?.code} ${context.words.fromSender(error?.sender ?? "")}`,
        role: "alarm",
      };
    }
  }
}

function packetText(row: PacketRow, { words, chrome }: Context): { text: string; role: Role } {
  const flags = flagNames(row.flags).filter((name) => name !== "PSH" && (name !== "ACK" || row.payloadBytes === 0));
  const size = row.payloadBytes > 0 ? words.bytes(row.payloadBytes) : "";
  const marks = [
    row.retransmission ? words.rowMarks.retransmission : "",
    row.duplicate ? words.rowMarks.duplicate : "",
    row.outOfOrder ? words.rowMarks.outOfOrder : "",
    row.keepAlive ? words.rowMarks.keepAlive : "",
  ];
  const text = [flags.join(" "), size, ...marks].filter((part) => part !== "").join("  ");
  if ((row.flags & RST) !== 0)
    return { text: `RST  ${words.resetBy(chrome.side[row.direction === 0 ? "client" : "server"])}`, role: "alarm" };
  if (row.retransmission || row.duplicate || row.keepAlive) return { text, role: "dim" };
  return { text, role: (row.flags & SYN_FIN_RST) === 0 ? "dim" : "strong" };
}

function frameText(
  detail: ConnectionDetail,
  row: FrameRow,
  leg: ConnectionFacts,
  context: Context,
): { text: string; role: Role } {
  const { words } = context;
  if (row.opcode === CLOSE) {
    const { code, reason } = closeOf(detail, row);
    return {
      text: `Close ${code ?? words.withoutCode}${reason === "" ? "" : ` “${escapeText(reason)}”`}`,
      role: "alarm",
    };
  }
  const name = opcodeName(row.opcode) + (row.fin ? "" : " …");
  const size = words.bytes(row.body?.length ?? row.length);
  const role: Role = row.opcode > CLOSE ? "good" : row.direction === 0 ? "client" : "server";
  if (row.opcode > CLOSE) {
    const payload = row.body === null ? "" : utf8(detail.bodyPreview(row.body.blob));
    return { text: payload === "" ? name : `${name} “${escapeText(payload)}”`, role };
  }
  const reading = readingOf(detail, row, leg, true);
  return { text: `${name} ${size}  ${reading === null ? "" : escapeText(oneLine(reading))}`.trimEnd(), role };
}

const oneLine = ({ kind, label, summary }: Reading): string =>
  kind === "text" || kind === "json" || kind === "binary" ? summary : `${label}  ${summary}`;

/** On an arrow there is room for a few words: of larger messages only the beginning is read. */
const SHORT_READING_BYTES = 8192;

/** What the message that a frame completes is; null for frames that complete none. `isShort`: a line is all there is room for. */
export function readingOf(
  detail: ConnectionDetail,
  { body }: FrameRow,
  leg: ConnectionFacts,
  isShort: boolean,
): Reading | null {
  if (body === null || body.opcode > 2 || body.problem !== null) return null;
  const kept = isShort && body.length > SHORT_READING_BYTES ? null : detail.bodyBytes(body.blob);
  const bytes = kept ?? detail.bodyPreview(body.blob);
  const request = leg.upgrade?.exchange.request;
  const hints = hintsOf(request?.target ?? null, protocolOf(leg));
  const complete = bytes.length === body.length;
  if (body.opcode === 1) return readPayload(textPayload(utf8(bytes), complete), hints);
  return readPayload(
    { text: null, bytes, complete, lengthBytes: body.length, json: undefined, jsonTried: false },
    hints,
  );
}

const protocolOf = ({ upgrade }: ConnectionFacts): string | null =>
  upgrade?.exchange.response?.fields.find(({ name }) => name.toLowerCase() === "sec-websocket-protocol")?.value ?? null;

/** RFC 6455 §5.5.1: two bytes of code, then the reason. */
export function closeOf(detail: ConnectionDetail, { body }: FrameRow): { code: number | null; reason: string } {
  const bytes = body === null ? new Uint8Array(0) : detail.bodyPreview(body.blob);
  if (bytes.length < 2) return { code: null, reason: "" };
  return { code: ((bytes[0] ?? 0) << 8) | (bytes[1] ?? 0), reason: utf8(bytes.subarray(2)) };
}

function headText(row: HttpRow, leg: ConnectionFacts): string {
  const exchange = leg.exchanges[row.exchange];
  if (row.kind === ROW.response) {
    const { response } = exchange ?? { response: null };
    return response === null ? "" : `${response.status} ${response.reason}`;
  }
  const request = exchange?.request ?? null;
  return request === null ? "" : `${request.method} ${decoded(request.target.replace(/\?.*$/s, "?…"))}`;
}

function responseRole({ exchange }: HttpRow, leg: ConnectionFacts): Role {
  const status = leg.exchanges[exchange]?.response?.status ?? 0;
  return status >= 400 ? "alarm" : status === 101 ? "good" : "strong";
}
