import { describe, expect, test } from "vitest";
import { causesCapture as en } from "../../src/i18n/en/causes-capture.ts";
import { causesCapture as zh } from "../../src/i18n/zh-cn/causes-capture.ts";
import { judge } from "../../src/rules/judging/judge.ts";
import type { RuleId } from "../../src/rules/types.ts";
import type { PauseFacts } from "../../src/store/tcp-types.ts";
import type { Analysis, ConnectionFacts } from "../../src/store/types.ts";
import {
  ACCEPT,
  abnormal,
  analysisOf,
  BACKEND_LEG,
  beat,
  close,
  connectionFacts,
  type ExchangeOverrides,
  exchange,
  joined,
  mark,
  refusedSyn,
  refusedUpgrade,
  reset,
  stalled,
  tcp,
  UPGRADE_FIELDS,
  upgrade,
  webSocket,
} from "../support/facts-builder.ts";
import { engineIoSession, namespace } from "../support/session-facts.ts";
import { one, several } from "./cases/case.ts";
import { hungUpByProxy } from "./cases/legs.ts";

/** Which causes a finding names, the likeliest first. */
function causesOf(ruleId: RuleId, analysis: Analysis): string[] {
  const finding = judge(analysis).find((item) => item.ruleId === ruleId);
  return (finding?.causes ?? []).map(({ id, confidence }) => `${confidence} ${id}`);
}

const refusal = (status: number, body: string) => refusedUpgrade({ status, body, response: { Server: "nginx" } });

test("an empty capture of any interface is not blamed on the interface", () => {
  const emptyOf = (linkType: string): Analysis =>
    analysisOf([], { packets: 9, otherPackets: { arp: 9 }, capture: { linkTypes: [linkType] } });
  expect(causesOf("capture.empty", emptyOf("ETHERNET"))).toEqual(["likely wrongFilter", "likely wrongInterface"]);
  expect(causesOf("capture.empty", emptyOf("LINUX_SLL2"))).toEqual(["likely wrongFilter"]);
});

test("a filter that caught nothing is not told to ask for a port that may be nobody's", () => {
  for (const { wrongFilter } of [en, zh]) expect(wrongFilter.fix).not.toMatch(/\d/);
});

describe("who refused", () => {
  test("nginx's own page is nginx, not the backend", () => {
    const page = (title: string) => `<h1>${title}</h1><hr><center>nginx/1.22.1</center>`;
    expect(causesOf("http.upgrade.refused", one(refusal(401, page("401"))))[0]).toBe("likely proxyWantsLogin");
    expect(causesOf("http.upgrade.refused", one(refusal(403, page("403"))))[0]).toBe("likely proxyForbids");
    expect(causesOf("http.upgrade.refused", one(refusal(429, page("429"))))[0]).toBe("certain proxyLimits");
    expect(causesOf("http.upgrade.gateway-error", one(refusal(503, page("503"))))).toEqual([
      "likely nginxLimits",
      "possible ingressEmpty",
    ]);
  });

  test("the backend's words, passed on, are the backend's", () => {
    expect(causesOf("http.upgrade.refused", one(refusal(401, '{"message":"Unauthorized"}')))[0]).toBe(
      "likely credentialsMissing",
    );
  });

  test("503 while others are connected there is a limit", () => {
    const open = connectionFacts({ last: mark(100) });
    const turnedAway = refusedUpgrade({ status: 503, response: { Server: "Caddy" } }, { first: mark(50) });
    expect(causesOf("http.upgrade.gateway-error", several(open, turnedAway))[0]).toBe("likely connectionLimit");
    expect(causesOf("http.upgrade.gateway-error", one(turnedAway))[0]).toBe("likely noHealthyBackend");
  });

  test("a limit counts those that are open, among any number that have been", () => {
    const gone = Array.from({ length: 100 }, () => connectionFacts({ last: mark(40) }));
    const open = Array.from({ length: 80 }, () => connectionFacts({ last: mark(100) }));
    const turnedAway = refusedUpgrade({ status: 503, response: { Server: "Caddy" } }, { first: mark(50) });
    const finding = judge(several(...gone, ...open, turnedAway)).find(
      ({ ruleId }) => ruleId === "http.upgrade.gateway-error",
    );
    expect(finding?.causes[0]).toMatchObject({ id: "connectionLimit", args: { count: 80 } });
  });
});

test("localhost is suspected first where another host answers on that port", () => {
  const own = { ...refusedSyn(1), server: { address: "127.0.0.1", port: 8080 } };
  expect(causesOf("tcp.open.refused", one(own))[0]).toBe("likely notListening");
  expect(causesOf("tcp.open.refused", several(own, connectionFacts()))[0]).toBe("likely localhostUrl");
});

test("a port of this machine that lets the client in later was the right one, at an address that is served", () => {
  const server = { address: "127.0.0.1", port: 8080 };
  const refused = { ...refusedSyn(1), server };
  const causes = (...later: ConnectionFacts[]) => causesOf("tcp.open.refused", several(refused, ...later));
  expect(causes({ ...connectionFacts({ first: mark(3) }), server })).toEqual(["certain serverStartedLater"]);
  // It does not show that the page meant this machine where only others are let in.
  expect(causes(connectionFacts({ first: mark(3) }))).toContain("likely localhostUrl");
});

