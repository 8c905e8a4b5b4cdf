import { displayWidth, wrapToWidth } from "../../base/display-width.ts";
import { escapeText } from "../../base/escape-text.ts";
import { offsetText } from "../../base/time.ts";
import {
  type ConnectionDetail,
  type DetailRow,
  type FrameRow,
  type HttpRow,
  type PacketRow,
  ROW,
} from "../../session/detail-types.ts";
import { fitted, Line } from "../cells.ts";
import type { Context } from "../context.ts";
import type { State } from "../state.ts";
import { clockAt, sinceBeginningNs } from "./clock.ts";
import { addressText } from "./connection-row.ts";
import type { Tab } from "./detail-tabs.ts";
import { closeOf, flagNames, opcodeName, readingOf, utf8 } from "./frame-words.ts";
import { hexLines, joinedLines, type Layer, type LineSource } from "./hex-lines.ts";
import { jsonLines } from "./json-lines.ts";

const CLOSE = 8;
const CODE_BYTES = 2;

/**
 * Everything about one row, in one of the ways to look at it. Lines are marked and no wider than `width`. `room`: so many
 * are looked at.
 */
export function detailLines(
  detail: ConnectionDetail,
  index: number,
  tab: Tab,
  width: number,
  context: Context,
  state: State,
  room = Number.POSITIVE_INFINITY,
): LineSource {
  const row = detail.row(index);
  switch (tab) {
    case "head":
      return fieldLines(fieldsOf(detail, row, context, state), width, context);
    case "text":
      return textLines(detail, row, width, context, room);
    case "json":
      return jsonOf(detail, row, width, context);
    case "hex":
      return bodyHex(detail, row, width, context);
    case "packet":
      return packetHex(detail, row, width, context);
    case "body":
      return row.kind === ROW.request || row.kind === ROW.response ? httpBody(detail, row, width, context) : [];
  }
}

type FieldName = keyof Context["words"]["fields"];
type Field = readonly [FieldName | { readonly name: string }, string];

function fieldLines(fields: readonly Field[], width: number, { palette, words }: Context): string[] {
  const labels = fields.map(([name]) => (typeof name === "string" ? words.fields[name] : escapeText(name.name)));
  const longest = Math.max(...labels.map(displayWidth)) + 2;
  const column = Math.min(Math.max(SHORT_LABEL, Math.min(LONG_LABEL, longest)), Math.floor(width / 3));
  return fields.flatMap(([, value], at) =>
    wrapToWidth(escapeText(value), Math.max(8, width - column - 1)).map((part, index) =>
      new Line(palette, width, null)
        .add(index === 0 ? fitted(labels[at] ?? "", column - 1) : " ".repeat(column - 1), "dim")
        .gap(1)
        .add(part)
        .end(),
    ),
  );
}

const SHORT_LABEL = 18;
/** Sec-WebSocket-Extensions, the longest that matters. */
const LONG_LABEL = 26;

function fieldsOf(detail: ConnectionDetail, row: DetailRow, context: Context, state: State): Field[] {
  const { words, chrome } = context;
  const leg = detail.legs[row.leg];
  if (leg === undefined) return [];
  const [client, server] = [
    `${chrome.side.client} ${addressText(leg.client)}`,
    `${chrome.side.server} ${addressText(leg.server)}`,
  ];
  const [from, to] = row.direction === 0 ? [client, server] : [server, client];
  const moment = { packet: row.packet, timestampNs: row.timeNs };
  const common: Field[] = [
    ["direction", words.fromTo(from, to)],
    ["time", `${offsetText(sinceBeginningNs(state.shown, moment), 6)} s   ${clockAt(state.shown, moment)}`],
  ];
  switch (row.kind) {
    case ROW.frame:
      return [...frameFields(detail, row, context), ...common];
    case ROW.packet:
      return [...packetFields(row, context), ...common];
    case ROW.icmp: {
      const error = leg.tcp.icmpErrors[row.error];
      return [
        ["summary", `ICMP type ${error?.type} code ${error?.code} ${words.fromSender(error?.sender ?? "")}`],
        ["packet", String(row.packet)],
        ...common,
      ];
    }
    default:
      return [...httpFields(detail, row), ["packet", String(row.packet)], ...common];
  }
}

