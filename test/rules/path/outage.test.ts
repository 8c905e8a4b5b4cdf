import { describe, expect, test } from "vitest";
import { connectionId, relativeNs } from "../../../src/base/brand.ts";
import { judge } from "../../../src/rules/judging/judge.ts";
import type { RuleId } from "../../../src/rules/types.ts";
import type { TcpEvent } from "../../../src/store/tcp-types.ts";
import type { Analysis, ConnectionFacts } from "../../../src/store/types.ts";
import { abnormal, analysisOf, connectionFacts, mark, reset, stalled, tcp } from "../../support/facts-builder.ts";
import { one, several } from "../cases/case.ts";
import { dialledInVain, silentSince, synAckLost, unreachable } from "../cases/opening.ts";

const errorsOf = (analysis: Analysis): string[] =>
  judge(analysis)
    .filter(({ severity }) => severity === "error")
    .map(({ ruleId, variant }) => `${ruleId} ${variant}`);

const found = (ruleId: RuleId, analysis: Analysis) => judge(analysis).find((finding) => finding.ruleId === ruleId);

describe("dials while nothing gets through between the same hosts", () => {
  test("follow from the connection that shows it", () => {
    const analysis = several(silentSince(30), dialledInVain(33), dialledInVain(50));
    expect(errorsOf(analysis)).toEqual(["tcp.path.blackhole allLost"]);
    expect(found("tcp.open.unanswered", analysis)).toMatchObject({
      followsFrom: "tcp.path.blackhole",
      alsoConnections: [2],
    });
    expect(found("tcp.path.blackhole", analysis)?.args["dials"]).toBe(2);
  });

  test.each<[string, readonly ConnectionFacts[]]>([
    ["one that came before", [silentSince(30), dialledInVain(20)]],
    ["one to another host", [silentSince(30), { ...dialledInVain(33), server: { address: "10.0.0.9", port: 8080 } }]],
    ["one long afterwards", [silentSince(30), dialledInVain(110)]],
    [
      "one after another that was answered",
      [silentSince(30), connectionFacts({ first: mark(45), tcp: tcp({ established: mark(45) }) }), dialledInVain(50)],
    ],
  ])("%s does not", (_, connections) => {
    expect(found("tcp.open.unanswered", several(...connections))?.followsFrom ?? null).toBeNull();
  });

  test("so does one behind another that a router called unreachable", () => {
    const error = { ...mark(33), sender: "10.0.0.254", ipVersion: 4, type: 3, code: 1, mtuBytes: 0 } as const;
    const refused = connectionFacts({
      kind: "tcp-refused",
      first: mark(30),
      last: mark(33),
      upgrade: null,
      webSocket: null,
      tcp: tcp({
        opening: "refused",
        ending: "icmp",
        firstCloser: null,
        closedAt: null,
        synAcks: [],
        established: null,
        syns: [mark(30)],
        icmpErrors: [{ ...error, about: "client" }],
        server: { packets: 0 },
      }),
    });
    expect(errorsOf(several(refused, dialledInVain(36)))).toEqual(["tcp.open.icmp host"]);
  });
});