test("an RST after whole seconds of silence that nobody asked for is a timer's", () => {
  const after = (seconds: number) =>
    abnormal("client", 40, {
      tcpFacts: { ending: "rst", resets: [reset({ from: "client" })], idleBeforeCloseNs: seconds * 1e9 },
    });
  expect(causesOf("tcp.rst", one(after(4.01)))[0]).toBe("likely proxyIdleTimer");
  expect(causesOf("tcp.rst", one(after(4.4)))[0]).toBe("likely closedWithUnread");
});

test("a Close that its sender's own FIN overtook came before it: no 1006", () => {
  const closing = (closer: "client" | "server") =>
    abnormal(closer, 40, {
      webSocketFacts: { closeFrames: [null, close(40.3, 1001)] },
      close: {
        verdict: "clean",
        clientSees: { code: 1001, reason: "", clean: true },
        serverSees: { code: 1006, reason: "", clean: false },
      },
    });
  const rules = (closer: "client" | "server") => judge(one(closing(closer))).map(({ ruleId }) => ruleId);
  expect(rules("server")).not.toContain("ws.close.no-close-frame");
  expect(rules("client")).toContain("ws.close.no-close-frame");
});

test("who ends it when its own next message was due has no timer of that length for idleness", () => {
  const causes = (every: number) =>
    causesOf(
      "ws.close.no-close-frame",
      one(
        abnormal("client", 40, {
          tcpFacts: { idleBeforeCloseNs: 6e9 },
          webSocketFacts: {
            firstFrame: [mark(40 - 6 - 4 * every), null],
            lastMessage: [mark(34), null],
            messages: [
              { text: 5, binary: 0, bytes: 100 },
              { text: 0, binary: 0, bytes: 0 },
            ],
            longestMessageGapNs: [every * 1e9, 0],
            heartbeat: [beat({ pings: 0, answered: 0 }), beat({ pings: 0, answered: 0 })],
          },
        }),
      ),
    );
  expect(causes(6)).not.toContain("likely unknownIdleTimer");
  expect(causes(6)).toContain("likely clientTerminated");
  expect(causes(2)).toContain("likely unknownIdleTimer");
});

test("a port refused from one hop nearer, where a WebSocket was open before, is a container that stopped", () => {
  const served = (hopLimit: number) => {
    const facts = connectionFacts({ first: mark(1) });
    return { ...facts, tcp: tcp({ server: { hopLimit } }) };
  };
  const syn = refusedSyn(50);
  const refused = { ...syn, tcp: { ...syn.tcp, resets: [reset({ at: 50.001, state: "opening", hopLimit: 64 })] } };
  const told = (hopLimit: number) =>
    judge(several(served(hopLimit), refused)).find(({ ruleId }) => ruleId === "tcp.open.refused");
  expect(told(63)).toMatchObject({ variant: "host", confidence: "likely" });
  expect(told(63)?.causes[0]).toMatchObject({ id: "serverStopped", confidence: "likely" });
  expect(told(61)?.variant).toBe("middlebox");
  expect(told(64)?.variant).toBe("host");
});

test("a port that refuses where a WebSocket was open when the capture began: its server has stopped", () => {
  const syn = refusedSyn(50);
  const open = connectionFacts({
    first: mark(1),
    tcp: tcp({ opening: "not-captured", synAcks: [], syns: [], established: null }),
    webSocket: webSocket({ midstream: true }),
  });
  const causes = (...all: ConnectionFacts[]) => causesOf("tcp.open.refused", several(...all));
  const later = connectionFacts({ first: mark(55) });
  expect(causes(open, syn, later)).toContain("certain serverStopped");
  expect(causes(syn, later)).toContain("certain serverStartedLater");
});

test("in a capture of one direction, an RST that acknowledges nothing answers what is not in it", () => {
  const torn = (hasAck: boolean) =>
    abnormal("client", 40, {
      tcpFacts: {
        ending: "rst",
        oneWay: true,
        resets: [reset({ from: "client", answers: null, hasAck })],
        server: { packets: 0 },
      },
    });
  expect(causesOf("tcp.rst", one(torn(false)))[0]).toBe("likely connectionUnknown");
  expect(causesOf("tcp.rst", one(torn(false)))).not.toContain("likely abortiveClose");
  expect(causesOf("tcp.rst", one(torn(true)))).toContain("likely abortiveClose");
});

test("where the other side has not said a word, nothing of it was left unread", () => {
  const torn = (said: boolean) =>
    abnormal("server", 40, {
      tcpFacts: { ending: "rst", resets: [reset({ from: "server" })] },
      webSocketFacts: { lastFrame: [said ? mark(37) : null, mark(37.1)] },
    });
  expect(causesOf("tcp.rst", one(torn(true)))[0]).toBe("likely closedWithUnread");
  expect(causesOf("tcp.rst", one(torn(false)))[0]).toBe("likely abortiveClose");
});

test("an RST that knows no connection, from somebody who was heard just before: a NAT is suspected", () => {
  const unknown = (lastHeard: number, hopLimit = 64, from: "client" | "server" = "server") =>
    abnormal(from, 40, {
      tcpFacts: {
        ending: "rst",
        resets: [reset({ from, answers: mark(39.99), hasAck: false, hopLimit })],
        [from]: { lastData: mark(lastHeard) },
      },
    });
  expect(causesOf("tcp.rst", one(unknown(39.5)))[0]).toBe("likely natRebound");
  expect(causesOf("tcp.rst", one(unknown(30)))[0]).toBe("likely connectionUnknown");
  expect(causesOf("tcp.rst", one(unknown(39.5, 65, "client")))[0]).toBe("likely natForgot");
});

