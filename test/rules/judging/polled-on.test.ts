import { describe, expect, test } from "vitest";
import type { Mark } from "../../../src/base/packet-view.ts";
import { judge } from "../../../src/rules/judging/judge.ts";
import type { ConnectionFacts } from "../../../src/store/types.ts";
import {
  abnormal,
  connectionFacts,
  type ExchangeOverrides,
  exchange,
  mark,
  refusedUpgrade,
  upgrade,
} from "../../support/facts-builder.ts";
import { engineIoSession } from "../../support/session-facts.ts";
import { several } from "../cases/case.ts";

// nginx without the upgrade fields before Socket.IO: the WebSocket is refused, and the session goes on by polls.

const POLL = "/socket.io/?EIO=4&transport=polling&t=x&sid=a";
const STRIPPED = { Connection: "close", "Sec-WebSocket-Key": "k", "Sec-WebSocket-Version": "13" };

const refused = refusedUpgrade({
  target: "/socket.io/?EIO=4&transport=websocket&sid=a",
  request: STRIPPED,
  status: 400,
  body: '{"code":3,"message":"Bad request"}',
  requestAt: 1,
  responseAt: 1.03,
});

const polls = (all: readonly ExchangeOverrides[], facts: Partial<ConnectionFacts> = {}): ConnectionFacts =>
  connectionFacts({
    kind: "http",
    first: mark(0.5),
    upgrade: null,
    webSocket: null,
    exchanges: all.map((one) => exchange({ target: POLL, request: { Host: "app.example" }, ...one })),
    close: { verdict: "none", clientSees: null, serverSees: null },
    ...facts,
  });

const told = (...connections: ConnectionFacts[]) =>
  judge(several(...connections)).map(
    ({ ruleId, severity, followsFrom }) => `${severity} ${ruleId}${followsFrom === null ? "" : ` < ${followsFrom}`}`,
  );

const waits = { status: 200, requestAt: 1.001, responseAt: 1.05 };
const held = { status: null, requestAt: 1.06 };
const ERROR = "error http.upgrade.fields-stripped";

describe("a WebSocket that was refused to a session of Socket.IO", () => {
  test("is a warning when the session goes on by polls, and what follows from it still does", () => {
    const all = [refused, polls([waits, held])];
    expect(told(...all)).toEqual([
      "warning http.upgrade.fields-stripped",
      "note eio.request.refused < http.upgrade.fields-stripped",
      "note eio.upgrade.failed < http.upgrade.fields-stripped",
    ]);
    const [finding] = judge(several(...all));
    expect(finding?.args["pollsOn"]).toBe("yes");
    expect(finding?.evidence.at(-1)?.what).toBe("pollsOn");
    expect(finding?.causes[0]?.id).toBe("nginxUpgradeLines");
  });

  test.each<[string, ConnectionFacts[]]>([
    ["was not seen to poll", []],
    ["heard what was under way, and asked no more", [polls([waits])]],
    ["asked again, and heard nothing since", [polls([{ ...waits, responseAt: 1.02 }, held])]],
    ["was refused its polls, too", [polls([waits, { status: 400, requestAt: 1.06, responseAt: 1.07 }])]],
    ["said good-bye", [polls([waits, { ...waits, method: "POST", requestAt: 1.06, responseAt: 1.07 }])]],
    ["is another one", [polls([waits, held].map((one) => ({ ...one, target: POLL.replace("sid=a", "sid=b") })))]],
    ["is another client's", [polls([waits, held], { client: { address: "192.0.2.99", port: 40_000 } })]],
  ])("is an error when the session %s", (_, others) => {
    expect(told(refused, ...others)).toContain(ERROR);
  });
});

describe("a WebSocket that opened, and that its session only probed", () => {
  const probed = (upgraded: Mark | null, firstFrame: Mark | null = mark(1.02)) =>
    abnormal("server", 1.04, {
      upgrade: upgrade({ target: "/socket.io/?EIO=4&transport=websocket&sid=a", requestAt: 1, responseAt: 1.01 }),
      session: engineIoSession({ sid: "a", probeSent: firstFrame, upgraded }),
      webSocketFacts: { openedAt: mark(1.01), firstFrame: [firstFrame, null], lastFrame: [firstFrame, null] },
    });
  const severities = (...all: ConnectionFacts[]) => judge(several(...all)).map(({ severity }) => severity);

  test("is a warning where it broke off, and the session polls on", () => {
    expect(severities(probed(null), polls([waits, held]))).not.toContain("error");
    expect(severities(probed(null, null), polls([waits, held]))).not.toContain("error");
    expect(severities(probed(null), polls([waits, held]))).toContain("warning");
  });

  test("not one to which the session had moved", () => {
    expect(severities(probed(mark(1.03)), polls([waits, held]))).toContain("error");
    expect(severities(probed(null))).toContain("error");
  });
});
