import { Text } from "ink";
import { type ReactNode, useEffect } from "react";
import { displayWidth, truncateToWidth, wrapToWidth } from "../../base/display-width.ts";
import { parseFilter } from "../rows/filter.ts";
import type { DialogProps } from "./types.ts";
import { useText } from "./use-text.ts";

/** What a filter may be, or what is wrong with it, has at most so many lines: on a narrow screen it needs more than one. */
const REMARK_LINES = 3;

/** One line at the foot of the screen: the search, or the filter with what is wrong with it. */
export function Prompt({
  kind,
  value,
  props,
}: {
  kind: "search" | "filter" | "packet";
  value: string;
  props: DialogProps;
}): ReactNode {
  const { words, palette } = props.context;
  const label = ` ${words.prompts[kind]} `;
  const { shown, text } = useText({
    initial: value,
    width: Number.MAX_SAFE_INTEGER,
    multiline: false,
    onKey: (_, key, now) => {
      if (key.escape) props.onResult({ kind: "cancel" });
      else if (key.return) props.onResult({ kind, value: now, done: true });
      else return false;
      return true;
    },
    onChange: (now) => props.onResult({ kind, value: now, done: false }),
  });
  const filter = kind === "filter" ? parseFilter(text) : null;
  const remark =
    filter === null
      ? ""
      : filter.ok
        ? words.filterHelp
        : words.filterErrors[filter.error.code](filter.error.what, filter.error.allowed);
  const remarks = remark === "" ? [] : wrapToWidth(remark, props.size.columns - 2).slice(0, REMARK_LINES);
  const row = remarks.length;
  const column = Math.min(props.size.columns - 1, displayWidth(label) + shown.column);
  useEffect(() => props.onCursor({ row, column }), [row, column, props]);
  const tint = filter?.ok === false ? palette.error : palette.dim;
  return (
    <>
      {remarks.map((line) => (
        <Text key={line} wrap="truncate">{` ${tint(line)}`}</Text>
      ))}
      <Text wrap="truncate">{`${palette.barStrong(label)}${truncateToWidth(shown.lines[0] ?? "", props.size.columns - displayWidth(label))}`}</Text>
    </>
  );
}
