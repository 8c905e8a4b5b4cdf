import { expect, test } from "vitest";
import { type TcpPacket, tcpPacket } from "../support/packet-builder.ts";
import { type Timed, track } from "../support/run-tracker.ts";

const C = "10.0.0.1:40000";
const S = "10.0.0.2:8080";
type Line = [
  from: "C" | "S",
  atMs: number,
  packet: Partial<TcpPacket>,
  spoil?: "bit" | "offload" | "header" | "no-header",
];

let nextIpId = 1;

/** `bit`: a bit of the last byte flips on the way. `offload`: the checksum field still holds what the card would replace. */
const script = (...lines: Line[]): Timed[] =>
  lines.map(([from, atMs, packet, spoil]) => {
    const bytes = tcpPacket({
      from: from === "C" ? C : S,
      to: from === "C" ? S : C,
      ipId: nextIpId++,
      window: 500,
      ...packet,
    });
    if (spoil === "bit") bytes[bytes.length - 1] = (bytes[bytes.length - 1] as number) ^ 0x10;
    if (spoil === "offload") bytes.set([0x12, 0x34], 14 + 20 + 16);
    // The type of service, which no TCP checksum covers; a header checksum that the network card fills in.
    if (spoil === "header") bytes[14 + 1] = 0x20;
    if (spoil === "no-header") bytes.fill(0, 14 + 10, 14 + 12);
    return { atMs, bytes };
  });

const OPENING: Line[] = [
  ["C", 0, { flags: "S", seq: 100 }],
  ["S", 10, { flags: "SA", seq: 500, ack: 101 }],
  ["C", 20, { flags: "A", seq: 101, ack: 501 }],
];
const kindsOf = (told: ReturnType<typeof track>) => told.connections[0]?.events.map(({ kind }) => kind);

test("a damaged copy gives way to the good one that comes later", () => {
  const told = track(
    script(
      ...OPENING,
      ["C", 30, { flags: "PA", seq: 101, ack: 501, payload: "one" }, "bit"],
      ["C", 31, { flags: "PA", seq: 104, ack: 501, payload: "two" }],
      ["S", 32, { flags: "A", seq: 501, ack: 101 }],
      ["C", 230, { flags: "PA", seq: 101, ack: 501, payload: "one" }],
      ["S", 240, { flags: "A", seq: 501, ack: 107 }],
    ),
  );
  expect(told.text(0, 0)).toBe("onetwo");
  expect(told.connections[0]?.halves[0]).toMatchObject({
    damaged: 1,
    retransmissions: 1,
    conflicts: 0,
    missingBytes: 0,
  });
  expect(kindsOf(told)).toContain("damaged");
});

test("a damaged IPv4 header is dropped as well, where the side's headers were right", () => {
  const lines = (opening: "header" | undefined, first: "header" | "no-header"): Line[] => [
    opening === undefined ? ["C", 0, { flags: "S", seq: 100 }] : ["C", 0, { flags: "S", seq: 100 }, opening],
    ["S", 10, { flags: "SA", seq: 500, ack: 101 }],
    ["C", 20, { flags: "A", seq: 101, ack: 501 }],
    ["C", 30, { flags: "PA", seq: 101, ack: 501, payload: "one" }, first],
    ["S", 32, { flags: "A", seq: 501, ack: 101 }],
    ["C", 230, { flags: "PA", seq: 101, ack: 501, payload: "two" }],
    ["S", 240, { flags: "A", seq: 501, ack: 104 }],
  ];
  const told = track(script(...lines(undefined, "header")));
  expect(told.text(0, 0)).toBe("two");
  expect(told.connections[0]?.halves[0]).toMatchObject({ damaged: 1, retransmissions: 1, conflicts: 0 });
  for (const spoilt of [script(...lines("header", "header")), script(...lines(undefined, "no-header"))]) {
    const believed = track(spoilt);
    expect(believed.text(0, 0)).toBe("one");
    expect(believed.connections[0]?.halves[0].damaged).toBe(0);
  }
});

test("a damaged IPv4 header that the receiver took was none", () => {
  const told = track(
    script(
      ...OPENING,
      ["C", 30, { flags: "PA", seq: 101, ack: 501, payload: "one" }, "header"],
      ["S", 32, { flags: "A", seq: 501, ack: 104 }],
      ["C", 40, { flags: "PA", seq: 104, ack: 501, payload: "two" }, "header"],
      ["S", 42, { flags: "A", seq: 501, ack: 107 }],
    ),
  );
  expect(told.text(0, 0)).toBe("onetwo");
  expect(told.connections[0]?.halves[0].damaged).toBe(0);
});

