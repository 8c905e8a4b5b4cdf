import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { play, type Step, SWITCH, UPGRADE } from "../http/http-events.ts";

const piece = fc.constantFrom(
  UPGRADE,
  SWITCH,
  "GET / HTTP/1.1\r\nHost: a\r\n\r\n",
  "POST / HTTP/1.1\r\nContent-Length: 4\r\n\r\nabcd",
  "POST / HTTP/1.0\nTransfer-Encoding: chunked\n\n4\nabcd\n0\n\n",
  "CONNECT a:1 HTTP/1.1\r\n\r\n",
  "HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nx",
  "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nx\r\n0\r\nA: b\r\n\r\n",
  "HTTP/1.1 100 Continue\r\n\r\n",
  "HTTP/1.1 204\r\n\r\n",
  "HTTP/1.1 403 No\r\n\r\n",
  "\x81\x02hi",
  "\r\n",
  "Content-Length: x\r\n",
);
const noise = fc.uint8Array({ maxLength: 24 }).map((bytes) => Buffer.from(bytes).toString("latin1"));
const text = fc
  .array(fc.oneof({ weight: 6, arbitrary: piece }, noise), { maxLength: 6 })
  .map((parts) => parts.join(""));
const bytesStep: fc.Arbitrary<Step> = fc.oneof(
  text.map((c) => ({ c })),
  text.map((s) => ({ s })),
);
const anyStep: fc.Arbitrary<Step> = fc.oneof(
  { weight: 8, arbitrary: bytesStep },
  fc.record({ gap: fc.constantFrom("c" as const, "s" as const), bytes: fc.integer({ min: 1, max: 500 }) }),
  fc.record({ end: fc.constantFrom("c" as const, "s" as const) }),
);

describe("HTTP properties", () => {
  it("the same events for every chunking", () => {
    fc.assert(
      fc.property(fc.array(bytesStep, { maxLength: 8 }), fc.array(fc.nat(40), { minLength: 1 }), (steps, sizes) => {
        let next = 0;
        const cut = (length: number): number[] => {
          const pieces: number[] = [];
          for (let left = length; left > 0; ) {
            const size = Math.min(left, sizes[next++ % sizes.length] ?? 1);
            // An empty segment now and then: it must not count as one.
            pieces.push(size);
            left -= size;
            if (size === 0 && sizes.every((s) => s === 0)) return [length];
          }
          return pieces;
        };
        const ends: Step[] = [{ end: "c" }, { end: "s" }];
        // Where a segment begins matters only after broken framing, which looks for a message there.
        const expected = play([...steps, ...ends]).lines;
        fc.pre(!expected.some((line) => /malformed http\.(chunk|content-length$|transfer)/.test(line)));
        expect(play([...steps, ...ends], cut).lines).toEqual(expected);
      }),
      { numRuns: 1000 },
    );
  });

  it("nothing throws, each exchange ends once, and nothing comes after its end", () => {
    fc.assert(
      fc.property(fc.array(anyStep, { maxLength: 20 }), (steps) => {
        const { lines, exchanges } = play([...steps, { end: "c" }, { end: "s" }]);
        expect(new Set(exchanges).size).toBe(exchanges.length);
        const begun = lines.filter((line) => /^(request|response \d+ to \?)/.test(line)).length;
        expect(exchanges.length).toBe(begun);
      }),
      { numRuns: 1000 },
    );
  });
});
