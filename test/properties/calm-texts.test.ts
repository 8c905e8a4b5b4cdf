import fc from "fast-check";
import { expect, test, vi } from "vitest";
import { packetNumber, relativeNs } from "../../src/base/brand.ts";
import * as limits from "../../src/base/limits.ts";
import { Pipeline } from "../../src/pipeline/pipeline.ts";
import type { ConnectionFacts } from "../../src/store/types.ts";
import { CalmBeats } from "../../src/websocket/calm/calm-beats.ts";
import { CalmTexts } from "../../src/websocket/calm/calm-texts.ts";
import { packetView, tcpPacket } from "../support/packet-builder.ts";
import { frame } from "../support/websocket-script.ts";

const ENDS = ["10.0.0.1:40000", "10.0.0.2:8080"] as const;
const KEY = "dGhlIHNhbXBsZSBub25jZQ==";
const REQUEST = `GET /ws HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: ${KEY}\r\nSec-WebSocket-Version: 13\r\n\r\n`;
// The accept value of RFC 6455 §1.3 for that key.
const RESPONSE =
  "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n";

const telemetry = '{"type":"telemetry","vehicle":"orin-7","payload":{"speed":';
const bodies = fc.oneof(
  { weight: 20, arbitrary: fc.nat(300).map((extra) => telemetry.padEnd(telemetry.length + 40 + extra, "7")) },
  { weight: 2, arbitrary: fc.nat(40).map((extra) => telemetry + "7".repeat(extra)) },
  { weight: 2, arbitrary: fc.nat(200).map((extra) => "another beginning ".repeat(4) + "x".repeat(extra)) },
  { weight: 1, arbitrary: fc.constant(`${telemetry}${"ä".repeat(60)}`) },
);
const text = bodies.map((payload) => ({ opcode: 1, payload }));
/** Longer ones than a lane takes, too. */
const beat = fc.record({
  opcode: fc.constantFrom(9, 10),
  payload: fc.constantFrom("", "", "b", "beat", "0123456789abcdef", "0123456789abcdefg"),
});
const shape = fc.oneof(
  { weight: 20, arbitrary: text },
  { weight: 8, arbitrary: beat },
  {
    weight: 1,
    arbitrary: fc.constantFrom({ opcode: 2, payload: "\u0001\u0002\u0003" }, { opcode: 8, payload: "\u0003\u00e8" }),
  },
);
/** What a side sends next, in pieces of so many bytes; one of them may be missing in the capture. */
const step = fc.record({
  from: fc.constantFrom(0 as const, 1 as const),
  shapes: fc.array(shape, { minLength: 1, maxLength: 4 }),
  pieceBytes: fc.oneof(
    { weight: 5, arbitrary: fc.constant(100_000) },
    { weight: 1, arbitrary: fc.integer({ min: 40, max: 300 }) },
  ),
  lost: fc.oneof({ weight: 60, arbitrary: fc.constant(false) }, { weight: 1, arbitrary: fc.constant(true) }),
  laterMs: fc.constantFrom(0, 1, 40, 900, -3),
});

const MASKS = [0x37fa213d, null] as const;

/** What each side says first is read whatever it is: behind it texts are counted. */
const EARLY = MASKS.map((mask) =>
  Buffer.concat(
    Array.from({ length: limits.earlyTexts }, () =>
      frame({ opcode: 1, payload: Buffer.from(telemetry.padEnd(telemetry.length + 40, "7")), mask }),
    ),
  ),
) as [Buffer, Buffer];

interface Sent {
  readonly from: 0 | 1;
  readonly bytes: Buffer;
  readonly atMs: number;
  readonly lost: boolean;
}

function packetsOf(sent: readonly Sent[]): { bytes: Uint8Array; atMs: number }[] {
  const next: [number, number] = [100, 500];
  return sent.flatMap(({ from, bytes, atMs, lost }, i) => {
    const flags = i === 0 ? "S" : i === 1 ? "SA" : "PA";
    const packet = tcpPacket({
      from: ENDS[from],
      to: ENDS[from === 0 ? 1 : 0],
      ipId: i + 1,
      flags,
      seq: next[from],
      ack: i === 0 ? 0 : next[from === 0 ? 1 : 0],
      payload: bytes,
    });
    next[from] += flags === "PA" ? bytes.length : 1;
    return lost ? [] : [{ bytes: packet, atMs }];
  });
}

/** `everyText`: somebody listens to each message, so that none is only counted. */
function factsOf(
  packets: readonly { bytes: Uint8Array; atMs: number }[],
  everyText: boolean,
  looksEvery: number,
): ConnectionFacts[] {
  const nothing = (): void => undefined;
  const tap = everyText ? { keptMessageBytes: 0, onFrame: nothing, onMessage: nothing } : null;
  const pipeline = new Pipeline({ ports: [], tap, seed: 9, rethrow: true });
  for (const [i, { bytes, atMs }] of packets.entries()) {
    pipeline.onPacket(
      packetView(bytes, { packetNumber: packetNumber(i + 1), timestampNs: relativeNs(atMs * 1e6 + 0.5) }),
    );
    // Whoever looks while packets come in must not change what is seen later.
    if (i % looksEvery === 0) void pipeline.analysis([], 0n, true);
  }
  pipeline.finish();
  return [...pipeline.analysis([], 0n, false).connections];
}

test("texts and beats that are only counted leave the same facts as those that are read", () => {
  const skim = vi.spyOn(CalmTexts.prototype, "skim");
  const kept = vi.spyOn(CalmBeats.prototype, "add");
  fc.assert(
    fc.property(
      fc.array(step, { minLength: 5, maxLength: 120 }),
      fc.integer({ min: 1, max: 200 }),
      (steps, looksEvery) => {
        let atMs = 20;
        const opening = (from: 0 | 1, words: string): Sent => ({ from, bytes: Buffer.from(words), atMs, lost: false });
        const sent = [opening(0, ""), opening(1, ""), opening(0, REQUEST), opening(1, RESPONSE)];
        for (const from of [0, 1] as const) sent.push({ from, bytes: EARLY[from], atMs, lost: false });
        for (const { from, shapes, pieceBytes, lost, laterMs } of steps) {
          atMs += laterMs;
          const bytes = Buffer.concat(
            shapes.map(({ opcode, payload }) =>
              frame({ opcode, payload: Buffer.from(payload, opcode === 1 ? "utf8" : "latin1"), mask: MASKS[from] }),
            ),
          );
          for (let at = 0; at < bytes.length; at += pieceBytes)
            sent.push({ from, bytes: bytes.subarray(at, at + pieceBytes), atMs, lost: lost && at === 0 });
        }
        const packets = packetsOf(sent);
        expect(factsOf(packets, false, looksEvery)).toEqual(factsOf(packets, true, looksEvery));
      },
    ),
    { numRuns: 150 },
  );
  const counted = skim.mock.calls.filter(([, , from], i) => (skim.mock.results[i]?.value as number) > from);
  expect(counted.length).toBeGreaterThan(300);
  expect(kept.mock.results.filter(({ value }) => value === true).length).toBeGreaterThan(200);
});
