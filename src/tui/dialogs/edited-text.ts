import { displayWidth } from "../../base/display-width.ts";

/** Text being written: what a person sees as characters (an accented letter, a Chinese one, an emoji), and a place among them. */
export interface EditedText {
  readonly characters: readonly string[];
  readonly at: number;
}

const segmenter = new Intl.Segmenter();
const charactersOf = (text: string): string[] => Array.from(segmenter.segment(text), ({ segment }) => segment);

/** Controls and what turns the direction of text, other than line ends: none of it may reach a terminal. */
const UNSAFE = /[^\P{Cc}\n]|[\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu;

export const editedText = (text: string): EditedText => {
  const characters = charactersOf(text.replace(UNSAFE, ""));
  return { characters, at: characters.length };
};
export const textOf = ({ characters }: EditedText): string => characters.join("");

/** Joined anew around the place: what an input method sends in pieces becomes one character. */
export function inserted({ characters, at }: EditedText, text: string): EditedText {
  const before = charactersOf(characters.slice(0, at).join("") + text);
  return { characters: [...before, ...characters.slice(at)], at: before.length };
}

export const removedBefore = ({ characters, at }: EditedText): EditedText =>
  at === 0 ? { characters, at } : { characters: [...characters.slice(0, at - 1), ...characters.slice(at)], at: at - 1 };

export const movedBy = ({ characters, at }: EditedText, by: number): EditedText => ({
  characters,
  at: Math.max(0, Math.min(characters.length, at + by)),
});

export interface Shown {
  readonly lines: readonly string[];
  readonly row: number;
  readonly column: number;
}

/** As it stands on the screen: broken at line ends and at the width; and where the place is. */
export function shownText({ characters, at }: EditedText, width: number): Shown {
  const lines = [""];
  let used = 0;
  let place = { row: 0, column: 0 };
  for (const [index, character] of characters.entries()) {
    const wide = character === "\n" ? 0 : displayWidth(character);
    if (used + wide > width) {
      lines.push("");
      used = 0;
    }
    if (index === at) place = { row: lines.length - 1, column: used };
    if (character === "\n") {
      lines.push("");
      used = 0;
    } else {
      lines[lines.length - 1] += character;
      used += wide;
    }
  }
  if (at === characters.length) place = { row: lines.length - 1, column: used };
  return { lines, ...place };
}

/** One line of the screen up or down, in the same column as far as there is one. */
export function movedLine(text: EditedText, by: 1 | -1, width: number): EditedText {
  const { row, column } = shownText(text, width);
  let best = text.at;
  let distance = Number.POSITIVE_INFINITY;
  for (let at = 0; at <= text.characters.length; at++) {
    const there = shownText({ characters: text.characters, at }, width);
    if (there.row === row + by && Math.abs(there.column - column) < distance) {
      best = at;
      distance = Math.abs(there.column - column);
    }
  }
  return { characters: text.characters, at: best };
}
