import type { HttpExchangeFacts } from "../../store/http-types.ts";
import { cause } from "../draft.ts";
import { pathOf } from "../reading/reading.ts";
import type { Cause } from "../types.ts";

/** How Express and NestJS name the path that they were asked for, whatever their middleware made of it since. */
export const PATH_SEEN = /Cannot (?:GET|POST) (\/[^\s"'<>\\]*)/;

/** The server was asked for another path than the client asked for: rewritten in between, and it says so itself. */
export function rewritten(exchange: HttpExchangeFacts): Cause | false {
  const behind = PATH_SEEN.exec(exchange.responseBodyPreview)?.[1];
  const before = exchange.request?.target ?? "";
  // What is left of Socket.IO's own path where a proxy cut off its location (nginx: a proxy_pass with a path of its own).
  if (/^\/\/?\?EIO=\d/.test(before))
    return cause("likely", "proxyRewritesPath", { before: "/socket.io/", behind: before.split("?", 1)[0] ?? "/" });
  // A longer one may have been cut off here.
  if (behind === undefined || !before.startsWith("/") || !isWhole(behind, exchange)) return false;
  if (pathOf(behind) === pathOf(before) || pathOf(behind) === "<path>") return false;
  return cause("certain", "proxyRewritesPath", { before: pathOf(before), behind: pathOf(behind) });
}

const isWhole = (path: string, { responseBodyPreview }: HttpExchangeFacts): boolean =>
  path.includes("?") || !responseBodyPreview.endsWith(path);
