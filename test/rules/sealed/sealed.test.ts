import { describe, expect, test } from "vitest";
import { judge } from "../../../src/rules/judging/judge.ts";
import type { HalfFacts } from "../../../src/store/tcp-types.ts";
import type { RhythmBeat, TlsFacts, TlsRhythm } from "../../../src/store/tls-types.ts";
import type { ConnectionFacts } from "../../../src/store/types.ts";
import { abnormal, analysisOf, joined, mark, reset, sealedConnection } from "../../support/facts-builder.ts";

/** What is said of a connection inside TLS whose keys nobody gave. */
const said = (connection: ConnectionFacts, ports: readonly number[] = []) =>
  judge(analysisOf([connection]), { ports })
    .filter(({ ruleId }) => ruleId !== "capture.no-websocket")
    .map(({ ruleId, variant, severity, confidence }) => `${severity} ${ruleId} ${variant} ${confidence}`);

/**
 * A client that pings every 20 s and waits for each pong: the first two came at once, the third never did. After 20 s it says
 * something else (its Close), which stays unanswered too, and hangs up 10 s later; Python's websockets does so by default.
 */
const PATIENT: RhythmBeat = {
  intervalMs: 20_000,
  count: 3,
  answered: 2,
  last: mark(60),
  lastAnswer: mark(40),
  unanswered: 1,
  firstUnanswered: mark(60),
};
const waiting = (beat: Partial<RhythmBeat>, last: TlsRhythm["last"] = [mark(80), mark(50)], end = 90) =>
  sealedConnection({ firstCloser: "client", closedAt: mark(end) }, { last, beats: [{ ...PATIENT, ...beat }, null] });

/** One request, a short answer, silence, and the server's end: an idle WebSocket, or a kept connection of HTTPS. */
const idle = (seconds: number, answerBytes = 300): ConnectionFacts =>
  sealedConnection(
    { firstCloser: "server", idleBeforeCloseNs: seconds * 1e9 },
    { records: [1, 3], smallTurns: 0, unasked: [0, 0], answerBytes },
    { closings: [null, mark(40)] },
  );

