import type { HttpExchangeFacts, HttpMessageFacts } from "../../store/http-types.ts";
import type { ConnectionFacts } from "../../store/types.ts";
import type { Context } from "../context.ts";
import { passedFrom, passedOn } from "../others.ts";
import { crossOriginOf, isPreflight } from "../page-origin.ts";
import { endpointText, fieldValue, fieldWords, serverOf, targetOf } from "../reading.ts";
import { cause, type Draft, draft, type Rule, shows } from "../rule.ts";
import type { Sessions } from "../sessions.ts";
import type { Confidence, VariantOf } from "../types.ts";

type Variant = VariantOf<"http.cors.refused">;

const isEngineIo = (exchange: HttpExchangeFacts): boolean => /[?&]EIO=\d/.test(exchange.request?.target ?? "");

/** Fetch §4.9, CORS check: the answer must name the page's origin, once, or be for everybody who sends no cookie. */
function refusalOf(exchange: HttpExchangeFacts, origin: string): Variant | null {
  const { request, response } = exchange;
  if (!request || !response?.complete) return null;
  const asksFirst = isPreflight(exchange);
  if (asksFirst && !isOk(response.status)) return "preflightStatus";
  const allowed = allowedBy(response);
  if (allowed.length > 1) return "twice";
  if (allowed[0] === "*" && fieldValue(request, "cookie") !== null) return "credentials";
  if (allowed[0] !== origin && allowed[0] !== "*") return "plain";
  return asksFirst && fieldsRefused(request, response).length > 0 ? "preflight" : null;
}

/** Fetch §2.2.3. */
const isOk = (status: number): boolean => status >= 200 && status < 300;

const allowedBy = ({ fields }: HttpMessageFacts): string[] =>
  fields.filter(({ name }) => name.toLowerCase() === "access-control-allow-origin").map(({ value }) => value);

/** Fetch §4.8: what the page wants to send and may not; the wildcard never stands for Authorization. */
function fieldsRefused(request: HttpMessageFacts, response: HttpMessageFacts): string[] {
  const allowed = fieldWords(response, "access-control-allow-headers");
  return fieldWords(request, "access-control-request-headers").filter(
    (name) => !allowed.includes(name) && (name === "authorization" || !allowed.includes("*")),
  );
}

/** A session's id, in the body of an answer that opened it. */
const sidGiven = ({ responseBodyPreview }: HttpExchangeFacts): string | undefined =>
  /^(?:\d+:)?0\{"sid":"([^"]+)"/.exec(responseBodyPreview)?.[1];

/** Clients and the origins they name, whose withheld answers opened sessions that they went on with. Found once a judgement. */
const unheeded = new WeakMap<readonly ConnectionFacts[], ReadonlySet<string>>();

const callerKey = ({ client, server }: ConnectionFacts, origin: string): string =>
  `${client.address} ${endpointText(server)} ${origin}`;

/** A page never gets to see an answer that its browser withholds: a caller that goes on with the session in it is no page. */
function goesOnUnheeded(connection: ConnectionFacts, origin: string, { analysis, sessions }: Context): boolean {
  const { connections } = analysis;
  let callers = unheeded.get(connections);
  if (callers === undefined) {
    callers = new Set(
      connections.flatMap((one) => unheededOrigins(one, sessions()).map((named) => callerKey(one, named))),
    );
    unheeded.set(connections, callers);
  }
  return callers.has(callerKey(connection, origin));
}

const unheededOrigins = ({ exchanges }: ConnectionFacts, sessions: Sessions): string[] =>
  exchanges.flatMap((exchange) => {
    const sid = sidGiven(exchange);
    const origin = sid === undefined ? null : (crossOriginOf(exchange)?.origin ?? null);
    if (origin === null || sid === undefined || refusalOf(exchange, origin) === null) return [];
    const isUsed = (sessions.get(sid) ?? []).some((mate) =>
      mate.exchanges.some(({ request }) => request?.target.includes(`sid=${sid}`)),
    );
    return isUsed ? [origin] : [];
  });

function corsCauses(variant: Variant, origin: string, allowed: string, exchange: HttpExchangeFacts) {
  if (variant === "twice") return [cause("certain", "corsTwice", {})];
  if (variant === "credentials") return [cause("certain", "corsStarCookie", { origin })];
  if (variant === "preflight") return [cause("certain", "corsFields", { fields: refusedText(exchange) })];
  if (variant === "preflightStatus") return [cause("likely", "preflightBlocked", {})];
  if (allowed.replace(/\/+$/, "") === origin) return [cause("certain", "originSlash", { allowed, origin })];
  return [cause("likely", "originRefused", { origin })];
}

const refusedText = ({ request, response }: HttpExchangeFacts): string =>
  request && response ? fieldsRefused(request, response).join(", ").slice(0, 100) : "";

/** A proxy may yet add a permission that its backend's answer lacks; one that does not fit it would have to replace. */
const confidenceIn = (isSeenByBrowser: boolean, allowed: string): Confidence =>
  isSeenByBrowser || allowed !== "" ? "likely" : "possible";

function checkCors(connection: ConnectionFacts, context: Context): Draft | null {
  for (const exchange of connection.exchanges) {
    const { request, response } = exchange;
    if (!request || !response || !isEngineIo(exchange) || response.status === 101) continue;
    if (/[?&]transport=websocket/.test(request.target)) continue;
    const crossing = crossOriginOf(exchange);
    const variant = crossing === null ? null : refusalOf(exchange, crossing.origin);
    if (crossing === null || variant === null) continue;
    const { origin, isStraight } = crossing;
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
    return draft("http.cors.refused", isUnheeded ? "unheeded" : variant, {
      severity: isUnheeded ? "note" : undefined,
      confidence: confidenceIn(isSeenByBrowser, allowed),
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
        variant !== "preflight"
          ? null
          : shows(response.first, "responseField", {
              name: "Access-Control-Allow-Headers",
              value: fieldValue(response, "access-control-allow-headers") ?? "-",
            }),
      ],
      causes: corsCauses(variant, origin, allowed, exchange),
    });
  }
  return null;
}

export const corsRefused: Rule = {
  id: "http.cors.refused",
  severity: "error",
  spec: "Fetch §3.2",
  causes: ["originRefused", "originSlash", "corsTwice", "corsStarCookie", "corsFields", "preflightBlocked"],
  sources: ["https://fetch.spec.whatwg.org/#http-cors-protocol", "https://socket.io/docs/v4/handling-cors/"],
  check: checkCors,
};
