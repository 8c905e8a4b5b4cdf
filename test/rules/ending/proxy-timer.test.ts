import { describe, expect, test } from "vitest";
import { judge } from "../../../src/rules/judging/judge.ts";
import type { ConnectionFacts } from "../../../src/store/types.ts";
import { abnormal, mark, refusedSyn, UPGRADE_FIELDS, upgrade } from "../../support/facts-builder.ts";
import { several } from "../cases/case.ts";

// A proxy ends an idle WebSocket by a plain FIN, when a timer is over whose value only its owner knows.

const named = (server: string) =>
  upgrade({ response: { Upgrade: "websocket", Connection: "Upgrade", Server: server } });

/** Ended by the server that the 101 names; both sides had been silent since `lastAt`. */
function ended(at: number, lastAt: number, server = "nginx/1.22.1", openedAt = 0.005): ConnectionFacts {
  const half = { lastData: mark(lastAt) };
  return abnormal("server", at, {
    upgrade: named(server),
    exchanges: [named(server).exchange],
    tcpFacts: { idleBeforeCloseNs: Math.round((at - lastAt) * 1e9), client: half, server: half },
    webSocketFacts: { openedAt: mark(openedAt), lastFrame: [null, mark(lastAt)] },
  });
}

const causesOf = (...connections: ConnectionFacts[]): string[] =>
  (judge(several(...connections)).find(({ ruleId }) => ruleId === "ws.close.no-close-frame")?.causes ?? []).map(
    ({ id, confidence }) => `${confidence} ${id}`,
  );

describe("the leg of the client", () => {
  test("whole seconds since the last packet", () => {
    expect(causesOf(ended(40.02, 30))).toEqual([
      "likely nginxReadTimeout",
      "possible proxyOrBehind",
      "possible serverDied",
    ]);
    expect(causesOf(ended(40.02, 30, "Apache/2.4.62"))[0]).toBe("likely proxyIdleTimer");
    expect(causesOf(ended(40.42, 30))[0]).toBe("likely proxyOrBehind");
  });

  test("nginx counts from a packet shortly before the last one: sure where there was nothing but the opening", () => {
    // The request came at 0.003 s, the last frame at 0.058 s.
    expect(causesOf(ended(5.008, 0.058))[0]).toBe("likely nginxReadTimeout");
    expect(causesOf(ended(5.208, 0.058))[0]).toBe("likely proxyOrBehind");
    expect(causesOf(ended(5.008, 0.058, "Apache/2.4.62"))[0]).toBe("likely proxyOrBehind");
  });

  test("such a time alone fits by chance, and is likely once it repeats", () => {
    // The client spoke at 30.0 s, and was answered at 30.1 s.
    const answered = (start: number): ConnectionFacts => {
      const one = ended(start + 7.01, start + 0.1);
      const [client, server] = one.tcp.halves;
      return { ...one, tcp: { ...one.tcp, halves: [{ ...client, lastData: mark(start) }, server] } };
    };
    expect(causesOf(answered(30)).slice(0, 2)).toEqual(["likely proxyOrBehind", "possible nginxReadTimeout"]);
    expect(causesOf(answered(30), answered(50))[0]).toBe("likely nginxReadTimeout");
  });

  test("several that end in one moment: after one silence by the timer, after several by a restart", () => {
    const idle = ended(6.01, 0.005);
    expect(causesOf(idle, ended(6.011, 0.006), ended(6.012, 0.007)).slice(0, 2)).toEqual([
      "likely nginxReadTimeout",
      "possible proxyRestarted",
    ]);
    expect(causesOf(idle, ended(6.011, 3.2), ended(6.012, 4.7))[0]).toBe("likely proxyRestarted");
    expect(causesOf(idle, ended(6.011, 3.2))[0]).toBe("likely proxyOrBehind");
    expect(causesOf(idle, refusedSyn(7))[0]).toBe("likely proxyRestarted");
    // 0.35 s is more than nginx may be early by.
    expect(causesOf(idle, ended(6.011, 0.355), ended(6.012, 0.356))[0]).toBe("likely proxyRestarted");
    expect(causesOf(idle, ended(6.011, 0.255), ended(6.012, 0.256))[0]).toBe("likely nginxReadTimeout");
  });

  test("a timer that is known ends none in the same moment as another that was silent for much longer", () => {
    const rules = (...all: ConnectionFacts[]) => judge(several(...all)).map(({ ruleId }) => ruleId);
    expect(rules(ended(70, 10), ended(90, 30))).toContain("ws.idle.timeout");
    expect(rules(ended(70, 10), ended(70.01, 30))).not.toContain("ws.idle.timeout");
  });
});

describe("the leg of the backend", () => {
  const behind = (request: Record<string, string>, idleSeconds = 4): ConnectionFacts => {
    const asked = upgrade({ request: { ...UPGRADE_FIELDS, ...request } });
    return abnormal("client", 40, {
      upgrade: asked,
      exchanges: [asked.exchange],
      tcpFacts: { idleBeforeCloseNs: idleSeconds * 1e9 },
    });
  };

  test("who asks another host for an upgrade as a proxy's manual writes it is a proxy", () => {
    expect(causesOf(behind({ Host: "10.0.0.9", Connection: "upgrade" }))).toEqual([
      "likely proxyIdleTimer",
      "possible clientBehindLeft",
    ]);
    expect(causesOf(behind({ Host: "chat.example", Connection: "upgrade" }))[0]).toBe("likely proxyIdleTimer");
    // A client behind a port that is forwarded, and one that writes it so itself.
    expect(causesOf(behind({ Host: "10.0.0.9" }))).not.toContain("likely proxyIdleTimer");
    expect(causesOf(behind({ Connection: "upgrade" }))).not.toContain("likely proxyIdleTimer");
  });

  test.each([4.4, 3.9])("a silence of %d s, not of whole seconds, was rather ended by the client", (seconds) => {
    expect(causesOf(behind({ Host: "10.0.0.9", Connection: "upgrade" }, seconds))).toEqual([
      "likely clientBehindLeft",
      "possible proxyIdleTimer",
    ]);
  });

  test("several that end in one moment while they are in use ended with the proxy", () => {
    const busy = behind({ Host: "10.0.0.9", Connection: "upgrade" }, 0.5);
    expect(causesOf(busy)[0]).toBe("likely clientBehindLeft");
    expect(causesOf(busy, busy).slice(0, 2)).toEqual(["likely proxyRestarted", "possible clientBehindLeft"]);
  });

  test("and so did several that had been silent for unlike times", () => {
    const idle = (seconds: number) => behind({ Host: "10.0.0.9", Connection: "upgrade" }, seconds);
    expect(causesOf(idle(4), idle(4))[0]).toBe("likely proxyIdleTimer");
    expect(causesOf(idle(4), idle(7.4))).toEqual(["likely proxyRestarted", "possible clientBehindLeft"]);
  });
});
