import { CLIENT, type Direction, type PerDirection, SERVER, sideOf } from "../../base/brand.ts";
import type { Mark } from "../../base/packet-view.ts";
import type { HalfFacts, TcpFacts } from "../../store/tcp-types.ts";
import type { TlsFacts } from "../../store/tls-types.ts";
import { markOrNull } from "../marks.ts";
import type { TlsLayer } from "./tls-layer.ts";

const AT_ONCE_NS = 1e9;

/** What of TLS says how the connection ended. */
interface Inside {
  readonly closings: PerDirection<Mark | null>;
  /** The last that each side said before. */
  readonly last: PerDirection<Mark | null>;
}

/**
 * TCP's facts as what runs inside TLS sees them: a close_notify ends a direction as FIN does (RFC 8446 §6.1), comes before
 * FIN, and often from the other side. Without it `tcp` is as it was. Where there are no keys, it is known by its size.
 */
export function endedInside(tcp: TcpFacts, layer: TlsLayer | null, tls: TlsFacts | null): TcpFacts {
  const inside = insideOf(layer, tls);
  if (inside === null) return tcp;
  const halves = tcp.halves.map((half, direction) => halfInside(half, direction as Direction, inside)) as unknown as [
    HalfFacts,
    HalfFacts,
  ];
  const first = firstOf(inside.closings);
  const closing = first === null ? null : inside.closings[first];
  // TCP was over before: what was said then, nobody heard.
  if (first === null || closing === null || (tcp.closedAt !== null && tcp.closedAt.packet < closing.packet))
    return { ...tcp, halves };
  const own = tcp.halves[first];
  // Its FIN follows at once, unless the peer was faster: that is the packet that people look for. One that waits for the
  // peer (a TLS proxy before a client that stands still) says nothing of when it hung up.
  const isAtOnce = own.fin !== null && own.fin.timestampNs - closing.timestampNs < AT_ONCE_NS;
  const closedAt: Mark = isAtOnce ? (own.fin ?? closing) : closing;
  return {
    ...tcp,
    halves,
    ending: "fin",
    firstCloser: sideOf(first),
    closedAt,
    idleBeforeCloseNs: idleBefore(closing.timestampNs, inside) ?? tcp.idleBeforeCloseNs,
    resets: tcp.resets.map((reset) => (reset.packet > closing.packet ? { ...reset, afterFin: true } : reset)),
  };
}

function insideOf(layer: TlsLayer | null, tls: TlsFacts | null): Inside | null {
  if (layer === null || tls === null) return null;
  const { decrypter } = layer;
  if (decrypter !== null && layer.isRead)
    return { closings: tls.closings, last: [markOrNull(decrypter.lastText[0]), markOrNull(decrypter.lastText[1])] };
  return tls.rhythm === null ? null : { closings: tls.closings, last: tls.rhythm.last };
}

function halfInside(half: HalfFacts, direction: Direction, { closings, last }: Inside): HalfFacts {
  const closing = closings[direction];
  if (closing === null) return half;
  return {
    ...half,
    fin: half.fin ?? closing,
    finAcknowledged: half.fin !== null || half.unacknowledged !== null ? half.finAcknowledged : half.lastAcknowledged,
    // An alert is no data.
    lastData: last[direction] ?? half.lastData,
  };
}

/** Who first said that it sends no more; null: nobody did. */
function firstOf([client, server]: PerDirection<Mark | null>): Direction | null {
  if (client === null || server === null) return client !== null ? CLIENT : server !== null ? SERVER : null;
  return client.packet <= server.packet ? CLIENT : SERVER;
}

/** Silence before the close_notify, of both ends. */
function idleBefore(closedNs: number, { last: marks }: Inside): number | null {
  let last: number | null = null;
  for (const at of marks) {
    if (at !== null && at.timestampNs <= closedNs && (last === null || at.timestampNs > last)) last = at.timestampNs;
  }
  return last === null ? null : closedNs - last;
}
