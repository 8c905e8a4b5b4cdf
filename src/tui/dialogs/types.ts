import type { Context } from "../context.ts";
import type { DialogResult } from "../reduce-dialog.ts";
import type { Stamp } from "../reduce-notes.ts";
import type { ColumnId } from "../rows/columns.ts";
import type { View } from "../state.ts";

/** What every dialog gets. */
export interface DialogProps {
  readonly size: { readonly rows: number; readonly columns: number };
  readonly context: Context;
  readonly view: View;
  readonly hidden: ReadonlySet<ColumnId>;
  readonly formats: readonly string[];
  readonly suggestedPath: (format: string) => string;
  /** Who writes, and when. */
  readonly stamp: () => Stamp;
  readonly onResult: (result: DialogResult) => void;
  /** What it would say if it were done now, should the screen have to go; null: nothing that is worth keeping. */
  readonly onDraft: (draft: DialogResult | null) => void;
  /** Where text is being written, in the dialog's own rows and columns; null: nowhere. */
  readonly onCursor: (at: { row: number; column: number } | null) => void;
}