describe("how long an outage was", () => {
  /** Repeated after 0.2, 0.4, 0.85, 1.75, 3.5 and 7 s; what was sent at 20 s is acknowledged at `acknowledged` s. */
  const repeated = (acknowledged: number): TcpEvent[] =>
    stalled(20).map((event) => ({
      ...event,
      sentNs: relativeNs(20e9),
      heardNs: relativeNs(19e9),
      acknowledgedNs: relativeNs(acknowledged * 1e9),
    }));

  test("lies between the last repetition that was lost and the first packet that came through", () => {
    const survived = one(connectionFacts({ tcp: tcp({ events: repeated(27.001) }) }));
    expect(found("tcp.path.blackhole", survived)?.args).toMatchObject({ leastMs: 3500, mostMs: 8001 });
  });

  test("has no upper bound where the acknowledgments are what got lost", () => {
    const events = repeated(40).map((event) => ({ ...event, sentNs: null }));
    const deaf = found("ws.close.no-close-frame", one(abnormal("server", 27.1, { tcpFacts: { events } })));
    expect(deaf).toMatchObject({ variant: "afterDeafness", args: { from: "server", to: "client", leastMs: 6800 } });
    expect(deaf?.args).not.toHaveProperty("mostMs");
  });

  test("ends at a FIN that is answered late, and explains who hung up", () => {
    const finRepeat = { last: mark(42), previous: mark(36), heardBefore: mark(29), heardAfter: mark(44) };
    const hungUp = (more: Partial<typeof finRepeat>) =>
      one(
        abnormal("client", 30, {
          tcpFacts: {
            client: {
              fin: mark(30),
              finRetransmissions: 6,
              finAcknowledged: null,
              finRepeat: { ...finRepeat, ...more },
            },
            server: { fin: null },
          },
        }),
      );
    const late = hungUp({});
    expect(errorsOf(late)).toEqual(["tcp.path.blackhole endLate"]);
    expect(found("tcp.path.blackhole", late)?.args).toMatchObject({ leastMs: 12_000, mostMs: 15_000 });
    // The last FIN is answered at once: only the one before it was lost.
    expect(found("tcp.path.blackhole", hungUp({ heardAfter: mark(42.001) }))?.args["leastMs"]).toBe(6000);
    // The other side was heard all the while.
    expect(found("tcp.path.blackhole", hungUp({ heardBefore: mark(41) }))?.variant).toBe("endLost");
    // Nothing came any more, but the next connection opened: both hosts are up.
    const causes = (...beside: ConnectionFacts[]) => {
      const lost = hungUp({ heardAfter: null } as object).connections;
      return found("tcp.path.blackhole", several(...lost, ...beside))?.causes.map(({ id }) => id);
    };
    expect(causes()).toEqual(["peerVanished", "pathInterrupted"]);
    const next = connectionFacts({ first: mark(33), tcp: tcp({ established: mark(33) }) });
    expect(causes(next)).toEqual(["pathStateLost", "pathInterrupted"]);
  });
});

describe("a host that knew nothing of its connection", () => {
  const forgot = (synStamp: number | null) =>
    abnormal("client", 32.9, {
      tcpFacts: {
        ending: "rst",
        resets: [reset({ from: "client", at: 32.9, answers: mark(32.89), hasAck: false })],
        client: {
          lastPacket: mark(30),
          synStamp: synStamp === null ? null : { value: synStamp, timestampNs: relativeNs(0) },
        },
      },
    });
  const dialledAgain = (value: number) =>
    connectionFacts({
      first: mark(32.8),
      tcp: tcp({
        replaces: connectionId(0),
        established: mark(33),
        client: { synStamp: { value, timestampNs: relativeNs(32.8e9) } },
      }),
    });
  const causeOf = (value: number, start: number | null = 1000) =>
    found("tcp.rst", several(forgot(start), dialledAgain(value)))?.causes[0]?.id;

  test("did not restart when its clock of stamps ran on", () => {
    expect(causeOf(1000 + 32_801)).toBe("programEnded");
    expect(causeOf(1000 + 8200)).toBe("programEnded");
    // Over the end of the 32 bits.
    expect(causeOf(30_000, -2_799)).toBe("programEnded");
  });

  test("may have, when another clock is read, or none", () => {
    expect(causeOf(1000 + 33_200)).toBe("hostRebooted");
    expect(causeOf(500)).toBe("hostRebooted");
    expect(causeOf(33_800, null)).toBe("hostRebooted");
  });

  test("is not said to have restarted when its next connection came about before", () => {
    const gone = abnormal("client", 39.9, {
      tcpFacts: {
        ending: "rst",
        events: stalled(32.9, "server"),
        resets: [reset({ from: "client", at: 39.9, answers: mark(39.89), hasAck: false })],
        client: { lastData: mark(32), lastPacket: mark(32) },
      },
    });
    const next = connectionFacts({ first: mark(36), tcp: tcp({ established: mark(36) }) });
    expect(found("tcp.rst", one(gone))?.variant).toBe("afterRestart");
    expect(found("tcp.rst", several(gone, next))?.variant).toBe("afterOutage");
  });
});

