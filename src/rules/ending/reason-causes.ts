import type { Side } from "../../base/brand.ts";
import { cause } from "../draft.ts";
import { refusalCause } from "../reading/refusal-causes.ts";
import { refusalKind, saysOtherTerm } from "../reading/refusal-message.ts";
import type { Cause } from "../types.ts";

/** A reason that names the password speaks of no token. */
const PASSWORD = /passw(?:or)?d|passphrase|密码|口令/i;
const OVERLOADED = /overload|too busy|server (?:is )?busy|过载|繁忙/i;

const namesPassword = (reason: string): boolean => PASSWORD.test(reason);

/** What the words of a server's Close say by themselves, whatever its code; null: nothing that is known. */
export function reasonCause(reason: string, from: Side): Cause | null {
  if (from !== "server") return null;
  if (namesPassword(reason)) return cause("likely", "passwordRefused", {});
  if (saysOtherTerm(reason)) return null;
  if (OVERLOADED.test(reason)) return cause("likely", "serverOverloaded", {});
  const kind = refusalKind(reason);
  // A Close says less than the answer to a login: what was wrong with the token is one advice.
  if (kind === "expired" || kind === "otherKey") return cause("likely", "tokenRejected", {});
  return kind === "failure" ? cause("likely", "handlerThrew", {}) : refusalCause(kind);
}
