import { connectionId, type RelativeNs } from "../base/brand.ts";
import type { HttpExchange } from "../http/types.ts";
import { cameAfterLeaving } from "../store/answered-late.ts";
import type { HttpExchangeFacts } from "../store/http-types.ts";
import type { SessionFacts } from "../store/session-types.ts";
import type { TcpFacts } from "../store/tcp-types.ts";
import type { TlsFacts } from "../store/tls-types.ts";
import type { ActivityFacts, ConnectionFacts, ConnectionKind, Endpoint } from "../store/types.ts";
import type { TcpConnection } from "../tcp/connection.ts";
import type { ConnectionContext } from "./connection-context.ts";
import { closeFacts } from "./facts/close-facts.ts";
import { halfReading, NOTHING_SAID, type SaidFacts } from "./facts/half-reading.ts";
import { exchangeFacts, upgradeFacts } from "./facts/http-facts.ts";
import { tcpFacts } from "./facts/tcp-facts.ts";
import { mark } from "./marks.ts";
import { pollingSession } from "./session/polling-session.ts";
import { requestTokens } from "./session/token-facts.ts";
import { endedInside } from "./tls/tls-ending.ts";
import { tlsFacts } from "./tls/tls-facts.ts";
import type { TlsLayer } from "./tls/tls-layer.ts";
import { acknowledgedBytes, beatFacts, webSocketFacts } from "./websocket/websocket-facts.ts";
import type { WebSocketStream } from "./websocket/websocket-stream.ts";

/** Everything known about one connection now, as plain data. */
export function connectionFacts(
  connection: TcpConnection,
  context: ConnectionContext,
  clockNs: number,
  watchedUntilNs: RelativeNs | null = null,
): ConnectionFacts {
  const outside = tcpFacts(connection, clockNs);
  const shown = context.tls === null ? null : tlsFacts(context.tls, outside);
  const tcp = endedInside(outside, context.tls, shown);
  // Pings are judged against the moment at which the connection ended, if it did.
  const endNs = tcp.closedAt === null ? clockNs : Math.min(clockNs, tcp.closedAt.timestampNs);
  const whole = saidFacts(connection, context, endNs);
  const isHalf = context.tls !== null && context.tls.closedSides.length > 0;
  const said = isHalf ? NOTHING_SAID : whole;
  const tls = shown === null || !isHalf ? shown : { ...shown, halfRead: halfReading(whole) };
  const kind = kindOf(tcp, said, tls !== null);
  return {
    id: connectionId(connection.id),
    client: endpoint(connection, connection.clientIndex),
    server: endpoint(connection, connection.clientIndex === 0 ? 1 : 0),
    clientBy: connection.clientBy,
    kind,
    first: mark({ packetNumber: connection.firstPacketNumber, timestampNs: connection.firstPacketNs }),
    last: mark({ packetNumber: connection.lastPacketNumber, timestampNs: connection.lastPacketNs }),
    watchedUntilNs,
    tcp,
    proxyHeader: context.proxyHeader,
    tls,
    ...said,
    activity: activityFacts(connection),
    close: closeFacts(kind, tcp, said.webSocket, connection.replaced, tls?.alerts.find(isFatal) ?? null),
  };
}

/** What was said in the clear, or under keys that are known. */
function saidFacts(connection: TcpConnection, context: ConnectionContext, endNs: number): SaidFacts {
  const exchanges = context.exchanges.map(exchangeFacts);
  const stream = context.webSocket;
  const polling = pollingSession(context.exchanges, (heartbeat, direction) => ({
    ...heartbeat.summary(direction, endNs),
    // A poll is answered as a whole: what TCP acknowledged of a ping says nothing.
    unanswered: heartbeat.summary(direction, endNs).unanswered.map((ping) => ({
      ...ping,
      acknowledged: null,
      acknowledgedLate: false,
    })),
  }));
  const session = stream === null ? (polling?.facts ?? null) : sessionFacts(stream, connection, context.tls, endNs);
  const polledAcks = context.polledAcks.facts();
  return {
    exchanges,
    exchangeCount: context.exchangeCount,
    upgrade: context.upgrade === null ? null : upgradeFacts(context.upgrade, upgradeExchange(context, exchanges)),
    notHttp: context.notHttp,
    webSocket: stream === null ? null : webSocketFacts(stream, connection, context.tls, context.bytesBefore, endNs),
    session: session === null || polledAcks.length === 0 ? session : { ...session, polledAcks },
    tokens: [...requestTokens(context.exchanges), ...(polling?.tokens ?? []), ...(stream?.session.tokens ?? [])],
  };
}

/** RFC 8446 §6.2: both sides close at once. An alert that cannot be read is most likely close_notify. */
const isFatal = ({ level, description, encrypted }: TlsFacts["alerts"][number]): boolean =>
  level === FATAL && description !== CLOSE_NOTIFY && !encrypted;
const FATAL = 2;
const CLOSE_NOTIFY = 0;

/** Among those that are kept, as a rule: then it is the same object. */
function upgradeExchange(
  { upgrade, exchanges }: ConnectionContext,
  facts: readonly HttpExchangeFacts[],
): HttpExchangeFacts {
  const at = exchanges.indexOf(upgrade as HttpExchange);
  return facts[at] ?? exchangeFacts(upgrade as HttpExchange);
}

const sessionFacts = (
  stream: WebSocketStream,
  connection: TcpConnection,
  tls: TlsLayer | null,
  endNs: number,
): SessionFacts =>
  stream.session.facts((heartbeat, direction) =>
    beatFacts(
      heartbeat,
      connection,
      acknowledgedBytes(stream, connection, tls, direction, true),
      acknowledgedBytes(stream, connection, tls, direction),
      direction,
      endNs,
    ),
  );

/** Up to the last bin that holds a packet. */
function activityFacts({ activity, activityBinNs }: TcpConnection): ActivityFacts {
  const end = activity.findLastIndex((count) => count > 0) + 1;
  return { binNs: activityBinNs, packets: Array.from(activity.subarray(0, end)) };
}

const endpoint = (connection: TcpConnection, index: 0 | 1): Endpoint => ({
  address: connection.addresses[index],
  port: connection.ports[index],
});

function kindOf(tcp: TcpFacts, { webSocket, upgrade, exchangeCount }: SaidFacts, tls: boolean): ConnectionKind {
  if (webSocket !== null) return "websocket";
  if (upgrade !== null && upgrade.otherProtocol === null) {
    const { exchange } = upgrade;
    return exchange.response === null || cameAfterLeaving(tcp, exchange) ? "upgrade-unanswered" : "upgrade-refused";
  }
  if (exchangeCount > 0) return "http";
  if (tls) return "tls";
  if (tcp.opening === "refused") return "tcp-refused";
  if (tcp.opening === "unanswered") return "tcp-unanswered";
  return "tcp";
}
