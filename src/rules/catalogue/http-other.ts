import type { HttpExchangeFacts, HttpMessageFacts } from "../../store/http-types.ts";
import type { ConnectionFacts } from "../../store/types.ts";
import type { Context } from "../context.ts";
import { passedOn } from "../others.ts";
import { endpointText, fieldValue, serverOf, targetOf } from "../reading.ts";
import { cause, type Draft, draft, type Rule, shows } from "../rule.ts";
import type { Sessions } from "../sessions.ts";
import type { VariantOf } from "../types.ts";

const isEngineIo = (exchange: HttpExchangeFacts): boolean => /[?&]EIO=\d/.test(exchange.request?.target ?? "");

/** Of the Origin and the Host, the latter has no scheme: the same host and port is the same origin as far as packets tell. */
function crossOrigin(exchange: HttpExchangeFacts): string | null {
  const origin = exchange.request ? fieldValue(exchange.request, "origin") : null;
  const host = exchange.request ? fieldValue(exchange.request, "host") : null;
  if (origin === null || origin === "null" || origin.replace(/^[a-z]+:\/\//i, "") === host) return null;
  return origin;
}

/** Fetch standard, CORS check: the answer must name the page's origin, once, or be for everybody who sends no cookie. */
function corsVariant({ request, response }: HttpExchangeFacts, origin: string): VariantOf<"http.cors.refused"> | null {
  if (!request || !response) return null;
  const allowed = allowedBy(response);
  if (allowed.length > 1) return "twice";
  if (allowed[0] === "*" && fieldValue(request, "cookie") !== null) return "credentials";
  return allowed[0] === origin || allowed[0] === "*" ? null : "plain";
}

const allowedBy = ({ fields }: HttpMessageFacts): string[] =>
  fields.filter(({ name }) => name.toLowerCase() === "access-control-allow-origin").map(({ value }) => value);

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
    const origin = crossOrigin(exchange);
    const sid = sidGiven(exchange);
    if (origin === null || sid === undefined || corsVariant(exchange, origin) === null) return [];
    const isUsed = (sessions.get(sid) ?? []).some((mate) =>
      mate.exchanges.some(({ request }) => request?.target.includes(`sid=${sid}`)),
    );
    return isUsed ? [origin] : [];
  });

function corsCauses(variant: VariantOf<"http.cors.refused">, origin: string) {
  if (variant === "twice") return [cause("certain", "corsTwice", {})];
  if (variant === "credentials") return [cause("certain", "corsStarCookie", { origin })];
  return [cause("likely", "originRefused", { origin })];
}

function checkCors(connection: ConnectionFacts, context: Context): Draft | null {
  for (const exchange of connection.exchanges) {
    const { request, response } = exchange;
    const origin = crossOrigin(exchange);
    if (!request || !response || origin === null || !isEngineIo(exchange) || response.status === 101) continue;
    if (/[?&]transport=websocket/.test(request.target)) continue;
    const variant = corsVariant(exchange, origin);
    if (variant === null) continue;
    // The proxy hands on what its backend says: said once, of the backend.
    const passed = passedOn(exchange, connection, context.others());
    if (passed !== null && corsVariant(passed.exchange, origin) === variant) return null;
    const allowed = allowedBy(response).join(", ");
    const isUnheeded = goesOnUnheeded(connection, origin, context);
    return draft("http.cors.refused", isUnheeded ? "unheeded" : variant, {
      severity: isUnheeded ? "note" : undefined,
      confidence: "likely",
      at: response.first,
      args: { server: serverOf(connection), origin, allowed },
      evidence: [
        shows(request.first, "request", { method: request.method, target: targetOf(exchange) }),
        shows(request.first, "responseField", { name: "Origin", value: origin }),
        shows(response.first, "response", { status: response.status, reason: response.reason }),
        allowed === ""
          ? null
          : shows(response.first, "responseField", { name: "Access-Control-Allow-Origin", value: allowed }),
      ],
      causes: corsCauses(variant, origin),
    });
  }
  return null;
}

export const corsRefused: Rule = {
  id: "http.cors.refused",
  severity: "error",
  spec: "Fetch §3.2",
  causes: ["originRefused", "corsTwice", "corsStarCookie"],
  sources: ["https://fetch.spec.whatwg.org/#http-cors-protocol", "https://socket.io/docs/v4/handling-cors/"],
  check: checkCors,
};

type Refusal = VariantOf<"http.proxy.connect-refused">;

const REFUSALS: Readonly<Record<number, Refusal>> = { 403: "forbidden", 407: "authentication" };

/** The tunnel that a wss:// through a forward proxy needs (RFC 9110 §9.3.6). */
function checkConnect(connection: ConnectionFacts, context: Context): Draft | null {
  const refused = connection.exchanges.find(
    ({ request, response }) => request?.method === "CONNECT" && response !== null && response.status >= 300,
  );
  if (!refused?.request || !refused.response) return null;
  const { request, response } = refused;
  const target = request.target.slice(0, 100);
  const succeeded = context.others().tunnels.has(`${serverOf(connection)} ${request.target}`);
  const { status, reason } = response;
  return draft("http.proxy.connect-refused", REFUSALS[status] ?? (status >= 500 ? "unreachable" : "other"), {
    // A first 407 is how a proxy asks for a password (RFC 9110 §15.5.8).
    severity: succeeded ? "note" : undefined,
    at: response.first,
    foldBy: `${status} ${request.target}`,
    args: { server: serverOf(connection), target, status, reason },
    evidence: [
      shows(request.first, "request", { method: "CONNECT", target }),
      shows(response.first, "response", { status, reason }),
    ],
    causes: [
      status === 407
        ? cause("certain", "proxyLogin", {})
        : status >= 500
          ? cause("likely", "proxyCannotReach", { target })
          : cause("likely", "gatewayPolicy", {}),
    ],
  });
}

export const connectRefused: Rule = {
  id: "http.proxy.connect-refused",
  severity: "error",
  spec: "RFC 9110 §9.3.6, RFC 6455 §4.1",
  causes: ["gatewayPolicy", "proxyLogin", "proxyCannotReach"],
  sources: ["https://www.rfc-editor.org/rfc/rfc9110#section-9.3.6"],
  check: checkConnect,
};
