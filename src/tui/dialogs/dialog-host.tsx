import { EventEmitter } from "node:events";
import { render } from "ink";
import type { ReactNode } from "react";
import { escapeText } from "../../base/escape-text.ts";
import type { ColumnId } from "../rows/columns.ts";
import type { Dialog } from "../state.ts";
import { Columns, Question, Save } from "./choices.tsx";
import { Help } from "./help.tsx";
import { loadLayoutEngine } from "./layout-engine.ts";
import { NoteEditor } from "./note-editor.tsx";
import { Prompt } from "./prompt.tsx";
import type { DialogProps } from "./types.ts";

type HostProps = Omit<DialogProps, "onCursor">;

/** Ink's side of the screen: components draw into a virtual terminal, whose last frame lies over the painter's lines. */
export interface DialogHost {
  show(dialog: Dialog, props: HostProps, isNew: boolean): void;
  close(): void;
  type(bytes: string): void;
  paste(text: string): void;
  lines(): readonly string[];
  cursor(): { row: number; column: number } | null;
  isStale(size: HostProps["size"], hidden: ReadonlySet<ColumnId>): boolean;
}

class VirtualOutput extends EventEmitter {
  readonly isTTY = true;
  readonly rows = 1000;
  columns = 80;
  frame = "";
  private readonly onFrame: () => void;

  constructor(onFrame: () => void) {
    super();
    this.onFrame = onFrame;
  }

  write(frame: string): boolean {
    this.frame = frame;
    this.onFrame();
    return true;
  }
}

class VirtualInput extends EventEmitter {
  readonly isTTY = true;
  private data: string | null = null;

  send(data: string): void {
    this.data = data;
    this.emit("readable");
  }

  read(): string | null {
    const { data } = this;
    this.data = null;
    return data;
  }

  setEncoding(): void {}
  setRawMode(): void {}
  resume(): void {}
  pause(): void {}
  ref(): void {}
  unref(): void {}
}

/** F1 to F4 and Shift-Tab with Ctrl: Ink knows no name for them and fails on that. No dialog has a use for them. */
const NAMELESS = /^\u001b[[O][\d;]+[PQRSZ]$/;

/** Resolves when the layout engine is there. */
export async function createDialogHost(onFrame: () => void): Promise<DialogHost> {
  await loadLayoutEngine();
  const output = new VirtualOutput(onFrame);
  const input = new VirtualInput();
  let instance: ReturnType<typeof render> | null = null;
  let cursor: { row: number; column: number } | null = null;
  let serial = 0;
  let size: HostProps["size"] = { rows: 0, columns: 0 };
  let hidden: ReadonlySet<ColumnId> = new Set();
  const onCursor = (at: typeof cursor): void => {
    if (at?.row === cursor?.row && at?.column === cursor?.column) return;
    cursor = at;
    onFrame();
  };
  return {
    show(dialog, props, isNew) {
      if (isNew) {
        serial++;
        cursor = null;
      }
      size = props.size;
      hidden = props.hidden;
      output.columns = props.size.columns;
      const tree = elementOf(dialog, { ...props, onCursor }, serial);
      if (instance !== null) instance.rerender(tree);
      else {
        instance = render(tree, {
          stdout: output as unknown as NodeJS.WriteStream,
          stdin: input as unknown as NodeJS.ReadStream,
          debug: true,
          exitOnCtrlC: false,
          patchConsole: false,
        });
      }
    },
    close() {
      instance?.unmount();
      instance = null;
      output.frame = "";
      cursor = null;
    },
    type: (bytes) => {
      if (!NAMELESS.test(bytes)) input.send(bytes);
    },
    paste: (text) => {
      if (text !== "") input.send(text);
    },
    lines: () => (output.frame === "" ? [] : output.frame.replace(/\n$/, "").split("\n")),
    cursor: () => cursor,
    isStale: (now, columns) => now !== size || columns !== hidden,
  };
}

function elementOf(dialog: Dialog, props: DialogProps, serial: number): ReactNode {
  const { words } = props.context;
  switch (dialog.kind) {
    case "help":
      return <Help key={serial} props={props} />;
    case "search":
    case "filter":
    case "packet":
      return <Prompt key={serial} kind={dialog.kind} value={dialog.value} props={props} />;
    case "note":
      return <NoteEditor key={serial} title={dialog.title} note={dialog.note} props={props} />;
    case "columns":
      return <Columns key={serial} props={props} />;
    case "save":
      return <Save key={serial} props={props} />;
    case "overwrite": {
      const { format, path } = dialog;
      const onYes = (): void => props.onResult({ kind: "save", format, path, overwrite: true });
      return <Question key={serial} text={escapeText(words.overwrite(path))} onYes={onYes} props={props} />;
    }
    case "quit": {
      const text = dialog.loses === "notes" ? words.quitNotes : words.quitLive;
      return <Question key={serial} text={text} onYes={() => props.onResult({ kind: "quit" })} props={props} />;
    }
  }
}
