// Frames: compressed, fragmented, and against the rules of RFC 6455.

import { WebSocket } from "ws";
import { sleep } from "../peer-context.ts";
import {
  closePayload,
  ended,
  type FrameBits,
  frame,
  keyOf,
  rawDial,
  rawListen,
  readHead,
  switchingProtocols,
  upgradeRequest,
} from "../peers/raw.ts";
import { client, dashboard, server, telemetry, url } from "../peers/rows.ts";
import { serveTelemetry } from "../peers/telemetry.ts";
import { closed, dial } from "../peers/websocket.ts";
import type { ConnectionTruth, Scenario } from "../types.ts";

/** Of violations that differ in a bit only, some are played by the test. */
const played = ["unmasked-client", "reserved-bits", "invalid-utf8", "masked-server", "close-1006-on-wire"];

/** A raw client that sends these frames to a real `ws` server after a greeting. */
function fromClient(
  name: string,
  injects: string,
  rule: string,
  bits: readonly FrameBits[],
  truth: Partial<ConnectionTruth> = {},
): Scenario {
  return {
    name,
    injects,
    fast: played.includes(name),
    peers: {
      server: telemetry(),
      browser: client(async (peer) => {
        const socket = await rawDial(peer);
        if (!socket) return;
        socket.write(upgradeRequest());
        await readHead(socket);
        socket.resume();
        socket.write(frame({ opcode: 1, masked: true, payload: '{"type":"subscribe","topics":["a"]}' }));
        await sleep(500);
        for (const one of bits) socket.write(frame(one));
        setTimeout(() => socket.end(), 500);
        await ended(socket);
      }),
    },
    // The server fails the connection: its Close arrives, and it gets none.
    expect: {
      connections: [{ dialledBy: "browser", clientSees: 1002, closedBy: "server", ...truth }],
      must: [rule],
      may: ["ws.close.code", "ws.close.unanswered", "tcp.rst"],
    },
  };
}

/** A raw server that sends these frames to a real `ws` client after a greeting. */
function fromServer(
  name: string,
  injects: string,
  rule: string,
  bits: readonly FrameBits[],
  truth: Partial<ConnectionTruth> = { clientSees: 1006, serverSees: 1002, closedBy: "client" },
  may: readonly string[] = [],
): Scenario {
  return {
    name,
    injects,
    fast: played.includes(name),
    peers: {
      server: server((peer) =>
        rawListen(peer, async (socket) => {
          socket.write(switchingProtocols(keyOf(await readHead(socket))));
          socket.resume();
          await sleep(300);
          socket.write(frame({ opcode: 1, masked: false, payload: '{"type":"hello"}' }));
          await sleep(300);
          for (const one of bits) socket.write(frame(one));
          setTimeout(() => socket.end(), 500);
        }),
      ),
      browser: dashboard(),
    },
    expect: {
      connections: [{ dialledBy: "browser", ...truth }],
      must: [rule],
      may: ["ws.close.code", "ws.close.unanswered", "tcp.rst", ...may],
      // What a peer must not read after a Close is counted on the wire and not by the peer.
      partial: true,
    },
  };
}

const text = { opcode: 1, masked: true, payload: '{"type":"x"}' } as const;
const latin1 = Buffer.from([0x63, 0x61, 0x66, 0xe9]);
const long = "x".repeat(130);

