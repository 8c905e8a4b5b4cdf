import { Text, useInput } from "ink";
import { type ReactNode, useEffect, useState } from "react";
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
  });
  const more = last > 0 ? `  ${shown + 1}–${Math.min(lines.length, shown + rows)} / ${lines.length}` : "";
  return (
    <Frame title={words.helpTitle} keys={`${words.helpKeys}${more}`} props={props}>
      <Text>{lines.slice(shown, shown + rows).join("\n")}</Text>
    </Frame>
  );
}

/** Also the list of keys of the README, in one column. */
function helpLines({ context: { words, palette }, view, size }: DialogProps): string[] {
  const lines: string[] = [];
  for (const section of sections) {
    const bindings = keymap.filter((binding) => binding.section === section);
    if (bindings.length === 0) continue;
    lines.push(palette.strong(` ${words.sections[section]}`));
    for (const { keys, action, views } of bindings) {
      const names = keys.map(keyName).join("  ");
      const where = views.includes(view) ? "" : ` (${views.map((known) => words.views[known]).join(words.comma)})`;
      const text = `${fitted(words.actions[action].long + where, Math.max(10, size.columns - KEYS - 4))}`.trimEnd();
      const line = `   ${fitted(names, KEYS)}${text}`;
      lines.push(views.includes(view) ? line : palette.dim(line));
    }
  }
  return lines;
}
