import type { Finding, Severity } from "../../rules/types.ts";
import type { ConnectionDetail } from "../../session/detail-types.ts";
import type { Level } from "../state.ts";

/** Silence longer than this is drawn. */
const GAP_NS = 2e9;

/** Items of a ladder: the index of a row, or -(index + 1) for the silence before that row. */
export type LadderItems = Int32Array;

const made = new WeakMap<ConnectionDetail, Map<Level, LadderItems>>();

/** What is drawn at a level; made once. `evidence` rows are drawn at every level. */
export function ladderItems(detail: ConnectionDetail, level: Level, findings: readonly Finding[]): LadderItems {
  const known = made.get(detail)?.get(level);
  if (known !== undefined) return known;
  const items = makeItems(detail, level, evidenceOf(detail, findings));
  const levels = made.get(detail) ?? new Map<Level, LadderItems>();
  levels.set(level, items);
  made.set(detail, levels);
  return items;
}

function makeItems(detail: ConnectionDetail, level: Level, evidence: ReadonlyMap<number, unknown>): LadderItems {
  const items = new Int32Array(detail.length * 2);
  let length = 0;
  let lastNs = detail.length === 0 ? 0 : detail.timeOf(0);
  for (let row = 0; row < detail.length; row++) {
    const shown =
      level === "packets" ||
      detail.isTurn(row) ||
      (level === "frames" && !detail.isPlain(row)) ||
      (evidence.has(detail.packetOf(row)) && isLastOfPacket(detail, row));
    if (!shown) continue;
    const now = detail.timeOf(row);
    if (now - lastNs >= GAP_NS) items[length++] = -(row + 1);
    lastNs = now;
    items[length++] = row;
  }
  return items.slice(0, length);
}

/** A packet is evidence through what it carries, when it carries something. */
const isLastOfPacket = (detail: ConnectionDetail, row: number): boolean =>
  row + 1 >= detail.length || detail.packetOf(row + 1) !== detail.packetOf(row);

export interface EvidenceMark {
  readonly severity: Severity;
  readonly finding: Finding;
  /** Index in the finding's evidence. */
  readonly index: number;
}

const marks = new WeakMap<ConnectionDetail, { findings: readonly Finding[]; byPacket: Map<number, EvidenceMark> }>();

/** Packets that findings about these connections name; of several findings the worst. */
export function evidenceOf(detail: ConnectionDetail, findings: readonly Finding[]): ReadonlyMap<number, EvidenceMark> {
  const known = marks.get(detail);
  if (known !== undefined && known.findings === findings) return known.byPacket;
  const ids = new Set<number>(detail.legs.map(({ id }) => id));
  const byPacket = new Map<number, EvidenceMark>();
  for (const finding of findings) {
    const about = finding.connectionId === null ? [] : [finding.connectionId, ...finding.alsoConnections];
    if (!about.some((id) => ids.has(id))) continue;
    for (const [index, { packet }] of finding.evidence.entries()) {
      if (!byPacket.has(packet)) byPacket.set(packet, { severity: finding.severity, finding, index });
    }
  }
  marks.set(detail, { findings, byPacket });
  return byPacket;
}

/** The item nearest to a packet. */
export function itemOfPacket(detail: ConnectionDetail, items: LadderItems, packet: number): number {
  let best = items.length - 1;
  for (let item = 0; item < items.length; item++) {
    const row = items[item] ?? 0;
    if (row >= 0 && detail.packetOf(row) >= packet) {
      best = item;
      break;
    }
  }
  // Of one packet the row that says most is the last: a frame rather than the segment that carried it.
  for (let next = best + 1; next < items.length; next++) {
    const row = items[next] ?? 0;
    if (row < 0 || detail.packetOf(row) !== packet) break;
    best = next;
  }
  return best;
}

/** Row of an item; a silence belongs to the row after it. */
export const rowOfItem = (items: LadderItems, item: number): number => {
  const value = items[item] ?? 0;
  return value < 0 ? -value - 1 : value;
};
