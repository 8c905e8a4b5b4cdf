import { describe, expect, test } from "vitest";
import { connectionId } from "../../../src/base/brand.ts";
import { ownTimers } from "../../../src/rules/context/timers.ts";
import { judge } from "../../../src/rules/judging/judge.ts";
import type { Analysis, ConnectionFacts } from "../../../src/store/types.ts";
import {
  ACCEPT,
  abnormal,
  analysisOf,
  BACKEND_LEG,
  beat,
  close,
  connectionFacts,
  deafBeat,
  half,
  joined,
  mark,
  refusedUpgrade,
  reset,
  stalled,
  tcp,
  upgrade,
  webSocket,
} from "../../support/facts-builder.ts";
import { atBothEnds, hungUpByProxy } from "../cases/legs.ts";

const proxied = { joins: [joined("proxied")] };
const quiet = beat({ pings: 0, answered: 0 });
const told = (analysis: Analysis) =>
  judge(analysis).map(({ ruleId, connectionId, severity, followsFrom }) => [
    ruleId,
    connectionId,
    severity,
    followsFrom,
  ]);
const errors = (analysis: Analysis) => judge(analysis).filter(({ severity }) => severity === "error");
const shown = (analysis: Analysis) => errors(analysis)[0]?.evidence.map(({ what, args }) => ({ what, ...args }));

test("a WebSocket that the server gave up is told by its own leg while the client's is still open", () => {
  const stillOpen = connectionFacts({
    upgrade: upgrade(),
    webSocket: webSocket({ closeFrames: [null, null], heartbeat: [quiet, deafBeat(20, [30])] }),
    tcp: tcp({ ending: "open", firstCloser: null, closedAt: null, server: { fin: null }, client: { fin: null } }),
    close: { verdict: "open", clientSees: null, serverSees: null },
  });
  const givenUp = abnormal("server", 40, {
    ...BACKEND_LEG,
    webSocketFacts: { heartbeat: [quiet, deafBeat(20, [30])] },
  });
  const errorsOf = (front: ConnectionFacts) =>
    told(analysisOf([front, givenUp], proxied)).filter(([, , severity]) => severity !== "note");
  expect(errorsOf(stillOpen)).toEqual([["ws.pong.missing", 1, "error", null]]);
  // There the client's leg says why.
  const [own, peer] = stillOpen.tcp.halves;
  const unacknowledged = { bytes: 2, since: mark(30), retransmissions: 6, last: mark(39), fullSize: false };
  const cut = { ...stillOpen, tcp: { ...stillOpen.tcp, halves: [own, { ...peer, unacknowledged }] as const } };
  expect(errorsOf(cut)).toEqual([["tcp.path.blackhole", 0, "error", null]]);
  // It shows there only with what the client says next, and the pings wait in the proxy's system.
  const next = { ...unacknowledged, since: mark(30.2) };
  const later: ConnectionFacts = {
    ...stillOpen,
    webSocket: webSocket({ closeFrames: [null, null], heartbeat: [quiet, beat({ pings: 2, answered: 2 })] }),
    tcp: { ...stillOpen.tcp, halves: [{ ...own, unacknowledged: next }, peer] },
  };
  expect(errorsOf(later)).toEqual([["tcp.path.blackhole", 0, "error", null]]);
});

test("a message that was refused behind a proxy is one error, where it was refused", () => {
  const refusing = (seconds: number) =>
    webSocket({ closeFrames: [null, close(seconds, 1009)], largestMessageBytes: [2e6, 100] });
  const found = told(
    analysisOf(
      [
        connectionFacts({ upgrade: upgrade(), webSocket: refusing(10.001) }),
        connectionFacts({ ...BACKEND_LEG, upgrade: upgrade(), webSocket: refusing(10) }),
      ],
      proxied,
    ),
  ).filter(([rule]) => rule === "ws.message.too-big" || rule === "ws.close.code");
  expect(found).toEqual([
    ["ws.message.too-big", 1, "error", null],
    ["ws.close.code", 1, "note", "ws.message.too-big"],
    ["ws.close.code", 0, "note", "ws.message.too-big"],
    ["ws.message.too-big", 0, "note", "ws.message.too-big"],
  ]);
});

