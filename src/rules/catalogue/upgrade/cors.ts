import type { HttpExchangeFacts } from "../../../store/http-types.ts";
import type { ConnectionFacts } from "../../../store/types.ts";
import type { Context } from "../../context/context.ts";
import { passedFrom, passedOn } from "../../context/others.ts";
import { cause, type Draft, draft, lesser, shows } from "../../draft.ts";
import { handshakeOf, isFailedPoll } from "../../handshake/upgrade-outcome.ts";
import { fieldValue, serverOf, targetOf } from "../../reading/reading.ts";
import type { Confidence, VariantOf } from "../../types.ts";
import { allowedBy, fieldsRefused, goesOnUnheeded, leftForStar, refusalOf } from "../../upgrade/cors-answers.ts";
import { crossOriginOf, originCause } from "../../upgrade/page-origin.ts";
import type { Rule } from "../rule.ts";

type Variant = VariantOf<"http.cors.refused">;

const isEngineIo = (exchange: HttpExchangeFacts): boolean => /[?&]EIO=\d/.test(exchange.request?.target ?? "");

function corsCauses(variant: Variant, origin: string, allowed: string, exchange: HttpExchangeFacts) {
  if (variant === "failure") return [];
  if (variant === "starUnused") return [cause("likely", "corsStarCookie", { origin })];
  if (variant === "twice") return [cause("certain", "corsTwice", {})];
  if (variant === "credentials") return [cause("certain", "corsStarCookie", { origin })];
  if (variant === "preflight") return [cause("certain", "corsFields", { fields: refusedText(exchange) })];
  if (variant === "preflightStatus") return [cause("likely", "preflightBlocked", {})];
  if (allowed.replace(/\/+$/, "") === origin) return [cause("certain", "originSlash", { allowed, origin })];
  return [originCause("likely", origin)];
}

/**
 * A failure of the request itself, told by its status: pages of proxies and of many servers for that carry no fields of
 * CORS, however many origins are allowed. One that speaks of origins is a refusal of this one.
 */
const isOwnFailure = (exchange: HttpExchangeFacts, connection: ConnectionFacts): boolean => {
  const told = handshakeOf(connection);
  return (
    isFailedPoll(exchange) &&
    told !== null &&
    isFailedPoll(told) &&
    !/\bcors\b|\borigins?\b/i.test(exchange.responseBodyPreview)
  );
};

const refusedText = ({ request, response }: HttpExchangeFacts): string =>
  request && response ? fieldsRefused(request, response).join(", ").slice(0, 100) : "";

/** A proxy may yet add a permission that its backend's answer lacks; one that does not fit it would have to replace. */
const confidenceIn = (isSeenByBrowser: boolean, allowed: string): Confidence =>
  isSeenByBrowser || allowed !== "" ? "likely" : "possible";

function checkCors(connection: ConnectionFacts, context: Context): Draft | null {
  let ofFailure: Draft | null = null;
  for (const exchange of connection.exchanges) {
    const { request, response } = exchange;
    if (!request || !response || !isEngineIo(exchange) || response.status === 101) continue;
    if (/[?&]transport=websocket/.test(request.target)) continue;
    const crossing = crossOriginOf(exchange);
    if (crossing === null) continue;
    const { origin, isStraight } = crossing;
    const left = isStraight ? leftForStar(exchange, connection, origin, context) : null;
    const variant = refusalOf(exchange, origin) ?? (left === null ? null : "starUnused");
    if (variant === null) continue;
    // The proxy hands on what its backend says: said once, of the backend.
    const passed = passedOn(exchange, connection, context.others());
    if (passed !== null && refusalOf(passed.exchange, origin) === variant) return null;
    const front = isStraight ? null : passedFrom(exchange, connection, context.others());
    if (front !== null && refusalOf(front.exchange, origin) === null) continue;
    const isSeenByBrowser = isStraight || front !== null;
    const isUnheeded = goesOnUnheeded(connection, origin, context);
    // The page was given to read what it asked for: its proxy saw to that.
    if (isUnheeded && !isSeenByBrowser) return null;
    const allowed = allowedBy(response).join(", ");
    const asked = fieldValue(request, "access-control-request-headers");
    const isFailure = variant === "plain" && allowed === "" && isOwnFailure(exchange, connection);
    if (isFailure && ofFailure !== null) continue;
    const isGuess = variant === "starUnused" && left === "possible";
    const shown = isUnheeded ? "unheeded" : isFailure ? "failure" : variant;
    const found = draft("http.cors.refused", shown, {
      severity: isUnheeded || isFailure ? "note" : isGuess ? "warning" : undefined,
      confidence: isGuess ? "possible" : confidenceIn(isSeenByBrowser, allowed),
      at: response.first,
      args: {
        server: serverOf(connection),
        origin,
        allowed,
        fields: refusedText(exchange),
        status: response.status,
        reason: response.reason,
      },
      evidence: [
        shows(request.first, "request", { method: request.method, target: targetOf(exchange) }),
        shows(request.first, "responseField", { name: "Origin", value: origin }),
        variant !== "preflight" || asked === null
          ? null
          : shows(request.first, "responseField", { name: "Access-Control-Request-Headers", value: asked }),
        shows(response.first, "response", { status: response.status, reason: response.reason }),
        allowed === ""
          ? null
          : shows(response.first, "responseField", { name: "Access-Control-Allow-Origin", value: allowed }),
        variant === "starUnused" && fieldValue(response, "access-control-allow-credentials") === "true"
          ? shows(response.first, "responseField", { name: "Access-Control-Allow-Credentials", value: "true" })
          : null,
        variant !== "preflight"
          ? null
          : shows(response.first, "responseField", {
              name: "Access-Control-Allow-Headers",
              value: fieldValue(response, "access-control-allow-headers") ?? "-",
            }),
      ],
      causes: corsCauses(shown, origin, allowed, exchange).map((one) => (isGuess ? lesser(one) : one)),
    });
    // What is worse may come behind it.
    if (!isFailure) return found;
    ofFailure = found;
  }
  return ofFailure;
}

export const corsRefused: Rule = {
  id: "http.cors.refused",
  severity: "error",
  spec: "Fetch §3.2",
  causes: [
    "originRefused",
    "originNull",
    "originSlash",
    "corsTwice",
    "corsStarCookie",
    "corsFields",
    "preflightBlocked",
  ],
  sources: ["https://fetch.spec.whatwg.org/#http-cors-protocol", "https://socket.io/docs/v4/handling-cors/"],
  check: checkCors,
};
