import { EXIT, UserError } from "../base/user-error.ts";

/** Throws `UserError` (exit 2) for a number that no connection of the capture has. */
export function checkConnection(id: number, connections: readonly { readonly id: number }[]): void {
  if (connections.some((connection) => connection.id === id)) return;
  const allowed = connections.length === 0 ? "–" : `0 … ${connections.length - 1}`;
  throw new UserError(EXIT.usage, "usage.invalid-value", { option: "--connection", value: String(id), allowed });
}