test("an RST from nearer by is no word of the host that it names, however long the path was interrupted", () => {
  const endedBy = (hopLimit: number): Analysis => {
    const { tcp: silent, ...connection } = silentSince(30);
    const [client, server] = silent.halves;
    const answer = reset({ from: "client", at: 42.01, answers: mark(42), hasAck: false, hopLimit, usualHopLimit: 63 });
    return one({
      ...connection,
      tcp: {
        ...silent,
        ending: "rst",
        firstCloser: "client",
        closedAt: mark(42.01),
        events: stalled(30),
        resets: [answer],
        halves: [{ ...client, lastPacket: mark(37) }, server],
      },
    });
  };
  const told = (hopLimit: number) => [
    found("tcp.path.blackhole", endedBy(hopLimit))?.causes[0]?.id,
    found("tcp.rst", endedBy(hopLimit))?.variant,
  ];
  expect(told(64)).toEqual(["dropsOneWay", "nearer"]);
  expect(told(63)).toEqual(["pathInterrupted", "afterOutage"]);
});

describe("a router that says it cannot reach a host", () => {
  const refused = (lastOfClient: number): Analysis => {
    const error = { ...mark(31), sender: "10.0.0.254", ipVersion: 4, type: 3, code: 1, mtuBytes: 0 } as const;
    const { tcp: silent, ...connection } = silentSince(30);
    const [client, server] = silent.halves;
    const halves = [{ ...client, lastPacket: mark(lastOfClient) }, server] as const;
    return one({ ...connection, tcp: { ...silent, halves, icmpErrors: [{ ...error, about: "server" }] } });
  };

  test("is believed: it is pinged from the side that still lives, and no firewall is blamed", () => {
    // What was under way comes yet.
    for (const seconds of [29, 31.5])
      expect(found("tcp.path.blackhole", refused(seconds))).toMatchObject({
        variant: "unreachable",
        causes: [{ id: "hostDown", args: { server: "10.0.0.1", from: "server" } }],
      });
  });

  test("is believed of other connections of the same two hosts", () => {
    const [connection] = refused(29).connections;
    const told = (other: ConnectionFacts) => errorsOf(several(connection as ConnectionFacts, other));
    const beside = { ...silentSince(29), client: { address: "10.0.0.1", port: 40_999 } };
    expect(told(beside)).toEqual(["tcp.path.blackhole unreachable"]);
    const apart = { ...beside, client: { address: "10.0.0.77", port: 40_999 } };
    expect(told(apart)).toEqual(["tcp.path.blackhole midTraffic", "tcp.path.blackhole unreachable"]);
    // It is heard from, on a connection that nobody refused.
    const heard = silentSince(29);
    const halves = [{ ...heard.tcp.halves[0], lastPacket: mark(35) }, heard.tcp.halves[1]] as const;
    expect(told({ ...heard, tcp: { ...heard.tcp, halves } })).toContain("tcp.path.blackhole oneWay");
  });

  test("is itself in the way of a host that goes on sending", () => {
    expect(found("tcp.path.blackhole", refused(35))).toMatchObject({
      variant: "unreachable",
      evidence: [{}, { what: "icmpUnreachable" }, { what: "lastHeard" }, {}],
      causes: [{ id: "refusesOneWay", args: { sender: "10.0.0.254", server: "10.0.0.1", to: "client" } }],
    });
  });
});