test("gone for less than its heartbeat waits, a side that knows nothing of the connection has restarted", () => {
  const outage = (lastHeard: number, more: Partial<ConnectionFacts> = {}) =>
    abnormal("server", 40, {
      tcpFacts: {
        ending: "rst",
        resets: [reset({ answers: mark(39.99), hasAck: false })],
        events: stalled(32.9, "client"),
        server: { lastData: mark(lastHeard), lastPacket: mark(lastHeard) },
      },
      webSocketFacts: { heartbeat: [beat({ pings: 0 }), beat({ intervalMs: 1000 })] },
      ...more,
    });
  expect(causesOf("tcp.rst", one(outage(32)))[0]).toBe("likely pathInterrupted");
  expect(causesOf("tcp.rst", several(outage(32), refusedSyn(41)))[0]).toBe("likely hostRebooted");
  expect(causesOf("tcp.rst", several(outage(39.9), refusedSyn(41)))[0]).toBe("likely pathInterrupted");
});

test("an application that closes with a code of failures is told so, and nothing was too big", () => {
  const told = (code: number) =>
    connectionFacts({
      webSocket: webSocket({ closeFrames: [close(39.95, 1009), close(39.9, 1009)] }),
      close: {
        verdict: code === 1006 ? "abnormal" : "clean",
        clientSees: { code: 1009, reason: "", clean: true },
        serverSees: { code, reason: "", clean: code !== 1006 },
      },
    });
  expect(causesOf("ws.close.code", one(told(1009)))[0]).toBe("likely closedItself");
  expect(causesOf("ws.message.too-big", one(told(1009)))).toEqual([]);
  expect(causesOf("ws.message.too-big", one(told(1006)))[0]).toBe("certain messageLimit");
});

test("who was heard all the while and sends new data in the end was acknowledged: an interruption, no rule", () => {
  const lost = (lastData: number) =>
    one(
      abnormal("server", 40, {
        tcpFacts: {
          ending: "rst",
          resets: [reset({ at: 40 })],
          events: stalled(32.9, "client"),
          client: { fin: null, lastData: mark(lastData) },
          server: {
            fin: null,
            lastAcknowledged: mark(32.7),
            unacknowledged: { bytes: 394, since: mark(32.8), retransmissions: 5, last: mark(36.5), fullSize: false },
          },
        },
      }),
    );
  expect(causesOf("tcp.path.blackhole", lost(39.95))).toEqual(["likely pathInterrupted", "possible dropsOneWay"]);
  expect(causesOf("tcp.path.blackhole", lost(33.3))).toEqual(["likely dropsOneWay", "possible pathInterrupted"]);
});

test("where connections are closed unread, one that is reset on its request is no other trouble: its bytes came in time", () => {
  const unread = (more: Parameters<typeof tcp>[0], at: number) =>
    refusedUpgrade(
      { status: null },
      { first: mark(at), tcp: tcp({ firstCloser: "server", server: { firstData: null, lastData: null }, ...more }) },
    );
  const closed = unread({ closedAt: mark(0.0025) }, 0);
  const torn = unread({ ending: "rst", closedAt: mark(51), resets: [reset({ at: 51 })] }, 50);
  const open = connectionFacts({ last: mark(100) });
  expect(causesOf("http.upgrade.dropped", several(open, torn))).not.toEqual([]);
  const both = several(open, closed, torn);
  expect(causesOf("http.upgrade.dropped", both)).toEqual([]);
  expect(causesOf("http.upgrade.unanswered", both)).not.toContain("likely handlerThrew");
});

test("who resets upgrades while others are open there has reached a limit", () => {
  const turnedAway = refusedUpgrade(
    { status: null },
    { first: mark(50), tcp: tcp({ ending: "rst", firstCloser: "server", resets: [reset({ at: 51 })] }) },
  );
  expect(causesOf("http.upgrade.dropped", one(turnedAway))).not.toContain("likely connectionLimit");
  const open = connectionFacts({ last: mark(100) });
  expect(causesOf("http.upgrade.dropped", several(open, turnedAway))[0]).toBe("likely connectionLimit");
});

test("a poll that says Upgrade: websocket was made so by a proxy", () => {
  const poll = { target: "/socket.io/?EIO=4&transport=polling", status: 400 };
  const said = refusedUpgrade({ ...poll, request: UPGRADE_FIELDS });
  expect(causesOf("http.upgrade.refused", one(said))[0]).toBe("certain upgradeOnPolls");
  expect(causesOf("http.upgrade.refused", one(refusedUpgrade({ ...poll, request: {} })))[0]).toBe("likely wrongPath");
});

test("Closes of their own that meet on the way are told as such", () => {
  const { webSocket: facts, ...rest } = connectionFacts();
  const crossing = (code: number, after: number) => ({
    ...rest,
    webSocket: facts && { ...facts, closeFrames: [close(39.9 + after, code), close(39.9, 4001)] as const },
    tcp: { ...rest.tcp, roundTripMs: 300 },
  });
  const crossedCode = (code: number, after: number) =>
    judge(one(crossing(code, after) as ConnectionFacts)).find(({ ruleId }) => ruleId === "ws.close.code")?.args[
      "crossedCode"
    ];
  expect(crossedCode(4000, 0.1)).toBe(4000);
  expect(crossedCode(4001, 0.1)).toBeUndefined();
  expect(crossedCode(4000, 0.4)).toBeUndefined();
});

