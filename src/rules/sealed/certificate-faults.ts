import type { TlsFacts } from "../../store/tls-types.ts";
import type { Context } from "../context/context.ts";
import { shows } from "../draft.ts";
import { secondsOf } from "../handshake/server-clock.ts";
import type { EvidenceItem } from "../types.ts";

/** Clocks of devices differ: a certificate is too old or too young only by more than this. */
const CLOCK_SECONDS = 60;

const dateOf = (ms: number): string => new Date(ms).toISOString().slice(0, 10);

/**
 * What in the server's certificate a client may have refused, by the clock of the capture and the name in its hello. Only
 * for clients that are known to have left: each decides by its own clock and its own list of authorities.
 */
export function certificateFaults({ serverCertificate, serverName }: TlsFacts, { analysis }: Context): EvidenceItem[] {
  if (serverCertificate === null) return [];
  const { at, notBeforeMs, notAfterMs, names, moreNames, namesAsked, selfSigned } = serverCertificate;
  const now = secondsOf(at, analysis);
  return [
    now !== null && now > notAfterMs / 1000 + CLOCK_SECONDS
      ? shows(at, "certificateExpired", { date: dateOf(notAfterMs) })
      : null,
    now !== null && now < notBeforeMs / 1000 - CLOCK_SECONDS
      ? shows(at, "certificateEarly", { date: dateOf(notBeforeMs) })
      : null,
    namesAsked === false && serverName !== null && names.length > 0
      ? shows(at, "certificateNames", { names: names.join(", ") + (moreNames > 0 ? " …" : ""), name: serverName })
      : null,
    selfSigned ? shows(at, "certificateSelfSigned", {}) : null,
  ].filter((item) => item !== null);
}
