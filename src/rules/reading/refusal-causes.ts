import { cause } from "../draft.ts";
import type { Cause } from "../types.ts";
import type { RefusalKind } from "./refusal-message.ts";

/** What the words of a refusal point at by themselves; null: at nothing that is known. */
export function refusalCause(kind: RefusalKind): Cause | null {
  switch (kind) {
    case "limit":
      return cause("likely", "serverLimits", {});
    case "expired":
      return cause("likely", "tokenNotRenewed", {});
    case "otherTerm":
      return cause("likely", "otherTermOver", {});
    case "otherKey":
      return cause("likely", "tokenOfOthers", {});
    case "permission":
      return cause("likely", "permissionMissing", {});
    case "noToken":
    case "login":
      return cause("likely", "tokenRejected", {});
    case "failure":
    case "other":
      return null;
  }
}