describe("an end without a Close", () => {
  const dropped = abnormal("server", 50);

  test("a port that refuses afterwards: the process is gone", () => {
    expect(causesOf("ws.close.no-close-frame", one(dropped))[0]).toBe("likely serverTerminated");
    expect(causesOf("ws.close.no-close-frame", several(dropped, refusedSyn(50.5)))[0]).toBe("likely serverDied");
    expect(causesOf("ws.close.no-close-frame", several(dropped, refusedSyn(90)))[0]).toBe("likely serverTerminated");
    expect(causesOf("tcp.open.refused", several(dropped, refusedSyn(90)))[0]).toBe("likely serverStopped");
  });

  test("a proxy that says afterwards that its backend is gone, or is gone itself", () => {
    const response = {
      Upgrade: "websocket",
      Connection: "upgrade",
      "Sec-WebSocket-Accept": ACCEPT,
      Server: "nginx/1.22.1",
    };
    const behindNginx = { upgrade: upgrade({ response }) };
    const front = abnormal("server", 50, behindNginx);
    const gone = refusedUpgrade({ status: 502, requestAt: 51, responseAt: 51.1 }, { first: mark(51) });
    expect(causesOf("ws.close.no-close-frame", one(front))[0]).toBe("likely proxyOrBehind");
    expect(causesOf("ws.close.no-close-frame", several(front, gone))[0]).toBe("likely backendLost");
    expect(causesOf("ws.close.no-close-frame", several(front, refusedSyn(51)))[0]).toBe("likely proxyRestarted");
  });

  test("a silence that the closer's own pings should have broken is no idle timer's", () => {
    const ended = (heartbeat: ReturnType<typeof beat>, clockAgreed = false) =>
      one(
        abnormal("server", 300, {
          tcpFacts: { idleBeforeCloseNs: 60.02e9, clockAgreed: clockAgreed ? mark(300) : null },
          webSocketFacts: { heartbeat: [beat({ pings: 0 }), heartbeat] },
        }),
      );
    const pinging = ended(beat({ pings: 24, answered: 24, lastPing: mark(240), lastPong: mark(240.002) }));
    expect(causesOf("ws.close.no-close-frame", pinging)[0]).toBe("likely pingsPaused");
    // Nor is it the capture's clock, where both ends' stamps agree with it.
    const stamped = ended(beat({ pings: 24, answered: 24, lastPing: mark(240), lastPong: mark(240.002) }), true);
    expect(causesOf("ws.close.no-close-frame", stamped)[0]).toBe("likely programPaused");
    const silent = ended(beat({ pings: 0, intervalMs: null, lastPing: null, lastPong: null }));
    expect(causesOf("ws.close.no-close-frame", pinging)).not.toContain("possible timerFits");
    expect(causesOf("ws.close.no-close-frame", silent)).not.toContain("likely pingsPaused");
  });

  test("just when the next ping was due, and all were answered: the heartbeat's own code", () => {
    const ended = (seconds: number, answered = 3) =>
      abnormal("server", seconds, { webSocketFacts: { heartbeat: [beat({ pings: 0 }), beat({ answered })] } });
    expect(causesOf("ws.close.no-close-frame", one(ended(40.05)))[0]).toBe("likely heartbeatBlind");
    expect(causesOf("ws.close.no-close-frame", one(ended(37)))).not.toContain("likely heartbeatBlind");
    expect(causesOf("ws.close.no-close-frame", one(ended(40.05, 2)))).not.toContain("likely heartbeatBlind");
    const eachSecond = (seconds: number) =>
      abnormal("server", seconds, {
        webSocketFacts: { heartbeat: [beat({ pings: 0 }), beat({ intervalMs: 1000 })] },
      });
    // A busy program's timer is late, and never as much too early.
    expect(causesOf("ws.close.no-close-frame", one(eachSecond(31.04)))[0]).toBe("likely heartbeatBlind");
    expect(causesOf("ws.close.no-close-frame", one(eachSecond(30.96)))).not.toContain("likely heartbeatBlind");
  });

  test("right after a message: its handler", () => {
    const afterMessage = (seconds: number, text: number) =>
      abnormal("server", 50, {
        webSocketFacts: {
          lastMessage: [mark(seconds), mark(20)],
          messages: [
            { text, binary: 0, bytes: 400 },
            { text: 4, binary: 0, bytes: 400 },
          ],
        },
      });
    expect(causesOf("ws.close.no-close-frame", one(afterMessage(49.99, 4)))[0]).toBe("likely failedOnMessage");
    // Where messages come every 10 ms, one of them is always the last.
    expect(causesOf("ws.close.no-close-frame", one(afterMessage(49.99, 5000)))[0]).toBe("likely serverTerminated");
    expect(causesOf("ws.close.no-close-frame", one(afterMessage(50.5, 4)))[0]).toBe("likely serverTerminated");
    // Fifty like it, one a second, went well; the same end behind a rare one speaks for it.
    const often = causesOf("ws.close.no-close-frame", one(afterMessage(49.99, 50)));
    expect(often[0]).toBe("likely serverTerminated");
    expect(often).toContain("possible failedOnMessage");
  });

  test("soon after the only event of a Socket.IO client: its handler, however short the session was", () => {
    const crashed = (text: number, more: Parameters<typeof namespace>[0] = {}) =>
      one({
        ...abnormal("server", 1.25, {
          webSocketFacts: {
            lastMessage: [mark(1.18), mark(0.03)],
            lastFrame: [mark(1.18), mark(0.03)],
            messages: [
              { text, binary: 0, bytes: 90 },
              { text: 2, binary: 0, bytes: 90 },
            ],
          },
        }),
        session: { ...engineIoSession(), socketIo: [namespace(more)] },
      });
    const likely = (analysis: Analysis) =>
      causesOf("ws.close.no-close-frame", analysis).filter((one) => one === "likely failedOnMessage");
    expect(likely(crashed(2))).toHaveLength(1);
    // The one before it went well; the last was a good-bye; or nobody knows that the first was the greeting.
    expect(likely(crashed(3))).toEqual([]);
    expect(likely(crashed(2, { disconnected: { ...mark(1.18), from: "client" } }))).toEqual([]);
    expect(likely(crashed(2, { connectRequested: null }))).toEqual([]);
  });

  test("right after a message by RST: its handler, too, unless no program sent it", () => {
    const resetBy = (more: Parameters<typeof reset>[0]) =>
      abnormal("server", 50, {
        tcpFacts: { ending: "rst", resets: [reset({ at: 50, ...more })], closedAt: mark(50) },
        webSocketFacts: {
          lastMessage: [mark(49.99), mark(20)],
          messages: [
            { text: 4, binary: 0, bytes: 400 },
            { text: 4, binary: 0, bytes: 400 },
          ],
        },
      });
    expect(causesOf("tcp.rst", one(resetBy({})))[0]).toBe("likely failedOnMessage");
    // A system that has no such connection answers whatever comes.
    const unknown = causesOf("tcp.rst", one(resetBy({ answers: mark(49.99), hasAck: false })));
    expect(unknown).toContain("likely connectionUnknown");
    expect(unknown).not.toContain("likely failedOnMessage");
  });

  test("who goes on acknowledging after its FIN only closed one direction", () => {
    const halves = { client: { fin: mark(50) }, server: { lastData: mark(55), lastAcknowledged: mark(55.1) } };
    const facts = abnormal("client", 50, { tcpFacts: halves });
    expect(causesOf("ws.close.no-close-frame", one(facts))).toEqual(["certain halfClosed"]);
    const { tcp: closed } = abnormal("client", 50, { tcpFacts: { ...halves, resets: [reset({ at: 55.1 })] } });
    expect(causesOf("ws.close.no-close-frame", one({ ...facts, tcp: closed }))).not.toContain("certain halfClosed");
  });

  test("a proxy whose checks of the backend had just failed", () => {
    const legs = (more: readonly ConnectionFacts[]) =>
      analysisOf([abnormal("server", 50), abnormal("client", 50, BACKEND_LEG), ...more], {
        joins: [joined("proxied")],
      });
    const check = { ...refusedSyn(45), ...BACKEND_LEG };
    const short = (analysis: Analysis): Analysis => ({
      ...analysis,
      connections: analysis.connections.map((item) => ({
        ...item,
        tcp: { ...item.tcp, idleBeforeCloseNs: 1e8 },
      })),
    });
    expect(causesOf("ws.close.no-close-frame", short(legs([])))[0]).toBe("likely proxyRestarted");
    expect(causesOf("ws.close.no-close-frame", short(legs([check])))[0]).toBe("likely backendMarkedDown");
  });
});

