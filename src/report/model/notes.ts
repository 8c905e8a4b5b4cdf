import type { Note } from "../../annotations/types.ts";
import type { Analysis, ConnectionFacts } from "../../store/types.ts";
import type { Redactor } from "../redact.ts";
import type { AnnotationModel } from "./schema.ts";

/** A note and where it came from. */
export interface PlacedNote {
  readonly note: Note;
  readonly source: "sidecar" | "capture";
  /** Its packet is not in the capture, or is another one. */
  readonly stranded: boolean;
}

/** Whether a note still fits: `times` has the packets that notes name, as they are in the capture. */
export function isStranded(note: Note, analysis: Analysis, times: ReadonlyMap<number, string>): boolean {
  const { anchor } = note;
  if (anchor.kind === "capture") return false;
  if (times.get(anchor.packet) !== anchor.time) return true;
  return anchor.kind === "connection" && connectionOf(anchor.packet, analysis) === null;
}

/** The connection that begins with a packet; null: none does. */
const connectionOf = (packet: number, { connections }: Analysis): ConnectionFacts | null =>
  connections.find((connection) => connection.first.packet === packet) ?? null;

export function annotationModel(
  { note, source, stranded }: PlacedNote,
  analysis: Analysis,
  redactor: Redactor,
): AnnotationModel {
  const { anchor } = note;
  const isConnection = anchor.kind === "connection" && !stranded;
  return {
    id: note.id,
    kind: anchor.kind,
    packet: anchor.kind === "capture" ? null : anchor.packet,
    time: anchor.kind === "capture" ? null : anchor.time,
    frame: anchor.kind === "frame" ? anchor.frame : null,
    connection: isConnection ? (connectionOf(anchor.packet, analysis)?.id ?? null) : null,
    text: redactor.text(note.text),
    author: redactor.text(note.author),
    tag: note.tag,
    createdAt: note.createdAt,
    source,
    stranded,
  };
}
