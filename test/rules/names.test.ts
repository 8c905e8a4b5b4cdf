import { describe, expect, test } from "vitest";
import { judge } from "../../src/rules/judging/judge.ts";
import type { DnsFacts } from "../../src/store/across-types.ts";
import type { ConnectionFacts } from "../../src/store/types.ts";
import { analysisOf, connectionFacts, exchange, mark, tcp, UPGRADE_FIELDS, upgrade } from "../support/facts-builder.ts";

const asked = (name: string, seconds: number, given: Partial<DnsFacts> = {}): DnsFacts => ({
  client: "10.0.0.1",
  server: "10.0.0.53",
  name,
  type: 1,
  asked: mark(seconds),
  repeats: 0,
  answered: mark(seconds + 0.1),
  responseCode: 3,
  addresses: [],
  ...given,
});

/** A WebSocket that named `host`, from the first second to `endSeconds`. */
const webSocketTo = (host: string, endSeconds = 30, fields = {}): ConnectionFacts => {
  const request = { ...UPGRADE_FIELDS, Host: host, ...fields };
  return connectionFacts({
    client: { address: "10.0.0.1", port: 40_000 },
    upgrade: upgrade({ request }),
    exchanges: [upgrade({ request }).exchange],
    tcp: tcp({ ending: "fin", closedAt: mark(endSeconds) }),
  });
};

const severityOf = (connections: readonly ConnectionFacts[], ...dns: readonly DnsFacts[]) =>
  judge(analysisOf(connections, { dns, clockSeconds: 100 }))
    .filter(({ ruleId }) => ruleId === "dns.failed")
    .map(({ severity, confidence }) => `${severity} ${confidence}`);

describe("a name that was looked for in vain", () => {
  test("is what the WebSocket's next attempt needed: the Host it had named", () => {
    expect(severityOf([webSocketTo("orin.example:8080")], asked("orin.example", 60))).toEqual(["error certain"]);
  });
  test("belongs to the page's site", () => {
    const page = webSocketTo("10.0.0.2:8080", 30, { Origin: "https://www.shop.example" });
    expect(severityOf([page], asked("api.shop.example", 60))).toEqual(["error certain"]);
  });
  test("has nothing to do with the WebSocket of the capture: a note", () => {
    expect(severityOf([webSocketTo("orin.example:8080")], asked("telemetry.vendor.test", 60))).toEqual(["note likely"]);
    expect(severityOf([webSocketTo("10.0.0.2:8080")], asked("orin.example", 60))).toEqual(["note likely"]);
  });
  test("is asked for by every system, WebSocket or not", () => {
    expect(severityOf([], asked("wpad.lan", 1))).toEqual(["note likely"]);
    expect(severityOf([], asked("connectivitycheck.gstatic.com", 1))).toEqual(["note likely"]);
  });
  test("is looked up by browsers for themselves", () => {
    for (const name of ["accounts.google.com", "optimizationguide-pa.googleapis.com", "push.services.mozilla.com"])
      expect(severityOf([], asked(name, 1)), name).toEqual(["note likely"]);
    expect(severityOf([], asked("chat.example.com", 1))).toEqual(["error likely"]);
  });
  test("is none that the polls of Socket.IO, a WebSocket's beginning, had needed", () => {
    const poll = connectionFacts({
      kind: "http",
      upgrade: null,
      webSocket: null,
      exchanges: [
        exchange({
          target: "/socket.io/?EIO=4&transport=polling",
          request: { Host: "app.example" },
          status: 502,
        }),
      ],
    });
    expect(severityOf([poll], asked("tiles.vendor.test", 60))).toEqual(["note likely"]);
    expect(severityOf([poll], asked("app.example", 60))).toEqual(["error certain"]);
  });
  test("may well be the reason where the capture holds no attempt at a WebSocket", () => {
    expect(severityOf([], asked("orin.example", 1))).toEqual(["error likely"]);
  });
  test("was not needed: the WebSocket to it stayed open", () => {
    expect(severityOf([webSocketTo("orin.example:8080", 90)], asked("orin.example", 60))).toEqual(["note certain"]);
  });
  test("is told once, though the resolver on the machine asks on behalf of the client", () => {
    const stub = asked("orin.example", 1, { client: "127.0.0.1", server: "127.0.0.53" });
    expect(severityOf([], stub, asked("orin.example", 1.01))).toEqual(["error likely"]);
  });
});

test("a client that is looked for on the link, and heard all the while, has not gone", () => {
  const causesWhen = (lastPacket: number) =>
    judge(
      analysisOf([connectionFacts({ tcp: tcp({ client: { lastPacket: mark(lastPacket) } }) })], {
        arp: [{ sender: "10.0.0.2", target: "10.0.0.1", first: mark(20), last: mark(26), requests: 5, answered: null }],
      }),
    ).find(({ ruleId }) => ruleId === "arp.unanswered")?.causes[0]?.id;
  expect(causesWhen(24)).toBe("pathInterrupted");
  expect(causesWhen(20)).toBe("peerVanished");
});