test("a frame that is on one leg of a proxy only is the proxy's", () => {
  const event = { ...mark(30), code: "unmasked-client", from: "client" as const, section: "RFC 6455 §5.1", value: 0 };
  const facts = webSocket({ events: [event], eventCounts: { "unmasked-client": 1 } });
  const legs = (front: ConnectionFacts) =>
    analysisOf([front, connectionFacts({ ...BACKEND_LEG, webSocket: facts })], { joins: [joined("proxied")] });
  expect(causesOf("ws.frame.unmasked-client", legs(connectionFacts()))).toEqual(["certain proxyWroteFrame"]);
  expect(causesOf("ws.frame.unmasked-client", legs(connectionFacts({ webSocket: facts })))[0]).toBe(
    "likely brokenLibrary",
  );
});

test("the missing slash is named once", () => {
  const redirected = refusedUpgrade({ status: 301, target: "/ws", response: { Location: "/ws/" } });
  const [finding] = judge(one(redirected));
  expect(finding?.causes[0]).toMatchObject({ id: "trailingSlash", args: { path: "/ws" } });
});

test("401 to a request that carries nothing to log in with says so", () => {
  const first = (request: Readonly<Record<string, string>>, target = "/chat") =>
    causesOf("http.upgrade.refused", one(refusedUpgrade({ status: 401, target, request })))[0];
  expect(first(UPGRADE_FIELDS)).toBe("likely credentialsMissing");
  expect(first({ ...UPGRADE_FIELDS, "Sec-WebSocket-Protocol": "graphql-ws" })).toBe("likely credentialsMissing");
  for (const name of ["Cookie", "Authorization", "X-Api-Key"])
    expect(first({ ...UPGRADE_FIELDS, [name]: "a" })).toBe("likely tokenRejected");
  expect(first({ ...UPGRADE_FIELDS, "Sec-WebSocket-Protocol": "v1, eyJhbGciOiJIUzI1NiJ9" })).toBe(
    "likely tokenRejected",
  );
  expect(first(UPGRADE_FIELDS, "/chat?t=0123456789abcdef")).toBe("likely tokenRejected");
});

