import type { Side } from "../../base/brand.ts";
import * as limits from "../../base/limits.ts";
import type { Mark } from "../../base/packet-view.ts";
import type { HttpExchange } from "../../http/types.ts";
import { jwtTimesIn } from "../../payload/jwt.ts";
import type { TokenFacts } from "../../store/session-types.ts";

const WHERE: Readonly<Record<string, TokenFacts["where"]>> = {
  authorization: "authorization",
  cookie: "cookie",
  "sec-websocket-protocol": "subprotocol",
};

/** Tokens in a text, by their times only. */
export function tokensIn(
  text: string,
  where: TokenFacts["where"],
  from: Side,
  at: Mark,
  connect: Pick<TokenFacts, "sid" | "namespace"> = { sid: null },
): TokenFacts[] {
  // Every token has this in its head: `{"` in base64.
  if (!text.includes("eyJ")) return [];
  return jwtTimesIn(text).map((times) => ({
    packet: at.packet,
    timestampNs: at.timestampNs,
    where,
    from,
    ...connect,
    ...times,
  }));
}

/** Tokens in the requests of a connection: Authorization, Cookie, subprotocol, and the query of the target. */
export function requestTokens(exchanges: readonly HttpExchange[]): TokenFacts[] {
  const found: TokenFacts[] = [];
  for (const { request } of exchanges) {
    if (request === null) continue;
    found.push(...tokensIn(request.target, "query", "client", request.first));
    for (const { name, value } of request.fields) {
      const where = WHERE[name.toLowerCase()];
      if (where !== undefined) found.push(...tokensIn(value, where, "client", request.first));
    }
    if (found.length >= limits.tokensPerConnection) break;
  }
  return found.slice(0, limits.tokensPerConnection);
}
