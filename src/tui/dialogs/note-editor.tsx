import { Text } from "ink";
import { type ReactNode, useEffect } from "react";
import { type Note, type NoteTag, noteTags } from "../../annotations/types.ts";
import { editedText, textOf } from "./edited-text.ts";
import { Frame } from "./frame.tsx";
import type { DialogProps } from "./types.ts";
import { useHeld } from "./use-held.ts";
import { useText } from "./use-text.ts";

const LEAST_LINES = 4;

/** A note of any number of lines. */
export function NoteEditor({
  title,
  note,
  props,
}: {
  title: string;
  note: Note | null;
  props: DialogProps;
}): ReactNode {
  const { words, palette } = props.context;
  const [tag, setTag] = useHeld<NoteTag>(() => note?.tag ?? "none");
  const initial = textOf(editedText(note?.text ?? ""));
  const [asked, setAsked] = useHeld(() => false);
  const width = Math.max(10, props.size.columns - 3);
  const draft = (text: string): void =>
    props.onDraft(text === initial ? null : { kind: "note", text, tag: tag(), stamp: props.stamp() });
  const { shown } = useText({
    initial,
    width,
    multiline: true,
    onChange: draft,
    onKey: (input, key, text) => {
      if (key.ctrl && input === "s") props.onResult({ kind: "note", text, tag: tag(), stamp: props.stamp() });
      else if (key.tab) setTag(noteTags[(noteTags.indexOf(tag()) + 1) % noteTags.length] ?? "none");
      else if (key.escape && (asked() || text === initial)) props.onResult({ kind: "cancel" });
      else if (key.escape) setAsked(true);
      else {
        if (asked()) setAsked(false);
        return false;
      }
      return true;
    },
  });
  const room = Math.max(LEAST_LINES, Math.min(shown.lines.length, props.size.rows - 8));
  const top = Math.max(0, shown.row - room + 1);
  // A space keeps an empty line from vanishing.
  const visible = Array.from({ length: room }, (_, index) => ` ${shown.lines[top + index] ?? ""}`);
  const row = 1 + shown.row - top;
  const column = 1 + shown.column;
  useEffect(() => props.onCursor({ row, column }), [row, column, props]);
  const keys = asked()
    ? palette.error(words.noteDiscard)
    : `${words.noteKeys} · ${words.noteTag} ${words.tagNames[tag()]}`;
  return (
    <Frame title={title} keys={keys} props={props}>
      <Text>{visible.join("\n")}</Text>
    </Frame>
  );
}
