import type { Anchor, Note, NoteTag } from "./types.ts";

const PLACE: Readonly<Record<Anchor["kind"], number>> = { capture: 0, connection: 1, packet: 2, frame: 3 };

/** Notes in the order of what they are about, then of their making: the order of the sidecar, so that it diffs well. */
export function byAnchor(a: Note, b: Note): number {
  return (
    packetOf(a.anchor) - packetOf(b.anchor) ||
    PLACE[a.anchor.kind] - PLACE[b.anchor.kind] ||
    frameOf(a.anchor) - frameOf(b.anchor) ||
    compare(a.createdAt, b.createdAt) ||
    compare(a.id, b.id)
  );
}

const packetOf = (anchor: Anchor): number => (anchor.kind === "capture" ? 0 : anchor.packet);
const frameOf = (anchor: Anchor): number => (anchor.kind === "frame" ? anchor.frame : -1);
const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/** Equal for anchors that mean the same thing. */
export function anchorKey(anchor: Anchor): string {
  if (anchor.kind === "capture") return "capture";
  return anchor.kind === "frame" ? `frame ${anchor.packet} ${anchor.frame}` : `${anchor.kind} ${anchor.packet}`;
}

/**
 * Both sets of notes as one, sorted: of two versions of a note the one changed last, at the same moment the one that
 * both sides choose alike. Commutative, so that it does not matter who wrote first.
 */
export function mergeNotes(ours: readonly Note[], theirs: readonly Note[]): Note[] {
  const merged = new Map<string, Note>();
  for (const note of [...theirs, ...ours]) {
    const known = merged.get(note.id);
    if (known === undefined || isNewer(note, known)) merged.set(note.id, note);
  }
  return [...merged.values()].sort(byAnchor);
}

function isNewer(note: Note, known: Note): boolean {
  if (note.updatedAt !== known.updatedAt) return note.updatedAt > known.updatedAt;
  if (note.deleted !== known.deleted) return note.deleted;
  return note.text > known.text;
}

export interface NoteDraft {
  readonly id: string;
  readonly anchor: Anchor;
  readonly text: string;
  readonly author: string;
  readonly tag: NoteTag;
}

export const newNote = (draft: NoteDraft, now: string): Note => ({
  ...draft,
  createdAt: now,
  updatedAt: now,
  deleted: false,
});

/** A later version. `now` before the last change (clocks differ) still makes it later. */
export function changed(note: Note, change: { text?: string; tag?: NoteTag; deleted?: boolean }, now: string): Note {
  const updatedAt = now > note.updatedAt ? now : later(note.updatedAt);
  const next = { ...note, ...change, updatedAt };
  return next.deleted ? { ...next, text: "" } : next;
}

const later = (time: string): string => new Date(Date.parse(time) + 1).toISOString();

export const living = (notes: readonly Note[]): Note[] => notes.filter((note) => !note.deleted);