describe("a proxy that hangs up on both legs", () => {
  test("is one error, on the leg of the client, with the end of both legs as evidence", () => {
    const [error, ...others] = errors(hungUpByProxy(3));
    expect(others).toEqual([]);
    expect(error).toMatchObject({
      connectionId: 0,
      variant: "proxyIdle",
      args: { idleMs: 3000, name: "nginx/1.22.1" },
    });
    expect(error?.evidence.map(({ what, args }) => [what, args["from"]])).toEqual([
      ["lastData", "client"],
      ["fin", "proxy"],
      ["legFin", "proxy"],
    ]);
    expect(error?.causes[0]).toMatchObject({ id: "nginxReadTimeout", args: { idleMs: 3000, pingSeconds: 1 } });
    expect(told(hungUpByProxy(3)).every(([, , severity], index) => index === 0 || severity === "note")).toBe(true);
  });

  test("is its timer's work after less than 2 s only where nothing had been said since the opening", () => {
    const variantOf = (idleSeconds: number, openedAt: number) => {
      const webSocketFacts = { openedAt: mark(openedAt), heartbeat: [quiet, quiet] } as const;
      return errors(hungUpByProxy(idleSeconds, { front: { webSocketFacts } }))[0]?.variant;
    };
    expect(variantOf(1.99, 10)).toBe("proxyIdle");
    expect(variantOf(1.99, 2)).toBe("proxyBusy");
    expect(variantOf(1.4, 10)).toBe("proxyBusy");
  });

  test("that resets its backend is HAProxy; one that says nothing is a proxy", () => {
    const byReset = {
      tcpFacts: { ending: "rst" as const, idleBeforeCloseNs: 3e9, resets: [reset({ from: "client" })] },
    };
    expect(errors(hungUpByProxy(3, { server: null, back: byReset }))[0]?.causes[0]?.id).toBe("haproxyTunnelTimeout");
    expect(errors(hungUpByProxy(3, { server: null }))[0]?.causes[0]?.id).toBe("proxyIdleTimer");
  });

  test("after a time that many timers have: all of them tie", () => {
    const { causes } = errors(hungUpByProxy(60, { server: null }))[0] ?? { causes: [] };
    expect(causes.length).toBeGreaterThan(2);
    expect(causes.every(({ id }) => id === "timerFits")).toBe(true);
  });

  test("the user's own timer comes first", () => {
    const [error] = judge(hungUpByProxy(3), { timers: ownTimers("edge box", 3) });
    expect(error?.causes.map(({ id }) => id)).toEqual(["timerFits", "nginxReadTimeout"]);
  });

  test("not when one leg ends long after the other, nor with a Close frame", () => {
    for (const near of [
      hungUpByProxy(3, { laterSeconds: 2 }),
      hungUpByProxy(3, { back: { webSocketFacts: { closeFrames: [close(12.9, 1000), null] } } }),
    ])
      expect(judge(near).map(({ variant }) => variant)).not.toContain("proxyIdle");
  });
});

describe("who failed first", () => {
  test("the backend: the error is on its leg, what the client got is a note", () => {
    const killed = analysisOf([abnormal("server", 40.001), abnormal("server", 40, BACKEND_LEG)], proxied);
    expect(told(killed)).toEqual([
      ["ws.close.no-close-frame", 1, "error", null],
      ["ws.close.no-close-frame", 0, "note", "ws.close.no-close-frame"],
    ]);
    expect(shown(killed)).toContainEqual(expect.objectContaining({ what: "legFin", from: "proxy" }));
  });

  test("the client: the proxy that passes its end on is not blamed", () => {
    const left = analysisOf([abnormal("client", 40), abnormal("client", 40.001, BACKEND_LEG)], proxied);
    expect(told(left)[0]).toEqual(["ws.close.no-close-frame", 0, "error", null]);
    expect(told(left).slice(1)).toEqual([["ws.close.no-close-frame", 1, "note", "ws.close.no-close-frame"]]);
  });

  test("a client that answers no pings is blamed on its own leg, although the backend's ping went first", () => {
    const frozen = { webSocketFacts: { heartbeat: [quiet, deafBeat(20, [30, 40, 50])] } as const };
    const legs = analysisOf(
      [abnormal("server", 52, frozen), abnormal("server", 51.999, { ...BACKEND_LEG, ...frozen })],
      proxied,
    );
    expect(errors(legs).map(({ ruleId, connectionId }) => [ruleId, connectionId])).toEqual([["ws.pong.missing", 0]]);
  });

  test("warnings are said for the leg of the end that they are about", () => {
    const slow = {
      webSocket: webSocket({
        heartbeat: [quiet, beat({ late: 2, slowest: { ping: mark(1), pong: mark(9), roundTripMs: 8000 } })],
      }),
    };
    const late = judge(analysisOf([connectionFacts(slow), connectionFacts({ ...BACKEND_LEG, ...slow })], proxied));
    expect(late.filter(({ ruleId }) => ruleId === "ws.pong.late").map(({ connectionId }) => connectionId)).toEqual([0]);
  });
});