/** RFC 6455 §5.2, field by field. */
function frameFields(detail: ConnectionDetail, row: FrameRow, context: Context): Field[] {
  const { words } = context;
  const yesNo = (value: boolean): string => (value ? words.yes : words.no);
  const bits = row.length < 126 ? 7 : row.length < 65_536 ? 16 : 64;
  const fields: Field[] = [
    ["fin", yesNo(row.fin)],
    ["rsv", `RSV1 ${row.rsv & 4 ? 1 : 0}  RSV2 ${row.rsv & 2 ? 1 : 0}  RSV3 ${row.rsv & 1 ? 1 : 0}`],
    ["opcode", `0x${row.opcode.toString(16)} ${opcodeName(row.opcode)}`],
    ["mask", row.masked ? words.maskingKey(`0x${row.maskingKey.toString(16).padStart(8, "0")}`) : words.notMasked],
    ["length", `${words.bytes(row.length)} (${words.count(row.length)}), ${words.lengthForm(bits)}`],
  ];
  const { body } = row;
  if (row.opcode === CLOSE) {
    const { code, reason } = closeOf(detail, row);
    fields.push(["code", code === null ? words.withoutCode : String(code)]);
    if (reason !== "") fields.push(["reason", reason]);
  } else if (row.opcode > 8 && body !== null && body.length > 0)
    fields.push(["payload", utf8(detail.bodyPreview(body.blob))]);
  else if (row.opcode > 8) {
    // Nothing more in it.
  } else if (body !== null) {
    fields.push(["message", words.messageOf(body.frames, words.bytes(body.wireLength), words.bytes(body.length))]);
    const leg = detail.legs[row.leg];
    const reading = leg === undefined ? null : readingOf(detail, row, leg, false);
    if (reading !== null) fields.push(["reading", reading.label], ["summary", reading.summary]);
    if (body.problem !== null) fields.push(["problem", words.problems[body.problem] ?? body.problem]);
  } else fields.push(["message", words.partOfMessage]);
  if (row.compressed) fields.push(["compressed", `${words.yes} (permessage-deflate)`]);
  fields.push(["packet", words.packetRange(row.firstPacket, row.packet)], ["offset", words.count(row.streamOffset)]);
  return fields;
}

function packetFields(row: PacketRow, { words }: Context): Field[] {
  const marks = (["retransmission", "duplicate", "outOfOrder", "keepAlive"] as const).filter((name) => row[name]);
  const fields: Field[] = [
    ["packet", String(row.packet)],
    ["flags", flagNames(row.flags).join(" ")],
    ["sequence", words.count(row.sequenceNumber)],
    ["acknowledgment", row.flags & 16 ? words.count(row.acknowledgmentNumber) : "-"],
    ["window", words.count(row.window)],
    ["payload", words.bytes(row.payloadBytes)],
  ];
  if (marks.length > 0) fields.push(["summary", marks.map((name) => words.rowMarks[name]).join(", ")]);
  return fields;
}

function httpFields(detail: ConnectionDetail, row: HttpRow): Field[] {
  const exchange = detail.legs[row.leg]?.exchanges[row.exchange];
  if (row.kind === ROW.request) {
    const request = exchange?.request ?? null;
    if (request === null) return [];
    return [
      ["target", `${request.method} ${request.target} HTTP/${request.version}`],
      ...request.fields.map(({ name, value }): Field => [{ name }, value]),
    ];
  }
  const response = exchange?.response ?? null;
  if (response === null) return [];
  return [
    ["status", `${response.status} ${response.reason} (HTTP/${response.version})`],
    ...response.fields.map(({ name, value }): Field => [{ name }, value]),
  ];
}

interface Body {
  readonly bytes: Uint8Array;
  readonly isText: boolean;
  readonly length: number;
}

/** The body of a row, or why there is none to show. */
function bodyOf(detail: ConnectionDetail, row: DetailRow, { words }: Context): Body | string {
  if (row.kind !== ROW.frame) return words.noBody;
  const { body } = row;
  if (body === null) return words.partOfMessage;
  if (body.problem !== null && body.problem !== "limit") return words.problems[body.problem] ?? body.problem;
  const bytes = detail.bodyBytes(body.blob);
  if (bytes === null) return words.notInMemory;
  return { bytes, isText: body.opcode !== 2, length: body.length };
}

const remark = (text: string, width: number, { palette }: Context): string[] =>
  wrapToWidth(text, width - 1).map((line) => palette.dim(line));

/** RFC 6455 §5.5.1: a code of two bytes stands before the reason, and is no text. */
const closeText = (bytes: Uint8Array): string =>
  `${((bytes[0] ?? 0) << 8) | (bytes[1] ?? 0)} ${utf8(bytes.subarray(CODE_BYTES))}`;

