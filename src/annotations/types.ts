/**
 * What a note is about. Packet numbers and times are those of the analysis that it was made in, or of its own capture
 * where that is read together with others; they are checked when notes are read.
 */
export type Anchor =
  | { readonly kind: "capture" }
  | ({ readonly kind: "connection"; readonly client: string; readonly server: string } & PacketAnchor)
  | ({ readonly kind: "packet" } & PacketAnchor)
  /** `frame`: 0-based among the WebSocket frames that end in this packet. */
  | ({ readonly kind: "frame"; readonly frame: number } & PacketAnchor);

export interface PacketAnchor {
  /** 1-based; of a connection its first packet. */
  readonly packet: number;
  /** RFC 3339 in UTC with nine fractional digits. */
  readonly time: string;
}

/** Colours to sort notes by; the word is shown where there is no colour. */
export const noteTags = ["none", "red", "yellow", "green", "blue"] as const;
export type NoteTag = (typeof noteTags)[number];

export interface Note {
  /** Random, so that two people never make the same one. */
  readonly id: string;
  readonly anchor: Anchor;
  /** May have several lines. Empty once `deleted`. */
  readonly text: string;
  readonly author: string;
  readonly tag: NoteTag;
  readonly createdAt: string;
  /** Decides between two versions of a note; RFC 3339 in UTC, so that text order is time order. */
  readonly updatedAt: string;
  /** Kept, so that a deletion wins over an older copy of the note elsewhere. */
  readonly deleted: boolean;
}

/** What the notes belong to: enough to see that another capture has taken its name. */
export interface Fingerprint {
  readonly name: string;
  readonly bytes: number;
  readonly firstPacketTime: string | null;
}

export interface Sidecar {
  readonly schemaVersion: 1;
  readonly capture: Fingerprint;
  readonly notes: readonly Note[];
}
