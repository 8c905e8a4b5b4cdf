import fc from "fast-check";
import { expect, test } from "vitest";
import { concernsDiagnosis } from "../../src/payload/heartbeat.ts";
import { MessageSieve } from "../../src/payload/message-sieve.ts";

const word = fc.constantFrom(
  "ping",
  "telemetry",
  '{"type":"',
  '{"op":',
  "heartbeat",
  "error",
  "a",
  "b",
  "0123456789",
  '"}',
  " ",
);
const text = fc.array(word, { maxLength: 30 }).map((words) => words.join(""));

test("its memory never changes the answer", () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(text, fc.boolean()), { minLength: 1, maxLength: 30 }), (messages) => {
      const sieve = new MessageSieve();
      // Each message twice: the second time its beginning may be remembered.
      for (const [message, isText] of messages.flatMap((one) => [one, one])) {
        const bytes = new Uint8Array(Buffer.from(message));
        expect(sieve.passes(bytes, bytes.length, isText)).toBe(concernsDiagnosis(bytes, 0, bytes.length, isText));
      }
    }),
    { numRuns: 500 },
  );
});
