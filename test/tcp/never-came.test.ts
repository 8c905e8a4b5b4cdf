import { expect, test } from "vitest";
import { neverCameBytes } from "../../src/tcp/never-came.ts";
import { type Line, OPENING, trackLines } from "../support/tracked-lines.ts";

test("a FIN that the capture lacks is known by its acknowledgment, and came first", () => {
  // The server's FIN, number 507, was not captured; the client's own one answers it.
  const { connections, lines } = trackLines(
    ...OPENING,
    ["C", 900, { flags: "FA", seq: 104, ack: 508 }],
    ["S", 901, { flags: "A", seq: 508, ack: 105 }],
  );
  const server = connections[0]?.halves[1];
  expect(server).toMatchObject({ fin: { packetNumber: 7 }, finIsUnseen: true, missingBytes: 0 });
  expect(connections[0]).toMatchObject({ finFirstFrom: 1, finFirst: { packetNumber: 7 } });
  expect(lines).not.toContainEqual(expect.stringMatching(/^gap/));
});

test("a FIN that the capture lacks came second when the other one was acknowledged without it", () => {
  const { connections } = trackLines(
    ...OPENING,
    ["S", 900, { flags: "FA", seq: 507, ack: 104 }],
    ["C", 901, { flags: "A", seq: 104, ack: 508 }],
    ["S", 950, { flags: "A", seq: 508, ack: 105 }],
  );
  expect(connections[0]?.halves[0]).toMatchObject({ fin: { packetNumber: 9 }, finIsUnseen: true });
  expect(connections[0]).toMatchObject({ finFirstFrom: 1, finFirst: { packetNumber: 7 } });
});

test("a FIN that is sent again came first when the other side's had acknowledged it", () => {
  // The first one was not captured, and the client's answer got lost on its way.
  const { connections } = trackLines(
    ...OPENING,
    ["C", 900, { flags: "FA", seq: 104, ack: 508 }],
    ["S", 1150, { flags: "FA", seq: 507, ack: 104 }],
    ["C", 1151, { flags: "FA", seq: 104, ack: 508 }],
    ["S", 1152, { flags: "A", seq: 508, ack: 105 }],
  );
  expect(connections[0]).toMatchObject({ finFirstFrom: 1, finFirst: { packetNumber: 7 } });
  expect(connections[0]?.halves[1]).toMatchObject({ finIsUnseen: true, finRetransmissions: 1 });
});

test("a FIN that was overtaken on its way to the recorder came first, and once", () => {
  const { connections } = trackLines(
    ...OPENING,
    ["C", 900, { flags: "FA", seq: 104, ack: 508 }],
    ["S", 900.02, { flags: "FA", seq: 507, ack: 104 }],
    ["S", 901, { flags: "A", seq: 508, ack: 105 }],
  );
  expect(connections[0]).toMatchObject({ finFirstFrom: 1, finFirst: { packetNumber: 8 } });
  expect(connections[0]?.halves[1]).toMatchObject({
    finIsUnseen: false,
    finRetransmissions: 0,
    finAcknowledged: { packetNumber: 7 },
  });
});

test("a FIN that was lost before the point of capture came first when its side had counted it before the other one's", () => {
  const closed = (...more: Line[]) =>
    trackLines(
      ...OPENING,
      ["C", 500, { flags: "PA", seq: 104, ack: 507, payload: "more" }],
      ...more,
      ["C", 560, { flags: "FA", seq: 108, ack: 507 }],
      ["S", 700, { flags: "FA", seq: 507, ack: 109 }],
    ).connections[0];
  expect(closed(["S", 510, { flags: "A", seq: 508, ack: 108 }])).toMatchObject({
    finFirstFrom: 1,
    finFirst: { packetNumber: 10 },
  });
  expect(closed(["S", 510, { flags: "A", seq: 507, ack: 108 }])).toMatchObject({
    finFirstFrom: 0,
    finFirst: { packetNumber: 9 },
  });
});

test("one byte that the capture lacks is no FIN when more comes behind it", () => {
  const { connections, lines } = trackLines(
    ...OPENING,
    ["C", 60, { flags: "A", seq: 104, ack: 508 }],
    ["S", 900, { flags: "PA", seq: 508, ack: 104, payload: "more" }],
    ["C", 901, { flags: "A", seq: 104, ack: 512 }],
  );
  expect(connections[0]?.halves[1]).toMatchObject({ fin: null, missingBytes: 1, notCapturedBytes: 1 });
  expect(lines).toContain("gap 0 1 1 not-captured");
});

test("what a side had sent is known by the number of its bare segments, until it comes after all", () => {
  const lost: Line[] = [
    ["S", 500, { flags: "PA", seq: 507, ack: 104, payload: "ping" }],
    // Six bytes of the client are lost on the way.
    ["C", 520, { flags: "A", seq: 110, ack: 511 }],
  ];
  const bytes = (...more: Line[]) => {
    const client = trackLines(...OPENING, ...lost, ...more).connections[0]?.halves[0];
    return client === undefined ? null : neverCameBytes(client);
  };
  expect(bytes()).toBe(6);
  expect(bytes(["C", 800, { flags: "PA", seq: 104, ack: 511, payload: "pong!!" }])).toBe(0);
  expect(bytes(["C", 800, { flags: "PA", seq: 104, ack: 511, payload: "pong" }])).toBe(2);
});

test("a wild number proves nothing, nor does a FIN alone", () => {
  const client = (seq: number) =>
    trackLines(...OPENING, ["C", 520, { flags: "A", seq, ack: 507 }]).connections[0]?.halves[0];
  for (const seq of [105, 0x7000_0000, 0xc000_0000]) {
    const half = client(seq);
    expect(half === undefined ? null : neverCameBytes(half)).toBe(0);
  }
});

test("what comes before a FIN that was captured, and never came itself, is missing", () => {
  const { lines } = trackLines(
    ...OPENING,
    ["S", 900, { flags: "FA", seq: 511, ack: 104 }],
    ["C", 901, { flags: "A", seq: 104, ack: 507 }],
  );
  expect(lines).toContain("gap 0 1 4 lost");
});
