import type { TuiWords } from "../i18n/tui/words.ts";
import { mainViews, type State, type View } from "./state.ts";

export type ActionId = keyof TuiWords["actions"];
/** Why a key does nothing now; a word of i18n/tui-words.ts. */
export type Reason = keyof TuiWords["reasons"];

export interface Binding {
  readonly action: ActionId;
  /** As `InputEvent.name`; the first one is shown. */
  readonly keys: readonly string[];
  readonly views: readonly View[];
  readonly section: keyof TuiWords["sections"];
  /** Place in the footer, the lowest first; absent: only in the help. */
  readonly hint?: number;
  /** null: it works. */
  readonly refuses?: (state: State) => Reason | null;
}

const everywhere: readonly View[] = [...mainViews, "ladder", "detail"];
const main: readonly View[] = mainViews;
const list: readonly View[] = ["connections"];
const searched: readonly View[] = ["connections", "findings", "heartbeat", "statistics", "ladder"];
const ladder: readonly View[] = ["ladder"];
const inConnection: readonly View[] = ["ladder", "detail"];

const notLive = (state: State): Reason | null => (state.live ? null : "notLive");
/** What is frozen can be thawed also when nothing comes any more. */
const notFlowing = (state: State): Reason | null =>
  notLive(state) ?? (state.latest.state === "ended" && !state.frozen ? "ended" : null);
const notEnded = (state: State): Reason | null => (state.latest.state === "ended" ? "ended" : null);
const noRows = ({ view }: State): Reason | null => (view === "statistics" ? "noRows" : null);
const noDetail = ({ ladder }: State): Reason | null => {
  if (ladder.detail !== null) return null;
  return ladder.failure === null ? "stillReading" : "notRead";
};

