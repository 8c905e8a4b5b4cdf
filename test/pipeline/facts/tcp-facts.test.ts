import { expect, test } from "vitest";
import { tcpFacts } from "../../../src/pipeline/facts/tcp-facts.ts";
import { type Line, trackLines } from "../../support/tracked-lines.ts";

const openingOf = (...lines: Line[]) => {
  const [connection] = trackLines(...lines).connections;
  return connection === undefined ? null : tcpFacts(connection, 60e9).opening;
};

test("who acknowledges has been answered, though the capture lacks the answer", () => {
  const syn: Line = ["C", 0, { flags: "S", seq: 100 }];
  expect(openingOf(syn, ["C", 1000, { flags: "S", seq: 100 }])).toBe("unanswered");
  // Its handshake, its request and the answer are missing.
  expect(openingOf(syn, ["C", 4000, { flags: "A", seq: 210, ack: 630 }])).toBe("complete");
});
