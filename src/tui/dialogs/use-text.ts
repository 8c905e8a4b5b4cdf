import { type Key, useInput } from "ink";
import {
  type EditedText,
  editedText,
  inserted,
  movedBy,
  movedLine,
  removedBefore,
  shownText,
  textOf,
} from "./edited-text.ts";
import { useHeld } from "./use-held.ts";

interface TextOptions {
  readonly initial: string;
  readonly width: number;
  readonly multiline: boolean;
  /** Keys of the dialog itself; true: taken. */
  readonly onKey: (input: string, key: Key, text: string) => boolean;
  readonly onChange?: (text: string) => void;
}

/** Text that is being written, and what the keys do to it. */
export function useText({ initial, width, multiline, onKey, onChange }: TextOptions) {
  const [now, set] = useHeld<EditedText>(() => editedText(initial));
  const change = (next: EditedText): void => {
    const isOther = next.characters !== now().characters;
    set(next);
    if (isOther) onChange?.(textOf(next));
  };
  useInput((input, key) => {
    const text = now();
    if (onKey(input, key, textOf(text))) return;
    if (key.backspace || key.delete) change(removedBefore(text));
    else if (key.leftArrow) change(movedBy(text, -1));
    else if (key.rightArrow) change(movedBy(text, 1));
    else if (key.home || (key.ctrl && input === "a")) change({ ...text, at: 0 });
    else if (key.end || (key.ctrl && input === "e")) change(movedBy(text, text.characters.length));
    else if (key.ctrl && input === "u") change(editedText(""));
    else if (multiline && key.upArrow) change(movedLine(text, -1, width));
    else if (multiline && key.downArrow) change(movedLine(text, 1, width));
    else if (multiline && key.return) change(inserted(text, "\n"));
    else if (input !== "" && !key.ctrl && !key.meta) change(inserted(text, printable(input, multiline)));
  });
  const text = now();
  return { text: textOf(text), shown: shownText(text, width), replace: (next: string) => set(editedText(next)) };
}

/** What was pasted may hold anything: controls other than line ends are left out. */
const printable = (input: string, multiline: boolean): string =>
  input.replace(/\r\n?/g, "\n").replace(multiline ? /[^\P{Cc}\n]/gu : /\p{Cc}/gu, multiline ? "" : " ");