describe("inside TLS, without keys", () => {
  test("what looks like a WebSocket is judged with a doubt, and the keys are asked for", () => {
    const cut = sealedConnection({ firstCloser: "server" });
    expect(said(cut)).toEqual(["error ws.close.no-close-frame sealedCut likely"]);
    const [finding] = judge(analysisOf([cut]));
    expect(finding?.causes.at(-1)?.id).toBe("keysWouldTell");
  });

  test("no keys are asked for where the proxy's other leg can be read", () => {
    const front = sealedConnection({ firstCloser: "server" }, {}, { closings: [null, mark(40)] });
    const back = abnormal("client", 40);
    const told = judge(analysisOf([front, back], { joins: [joined("proxied", { by: "timing" })] }));
    const ended = told.filter(({ ruleId, connectionId }) => ruleId === "ws.close.no-close-frame" && connectionId === 0);
    expect(ended.map(({ variant }) => variant)).toEqual(["proxyBusy"]);
    expect(ended[0]?.causes.map(({ id }) => id)).not.toContain("keysWouldTell");
  });

  test("on a port of which nobody knows what runs there it is a warning", () => {
    const cut = sealedConnection({ firstCloser: "server" }, {}, {}, 9999);
    expect(said(cut)).toEqual(["warning ws.close.no-close-frame sealedCut possible"]);
    expect(said(cut, [9999])).toEqual(["error ws.close.no-close-frame sealedCut likely"]);
  });

  test("an idle timer is the error's cause, and its own finding a note", () => {
    const timed = sealedConnection(
      { firstCloser: "server", idleBeforeCloseNs: 60.01e9 },
      {},
      { closings: [null, mark(40)] },
    );
    expect(said(timed)).toEqual([
      "error ws.close.no-close-frame sealedNotified likely",
      "note ws.idle.timeout sealed possible",
    ]);
    const causes = judge(analysisOf([timed]))[0]?.causes.map(({ id, args }) => `${id} ${args["timer"] ?? ""}`);
    expect(causes).toContain("timerFits nginx proxy_read_timeout");
    // Who has said close_notify was alive.
    expect(causes).not.toContain("serverDied ");
  });

  test("an HTTPS connection that was kept and ended when idle is nobody's trouble, until its port is asked for", () => {
    expect(said(idle(60.01))).toEqual([]);
    expect(said(idle(60.01), [443])).toEqual(["warning ws.idle.timeout sealed possible"]);
    expect(said(idle(75.01), [443])).toEqual([]);
    expect(said(idle(60.01, 9000), [443])).toEqual([]);
  });

  test("the first data after a long silence that meets an RST, and data that vanishes, are so with or without keys", () => {
    const forgotten = sealedConnection({
      ending: "rst",
      firstCloser: "server",
      resets: [reset({ answers: mark(39.99), hasAck: false })],
      client: { lastAcknowledged: mark(2), fin: null },
      server: { lastData: mark(2), fin: null },
    });
    expect(said(forgotten)).toEqual(["error tcp.rst.after-idle plain likely", "note tcp.rst sealed certain"]);
    const vanished = sealedConnection({
      ending: "silent",
      firstCloser: null,
      closedAt: null,
      client: { fin: null, lastData: mark(29) },
      server: {
        fin: null,
        lastAcknowledged: mark(29.9),
        unacknowledged: { bytes: 200, since: mark(30), retransmissions: 6, last: mark(38), fullSize: false },
      },
    });
    expect(said(vanished)).toEqual(["error tcp.path.blackhole midTraffic certain"]);
  });

  test("a dead path is told of any TLS, as less where nothing says that it is a WebSocket", () => {
    const dead = (port: number, more: Partial<TlsFacts> = {}) =>
      sealedConnection(
        {
          ending: "silent",
          firstCloser: null,
          closedAt: null,
          client: { fin: null },
          server: {
            fin: null,
            unacknowledged: { bytes: 200, since: mark(30), retransmissions: 6, last: mark(38), fullSize: false },
          },
        },
        { smallTurns: 0, unasked: [0, 0] },
        more,
        port,
      );
    expect(said(dead(443))).toEqual(["warning tcp.path.blackhole midTraffic certain"]);
    expect(judge(analysisOf([dead(443)]))[0]?.causes.at(-1)?.id).toBe("keysWouldTell");
    // Mail, and pages in HTTP/2.
    expect(said(dead(993)).join()).not.toContain("tcp.path");
    expect(said(dead(443, { applicationProtocols: ["h2", "http/1.1"] })).join()).not.toContain("tcp.path");
  });

  test("one ping without an answer is a heartbeat's end where its sender waits for each answer", () => {
    expect(said(waiting({}))).toEqual([
      "error ws.pong.missing sealed likely",
      "note ws.close.no-close-frame sealedCut certain",
    ]);
    const [finding] = judge(analysisOf([waiting({})]));
    expect(finding?.evidence.map(({ what }) => what)).toEqual([
      "lastBeatAnswer",
      "unansweredBeat",
      "lastRecord",
      "fin",
    ]);
    // It hung up at once, the server went on talking, or does not answer each of them: nothing was waited for.
    expect(said(waiting({}, [mark(60), mark(50)], 61)).join()).not.toContain("ws.pong.missing");
    expect(said(waiting({}, [mark(80), mark(70)])).join()).not.toContain("ws.pong.missing");
    expect(said(waiting({ count: 6 })).join()).not.toContain("ws.pong.missing");
  });

  test("an open connection misses answers only where each came before, and nothing waits on the path", () => {
    const open = (beat: Partial<RhythmBeat>, unacknowledged: HalfFacts["unacknowledged"] = null) =>
      sealedConnection(
        { ending: "open", closedAt: null, firstCloser: null, client: { fin: null, unacknowledged } },
        {
          last: [mark(119), mark(40)],
          beats: [{ ...PATIENT, count: 6, answered: 2, unanswered: 4, last: mark(119), ...beat }, null],
        },
      );
    expect(said(open({}))).toEqual(["warning ws.pong.missing sealedOngoing likely"]);
    expect(said(open({ unanswered: 2, count: 4 }))).toEqual([]);
    expect(said(open({ answered: 1 }))).toEqual([]);
    const lost = { bytes: 50, since: mark(60), retransmissions: 6, last: mark(118), fullSize: false };
    expect(said(open({}, lost)).join()).not.toContain("ws.pong.missing");
  });

  test("regular records that nobody answers are data, not a heartbeat", () => {
    const beats = (answered: number): TlsRhythm["beats"] => [null, { ...PATIENT, count: 12, answered }];
    const [data] = judge(analysisOf([sealedConnection({ firstCloser: "server" }, { beats: beats(1) })]));
    expect(data?.args["beatFrom"]).toBeUndefined();
    const [heart] = judge(analysisOf([sealedConnection({ firstCloser: "server" }, { beats: beats(12) })]));
    expect(heart?.args["beatFrom"]).toBe("server");
  });
});
