import { CLIENT, type Direction, SERVER } from "../base/brand.ts";
import type { SecretLabel } from "./key-log.ts";
import { type Sides, TLS_1_2 } from "./unlock.ts";

/** Stable words: why a connection was not decrypted. */
export type NotDecrypted =
  | "no-keys"
  | "no-secret"
  | "not-captured"
  | "version"
  | "cipher-suite"
  | "secret-does-not-fit";

/** A direction that no key opened, and the line of the key log that would have. */
export interface ClosedSide {
  readonly why: "no-secret" | "secret-does-not-fit";
  readonly label: SecretLabel;
}

/**
 * Directions that spoke and stayed closed although the connection was opened: the key log is cut off, or damaged. What
 * the other direction shows is half of a conversation.
 */
export const closedSides = (sides: Sides, version: number): readonly ClosedSide[] =>
  ([CLIENT, SERVER] as const).flatMap((direction): readonly ClosedSide[] => {
    const why = sides[direction].whyClosed;
    return why === null ? [] : [{ why, label: labelOf(direction, version) }];
  });

function labelOf(direction: Direction, version: number): SecretLabel {
  if (version === TLS_1_2) return "CLIENT_RANDOM";
  return direction === CLIENT ? "CLIENT_TRAFFIC_SECRET_0" : "SERVER_TRAFFIC_SECRET_0";
}
