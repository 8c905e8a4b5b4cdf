import { Text, useInput } from "ink";
import { type ReactNode, useEffect, useState } from "react";
import { wrapToWidth } from "../../base/display-width.ts";
import { fitted } from "../cells.ts";
import { keymap, keyName, sections } from "../keymap.ts";
import { Frame } from "./frame.tsx";
import type { DialogProps } from "./types.ts";

const KEYS = 18;

/** Every key of the table: those of the view that is open first in its section. */
export function Help({ props }: { props: DialogProps }): ReactNode {
  const [top, setTop] = useState(0);
  const { words } = props.context;
  const lines = helpLines(props);
  const rows = Math.max(1, props.size.rows - 4);
  const last = Math.max(0, lines.length - rows);
  const shown = Math.min(top, last);
  const scroll = (by: number): void => setTop((before) => Math.max(0, Math.min(last, Math.min(before, last) + by)));
  useEffect(() => props.onCursor(null), [props]);
  useInput((input, key) => {
    if (key.escape || key.return || input === "q" || input === "?") props.onResult({ kind: "cancel" });
    else if (key.downArrow || input === "j") scroll(1);
    else if (key.upArrow || input === "k") scroll(-1);
    else if (key.pageDown || input === " ") scroll(rows - 1);
    else if (key.pageUp) scroll(1 - rows);
    else if (key.home || input === "g") setTop(0);
    else if (key.end || input === "G") setTop(last);
  });
  const more = last > 0 ? `  ${shown + 1}–${Math.min(lines.length, shown + rows)} / ${lines.length}` : "";
  return (
    <Frame title={words.helpTitle} keys={`${words.helpKeys}${more}`} props={props}>
      <Text>{lines.slice(shown, shown + rows).join("\n")}</Text>
    </Frame>
  );
}

function helpLines(props: DialogProps): string[] {
  const { words, palette } = props.context;
  const lines: string[] = [];
  for (const section of sections) {
    const bindings = keymap.filter((binding) => binding.section === section);
    if (bindings.length === 0) continue;
    lines.push(palette.strong(` ${words.sections[section]}`));
    for (const { keys, action, views } of bindings) {
      const here = views.includes(props.view);
      const where = here ? "" : ` (${views.map((known) => words.views[known]).join(words.comma)})`;
      const text = entry(keys.map(keyName).join("  "), words.actions[action].long + where, props);
      lines.push(...(here ? text : text.map(palette.dim)));
    }
  }
  lines.push(palette.strong(` ${words.signsTitle}`));
  for (const [signs, meaning] of words.signs) lines.push(...entry(signs, meaning, props));
  return lines;
}

const entry = (name: string, text: string, { size }: DialogProps): string[] =>
  wrapToWidth(text, Math.max(10, size.columns - KEYS - 5)).map(
    (part, index) => `   ${fitted(index === 0 ? name : "", KEYS)}${part}`,
  );
