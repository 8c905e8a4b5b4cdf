import {
  displayWidth,
  MOST_HANGING,
  padStartToWidth,
  padToWidth,
  truncateToWidth,
  wrapToWidth,
} from "../../base/display-width.ts";
import { escapeText } from "../../base/escape-text.ts";
import { clockText, offsetText, secondsBetween } from "../../base/time.ts";
import type { Chrome } from "../../i18n/chrome/words.ts";
import type { ConnectionModel, ReportModel } from "../model/schema.ts";
import type { Paint } from "./paint.ts";

/** What every part of the text report needs. */
export interface TextPage {
  readonly model: ReportModel;
  readonly chrome: Chrome;
  readonly paint: Paint;
  readonly width: number;
  readonly connectionById: ReadonlyMap<number, ConnectionModel>;
  /** Time of the first packet; null without any. */
  readonly origin: string | null;
}

/** Escaped and wrapped, every line behind `indent`, the first behind `first` (of the same width). Line breaks stay. */
export function paragraph(page: TextPage, text: string, indent: string, first = indent): string[] {
  const lines = text.split("\n").flatMap((line) => {
    // Configuration to copy keeps its indentation.
    const lead = /^ */.exec(line)?.[0] ?? "";
    const room = page.width - indent.length - lead.length;
    return wrappedWithin(escapeText(line.trim()), room).map((part) => lead + part);
  });
  return lines.map((line, index) => ((index === 0 ? first : indent) + line).trimEnd());
}

/** No line is wider, not even by the punctuation that Chinese lets hang over: a terminal would break there. */
function wrappedWithin(text: string, room: number): string[] {
  const lines = wrapToWidth(text, room);
  return lines.some((line) => displayWidth(line) > room) ? wrapToWidth(text, room - MOST_HANGING) : lines;
}

export const baseName = (path: string): string => path.slice(path.lastIndexOf("/") + 1);

type Evidence = ReportModel["findings"][number]["evidence"][number];

/** Of several files the one that holds a packet; with its folder where files of two are called alike; empty: there is one. */
export function inFileName({ captures }: Pick<ReportModel, "captures">, { inFile }: Evidence): string {
  if (inFile === undefined) return "";
  const short = baseName(inFile.file);
  return captures.filter(({ name }) => baseName(name) === short).length === 1 ? short : inFile.file;
}

/** Of several files, where a packet is: "server.pcap 62: ". */
export const inFileText = (model: Pick<ReportModel, "captures">, item: Evidence): string =>
  item.inFile === undefined ? "" : `${inFileName(model, item)} ${item.inFile.packet}: `;

/** Seconds after the first packet: "+31.204". */
export function offsetOf(page: Pick<TextPage, "origin">, time: string): string {
  if (page.origin === null || time === "") return "";
  return offsetText(secondsBetween(page.origin, time) * 1e9);
}

/** " (+31.204 is 08:49:29.066 UTC)": for who looks into a log. */
export const clockOf = (page: Pick<TextPage, "origin" | "chrome">, time: string): string =>
  page.origin === null || time === "" ? "" : page.chrome.clockOf(offsetOf(page, time), clockText(page.origin, time));

export const endpointText = (endpoint: { address: string; port: number }): string =>
  endpoint.address.includes(":") ? `[${endpoint.address}]:${endpoint.port}` : `${endpoint.address}:${endpoint.port}`;

export const peersText = (connection: ConnectionModel): string =>
  `${endpointText(connection.client)} → ${endpointText(connection.server)}`;

export interface Column {
  readonly head: string;
  readonly right?: boolean;
  /** May be cut when the line is too long: columns with 1 down to `NARROWEST` first, then those with 2 … */
  readonly givesWay?: number;
}

/** Spaces between columns. */
const GAP = 2;
/** No column is cut below this. */
const NARROWEST = 9;

/** Lines of a table no wider than `width`; heads first. Cells are escaped already. */
export function tableLines(columns: readonly Column[], rows: readonly (readonly string[])[], width: number): string[] {
  const widths = columns.map((column, c) =>
    Math.max(displayWidth(column.head), ...rows.map((row) => displayWidth(row[c] ?? ""))),
  );
  let excess = widths.reduce((sum, w) => sum + w, 0) + GAP * (columns.length - 1) - width;
  const yielding = columns.map((column, c) => ({ c, order: column.givesWay ?? 0 })).filter(({ order }) => order > 0);
  for (const { c } of yielding.sort((a, b) => a.order - b.order)) {
    const cut = Math.max(0, Math.min(excess, (widths[c] ?? 0) - NARROWEST));
    widths[c] = (widths[c] ?? 0) - cut;
    excess -= cut;
  }
  const line = (cells: readonly string[]): string =>
    columns
      .map((column, c) => {
        const cell = truncateToWidth(cells[c] ?? "", widths[c] ?? 0);
        return column.right ? padStartToWidth(cell, widths[c] ?? 0) : padToWidth(cell, widths[c] ?? 0);
      })
      .join(" ".repeat(GAP))
      .trimEnd();
  return [line(columns.map((column) => column.head)), ...rows.map(line)];
}