/** Every key. The footer, the help and the list of keys in the README are drawn from here. */
export const keymap: readonly Binding[] = [
  { action: "up", keys: ["up", "k"], views: everywhere, section: "move" },
  { action: "down", keys: ["down", "j"], views: everywhere, section: "move" },
  { action: "pageUp", keys: ["page-up", "ctrl-b"], views: everywhere, section: "move" },
  { action: "pageDown", keys: ["page-down", "ctrl-f"], views: everywhere, section: "move" },
  { action: "top", keys: ["home", "g"], views: everywhere, section: "move" },
  { action: "bottom", keys: ["end", "G"], views: everywhere, section: "move" },
  {
    action: "open",
    keys: ["enter", "l", "right"],
    views: ["connections", "heartbeat", "findings"],
    section: "move",
    hint: 1,
  },
  { action: "detail", keys: ["enter", "l", "right"], views: ladder, section: "move", hint: 1, refuses: noDetail },
  { action: "back", keys: ["escape", "h", "left"], views: everywhere, section: "move", hint: 4 },
  { action: "nextView", keys: ["tab"], views: main, section: "views", hint: 7 },
  { action: "previousView", keys: ["shift-tab"], views: main, section: "views" },
  { action: "connections", keys: ["1"], views: everywhere, section: "views" },
  { action: "findings", keys: ["2"], views: everywhere, section: "views" },
  { action: "heartbeat", keys: ["3"], views: everywhere, section: "views" },
  { action: "statistics", keys: ["4"], views: everywhere, section: "views" },
  { action: "search", keys: ["/"], views: searched, section: "find", hint: 5, refuses: noRows },
  { action: "nextMatch", keys: ["n"], views: searched, section: "find", refuses: noRows },
  { action: "previousMatch", keys: ["N"], views: searched, section: "find", refuses: noRows },
  { action: "packet", keys: [":", "ctrl-g"], views: everywhere, section: "find", hint: 9 },
  { action: "filter", keys: ["F", "\\"], views: list, section: "find", hint: 5 },
  { action: "sort", keys: ["o"], views: list, section: "find" },
  { action: "reverse", keys: ["O"], views: list, section: "find" },
  { action: "group", keys: ["b"], views: list, section: "find" },
  { action: "columns", keys: ["c"], views: list, section: "find" },
  { action: "mark", keys: ["space"], views: list, section: "find" },
  { action: "unmarkAll", keys: ["U"], views: list, section: "find" },
  { action: "explain", keys: ["e"], views: ["connections", "findings"], section: "read", hint: 2 },
  { action: "level", keys: ["v"], views: ladder, section: "read", hint: 2 },
  { action: "nextEvidence", keys: ["]"], views: inConnection, section: "read", hint: 3, refuses: noDetail },
  { action: "previousEvidence", keys: ["["], views: inConnection, section: "read", refuses: noDetail },
  { action: "nextConnection", keys: [">"], views: ladder, section: "read", hint: 9 },
  { action: "previousConnection", keys: ["<"], views: ladder, section: "read" },
  { action: "pick", keys: ["space"], views: ladder, section: "read", refuses: noDetail },
  {
    action: "compare",
    keys: ["="],
    views: inConnection,
    section: "read",
    refuses: ({ ladder }) => (ladder.picked === null ? "nothingPicked" : null),
  },
  { action: "nextTab", keys: ["tab", "l", "right"], views: ["detail"], section: "read", hint: 1 },
  { action: "previousTab", keys: ["shift-tab"], views: ["detail"], section: "read" },
  { action: "nextRow", keys: ["J", "shift-down"], views: ["detail"], section: "read", hint: 2 },
  { action: "previousRow", keys: ["K", "shift-up"], views: ["detail"], section: "read" },
  { action: "note", keys: ["a"], views: ["connections", "ladder", "detail"], section: "notes", hint: 5 },
  { action: "deleteNote", keys: ["D"], views: ["connections", "ladder", "detail"], section: "notes" },
  {
    action: "undo",
    keys: ["u"],
    views: ["connections", "ladder", "detail"],
    section: "notes",
    refuses: (state) => (state.noteHistory.length === 0 ? "nothingToUndo" : null),
  },
  { action: "save", keys: ["s"], views: everywhere, section: "capture", hint: 8 },
  { action: "freeze", keys: ["f"], views: everywhere, section: "capture", hint: 6, refuses: notFlowing },
  { action: "follow", keys: ["w"], views: list, section: "capture", refuses: notLive },
  { action: "stop", keys: ["x"], views: everywhere, section: "capture", hint: 8, refuses: notEnded },
  { action: "redraw", keys: ["ctrl-l"], views: everywhere, section: "capture" },
  { action: "suspend", keys: ["ctrl-z"], views: everywhere, section: "capture" },
  { action: "interrupt", keys: ["ctrl-c"], views: everywhere, section: "capture" },
  { action: "help", keys: ["?", "f1"], views: everywhere, section: "capture", hint: 9 },
  { action: "quit", keys: ["q"], views: everywhere, section: "capture", hint: 10 },
];

/** Sections of the help, in their order. */
export const sections = ["move", "views", "find", "read", "notes", "capture"] as const;

export const bindingFor = (name: string, view: View): Binding | undefined =>
  keymap.find(({ keys, views }) => keys.includes(name) && views.includes(view));

const SHOWN: Readonly<Record<string, string>> = {
  up: "↑",
  down: "↓",
  left: "←",
  right: "→",
  enter: "Enter",
  escape: "Esc",
  space: "Space",
  tab: "Tab",
  "shift-tab": "Shift-Tab",
  "page-up": "PgUp",
  "page-down": "PgDn",
  home: "Home",
  end: "End",
  f1: "F1",
  "shift-up": "Shift-↑",
  "shift-down": "Shift-↓",
};

/** As it stands on the key: "Enter", "Ctrl-C". */
export const keyName = (name: string): string =>
  SHOWN[name] ?? name.replace(/^ctrl-(.)$/, (_, letter: string) => `Ctrl-${letter.toUpperCase()}`);
