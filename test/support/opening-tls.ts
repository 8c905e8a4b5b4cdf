import type { TlsFacts } from "../../src/store/tls-types.ts";
import type { ConnectionFacts } from "../../src/store/types.ts";
import { insideTls, mark, tcp, tlsFacts } from "./facts-builder.ts";

/** TLS whose handshake never came to its end: the server's hello, by default, is the last that was said. */
export const openingTls = (
  tls: Partial<TlsFacts> = {},
  tcpFacts: Parameters<typeof tcp>[0] = {},
  more: Partial<ConnectionFacts> = {},
): ConnectionFacts =>
  insideTls({
    last: mark(1),
    tcp: tcp({ firstCloser: "client", closedAt: mark(0.1), ...tcpFacts }),
    tls: tlsFacts({ handshakeComplete: false, applicationDataBytes: [0, 700], ...tls }),
    ...more,
  });
