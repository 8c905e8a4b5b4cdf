import { expect, test } from "vitest";
import { endedInside } from "../../../src/pipeline/tls/tls-ending.ts";
import type { TlsLayer } from "../../../src/pipeline/tls/tls-layer.ts";
import { mark, rhythm, tcp, tlsFacts } from "../../support/facts-builder.ts";

const unread = { decrypter: null, isRead: false } as unknown as TlsLayer;
const said = tlsFacts({ closings: [null, mark(10.1)], rhythm: rhythm() });

test("a FIN that follows the close_notify at once is the end; one that waits for the peer is not", () => {
  const ended = (finAt: number) =>
    endedInside(tcp({ firstCloser: "server", closedAt: mark(finAt), server: { fin: mark(finAt) } }), unread, said);
  expect(ended(10.1002)).toMatchObject({ firstCloser: "server", closedAt: mark(10.1002) });
  // stunnel before a client that stood still until then.
  expect(ended(15.6)).toMatchObject({ firstCloser: "server", closedAt: mark(10.1) });
});
