import { type Anchor, type Note, noteTags } from "./types.ts";

/**
 * Notes and findings as pcapng comments (draft-ietf-opsawg-pcapng §3.5): text that a person reads in Wireshark, and that
 * wscap finds again. A finding begins with its rule in brackets; a note ends with a line that says whose it is.
 */
const FINDING = /^\[([a-z\d]+(?:[.-][a-z\d]+)+)\] /;
const NOTE_END =
  /\n?\[wscap note ([\w-]+) (capture|connection|packet|frame(?: \d+)?) ([a-z]+) (\S+) (\S+)(?: by ([^\]\n]*))?\]$/;

export function noteComment(note: Note): string {
  const about = note.anchor.kind === "frame" ? `frame ${note.anchor.frame}` : note.anchor.kind;
  const author = note.author.replaceAll(/[\]\n\r]/g, " ").trim();
  const by = author === "" ? "" : ` by ${author}`;
  return `${note.text}\n[wscap note ${note.id} ${about} ${note.tag} ${note.createdAt} ${note.updatedAt}${by}]`;
}

export const findingComment = (rule: string, title: string, detail: string): string =>
  `[${rule}] ${title}${detail === "" ? "" : `\n${detail}`}`;

/** Made by wscap, so to be made anew rather than kept as a person's words. */
export const isFindingComment = (comment: string): boolean => FINDING.test(comment);
export const isStoryComment = (comment: string): boolean => comment.startsWith(STORY);
export const STORY = "[wscap] ";

export interface CommentPlace {
  /** 0: the section or an interface. */
  readonly packet: number;
  /** RFC 3339 of the packet; "" with packet 0. */
  readonly time: string;
  /** The connection that the packet belongs to, where it is the first one of it. */
  readonly connection: { readonly client: string; readonly server: string } | null;
}

/** null: a finding or a story of wscap. `foreign`: written by another program or person. */
export function readComment(
  comment: string,
  place: CommentPlace,
  index: number,
): { readonly note: Note; readonly foreign: boolean } | null {
  if (isFindingComment(comment) || isStoryComment(comment)) return null;
  const own = NOTE_END.exec(comment);
  const [, id = "", about = "", tagWord = "", createdAt = "", updatedAt = "", author = ""] = own ?? [];
  const tag = noteTags.find((known) => known === tagWord) ?? "none";
  if (own === null || Number.isNaN(Date.parse(createdAt)) || Number.isNaN(Date.parse(updatedAt))) {
    const when = place.time === "" ? EPOCH : place.time;
    const note: Note = {
      id: `comment-${place.packet}-${index}`,
      anchor: anchorFor("packet", place),
      text: comment,
      author: "",
      tag: "none",
      createdAt: when,
      updatedAt: when,
      deleted: false,
    };
    return { note, foreign: true };
  }
  const text = comment.slice(0, own.index);
  const note: Note = { id, anchor: anchorFor(about, place), text, author, tag, createdAt, updatedAt, deleted: false };
  return { note, foreign: false };
}

const EPOCH = "1970-01-01T00:00:00.000000000Z";

function anchorFor(about: string, { packet, time, connection }: CommentPlace): Anchor {
  if (about === "capture" || packet === 0) return { kind: "capture" };
  if (about === "connection" && connection !== null) return { kind: "connection", packet, time, ...connection };
  const frame = /^frame (\d+)$/.exec(about)?.[1];
  return frame === undefined ? { kind: "packet", packet, time } : { kind: "frame", packet, time, frame: Number(frame) };
}