describe("what a proxy does to the request", () => {
  const NGINX = { Server: "nginx/1.22.1" };
  const ids = (analysis: Analysis) => causesOf("http.upgrade.refused", analysis);
  const withToken = { ...UPGRADE_FIELDS, Authorization: "Bearer a" };

  test("an answer through a proxy whose other leg is not captured: Host may not have been passed on", () => {
    expect(ids(one(refusedUpgrade({ status: 401, request: withToken, response: NGINX })))).toContain(
      "possible hostNotPassed",
    );
    expect(ids(one(refusedUpgrade({ status: 401, request: withToken })))).not.toContain("possible hostNotPassed");
  });

  test("behind the proxy the page's Origin tells whether it was", () => {
    const behind = (Origin: string) =>
      ids(one(refusedUpgrade({ status: 401, request: { ...withToken, Origin, "X-Forwarded-For": "10.0.0.9" } })));
    expect(behind("https://app.example")).toContain("possible hostNotPassed");
    expect(behind("http://10.0.0.2:8080")).not.toContain("possible hostNotPassed");
  });

  test("with both legs it is seen: after the token for 401, first for 403; dropped credentials before all", () => {
    const legs = (status: number, changed: { name: string; before: string; behind: string | null }) =>
      ids(
        analysisOf(
          [
            refusedUpgrade({ status, request: withToken, response: NGINX }),
            refusedUpgrade({ status, request: withToken }, BACKEND_LEG),
          ],
          { joins: [joined("proxied", { changedRequest: [changed] })] },
        ),
      );
    const host = { name: "host", before: "app.example", behind: "127.0.0.1:8080" };
    expect(legs(401, host).slice(0, 2)).toEqual(["likely tokenRejected", "possible proxyChangesHost"]);
    expect(legs(403, host)[0]).toBe("likely proxyChangesHost");
    expect(legs(401, { name: "x_auth_token", before: "a", behind: null })[0]).toBe("likely proxyDropsCredentials");
  });
});

test("a token that only the server's clock finds too old: the clock, not the login", () => {
  const tokens = [
    {
      ...mark(0.003),
      where: "authorization" as const,
      sid: null,
      from: "client" as const,
      expiresAtSeconds: 1_700_003_600,
      notBeforeSeconds: null,
      issuedAtSeconds: 1_699_999_000,
    },
  ];
  const at = (date: string) => one(refusedUpgrade({ status: 401, response: { Date: date } }, { tokens }));
  expect(causesOf("http.upgrade.refused", at("Wed, 15 Nov 2023 01:13:20 GMT"))[0]).toBe("likely clockSkew");
  expect(causesOf("http.upgrade.refused", at("Tue, 14 Nov 2023 22:23:20 GMT"))[0]).toBe("likely tokenRejected");
  expect(causesOf("http.upgrade.refused", at("Tue, 14 Nov 2023 21:00:00 GMT"))[0]).toBe("likely clockSkew");
});

describe("who rejects", () => {
  const icmp = (sender: string) => ({
    ...mark(0.001),
    sender,
    ipVersion: 4 as const,
    type: 3,
    code: 13,
    mtuBytes: 0,
    about: "client" as const,
  });

  test("ICMP of the server is its own firewall, of another address a device between", () => {
    const syn = refusedSyn(1);
    const rejected = (sender: string) =>
      one({ ...syn, tcp: { ...syn.tcp, ending: "icmp", resets: [], icmpErrors: [icmp(sender)] } });
    expect(causesOf("tcp.open.icmp", rejected(syn.server.address))[0]).toBe("likely rejectRule");
    expect(causesOf("tcp.open.icmp", rejected("10.0.0.254"))[0]).toBe("likely rejectRuleBetween");
  });

  test("a port that was open before or after is neither wrong nor bound to loopback", () => {
    const ids = (analysis: Analysis) => causesOf("tcp.open.refused", analysis).map((cause) => cause.split(" ")[1]);
    expect(ids(one(refusedSyn(1)))).toEqual(["notListening", "boundToLoopback", "wrongPort", "rejectRule"]);
    expect(ids(several(refusedSyn(1), connectionFacts({ first: mark(3) })))).not.toContain("boundToLoopback");
    expect(ids(several(refusedSyn(1), connectionFacts({ first: mark(3) })))).not.toContain("notListening");
  });

  test("an RST on the upgrade from as far as the server: its own code; from elsewhere: a box", () => {
    const torn = (hopLimit: number) =>
      one(
        refusedUpgrade(
          { status: null },
          {
            tcp: {
              ...refusedUpgrade({ status: null }).tcp,
              ending: "rst",
              firstCloser: "server",
              closedAt: mark(0.01),
              resets: [reset({ at: 0.01, hopLimit })],
            },
          },
        ),
      );
    expect(causesOf("http.upgrade.dropped", torn(64))[0]).toBe("likely handlerThrew");
    expect(causesOf("http.upgrade.dropped", torn(61))[0]).toBe("likely pathFiltersUpgrade");
  });

  test("an RST after idleness from another distance: no host that rebooted", () => {
    const forgotten = (hopLimit: number) =>
      one(
        abnormal("server", 100, {
          tcpFacts: {
            ending: "rst",
            resets: [reset({ at: 100, hopLimit, hasAck: false, answers: mark(99.9) })],
            client: { lastAcknowledged: mark(40) },
            server: { lastData: mark(40) },
          },
          webSocketFacts: { openedAt: mark(0.01), heartbeat: [beat({ pings: 0 }), beat({ pings: 0 })] },
        }),
      );
    expect(causesOf("tcp.rst.after-idle", forgotten(64))).toEqual(["likely stateForgotten", "likely hostRebooted"]);
    expect(causesOf("tcp.rst.after-idle", forgotten(61))).toEqual(["likely stateForgotten"]);
  });

  test("a request that fits any path is lost for another reason than its size", () => {
    const lost = (largestSegmentBytes: number) => {
      const request = refusedUpgrade({ status: null });
      const [client, server] = request.tcp.halves;
      const unacknowledged = { bytes: 400, since: mark(0.003), retransmissions: 4, last: mark(6), fullSize: true };
      return one({
        ...request,
        tcp: {
          ...request.tcp,
          ending: "silent",
          firstCloser: null,
          closedAt: null,
          halves: [
            { ...client, largestSegmentBytes, unacknowledged },
            { ...server, dataSegments: 0, lastData: null },
          ],
        },
      });
    };
    expect(causesOf("http.upgrade.dropped", lost(262))).toEqual(["likely pathFiltersUpgrade"]);
    expect(causesOf("http.upgrade.dropped", lost(1448))).toContain("possible pathMtu");
  });
});

