import type { ConnectionFacts } from "../../../store/types.ts";
import type { Context } from "../../context/context.ts";
import { cause, type Draft, draft, shows } from "../../draft.ts";
import { serverOf } from "../../reading/reading.ts";
import type { VariantOf } from "../../types.ts";
import type { Rule } from "../rule.ts";

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
