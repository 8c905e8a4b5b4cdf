import * as limits from "../base/limits.ts";
import { byAnchor } from "./notes.ts";
import { type Anchor, type Fingerprint, type Note, noteTags, type Sidecar } from "./types.ts";

/** `newer`: written by a later wscap. Neither is ever overwritten. */
export type SidecarReading =
  | { readonly kind: "read"; readonly sidecar: Sidecar }
  | { readonly kind: "damaged" | "newer" };

/** The notes beside `trouble.pcapng` are in `trouble.pcapng.wscap.json`. */
export const sidecarName = (capture: string): string => `${capture}.wscap.json`;

/** Indented and sorted, one field a line: made to be read, diffed and merged by people. Ends with a line break. */
export function writeSidecar(capture: Fingerprint, notes: readonly Note[]): string {
  const sidecar: Sidecar = { schemaVersion: 1, capture, notes: [...notes].sort(byAnchor).map(ordered) };
  return `${JSON.stringify(sidecar, null, 2)}\n`;
}

/** Total: whatever the text is. A single note that cannot be read makes the whole a damaged one, so that none is lost. */
export function readSidecar(text: string): SidecarReading {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return { kind: "damaged" };
  }
  if (!isRecord(value) || typeof value["schemaVersion"] !== "number") return { kind: "damaged" };
  if (value["schemaVersion"] > 1) return { kind: "newer" };
  const capture = fingerprintOf(value["capture"]);
  const raw = value["notes"];
  if (capture === null || !Array.isArray(raw) || raw.length > limits.notesPerCapture) return { kind: "damaged" };
  const notes = raw.map(noteOf);
  if (notes.some((note) => note === null)) return { kind: "damaged" };
  const whole = notes.filter((note) => note !== null).sort(byAnchor);
  return { kind: "read", sidecar: { schemaVersion: 1, capture, notes: whole } };
}

/** Another capture has taken the name of the one that the notes are about. */
export const isStranded = (noted: Fingerprint, present: Fingerprint): boolean =>
  noted.firstPacketTime !== present.firstPacketTime;

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

function fingerprintOf(value: unknown): Fingerprint | null {
  if (!isRecord(value)) return null;
  const { name, bytes, firstPacketTime } = value;
  if (typeof name !== "string" || typeof bytes !== "number") return null;
  if (firstPacketTime !== null && typeof firstPacketTime !== "string") return null;
  return { name, bytes, firstPacketTime };
}

function noteOf(value: unknown): Note | null {
  if (!isRecord(value)) return null;
  const { id, text, author, createdAt, updatedAt, deleted } = value;
  const anchor = anchorOf(value["anchor"]);
  const tag = noteTags.find((known) => known === value["tag"]);
  if (anchor === null || tag === undefined || typeof deleted !== "boolean") return null;
  if (typeof id !== "string" || typeof text !== "string" || typeof author !== "string") return null;
  if (!isTime(createdAt) || !isTime(updatedAt)) return null;
  return { id, anchor, text, author, tag, createdAt, updatedAt, deleted };
}

const isTime = (value: unknown): value is string => typeof value === "string" && !Number.isNaN(Date.parse(value));

function anchorOf(value: unknown): Anchor | null {
  if (!isRecord(value)) return null;
  const { kind, packet, time, frame, client, server } = value;
  if (kind === "capture") return { kind };
  if (typeof packet !== "number" || !Number.isInteger(packet) || packet < 1 || !isTime(time)) return null;
  if (kind === "packet") return { kind, packet, time };
  if (kind === "frame" && typeof frame === "number" && Number.isInteger(frame) && frame >= 0)
    return { kind, packet, time, frame };
  if (kind === "connection" && typeof client === "string" && typeof server === "string")
    return { kind, packet, time, client, server };
  return null;
}

/** Fields always in the same order, whoever made the object. */
const ordered = ({ id, anchor, text, author, tag, createdAt, updatedAt, deleted }: Note): Note => ({
  id,
  anchor,
  text,
  author,
  tag,
  createdAt,
  updatedAt,
  deleted,
});