test("a heartbeat that stopped is no idle timer's fault", () => {
  const ended = (pings: number) =>
    hungUpByProxy(60, {
      back: { webSocketFacts: { heartbeat: [beat({ pings: 0 }), beat({ pings, intervalMs: 10_000 })] } },
    });
  expect(causesOf("ws.close.no-close-frame", ended(5))).toEqual([
    "likely heartbeatStopped",
    "possible nginxReadTimeout",
  ]);
  expect(causesOf("ws.close.no-close-frame", ended(1))[0]).toBe("likely nginxReadTimeout");
});

test("a proxy that takes the extensions out of the 101 is told, and not called the writer of the frame", () => {
  const deflating = { "Sec-WebSocket-Extensions": "permessage-deflate" };
  const compressed = (extensions: Record<string, string>) =>
    analysisOf(
      [
        connectionFacts({
          upgrade: upgrade(),
          webSocket: webSocket({
            events: [{ ...mark(1), from: "server", code: "reserved-bits", value: 4, section: "5.2" }],
            eventCounts: { "reserved-bits": 1 },
          }),
        }),
        connectionFacts({
          ...BACKEND_LEG,
          upgrade: upgrade({
            request: { ...UPGRADE_FIELDS, ...deflating },
            response: { Upgrade: "websocket", Connection: "Upgrade", "Sec-WebSocket-Accept": ACCEPT, ...extensions },
          }),
        }),
      ],
      { joins: [joined("proxied")] },
    );
  expect(causesOf("ws.frame.reserved-bits", compressed(deflating))).toEqual(["certain proxyHidesExtensions"]);
  expect(causesOf("ws.frame.reserved-bits", compressed({}))).toEqual(["certain proxyWroteFrame"]);
});

test("a user who came again elsewhere is told so", () => {
  const told = (reason: string) =>
    one(connectionFacts({ webSocket: webSocket({ closeFrames: [close(39.95, 4001), close(39.9, 4001, reason)] }) }));
  for (const reason of ["账号在其他设备登录", "replaced", "Logged in from another device", "duplicate session"])
    expect(causesOf("ws.close.code", told(reason))[0]).toBe("likely replacedElsewhere");
  expect(causesOf("ws.close.code", told("token expired"))[0]).toBe("likely tokenRejected");
});

test("a reason that names the password gets no advice on tokens", () => {
  const told = (reason: string) =>
    one(connectionFacts({ webSocket: webSocket({ closeFrames: [null, close(39.9, 1008, reason)] }) }));
  for (const reason of ["bad password", "密码错误"])
    expect(causesOf("ws.close.code", told(reason))).toEqual(["likely passwordRefused"]);
  expect(causesOf("ws.close.code", told("token expired"))[0]).toBe("likely tokenRejected");
});

// Engine.IO says code 3, not 0, where an upgrade lost its fields (engine.io/lib/server.ts, verify): no cause of this one.
test("an unknown transport is a setting, or a query that a proxy dropped", () => {
  const asked = (transport: string, request: Record<string, string>, more: Record<string, string> = {}) =>
    one(
      refusedUpgrade({
        target: `/socket.io/?EIO=4&transport=${transport}`,
        status: 400,
        body: '{"code":0,"message":"Transport unknown"}',
        request,
        response: more,
      }),
    );
  expect(causesOf("eio.request.refused", asked("websocket", UPGRADE_FIELDS))).toEqual(["certain transportNotAllowed"]);
  expect(causesOf("eio.request.refused", asked("websocket", UPGRADE_FIELDS, { Server: "nginx" }))).toEqual([
    "likely transportNotAllowed",
    "possible proxyDropsQuery",
  ]);
  expect(causesOf("eio.request.refused", asked("polling", { Host: "a" }))).toEqual(["certain transportNotAllowed"]);
});

