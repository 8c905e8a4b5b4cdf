import { pastedText } from "./pasted-text.ts";

/** What a person did. Names of keys: "a", "A", "space", "enter", "up", "ctrl-c", "alt-x", "f1", "shift-tab". */
export type InputEvent =
  | { readonly kind: "key"; readonly name: string; readonly bytes: string }
  | { readonly kind: "wheel"; readonly steps: 1 | -1; readonly row: number; readonly column: number }
  | { readonly kind: "click"; readonly row: number; readonly column: number }
  | { readonly kind: "paste"; readonly text: string }
  /** What the terminal answered to OSC 11: its background colour. */
  | { readonly kind: "background"; readonly answer: string };

const PASTE_BEGIN = "\u001b[200~";
const PASTE_END = "\u001b[201~";
/** Nothing that a terminal sends is longer; a paste is bounded by what a note may hold. */
const LONGEST_PASTE = 1 << 20;

const FINAL: Readonly<Record<string, string>> = {
  A: "up",
  B: "down",
  C: "right",
  D: "left",
  H: "home",
  F: "end",
  Z: "shift-tab",
  P: "f1",
  Q: "f2",
  R: "f3",
  S: "f4",
};
const TILDE: Readonly<Record<string, string>> = {
  1: "home",
  2: "insert",
  3: "delete",
  4: "end",
  5: "page-up",
  6: "page-down",
  7: "home",
  8: "end",
  15: "f5",
};
const CONTROL: Readonly<Record<string, string>> = {
  "\r": "enter",
  "\n": "enter",
  "\t": "tab",
  "\u007f": "backspace",
  "\b": "backspace",
  " ": "space",
};

/** Bytes from a terminal → events. A sequence may come in pieces; a lone Esc is told by `flush`, once nothing followed. */
export class InputReader {
  private pending = "";

  get waits(): boolean {
    return this.pending !== "";
  }

  push(text: string): InputEvent[] {
    this.pending += text;
    return this.take(false);
  }

  /** Nothing has followed for a while: what is there is all. */
  flush(): InputEvent[] {
    return this.take(true);
  }

  private take(atEnd: boolean): InputEvent[] {
    const events: InputEvent[] = [];
    while (this.pending !== "") {
      const step = readOne(this.pending, atEnd);
      if (step === null) break;
      this.pending = this.pending.slice(step.length);
      if (step.event !== null) events.push(step.event);
    }
    return events;
  }
}

interface Step {
  readonly length: number;
  readonly event: InputEvent | null;
}

const key = (name: string, bytes: string): Step => ({ length: bytes.length, event: { kind: "key", name, bytes } });

/** null: more is needed. */
function readOne(text: string, atEnd: boolean): Step | null {
  if (text[0] !== "\u001b") return readCharacter(text);
  if (text.startsWith(PASTE_BEGIN)) return readPaste(text);
  if (text.startsWith("\u001b]")) return readAnswer(text, atEnd);
  const mouse = /^\u001b\[<(\d+);(\d+);(\d+)([Mm])/.exec(text);
  if (mouse !== null) return readMouse(mouse);
  const sequence = /^\u001b(?:\[|O)([\d;<=>?]*)([A-Za-z~])/.exec(text);
  if (sequence !== null) return readSequence(sequence);
  if (/^\u001b(\[[\d;<=>?]*|O)?$/.test(text) && !atEnd) return null;
  const next = text[1];
  if (next === undefined || next === "\u001b" || next === "[") return key("escape", "\u001b");
  const inner = readCharacter(text.slice(1));
  const name = inner.event?.kind === "key" ? inner.event.name : "";
  return key(`alt-${name}`, text.slice(0, 1 + inner.length));
}

function readCharacter(text: string): Step {
  const character = String.fromCodePoint(text.codePointAt(0) ?? 0);
  const named = CONTROL[character];
  if (named !== undefined) return key(named, character);
  const code = character.charCodeAt(0);
  if (code < 32) return key(`ctrl-${String.fromCharCode(code + 96)}`, character);
  return key(character, character);
}

function readSequence([bytes, parameters = "", final = ""]: RegExpExecArray): Step {
  const [first = "", modifier = ""] = parameters.split(";");
  const name = final === "~" ? TILDE[first] : FINAL[final];
  if (name === undefined) return { length: bytes.length, event: null };
  const bits = Number(modifier || 1) - 1;
  const prefix = `${bits & 4 ? "ctrl-" : ""}${bits & 2 ? "alt-" : ""}${bits & 1 ? "shift-" : ""}`;
  return key(prefix + name, bytes);
}

/** SGR mouse reports (xterm, mode 1006): 64 and 65 are the wheel, 0 the left button. */
function readMouse([bytes, button = "", column = "", row = "", final = ""]: RegExpExecArray): Step {
  const at = { row: Number(row) - 1, column: Number(column) - 1 };
  const code = Number(button) & ~(4 | 8 | 16);
  if (code === 64 || code === 65)
    return { length: bytes.length, event: { kind: "wheel", steps: code === 64 ? -1 : 1, ...at } };
  return { length: bytes.length, event: code === 0 && final === "M" ? { kind: "click", ...at } : null };
}

function readPaste(text: string): Step | null {
  const end = text.indexOf(PASTE_END);
  if (end < 0 && text.length < LONGEST_PASTE) return null;
  const stop = end < 0 ? text.length : end;
  return {
    length: end < 0 ? stop : end + PASTE_END.length,
    event: { kind: "paste", text: pastedText(text.slice(PASTE_BEGIN.length, stop)) },
  };
}

function readAnswer(text: string, atEnd: boolean): Step | null {
  const answer = /^\u001b\](\d+);([^\u0007\u001b]*)(?:\u0007|\u001b\\)/.exec(text);
  if (answer === null) return atEnd || text.length > 256 ? { length: 2, event: null } : null;
  const event: InputEvent | null = answer[1] === "11" ? { kind: "background", answer: answer[2] ?? "" } : null;
  return { length: answer[0].length, event };
}