function textLines(
  detail: ConnectionDetail,
  row: DetailRow,
  width: number,
  context: Context,
  room: number,
): LineSource {
  const body = bodyOf(detail, row, context);
  if (typeof body === "string") return remark(body, width, context);
  const leg = detail.legs[row.leg];
  const reading =
    row.kind === ROW.frame && leg !== undefined ? readingOf(detail, row, leg, room < Number.POSITIVE_INFINITY) : null;
  const head =
    reading === null || reading.kind === "text" || reading.kind === "binary"
      ? []
      : [context.palette.accent(escapeText(reading.label)), ""];
  if (!body.isText) {
    if (reading !== null && reading.kind !== "binary")
      return [...head, ...wrapToWidth(escapeText(reading.summary), width)];
    const hex = hexLines(body.bytes.subarray(0, SHOWN_BYTES), [], width, context.palette);
    return joinedLines([...remark(context.words.notText, width, context), ""], hex);
  }
  const most = Math.min(SHOWN_BYTES, room * width * MOST_UTF8);
  const isClose = row.kind === ROW.frame && row.opcode === CLOSE && body.bytes.length >= CODE_BYTES;
  const shown = isClose ? closeText(body.bytes) : utf8(body.bytes.subarray(0, most));
  const lines = shown.split("\n").flatMap((line) => wrapToWidth(escapeText(line), Math.max(8, width - 1)));
  return [...head, ...lines, ...cutRemark(body, width, context)];
}

/** Bytes of a character, at most. */
const MOST_UTF8 = 4;
/** Enough to scroll through; more would cost a frame its time. */
const SHOWN_BYTES = 256 * 1024;

const cutRemark = (body: Body, width: number, context: Context): string[] =>
  Math.min(body.bytes.length, SHOWN_BYTES) < body.length
    ? remark(
        context.words.bodyCut(
          context.words.bytes(Math.min(body.bytes.length, SHOWN_BYTES)),
          context.words.bytes(body.length),
        ),
        width,
        context,
      )
    : [];

function jsonOf(detail: ConnectionDetail, row: DetailRow, width: number, context: Context): string[] {
  const body = bodyOf(detail, row, context);
  if (typeof body === "string") return remark(body, width, context);
  return (
    jsonLines(utf8(body.bytes.subarray(0, SHOWN_BYTES)), width, context.palette) ??
    remark(context.words.notJson, width, context)
  );
}

function bodyHex(detail: ConnectionDetail, row: DetailRow, width: number, context: Context): LineSource {
  const body = bodyOf(detail, row, context);
  if (typeof body === "string") return remark(body, width, context);
  const hex = hexLines(body.bytes.subarray(0, SHOWN_BYTES), [], width, context.palette);
  return joinedLines([], hex, cutRemark(body, width, context));
}

function packetHex(detail: ConnectionDetail, row: DetailRow, width: number, context: Context): LineSource {
  if (row.kind !== ROW.packet) return [];
  const bytes = detail.packetBytes(row.blob);
  if (bytes === null) return remark(context.words.notInMemory, width, context);
  const { words, palette } = context;
  const layers: Layer[] = [];
  if (row.layers !== null) {
    const { ip, tcp, payload } = row.layers;
    layers.push({ start: 0, role: "dim", name: words.layers.link });
    layers.push({ start: ip, role: "accent", name: words.layers.ip });
    layers.push({ start: tcp, role: "warning", name: words.layers.tcp });
    layers.push({ start: payload, role: "good", name: words.layers.payload });
  }
  const legend = new Line(palette, width, null);
  for (const { role, name, start } of layers) legend.add(`${name} ${start}  `, role);
  return joinedLines([legend.end()], hexLines(bytes, layers, width, palette));
}

function httpBody(detail: ConnectionDetail, row: HttpRow, width: number, context: Context): string[] {
  const exchange = detail.legs[row.leg]?.exchanges[row.exchange];
  const isRequest = row.kind === ROW.request;
  const preview = (isRequest ? exchange?.requestBodyPreview : exchange?.responseBodyPreview) ?? "";
  const length = (isRequest ? exchange?.requestBodyBytes : exchange?.responseBodyBytes) ?? 0;
  if (preview === "") return remark(context.words.noBody, width, context);
  const lines = preview.split("\n").flatMap((line) => wrapToWidth(escapeText(line), Math.max(8, width - 1)));
  const cut =
    Buffer.byteLength(preview) < length
      ? remark(
          context.words.bodyCut(context.words.bytes(Buffer.byteLength(preview)), context.words.bytes(length)),
          width,
          context,
        )
      : [];
  return [...lines, ...cut];
}
