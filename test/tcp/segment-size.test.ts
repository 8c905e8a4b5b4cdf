import { expect, test } from "vitest";
import { OPENING, trackLines } from "../support/tracked-lines.ts";

test("small segments that are sent again as one do not show what the path lets through", () => {
  const { connections } = trackLines(
    ...OPENING,
    ["S", 300, { flags: "PA", seq: 507, ack: 104, payload: "x".repeat(400) }],
    ["S", 500, { flags: "PA", seq: 907, ack: 104, payload: "x".repeat(400) }],
    ["S", 1500, { flags: "PA", seq: 507, ack: 104, payload: "x".repeat(800) }],
  );
  const sizes = connections.flatMap(({ halves }) => halves.map(({ largestSegmentBytes }) => largestSegmentBytes));
  expect(Math.max(...sizes)).toBe(400);
});