test("odd lengths and IPv6 are summed right", () => {
  for (const payload of ["", "a", "ab", "abc", "abcd", "abcde"]) {
    const [from, to] = ["[2001:db8::1]:40000", "[2001:db8::2]:8080"];
    const told = track(
      script(
        ["C", 0, { from, to, flags: "S", seq: 100 }],
        ["S", 1, { from: to, to: from, flags: "SA", seq: 500, ack: 101 }],
        ["C", 2, { from, to, flags: "PA", seq: 101, ack: 501, payload: `x${payload}` }],
        ["C", 3, { from, to, flags: "PA", seq: 102 + payload.length, ack: 501, payload: `y${payload}` }, "bit"],
      ),
      false,
    );
    expect(told.text(0, 0)).toBe(`x${payload}`);
    expect(told.connections[0]?.halves[0].damaged).toBe(1);
  }
});

test("the peer acknowledges what looked damaged: the checksums say nothing, and nothing is lost", () => {
  const told = track(
    script(
      ...OPENING,
      ["C", 30, { flags: "PA", seq: 101, ack: 501, payload: "one" }, "offload"],
      ["C", 31, { flags: "PA", seq: 104, ack: 501, payload: "two" }, "offload"],
      ["C", 32, { flags: "FPA", seq: 107, ack: 501, payload: "end" }, "offload"],
      ["S", 33, { flags: "A", seq: 501, ack: 111 }],
    ),
  );
  expect(told.text(0, 0)).toBe("onetwoend");
  expect(told.connections[0]?.halves[0]).toMatchObject({ damaged: 0, missingBytes: 0, ended: true });
  expect(told.lines).toContain("end 0 0 fin");
});

test("a side that never fills its checksums in is believed from the start", () => {
  const told = track(
    script(["C", 0, { flags: "S", seq: 100 }, "offload"], ...OPENING.slice(1), [
      "C",
      30,
      { flags: "PA", seq: 101, ack: 501, payload: "one" },
      "offload",
    ]),
  );
  expect(told.text(0, 0)).toBe("one");
  expect(told.connections[0]?.halves[0].damaged).toBe(0);
});

test("what nobody acknowledges and nobody sends again is believed at the end", () => {
  const told = track(script(...OPENING, ["C", 30, { flags: "PA", seq: 101, ack: 501, payload: "one" }, "offload"]));
  expect(told.text(0, 0)).toBe("one");
  expect(told.connections[0]?.halves[0].damaged).toBe(0);
});

test("the sum of the pseudo-header alone stands in segments that a card has merged: no damage", () => {
  const merged = script(["C", 30, { flags: "PA", seq: 101, ack: 501, payload: "merged" }])[0] as Timed;
  // 10.0.0.1, 10.0.0.2, protocol 6 and 26 bytes, folded, not complemented.
  merged.bytes.set([0x14, 0x23], 14 + 20 + 16);
  const told = track([...script(...OPENING), merged, ...script(["C", 31, { flags: "R", seq: 107, ack: 501 }])], false);
  expect(told.text(0, 0)).toBe("merged");
});

test("a RST with a wrong checksum closes nothing", () => {
  const told = track(script(...OPENING, ["S", 30, { flags: "RA", seq: 501, ack: 101 }, "offload"]));
  expect(told.connections[0]?.resets).toHaveLength(0);
});

test("copies that are damaged every time count as retransmissions that nobody acknowledges", () => {
  const again = [30, 230, 630, 1430].map(
    (at): Line => ["C", at, { flags: "PA", seq: 101, ack: 501, payload: "one" }, "bit"],
  );
  const told = track(script(...OPENING, ...again));
  expect(told.text(0, 0)).toBe("");
  expect(told.connections[0]?.halves[0]).toMatchObject({ damaged: 4, unackedRetransmissions: 3 });
});

test("what the capture cut off is not judged", () => {
  const packets = script(...OPENING, ["C", 30, { flags: "PA", seq: 101, ack: 501, payload: "one two" }]);
  const last = packets[3] as Timed;
  const told = track([
    ...packets.slice(0, 3),
    { ...last, bytes: last.bytes.subarray(0, last.bytes.length - 4), originalLength: last.bytes.length },
  ]);
  expect(told.connections[0]?.halves[0].damaged).toBe(0);
});
