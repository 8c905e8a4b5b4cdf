import { expect, test } from "vitest";
import { judge } from "../../../src/rules/judging/judge.ts";
import type { ConnectionFacts } from "../../../src/store/types.ts";
import {
  ACCEPT,
  abnormal,
  analysisOf,
  joined,
  mark,
  refusedSyn,
  refusedUpgrade,
  upgrade,
} from "../../support/facts-builder.ts";

// A backend that dies behind a proxy, where the capture has lost by what the legs of most WebSockets are joined.

const FRONT = { client: { address: "192.0.2.20", port: 50_000 }, server: { address: "192.0.2.10", port: 80 } };
const BACK = { client: { address: "10.0.0.1", port: 40_000 }, server: { address: "10.0.0.2", port: 7002 } };
const response = {
  Upgrade: "websocket",
  Connection: "upgrade",
  "Sec-WebSocket-Accept": ACCEPT,
  Server: "nginx/1.22.1",
};

const front = (at: number): ConnectionFacts => abnormal("server", at, { ...FRONT, upgrade: upgrade({ response }) });
const back = (at: number): ConnectionFacts => abnormal("server", at, BACK);
const gone = [
  refusedUpgrade({ status: 502, requestAt: 51, responseAt: 51.1 }, { ...FRONT, first: mark(51) }),
  { ...refusedSyn(51.01), ...BACK },
];

const errors = (all: readonly ConnectionFacts[], joins = [joined("proxied")]) =>
  judge(analysisOf([...all, ...gone], { joins }))
    .filter(({ severity }) => severity === "error")
    .map(({ ruleId, connectionId }) => `${ruleId} #${connectionId}`);

test("is one death, which the backend's own connections tell", () => {
  expect(errors([front(50), back(49.999), front(50.001), front(50.002)])).toEqual(["ws.close.no-close-frame #1"]);
});

test("not at another time, nor of a proxy of which no backend is known", () => {
  expect(errors([front(50), back(49.999), front(47)])).toHaveLength(2);
  expect(errors([front(50), back(49.999), front(50.001)], [])).toHaveLength(2);
});