describe("an upgrade refused behind a proxy", () => {
  const asked = { status: 403, response: { Server: "nginx" }, requestAt: 0.1, responseAt: 0.4 };
  const refused = refusedUpgrade({ status: 403, requestAt: 0.2, responseAt: 0.3 }, BACKEND_LEG);
  const changed = [
    { name: "host", before: "app.example", behind: "127.0.0.1:7002" },
    { name: "connection", before: "Upgrade", behind: "upgrade" },
    { name: "cookie", before: "session=s3cret", behind: null },
    { name: "x-request-id", before: null, behind: "1" },
  ];
  const analysis = analysisOf([refusedUpgrade(asked), refused], {
    joins: [joined("proxied", { changedRequest: changed })],
  });

  test("is the backend's refusal, with what the proxy changed, but no credential", () => {
    expect(told(analysis)).toEqual([
      ["http.upgrade.refused", 1, "error", null],
      ["http.upgrade.refused", 0, "note", "http.upgrade.refused"],
    ]);
    const evidence = shown(analysis) ?? [];
    expect(evidence).toContainEqual({
      what: "fieldChanged",
      name: "host",
      message: "request",
      before: "app.example",
      behind: "127.0.0.1:7002",
    });
    expect(evidence).toContainEqual({ what: "fieldDropped", name: "cookie", message: "request" });
    expect(evidence).toContainEqual(expect.objectContaining({ what: "legAnswered", status: 403 }));
    expect(JSON.stringify(evidence)).not.toMatch(/s3cret|x-request-id|"connection"/);
    expect(errors(analysis)[0]?.causes.map(({ id }) => id)).toContain("proxyChangesHost");
  });

  test("a path that the proxy rewrote is the first cause of a 404", () => {
    const rewritten = analysisOf(
      [refusedUpgrade({ ...asked, status: 404 }), refusedUpgrade({ status: 404, requestAt: 0.2 }, BACKEND_LEG)],
      { joins: [joined("proxied", { changedRequest: [{ name: "(target)", before: "/ws/chat", behind: "/chat" }] })] },
    );
    expect(errors(rewritten)[0]?.causes[0]).toMatchObject({ id: "proxyRewritesPath", args: { before: "/ws/chat" } });
  });
});

test("a 101 that was whole behind the proxy is broken by the proxy, not by the server's library", () => {
  const whole = { Upgrade: "websocket", Connection: "Upgrade", "Sec-WebSocket-Accept": ACCEPT };
  const { "Sec-WebSocket-Accept": _, ...broken } = whole;
  const analysis = analysisOf(
    [
      connectionFacts({ upgrade: upgrade({ response: broken }, { acceptValid: false }) }),
      connectionFacts({ ...BACKEND_LEG, upgrade: upgrade({ response: whole }, { acceptValid: true }) }),
    ],
    {
      joins: [joined("proxied", { changedResponse: [{ name: "sec-websocket-accept", before: null, behind: ACCEPT }] })],
    },
  );
  expect(errors(analysis)[0]?.causes).toMatchObject([{ id: "proxyBreaks101", confidence: "certain" }]);
  expect(shown(analysis)).toContainEqual({ what: "fieldDropped", name: "sec-websocket-accept", message: "response" });
});

