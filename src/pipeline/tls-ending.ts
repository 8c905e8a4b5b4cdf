import { CLIENT, type Direction, SERVER, sideOf } from "../base/brand.ts";
import type { Mark } from "../base/packet-view.ts";
import type { HalfFacts, TcpFacts } from "../store/types.ts";
import { mark, markOrNull } from "./marks.ts";
import type { TlsLayer } from "./tls-layer.ts";

/**
 * TCP's facts as what runs inside TLS sees them: a close_notify ends a direction as FIN does (RFC 8446 §6.1), comes before
 * FIN, and often from the other side. Without it `tcp` is as it was.
 */
export function endedInside(tcp: TcpFacts, layer: TlsLayer | null): TcpFacts {
  if (layer?.decrypter?.isOpen !== true) return tcp;
  const halves = tcp.halves.map((half, direction) => halfInside(half, direction as Direction, layer)) as unknown as [
    HalfFacts,
    HalfFacts,
  ];
  const closing = layer.firstClosing;
  // TCP was over before: what was said then, nobody heard.
  if (closing === null || (tcp.closedAt !== null && tcp.closedAt.packet < closing.packetNumber))
    return { ...tcp, halves };
  const own = tcp.halves[closing.direction];
  // Its FIN follows at once, unless the peer was faster: that is the packet that people look for.
  const closedAt: Mark = own?.fin ?? mark(closing);
  return {
    ...tcp,
    halves,
    ending: "fin",
    firstCloser: sideOf(closing.direction),
    closedAt,
    idleBeforeCloseNs: idleBefore(closing.timestampNs, layer) ?? tcp.idleBeforeCloseNs,
    resets: tcp.resets.map((reset) => (reset.packet > closing.packetNumber ? { ...reset, afterFin: true } : reset)),
  };
}

function halfInside(half: HalfFacts, direction: Direction, layer: TlsLayer): HalfFacts {
  const closing = layer.closings[direction] ?? null;
  if (closing === null) return half;
  const last = layer.decrypter?.lastText[direction] ?? null;
  return {
    ...half,
    fin: half.fin ?? mark(closing),
    finAcknowledged: half.fin !== null || half.unacknowledged !== null ? half.finAcknowledged : half.lastAcknowledged,
    // An alert is no data.
    lastData: markOrNull(last) ?? half.lastData,
  };
}

/** Silence before the close_notify, of both ends. */
function idleBefore(closedNs: number, layer: TlsLayer): number | null {
  let last: number | null = null;
  for (const direction of [CLIENT, SERVER]) {
    const at = layer.decrypter?.lastText[direction]?.timestampNs ?? null;
    if (at !== null && at <= closedNs && (last === null || at > last)) last = at;
  }
  return last === null ? null : closedNs - last;
}
