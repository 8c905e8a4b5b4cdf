import type { Anchor, Note } from "../annotations/types.ts";
import type { ConnectionDetail, Progress } from "../session/detail-types.ts";
import type { Snapshot } from "../session/types.ts";
import type { ColumnId } from "./rows/columns.ts";
import type { ListQuery } from "./rows/list-items.ts";

export const mainViews = ["connections", "findings", "heartbeat", "statistics"] as const;
export type View = (typeof mainViews)[number] | "ladder" | "detail";

/** How much of a connection the ladder shows. */
export const levels = ["session", "frames", "packets"] as const;
export type Level = (typeof levels)[number];

export interface Scroll {
  readonly cursor: number;
  readonly top: number;
}

export interface LadderState {
  readonly ids: readonly number[];
  /** Of them the one that was asked for; null: several were, or none yet. */
  readonly chosen: number | null;
  /** Where the next and the previous connection come from: those that one finding is about; null: the list. */
  readonly among: readonly number[] | null;
  /** null: still being read, or it failed. */
  readonly detail: ConnectionDetail | null;
  readonly progress: Progress | null;
  readonly failure: string | null;
  readonly level: Level;
  /** Indexes of the items that the ladder draws (see ladder-items.ts). */
  readonly scroll: Scroll;
  /** Row to be compared with. */
  readonly picked: number | null;
  /** Where to go once it is read. */
  readonly wantedPacket: number | null;
}

export interface DetailState {
  readonly tab: number;
  readonly top: number;
  /** Rows compared with each other; null: one row is shown. */
  readonly compared: readonly [number, number] | null;
}

/** A box with a question: drawn and answered by a component of its own. */
export type Dialog =
  | { readonly kind: "help" }
  | { readonly kind: "search" | "filter" | "packet"; readonly value: string }
  | { readonly kind: "note"; readonly anchor: Anchor; readonly title: string; readonly note: Note | null }
  | { readonly kind: "columns" }
  | { readonly kind: "save" }
  | { readonly kind: "overwrite"; readonly format: string; readonly path: string }
  | { readonly kind: "quit"; readonly loses: "capture" | "notes" };

export interface Message {
  readonly text: string;
  readonly tone: "good" | "error" | "plain";
}

export interface State {
  readonly size: { readonly rows: number; readonly columns: number };
  readonly view: View;
  /** Where Esc leads back to, the last first. */
  readonly trail: readonly View[];
  /** What the views draw; behind `latest` while frozen. */
  readonly shown: Snapshot;
  readonly latest: Snapshot;
  readonly frozen: boolean;
  readonly live: boolean;
  /** What is captured, as a filter says it. */
  readonly listening: string;
  /** Why a live capture ended that nobody has ended. */
  readonly whyEnded: string | null;
  readonly progress: Progress | null;
  /** Live, counted anew from `since` on. */
  readonly rate: {
    readonly packetsPerSecond: number;
    readonly since: { readonly clockNs: number; readonly packets: number };
  };
  /** Quitting loses what was captured: it asks first. */
  readonly unsaved: boolean;
  /** The notes could not be written: quitting loses them, and asks first. */
  readonly unkept: boolean;
  /** Newest connection stays in view. */
  readonly follow: boolean;
  readonly list: ListQuery & {
    /** Id of the connection that the cursor is on; -1: the first. */
    readonly cursor: number;
    readonly top: number;
    readonly search: string;
    readonly hidden: ReadonlySet<ColumnId>;
  };
  readonly findings: Scroll & { readonly explained: boolean; readonly pageTop: number };
  readonly heartbeat: Scroll;
  readonly statistics: { readonly top: number };
  readonly ladder: LadderState;
  readonly detail: DetailState;
  readonly dialog: Dialog | null;
  readonly message: Message | null;
  /** What is being done and takes a while. */
  readonly busy: string | null;
  /** Earlier notes, for undo. */
  readonly noteHistory: readonly (readonly Note[])[];
  /** Somebody has pressed a key: the first hint has been read. */
  readonly greeted: boolean;
  /** Changes when something was read that is not part of the state (a body). */
  readonly redraws: number;
}

export function initialState(
  snapshot: Snapshot,
  size: State["size"],
  options: {
    readonly live: boolean;
    readonly unsaved: boolean;
    readonly notes: readonly Note[];
    readonly listening?: string;
  },
): State {
  return {
    size,
    view: "connections",
    trail: [],
    shown: snapshot,
    latest: snapshot,
    frozen: false,
    live: options.live,
    listening: options.listening ?? "",
    whyEnded: null,
    progress: null,
    rate: { packetsPerSecond: 0, since: { clockNs: 0, packets: 0 } },
    unsaved: options.unsaved,
    unkept: false,
    follow: options.live,
    list: {
      filter: "",
      sort: options.live ? "id" : "trouble",
      descending: false,
      grouping: "none",
      marked: new Set(),
      notes: options.notes,
      payloads: {},
      cursor: -1,
      top: 0,
      search: "",
      hidden: new Set(),
    },
    findings: { cursor: 0, top: 0, explained: false, pageTop: 0 },
    heartbeat: { cursor: 0, top: 0 },
    statistics: { top: 0 },
    ladder: {
      ids: [],
      chosen: null,
      among: null,
      detail: null,
      progress: null,
      failure: null,
      level: "frames",
      scroll: { cursor: 0, top: 0 },
      picked: null,
      wantedPacket: null,
    },
    detail: { tab: 0, top: 0, compared: null },
    dialog: null,
    message: null,
    busy: null,
    noteHistory: [],
    greeted: false,
    redraws: 0,
  };
}

/** What the state asks the world to do. */
export type Effect =
  | { readonly kind: "quit" | "suspend" | "stop" | "redraw" }
  | { readonly kind: "open-detail"; readonly ids: readonly number[] }
  | { readonly kind: "cancel-detail" }
  | { readonly kind: "read-blob"; readonly of: "body" | "packet"; readonly blob: number }
  | { readonly kind: "find-packet"; readonly packet: number }
  | { readonly kind: "search-payloads"; readonly texts: readonly string[] }
  | { readonly kind: "search-ladder"; readonly text: string; readonly step: 1 | -1; readonly includeHere: boolean }
  | { readonly kind: "notes" }
  | { readonly kind: "save"; readonly format: string; readonly path: string; readonly overwrite: boolean };

export type Step = readonly [State, ...Effect[]];
