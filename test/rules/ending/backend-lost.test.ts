import { expect, test } from "vitest";
import { judge } from "../../../src/rules/judging/judge.ts";
import type { ConnectionFacts } from "../../../src/store/types.ts";
import { abnormal, connectionFacts, mark, refusedUpgrade } from "../../support/facts-builder.ts";
import { several } from "../cases/case.ts";

// Played with HAProxy 2.6, whose backend a firewall cut off by RST: the backend lived on.

const PAGE =
  "<html><body><h1>503 Service Unavailable</h1>\nNo server is available to handle this request.\n</body></html>\n";
const refused = (body: string, status = 503): ConnectionFacts =>
  refusedUpgrade({ status, body, requestAt: 41, responseAt: 44 }, { first: mark(41), last: mark(44) });
const dropped = abnormal("server", 40);
const told = (...connections: ConnectionFacts[]) =>
  judge(several(...connections))
    .filter(({ severity }) => severity === "error")
    .map(({ ruleId, followsFrom, causes }) => [ruleId, followsFrom === null, causes[0]?.id] as const);

test("HAProxy that has nobody to ask any more lost its backend: one story, and nobody is said to have died", () => {
  const findings = told(dropped, refused(PAGE));
  expect(findings.filter(([, isRoot]) => isRoot)).toEqual([["ws.close.no-close-frame", true, "backendLost"]]);
});

test("a 503 of somebody else, or while another WebSocket lives there, tells nothing of the end", () => {
  const alive = connectionFacts({ client: { address: "10.0.0.9", port: 4000 }, last: mark(60) });
  expect(told(dropped, refused("busy"))[0]?.[2]).not.toBe("backendLost");
  expect(told(dropped, refused(PAGE), alive)[0]?.[2]).not.toBe("backendLost");
});