test("a server that looks in vain for its client on the link is neither overloaded nor behind a firewall", () => {
  const answered = connectionFacts({ first: mark(5), tcp: tcp({ established: mark(5) }) });
  const dialled = dialledInVain(50);
  const causesFor = (target: string) =>
    judge(
      analysisOf([answered, dialled], {
        arp: [{ sender: "10.0.0.2", target, first: mark(51), last: mark(53), requests: 3, answered: null }],
      }),
    ).find(({ ruleId }) => ruleId === "tcp.open.unanswered")?.causes[0]?.id;
  expect(causesFor("10.0.0.1")).toBe("pathInterrupted");
  expect(causesFor("10.0.0.77")).toBe("backlogFull");
});

describe("a server that looks in vain for a client it has answered", () => {
  const search = { sender: "10.0.0.2", target: "10.0.0.1", last: mark(40), requests: 9, answered: null };
  const told = (sought: number) =>
    judge(
      analysisOf([synAckLost([0.001, 1.001, 3.001]), dialledInVain(7)], {
        arp: [{ ...search, first: mark(sought) }],
      }),
    ).filter(({ severity }) => severity === "error");

  test("has one trouble, and its next silence is the same", () => {
    const [finding, ...others] = told(2.5);
    expect(others).toEqual([]);
    expect(finding).toMatchObject({
      ruleId: "tcp.open.synack-unacknowledged",
      causes: [{ id: "pathInterrupted" }, { id: "peerVanished" }],
    });
    // The client repeats its SYN all the while.
    expect(told(0.5)[0]?.causes.map(({ id }) => id)).toEqual(["pathInterrupted"]);
  });

  test("and not when it looks for it only long afterwards", () => {
    expect(told(8).map(({ ruleId }) => ruleId)).toEqual(["tcp.open.synack-unacknowledged", "tcp.open.unanswered"]);
  });
});

describe("a router that says that there is no such host", () => {
  const told = (analysis: Analysis) => {
    const finding = found("tcp.open.icmp", analysis);
    return `${finding?.variant} ${finding?.causes[0]?.id}`;
  };
  const later = (connection: ConnectionFacts, seconds: number): ConnectionFacts => {
    const shifted = ({ timestampNs, packet }: { timestampNs: number; packet: number }) => ({
      packet: packet as never,
      timestampNs: relativeNs(timestampNs + seconds * 1e9),
    });
    const { tcp: facts, first, last } = connection;
    return {
      ...connection,
      first: shifted(first),
      last: shifted(last),
      tcp: {
        ...facts,
        syns: facts.syns.map(shifted),
        icmpErrors: facts.icmpErrors.map((error) => ({ ...error, ...shifted(error) })),
      },
    };
  };

  test("has asked for it when it took its time, and turns it away when it did not", () => {
    expect(told(one(unreachable(1, 3, 3.1)))).toBe("host hostDown");
    expect(told(one(unreachable(1)))).toBe("hostAtOnce rejectsUnasked");
  });

  test("has asked before when its answer to a later attempt comes at once", () => {
    const analysis = several(unreachable(1, 3, 3.1), later(unreachable(1), 3.1));
    expect(judge(analysis).map(({ variant, alsoConnections }) => [variant, alsoConnections])).toEqual([["host", [1]]]);
  });

  test("has asked when the capture shows its question", () => {
    const { connections } = one(unreachable(1));
    const search = { sender: "10.0.0.254", target: "10.0.0.2", first: mark(0), last: mark(2), requests: 3 };
    expect(told(analysisOf(connections, { arp: [{ ...search, answered: null }] }))).toBe("host hostDown");
  });

  test("is the firewall of the very host that is said to be absent", () => {
    const own = unreachable(1, 3, 3.1);
    const icmpErrors = own.tcp.icmpErrors.map((error) => ({ ...error, sender: "10.0.0.2" }));
    expect(told(one({ ...own, tcp: { ...own.tcp, icmpErrors } }))).toBe("hostAtOnce rejectRule");
  });
});
