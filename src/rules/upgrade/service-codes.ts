import type { HttpExchangeFacts } from "../../store/http-types.ts";
import { cause, lesser } from "../draft.ts";
import { proxyOf } from "../handshake/upgrade-outcome.ts";
import type { Cause } from "../types.ts";

// Services that stand before a server and are configured in no file of its own: their codes say what they met.

/**
 * What the status of Cloudflare (developers.cloudflare.com, 5xx errors) or of an AWS load balancer (its troubleshooting page)
 * says by itself; `usual`: what it says of any proxy. null: not one of theirs.
 */
export function serviceCauses(
  exchange: HttpExchangeFacts,
  path: string,
  usual: readonly (Cause | false)[],
  isPolled: boolean,
): (Cause | false)[] | null {
  const proxy = proxyOf(exchange) ?? "";
  if (/cloudflare/i.test(proxy)) return cloudflareCauses(exchange, path, isPolled);
  const status = exchange.response?.status ?? 0;
  if (!isAwsBalancer(exchange) || ![502, 503, 504].includes(status)) return null;
  return [cause("likely", "awsTargets", {}), ...usual.map((one) => one && lesser(one))];
}

/** Codes that only an AWS load balancer uses, for what it did not like itself; null: not one of those. */
export function serviceRefusal(exchange: HttpExchangeFacts): Cause[] | null {
  if (!isAwsBalancer(exchange)) return null;
  switch (exchange.response?.status) {
    case 460:
      return [cause("likely", "awsClientLeft", {})];
    case 463:
      return [cause("certain", "awsForwardedFor", {})];
    case 464:
      return [cause("likely", "awsProtocol", {})];
    default:
      return null;
  }
}

const isAwsBalancer = (exchange: HttpExchangeFacts): boolean => /awselb|^AWS ALB$/i.test(proxyOf(exchange) ?? "");

function cloudflareCauses(exchange: HttpExchangeFacts, path: string, isPolled: boolean): (Cause | false)[] | null {
  const status = exchange.response?.status ?? 0;
  switch (status) {
    case 520:
      return [cause("likely", "backendCrashed", { front: "other" })];
    case 521:
      return [cause("likely", "edgeRefused", {})];
    case 522:
    case 523:
      return [cause("likely", "edgeNotReached", {})];
    case 524:
      // It was connected, and got no answer.
      return [isPolled ? cause("likely", "pollUnanswered", { path }) : cause("likely", "backendSilent", { path })];
    case 525:
    case 526:
      return [cause("likely", "edgeTls", {})];
    case 530:
      return /\b1033\b/.test(exchange.responseBodyPreview)
        ? [cause("likely", "edgeTunnel", {})]
        : [cause("likely", "edgeNotReached", {})];
    default:
      return null;
  }
}
