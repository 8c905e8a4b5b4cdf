import { anchorKey, changed, living, newNote } from "../annotations/notes.ts";
import type { Anchor, Note, NoteTag } from "../annotations/types.ts";
import { ROW } from "../session/detail-types.ts";
import type { Context } from "./context.ts";
import { currentList, cursorIndex } from "./reduce-cursor.ts";
import { cursorRow } from "./reduce-ladder.ts";
import { clockAt } from "./rows/clock.ts";
import { addressText } from "./rows/connection-row.ts";
import type { State, Step } from "./state.ts";

/** What a note would be about now: where the cursor is. */
function anchorHere(state: State, context: Context): { anchor: Anchor; title: string } | null {
  const { words } = context;
  const time = (of: number, timestampNs: number): string => clockAt(state.shown, { packet: of, timestampNs });
  if (state.view === "connections") {
    const item = currentList(state, context).items[cursorIndex(state, context)];
    if (item?.kind !== "row") return null;
    const { first, client, server, id } = item.row.facts;
    const anchor: Anchor = {
      kind: "connection",
      packet: first.packet,
      time: time(first.packet, first.timestampNs),
      client: addressText(client),
      server: addressText(server),
    };
    return { anchor, title: words.noteOn.connection(id) };
  }
  const { detail } = state.ladder;
  const at = cursorRow(state);
  if (detail === null || at < 0) return null;
  const { packet, timeNs, kind } = detail.row(at);
  if (kind !== ROW.frame)
    return { anchor: { kind: "packet", packet, time: time(packet, timeNs) }, title: words.noteOn.packet(packet) };
  let frame = 0;
  for (let before = at - 1; before >= 0 && detail.packetOf(before) === packet; before--) {
    if (detail.kindOf(before) === ROW.frame) frame++;
  }
  return { anchor: { kind: "frame", packet, time: time(packet, timeNs), frame }, title: words.noteOn.frame(packet) };
}

const noteAt = (state: State, anchor: Anchor): Note | null =>
  living(state.list.notes).find((note) => anchorKey(note.anchor) === anchorKey(anchor)) ?? null;

export function noteDialog(state: State, context: Context): State {
  const here = anchorHere(state, context);
  if (here === null) return state;
  return { ...state, dialog: { kind: "note", ...here, note: noteAt(state, here.anchor) } };
}

/** `stamp`: who and when, from outside. */
export interface Stamp {
  readonly id: string;
  readonly author: string;
  readonly now: string;
}

/** An empty text takes the note away. */
export function keepNote(state: State, anchor: Anchor, text: string, tag: NoteTag, stamp: Stamp): Step {
  const before = noteAt(state, anchor);
  if (text.trim() === "" && before === null) return [state];
  const after =
    before === null
      ? newNote({ id: stamp.id, anchor, text, author: stamp.author, tag }, stamp.now)
      : changed(before, text.trim() === "" ? { deleted: true } : { text, tag }, stamp.now);
  return withNotes(state, [...state.list.notes.filter(({ id }) => id !== after.id), after]);
}

export function deleteNote(state: State, context: Context): Step {
  const here = anchorHere(state, context);
  const note = here === null ? null : noteAt(state, here.anchor);
  if (note === null) return [{ ...state, message: { text: context.words.noNoteHere, tone: "plain" } }];
  const gone = changed(note, { deleted: true }, note.updatedAt);
  const [next, ...effects] = withNotes(state, [...state.list.notes.filter(({ id }) => id !== note.id), gone]);
  return [{ ...next, message: { text: context.words.noteDeleted, tone: "plain" } }, ...effects];
}

/** The notes as they were before the last change, each as a new version: other writers must see it as one. */
export function undoNote(state: State, context: Context): Step {
  const [before, ...noteHistory] = state.noteHistory;
  if (before === undefined) return [state];
  const earlier = new Map(before.map((note) => [note.id, note]));
  const notes = state.list.notes.map((note) => {
    const old = earlier.get(note.id);
    if (old === note) return note;
    if (old === undefined) return changed(note, { deleted: true }, note.updatedAt);
    return changed({ ...note, text: old.text }, { tag: old.tag, deleted: old.deleted }, note.updatedAt);
  });
  const message = { text: context.words.undone, tone: "plain" } as const;
  return [{ ...state, list: { ...state.list, notes }, noteHistory, message }, { kind: "notes" }];
}

const withNotes = (state: State, notes: readonly Note[]): Step => [
  {
    ...state,
    list: { ...state.list, notes },
    noteHistory: [state.list.notes, ...state.noteHistory].slice(0, UNDO_STEPS),
  },
  { kind: "notes" },
];

const UNDO_STEPS = 100;
