import { Text, useInput } from "ink";
import { type ReactNode, useEffect } from "react";
import { displayWidth } from "../../base/display-width.ts";
import { columnIds } from "../rows/columns.ts";
import { Frame } from "./frame.tsx";
import type { DialogProps } from "./types.ts";
import { useHeld } from "./use-held.ts";
import { useText } from "./use-text.ts";

/** Which columns the list has. */
export function Columns({ props }: { props: DialogProps }): ReactNode {
  const { words, palette } = props.context;
  const [now, setAt] = useHeld(() => 0);
  const at = now();
  useEffect(() => props.onCursor(null), [props]);
  useInput((input, key) => {
    if (key.escape || key.return || input === "q") props.onResult({ kind: "cancel" });
    else if (key.downArrow || input === "j") setAt((now() + 1) % columnIds.length);
    else if (key.upArrow || input === "k") setAt((now() + columnIds.length - 1) % columnIds.length);
    else if (input === " ") {
      const column = columnIds[now()];
      if (column !== undefined) props.onResult({ kind: "column", column });
    }
  });
  return (
    <Frame title={words.columnsTitle} keys={words.columnsKeys} props={props}>
      {columnIds.map((id, index) => {
        const line = ` ${index === at ? "›" : " "} [${props.hidden.has(id) ? " " : "x"}] ${words.columns[id]}`;
        return (
          <Text key={id} wrap="truncate">
            {index === at ? palette.cursor(line) : line}
          </Text>
        );
      })}
    </Frame>
  );
}

type Format = keyof DialogProps["context"]["words"]["saveFormats"];

/** What to save, and under which name. */
export function Save({ props }: { props: DialogProps }): ReactNode {
  const { words, palette } = props.context;
  const [now, setAt] = useHeld(() => 0);
  const at = now();
  const formats = props.formats as readonly Format[];
  const format = formats[at] ?? "text";
  const label = ` ${words.savePath} `;
  const editor = useText({
    initial: props.suggestedPath(format),
    width: Number.MAX_SAFE_INTEGER,
    multiline: false,
    onKey: (_, key, path) => {
      const step = key.downArrow || key.tab ? 1 : key.upArrow ? formats.length - 1 : 0;
      if (key.escape) props.onResult({ kind: "cancel" });
      else if (key.return && path.trim() !== "")
        props.onResult({ kind: "save", format: formats[now()] ?? "text", path: path.trim(), overwrite: false });
      else if (step > 0) {
        const next = (now() + step) % formats.length;
        setAt(next);
        editor.replace(props.suggestedPath(formats[next] ?? "text"));
      } else return key.return;
      return true;
    },
  });
  const row = formats.length + 1;
  const column = Math.min(props.size.columns - 1, displayWidth(label) + editor.shown.column);
  useEffect(() => props.onCursor({ row, column }), [row, column, props]);
  return (
    <Frame title={words.saveTitle} keys={words.saveKeys} props={props}>
      {formats.map((id, index) => {
        const line = ` ${index === at ? "›" : " "} ${words.saveFormats[id]}`;
        return (
          <Text key={id} wrap="truncate">
            {index === at ? palette.cursor(line) : line}
          </Text>
        );
      })}
      <Text wrap="truncate">{`${palette.strong(label)}${editor.shown.lines[0] ?? ""}`}</Text>
    </Frame>
  );
}

/** A question with yes or no. */
export function Question({ text, onYes, props }: { text: string; onYes: () => void; props: DialogProps }): ReactNode {
  const { words } = props.context;
  useEffect(() => props.onCursor(null), [props]);
  useInput((input, key) => {
    if (input === "y" || input === "Y") onYes();
    else if (key.escape || input === "n" || input === "N" || input === "q") props.onResult({ kind: "cancel" });
  });
  return (
    <Frame title={text} keys={words.yesNo} props={props}>
      <Text> </Text>
    </Frame>
  );
}
