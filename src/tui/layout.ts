import type { Scroll, State } from "./state.ts";

/** Below this many rows the lists get the whole screen. */
const ROOMY_ROWS = 20;
/** From this many columns on, what the cursor is on stands beside the ladder instead of below. */
export const WIDE_COLUMNS = 120;

export const needsStatusLine = ({ live, progress, message, busy, greeted, list, frozen }: State): boolean =>
  live || busy !== null || frozen || progress !== null || message !== null || !greeted || list.filter !== "";

/** Rows between the head and the foot of the screen. */
export const bodyRows = (state: State): number => Math.max(1, state.size.rows - 2 - (needsStatusLine(state) ? 1 : 0));

/** Rows of the pane that tells about the connection that the cursor is on. */
export function paneRows(state: State): number {
  const body = bodyRows(state);
  if (state.size.rows < ROOMY_ROWS) return 0;
  return Math.min(12, Math.max(6, Math.floor(body * 0.32)));
}

export const isSplit = ({ size }: State): boolean => size.columns >= WIDE_COLUMNS;

/** Rows of a list: without its head, and without the pane below it. */
export function listRows(state: State): number {
  const body = bodyRows(state);
  switch (state.view) {
    case "connections":
      return Math.max(1, body - 1 - paneRows(state));
    case "ladder":
      return Math.max(1, body - 2 - (isSplit(state) ? 0 : paneRows(state)));
    case "findings":
      return Math.max(
        1,
        state.findings.explained ? 0 : Math.min(Math.floor(body * 0.4), state.shown.findings.length + 1),
      );
    case "heartbeat":
      return Math.max(1, body - 1 - paneRows(state));
    default:
      return body;
  }
}

/** The cursor inside the list, and the list scrolled so that it is seen. */
export function kept({ cursor, top }: Scroll, length: number, rows: number): Scroll {
  const at = Math.max(0, Math.min(length - 1, cursor));
  const highest = Math.max(0, length - rows);
  let first = Math.min(top, highest);
  if (at < first) first = at;
  if (at >= first + rows) first = at - rows + 1;
  return { cursor: at, top: Math.max(0, first) };
}
