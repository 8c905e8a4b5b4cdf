import { expect, test } from "vitest";
import { CLIENT, type Direction, SERVER } from "../../src/base/brand.ts";
import { RecordRhythm } from "../../src/tls/record-rhythm.ts";

// Sizes and times are those of OpenSSL's TLS 1.3, which sends two session tickets of one size in one flight.

const TICKETS = [282, 282] as const;

/** Records of a conversation that the capture holds from its first: packet, second, who, sizes. */
function heard(...flights: readonly (readonly [number, number, Direction, readonly number[]])[]): RecordRhythm {
  const rhythm = new RecordRhythm();
  for (const [packetNumber, seconds, direction, sizes] of flights)
    for (const bytes of sizes)
      rhythm.note(direction, bytes, false, false, { packetNumber, timestampNs: seconds * 1e9 });
  return rhythm;
}

test("session tickets are no answer to the request", () => {
  const asked = [8, 0.03, CLIENT, [173]] as const;
  expect(heard(asked, [9, 0.035, SERVER, TICKETS]).answerBytes).toBeNull();
  expect(heard(asked, [9, 0.035, SERVER, [...TICKETS, 146]]).answerBytes).toBe(146);
  expect(heard(asked, [9, 0.035, SERVER, TICKETS], [11, 3, SERVER, [146]]).answerBytes).toBe(146);
  // A close_notify neither.
  expect(heard(asked, [9, 0.035, SERVER, TICKETS], [12, 4, SERVER, [19]]).answerBytes).toBeNull();
  // One alone may be an answer, and so may two that differ, or that came one after the other.
  expect(heard(asked, [9, 0.035, SERVER, [282]]).answerBytes).toBe(282);
  expect(heard(asked, [9, 0.035, SERVER, [282, 146]]).answerBytes).toBe(428);
  expect(heard(asked, [9, 0.035, SERVER, [58]], [11, 0.05, SERVER, [58]]).answerBytes).toBe(116);
});