describe("one connection in two captures", () => {
  test("is said once", () => {
    const killed = abnormal("server", 40);
    expect(told(atBothEnds(killed, killed))).toEqual([
      ["ws.close.no-close-frame", 0, "error", null],
      ["capture.both-ends", 0, "note", null],
    ]);
  });

  test("acknowledgments that left one end and never came to the other prove it as well", () => {
    const running = { ending: "open", firstCloser: null, closedAt: null } as const;
    const open = { verdict: "open", clientSees: null, serverSees: null } as const;
    const shared = { close: open, webSocket: webSocket({ closeFrames: [null, null] }) };
    const near = connectionFacts({
      ...shared,
      tcp: tcp({
        ...running,
        events: stalled(30),
        server: { lastAcknowledged: mark(30) },
        client: { fin: null, lastPacket: mark(37) },
      }),
    });
    const far = (lastPacket: number) =>
      connectionFacts({ ...shared, tcp: tcp({ ...running, client: { fin: null, lastPacket: mark(lastPacket) } }) });
    const first = (lastPacket: number, untilSeconds = 60) =>
      errors(atBothEnds(near, far(lastPacket), { capturedUntilNs: [60e9, untilSeconds * 1e9] }))[0]?.causes[0];
    expect(first(30)).toMatchObject({
      id: "lostOneWay",
      confidence: "certain",
      args: { from: "client", to: "server" },
    });
    expect(first(37)).toMatchObject({ id: "dropsOneWay" });
    // That capture had stopped by then.
    expect(first(30, 31)).toMatchObject({ id: "dropsOneWay" });
  });

  test("bytes that left one end and never came to the other prove that the path lost them", () => {
    const sender = abnormal("server", 60, {
      tcpFacts: {
        ending: "silent",
        firstCloser: null,
        closedAt: null,
        server: {
          unacknowledged: { bytes: 600, since: mark(30), retransmissions: 7, last: mark(58), fullSize: false },
        },
      },
    });
    const open = { verdict: "open", clientSees: null, serverSees: null } as const;
    const deaf = connectionFacts({
      close: open,
      last: mark(29),
      tcp: tcp({ ending: "open", firstCloser: null, closedAt: null }),
      webSocket: webSocket({ closeFrames: [null, null] }),
    });
    const analysis = atBothEnds(deaf, sender, { lostBytes: [0, 600] });
    expect(errors(analysis).map(({ ruleId, connectionId }) => [ruleId, connectionId])).toEqual([
      ["tcp.path.blackhole", 1],
    ]);
    expect(shown(analysis)).toContainEqual({ what: "lostBetween", from: "server", bytes: 600 });
    expect(errors(analysis)[0]?.causes[0]).toMatchObject({ id: "lostOneWay", confidence: "certain" });
    expect(errors(analysis)[0]?.causes.map(({ id }) => id)).not.toContain("peerVanished");
    // The other capture had stopped: nobody knows whether they came.
    const stopped = atBothEnds(deaf, sender, { lostBytes: [0, 600], capturedUntilNs: [30.5e9, 1e12] });
    expect(shown(stopped)?.map(({ what }) => what)).not.toContain("lostBetween");
    expect(shown(atBothEnds(deaf, sender))?.map(({ what }) => what)).not.toContain("lostBetween");
    // Nor where nothing tells how far the clocks differ.
    const untimed = atBothEnds(deaf, sender, { lostBytes: [0, 600], clockOffsetNs: null, clockErrorNs: null });
    expect(shown(untimed)?.map(({ what }) => what)).not.toContain("lostBetween");
  });

  test("a RST that one of them lacks proves nothing where their clocks cannot be compared", () => {
    const killed = abnormal("server", 40, { tcpFacts: { ending: "rst", resets: [reset({ at: 40 })] } });
    const foreign = { connection: connectionId(0), packet: mark(40).packet, from: "server" } as const;
    const ids = (facts: Parameters<typeof atBothEnds>[2]) =>
      errors(atBothEnds(killed, connectionFacts({ last: mark(60) }), { foreignResets: [foreign], ...facts })).map(
        ({ ruleId }) => ruleId,
      );
    expect(ids({})).toContain("tcp.rst.injected");
    expect(ids({ clockOffsetNs: null, clockErrorNs: null })).not.toContain("tcp.rst.injected");
  });

  test("a SYN-ACK that never came back explains the SYN that the client saw unanswered", () => {
    const none = { dataSegments: 0, firstData: null, lastData: null };
    const opening = (overrides: Parameters<typeof tcp>[0]) =>
      connectionFacts({
        kind: "tcp-unanswered",
        upgrade: null,
        webSocket: null,
        close: { verdict: "none", clientSees: null, serverSees: null },
        last: mark(7),
        tcp: {
          ...tcp({
            opening: "unanswered",
            ending: "silent",
            firstCloser: null,
            closedAt: null,
            established: null,
            syns: [mark(0), mark(1), mark(3)],
            ...overrides,
          }),
          halves: [half(none), half(none)],
        },
      });
    const analysis = atBothEnds(opening({ synAcks: [] }), opening({ synAcks: [mark(0.1), mark(1.1), mark(3.1)] }));
    expect(errors(analysis).map(({ ruleId }) => ruleId)).toEqual(["tcp.open.synack-unacknowledged"]);
    expect(shown(analysis)).toContainEqual({ what: "neverArrived" });
  });

  test("clocks that differ do not turn the story round", () => {
    const client = abnormal("client", 40, { tcpFacts: { ending: "rst", resets: [reset({ from: "client" })] } });
    const later = abnormal("client", 3640, {
      first: mark(3600),
      tcpFacts: { ending: "rst", resets: [reset({ at: 3640, from: "client" })] },
    });
    const findings = errors(atBothEnds(client, later, { clockOffsetNs: 3600e9, clockErrorNs: 1e6 }));
    expect(findings.map(({ ruleId, connectionId }) => [ruleId, connectionId])).toEqual([["tcp.rst", 0]]);
  });
});

