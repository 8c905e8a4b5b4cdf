import { expect, test } from "vitest";
import { neverCameBytes } from "../../src/tcp/never-came.ts";
import { type Line, OPENING, trackLines } from "../support/tracked-lines.ts";

const [syn, , ack, ask, answer, taken] = OPENING as [Line, Line, Line, Line, Line, Line];
const more: Line = ["S", 90, { flags: "PA", seq: 507, ack: 104, payload: "more" }];
const moreTaken: Line = ["C", 91, { flags: "A", seq: 104, ack: 511 }];

test("a stream whose SYN the capture lacks begins where the other side's first acknowledgment says", () => {
  const { connections, lines } = trackLines(syn, ack, ask, more, moreTaken);
  expect(connections[0]?.halves[1]).toMatchObject({ missingBytes: 6, notCapturedBytes: 6, streamBytes: 4 });
  expect(lines).toContain("gap 0 1 6 not-captured");
});

test("nor does it begin where the next acknowledgment has got to", () => {
  const { connections } = trackLines(syn, ack, ask, taken, more, moreTaken);
  expect(connections[0]?.halves[1]).toMatchObject({ missingBytes: 6, streamBytes: 4 });
});

test("what comes late after all is no hole", () => {
  const { connections } = trackLines(syn, ack, ask, more, moreTaken, answer);
  expect(connections[0]?.halves[1]).toMatchObject({ missingBytes: 0, streamBytes: 10 });
});

test("bytes of a side that is seen to say nothing are known by their acknowledgment", () => {
  const bare: Line = ["S", 31, { flags: "A", seq: 501, ack: 104 }];
  const { connections } = trackLines(syn, ack, ask, bare, taken);
  expect(connections[0]?.halves[1]).toMatchObject({ missingBytes: 6, notCapturedBytes: 6, streamBytes: 0 });
  // Its FIN is none of them.
  const fin: Line = ["S", 900, { flags: "FA", seq: 507, ack: 104 }];
  const closed = trackLines(syn, ack, ask, bare, taken, fin, ["C", 901, { flags: "A", seq: 104, ack: 508 }]);
  expect(closed.connections[0]?.halves[1]).toMatchObject({ notCapturedBytes: 6, finIsUnseen: false });
  expect(trackLines(syn, ack, ask, bare).connections[0]?.halves[1].missingBytes).toBe(0);
});

test("what such a side sent and nobody got is known by the number of its bare segments", () => {
  const bare = (atMs: number, seq: number): Line => ["S", atMs, { flags: "A", seq, ack: 104 }];
  const server = trackLines(syn, ack, ask, bare(31, 501), bare(900, 1901)).connections[0]?.halves[1];
  expect(server === undefined ? null : neverCameBytes(server)).toBe(1400);
});

test("a side of which not a packet came has no hole: one direction was captured", () => {
  expect(trackLines(syn, ack, ask, taken, moreTaken).connections[0]?.halves[1].missingBytes).toBe(0);
});

test("of a connection that is older than the capture it may have been sent before", () => {
  const older = trackLines(["C", 30, { flags: "A", seq: 104, ack: 501 }], more, moreTaken);
  expect(older.connections[0]?.halves[1]).toMatchObject({ missingBytes: 0, streamBytes: 4 });
});

test("a wild number proves nothing", () => {
  const wild: Line = ["C", 20, { flags: "A", seq: 101, ack: 0x9000_0000 }];
  expect(trackLines(syn, wild, ask, more, moreTaken).connections[0]?.halves[1].streamBytes).toBe(4);
});