export const frames: readonly Scenario[] = [
  {
    name: "compressed-fragmented",
    injects: "nothing: permessage-deflate with context takeover, messages fragmented both ways, pings in between",
    fast: true,
    peers: {
      server: server(async (peer) => {
        await serveTelemetry(peer, { everyMs: 400, perMessageDeflate: { threshold: 0 } }, (ws) => {
          const parts = ['{"type":"report",', '"lines":[1,2,3,4,5,6,7,8,9],', '"text":"分片的压缩消息"}'];
          setTimeout(() => {
            for (const [at, part] of parts.entries()) {
              ws.send(part, { fin: at === parts.length - 1 });
              if (at === 0) ws.ping("between");
            }
          }, 900);
        });
      }),
      browser: client(async (peer) => {
        const ws = await dial(peer, url, { perMessageDeflate: { threshold: 0 } });
        if (!ws) return;
        ws.send(JSON.stringify({ type: "subscribe", topics: ["realtime/overview"] }));
        await sleep(600);
        ws.send('{"type":"command","name":"lights",', { fin: false });
        ws.ping("from client");
        ws.send('"state":"on","again":"lights on lights on lights on"}', { fin: true });
        ws.send("", { fin: true });
        ws.send(JSON.stringify({ type: "plain", note: "this one is not compressed" }), { compress: false });
        await sleep(2500);
        ws.close(1000);
        await closed(ws);
      }),
    },
    expect: {
      connections: [{ dialledBy: "browser", clientSees: 1000, serverSees: 1000, ending: "fin" }],
      must: [],
      mustNot: ["ws.deflate.failed", "ws.deflate.undecodable"],
    },
  },
  {
    name: "compressed-no-takeover",
    injects: "nothing: permessage-deflate without context takeover and with small windows",
    peers: {
      server: telemetry({
        perMessageDeflate: {
          threshold: 0,
          serverNoContextTakeover: true,
          clientNoContextTakeover: true,
          serverMaxWindowBits: 9,
        },
      }),
      browser: dashboard((ws) => setTimeout(() => ws.close(1000), 2000), { perMessageDeflate: { threshold: 0 } }),
    },
    expect: { connections: [{ dialledBy: "browser", clientSees: 1000, serverSees: 1000 }], must: [] },
  },
  {
    name: "large-compressed",
    injects: "nothing: messages of 1 MB, compressed, both ways",
    peers: {
      server: telemetry({ perMessageDeflate: { threshold: 0 } }, (ws) =>
        setTimeout(() => ws.send(Buffer.alloc(1_000_000, "telemetry ")), 500),
      ),
      browser: dashboard(
        (ws) => {
          ws.send(JSON.stringify({ type: "dump", data: "0123456789".repeat(100_000) }));
          setTimeout(() => ws.close(1000), 1500);
        },
        { perMessageDeflate: { threshold: 0 } },
      ),
    },
    expect: { connections: [{ dialledBy: "browser", clientSees: 1000, serverSees: 1000 }], must: [] },
  },
  {
    name: "deflate-corrupt",
    injects: "the server's proxy damages a compressed message: the client fails it with 1007",
    fast: true,
    peers: {
      server: server((peer) =>
        rawListen(peer, async (socket) => {
          const key = keyOf(await readHead(socket));
          socket.write(switchingProtocols(key, ["Sec-WebSocket-Extensions: permessage-deflate"]));
          socket.resume();
          await sleep(300);
          socket.write(
            frame({ opcode: 1, rsv: 4, masked: false, payload: Buffer.from([0xff, 0xff, 0x12, 0x34, 0x56]) }),
          );
          setTimeout(() => socket.end(), 700);
        }),
      ),
      browser: dashboard(),
    },
    expect: { connections: [{ dialledBy: "browser" }], must: ["ws.deflate.failed"], may: ["ws.close.code", "tcp.rst"] },
  },
  fromClient("unmasked-client", "a client sends an unmasked frame", "ws.frame.unmasked-client", [
    { ...text, masked: false },
  ]),
  fromServer("masked-server", "a server sends a masked frame", "ws.frame.masked-server", [text]),
  fromClient("reserved-bits", "RSV1 without an extension", "ws.frame.reserved-bits", [{ ...text, rsv: 4 }]),
  fromClient("reserved-opcode", "opcode 3", "ws.frame.reserved-opcode", [{ ...text, opcode: 3 }]),
  fromClient("control-fragmented", "a ping without FIN", "ws.frame.control-fragmented", [
    { opcode: 9, fin: false, masked: true, payload: "a" },
  ]),
  fromClient("control-too-long", "a ping of 130 bytes", "ws.frame.control-too-long", [
    { opcode: 9, masked: true, payload: long },
  ]),
  fromServer(
    "length-not-minimal",
    "a short frame with a 64-bit length",
    "ws.frame.length-not-minimal",
    [{ opcode: 1, masked: false, payload: '{"type":"y"}', lengthBytes: 8 }],
    // ws does not mind; the server's own bare FIN ends it.
    { clientSees: 1006, serverSees: 1006, firstCloser: "server" },
    ["ws.close.no-close-frame"],
  ),
  fromClient("unexpected-continuation", "a continuation without a beginning", "ws.frame.unexpected-continuation", [
    { ...text, opcode: 0 },
  ]),
  fromClient(
    "expected-continuation",
    "a new text frame inside a fragmented message",
    "ws.frame.expected-continuation",
    [{ ...text, fin: false }, text],
  ),
  fromClient("invalid-utf8", "text that is Latin-1", "ws.text.invalid-utf8", [{ ...text, payload: latin1 }], {
    clientSees: 1007,
  }),
  fromClient(
    "close-one-byte",
    "a Close with one byte",
    "ws.close.malformed",
    [{ opcode: 8, masked: true, payload: Buffer.from([3]) }],
    { serverSees: 1006, closedBy: "client" },
  ),
  fromClient(
    "close-reason-not-utf8",
    "a Close whose reason is not UTF-8",
    "ws.close.malformed",
    [{ opcode: 8, masked: true, payload: Buffer.concat([closePayload(1000), latin1]) }],
    { clientSees: 1007, serverSees: 1006, closedBy: "client" },
  ),
  fromServer(
    "close-1006-on-wire",
    "a Close that carries 1006",
    "ws.close.reserved-code",
    [{ opcode: 8, masked: false, payload: closePayload(1006, "abnormal") }],
    { clientSees: 1006, serverSees: 1002, closedBy: "server" },
  ),
  fromServer(
    "data-after-close",
    "messages after the Close",
    "ws.data-after-close",
    [
      { opcode: 8, masked: false, payload: closePayload(1000, "bye") },
      { opcode: 1, masked: false, payload: '{"type":"late"}' },
    ],
    { clientSees: 1000, serverSees: 1000, closedBy: "server" },
  ),
  {
    name: "binary-both-ways",
    injects: "nothing: binary messages of every length class, both ways",
    peers: {
      server: telemetry({}, (ws) => {
        for (const length of [0, 1, 125, 126, 127, 65_535, 65_536]) ws.send(Buffer.alloc(length, 7));
      }),
      browser: dashboard((ws) => {
        for (const length of [125, 126, 65_535, 65_536])
          ws.send(JSON.stringify({ type: "b", pad: "p".repeat(length - 20) }));
        setTimeout(() => ws.readyState === WebSocket.OPEN && ws.close(1000), 1500);
      }),
    },
    expect: { connections: [{ dialledBy: "browser", clientSees: 1000, serverSees: 1000 }], must: [] },
  },
];