test("a path that was served before is not ignored, and who leaves at once has not waited for it", () => {
  const gaveUp = (seconds: number, target: string) =>
    refusedUpgrade(
      { status: null, target, requestAt: 20 },
      {
        first: mark(20),
        tcp: tcp({ firstCloser: "client", closedAt: mark(20 + seconds) }),
        client: { address: "192.0.2.20", port: 50_100 },
      },
    );
  const told = (...all: ConnectionFacts[]) => causesOf("http.upgrade.unanswered", several(...all));
  // As a Python server without free descriptors did: those that were open went on, and nobody new was let in.
  const runsOn = (lastSeconds: number, longestPause: PauseFacts | null = null) =>
    connectionFacts({
      upgrade: upgrade({ target: "/ws?room=1" }),
      webSocket: webSocket({ lastFrame: [null, mark(lastSeconds)] }),
      tcp: tcp({ server: { longestPause } }),
    });
  const served = runsOn(15);
  expect(told(served, gaveUp(5, "/ws?room=2"))).toEqual(["likely serverBlocked", "possible backendSilent"]);
  const nobodyNew = ["likely acceptsNobody", "likely slowHandshake", "possible backendSilent"];
  expect(told(runsOn(24), gaveUp(5, "/ws?room=2"))).toEqual(nobodyNew);
  expect(told(runsOn(21), gaveUp(5, "/ws?room=2"))).not.toContain("likely acceptsNobody");
  const paused = { until: mark(26), ms: 6000, nextMs: 0, segmentsBefore: 9, peerSpokeMs: 0 };
  expect(told(runsOn(30, paused), gaveUp(5, "/ws?room=2"))).not.toContain("likely acceptsNobody");
  expect(told(served, gaveUp(5, "/other"))).toContain("likely upgradeIgnored");
  expect(told(gaveUp(0.005, "/ws"))[0]).toBe("likely pageLeft");
});

test("Engine.IO that keeps an upgrade longer than it keeps those of other paths has taken it and asks somebody first", () => {
  const gaveUp = (seconds: number, target: string, more: ExchangeOverrides = {}) =>
    causesOf(
      "http.upgrade.unanswered",
      one(
        refusedUpgrade(
          { status: null, target, ...more },
          { tcp: tcp({ firstCloser: "client", closedAt: mark(seconds) }) },
        ),
      ),
    );
  const target = "/socket.io/?EIO=4&transport=websocket";
  const waited = gaveUp(2.1, target);
  expect(waited.slice(0, 2)).toEqual(["likely slowHandshake", "likely serverBlocked"]);
  expect(waited).toContain("possible upgradeIgnored");
  expect(gaveUp(1, target)[0]).toBe("likely upgradeIgnored");
  // Of other servers nobody can say what they do with a path that is not theirs.
  expect(gaveUp(5, "/chat")).toContain("likely upgradeIgnored");
  expect(gaveUp(5, "/chat")).toContain("possible slowHandshake");
  const isFromProxy = { request: { ...UPGRADE_FIELDS, "X-Forwarded-For": "192.0.2.7" } };
  expect(gaveUp(5, "/chat")).toContain("possible devProxyWs");
  expect(gaveUp(5, "/chat", isFromProxy)).not.toContain("possible devProxyWs");
});

test("a request behind a PROXY header that is refused is refused for the header", () => {
  const bad = (header: ConnectionFacts["proxyHeader"]) =>
    one(refusedUpgrade({ status: 400, body: "" }, { proxyHeader: header }));
  expect(causesOf("http.upgrade.refused", bad(mark(0.002)))[0]).toBe("likely proxyHeaderUnread");
  expect(causesOf("http.upgrade.refused", bad(null))).not.toContain("likely proxyHeaderUnread");
});

test("health checks that fail in the capture are the first suspect of a 503", () => {
  const check = (status: number, at: number) =>
    connectionFacts({
      ...BACKEND_LEG,
      kind: "http",
      webSocket: null,
      upgrade: null,
      exchanges: [exchange({ target: "/", request: { Host: "a" }, status, requestAt: at, responseAt: at + 0.01 })],
    });
  const turnedAway = refusedUpgrade({
    status: 503,
    response: { Server: "HAProxy" },
    requestAt: 50,
    responseAt: 50.01,
  });
  const causes = (status: number, others: readonly ConnectionFacts[] = []) =>
    causesOf("http.upgrade.gateway-error", several(...others, check(status, 40), check(status, 45), turnedAway));
  expect(causes(426)[0]).toBe("likely healthCheckFails");
  expect(causes(200)).not.toContain("likely healthCheckFails");
  // Those that came only afterwards tell as much of the same backend.
  const later = [check(426, 52), check(426, 57), turnedAway];
  expect(causesOf("http.upgrade.gateway-error", several(...later))[0]).toBe("likely healthCheckFails");
  // However much else was asked in that minute before the checks.
  const busy = Array.from({ length: 200 }, (_, i) => check(200, 10 + i / 10));
  expect(causes(426, busy)[0]).toBe("likely healthCheckFails");
});

test("plain GETs that a WebSocket port refuses again and again are somebody's health check", () => {
  const check = (status: number) =>
    connectionFacts({
      kind: "http",
      webSocket: null,
      upgrade: null,
      exchanges: [exchange({ request: { Host: "a" }, status })],
    });
  const causes = (status: number) =>
    causesOf("capture.no-websocket", several(check(status), check(status), check(status)));
  expect(causes(426)[0]).toBe("likely healthCheckFails");
  expect(causes(200)[0]).toBe("likely localhostUrl");
});