test("a proxy that hung up on both legs did it at once, though its captures have two clocks", () => {
  const apart = hungUpByProxy(3, { laterSeconds: 5 });
  const first = (clockOffsetNs: number | null) =>
    errors({ ...apart, joins: [joined("proxied", { clockOffsetNs })] })[0]?.variant;
  expect(first(5e9)).toBe("proxyIdle");
  expect(first(null)).not.toBe("proxyIdle");
});

test("a timer of the user's own that fits the silence is not said to be a lifetime too", () => {
  const idle = judge(hungUpByProxy(3), { timers: ownTimers("edge box", 3) });
  expect(idle.flatMap(({ causes }) => causes.map(({ id }) => id))).not.toContain("lifetimeFits");
});

describe("a SYN that the capture at the server lacks", () => {
  const attempt = (opening: "unanswered" | "refused") =>
    connectionFacts({
      kind: opening === "refused" ? "tcp-refused" : "tcp-unanswered",
      upgrade: null,
      webSocket: null,
      exchanges: [],
      tcp: tcp({
        opening,
        ending: opening === "refused" ? "rst" : "silent",
        syns: [mark(0), mark(1), mark(3)],
        synAcks: [],
        established: null,
        resets: opening === "refused" ? [reset({ from: "server", state: "opening" })] : [],
        server: { packets: opening === "refused" ? 1 : 0, dataSegments: 0 },
        client: { dataSegments: 0 },
      }),
    });
  const absences = [{ connection: connectionId(0), captureIndex: 0, certain: true }];

  test("was lost on the way, or refused by somebody in between", () => {
    const lost = judge(analysisOf([attempt("unanswered")], { absences }))[0];
    expect(lost?.ruleId).toBe("tcp.open.unanswered");
    expect(lost?.causes[0]).toMatchObject({ id: "lostBetween", confidence: "certain" });
    expect(lost?.evidence.map(({ what }) => what)).toContain("absentThere");
    const refused = judge(analysisOf([attempt("refused")], { absences }))[0];
    expect(refused?.ruleId).toBe("tcp.open.refused");
    expect(refused?.causes[0]).toMatchObject({ id: "answeredBetween", confidence: "certain" });
  });
});
