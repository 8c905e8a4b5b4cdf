import type { Ending } from "../../i18n/chrome/ended-text.ts";
import type { ConnectionModel } from "./schema.ts";

/** What the lists tell of its end. */
export const endingOf = ({ kind, upgrade, tcp, close, findings }: ConnectionModel): Ending => ({
  kind,
  status: upgrade?.status ?? null,
  how: tcp.ending,
  closer:
    tcp.ending === "rst" ? (tcp.resets.find(({ ignored }) => !ignored)?.from ?? tcp.firstCloser) : tcp.firstCloser,
  verdict: close.verdict,
  closes: close.frames,
  seenCode: close.clientSees?.code ?? close.serverSees?.code ?? null,
  said: close.said,
  rules: findings,
});
