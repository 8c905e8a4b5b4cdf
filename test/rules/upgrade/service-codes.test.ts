import { expect, test } from "vitest";
import { judge } from "../../../src/rules/judging/judge.ts";
import { refusedUpgrade } from "../../support/facts-builder.ts";
import { one } from "../cases/case.ts";

// Cloudflare's 5xx errors and those of an AWS load balancer, by what their documentation says of each.

const causesOf = (server: string, status: number, body = `error code: ${status}`): string[] =>
  (
    judge(one(refusedUpgrade({ status, body, response: { Server: server } }))).find(
      ({ ruleId }) => ruleId === "http.upgrade.gateway-error",
    )?.causes ?? []
  ).map(({ id, confidence }) => `${confidence} ${id}`);

test.each([
  [520, "backendCrashed"],
  [521, "edgeRefused"],
  [522, "edgeNotReached"],
  [523, "edgeNotReached"],
  [524, "backendSilent"],
  [525, "edgeTls"],
  [526, "edgeTls"],
  [530, "edgeNotReached"],
])("Cloudflare's %d: %s", (status, cause) => {
  expect(causesOf("cloudflare", status)).toEqual([`likely ${cause}`]);
});

test("Cloudflare's 530 with 1033 is its tunnel; its 502 says no more than another proxy's", () => {
  expect(causesOf("cloudflare", 530, "error code: 1033")).toEqual(["likely edgeTunnel"]);
  expect(causesOf("cloudflare", 502)[0]).toBe("likely backendDown");
});

test.each([502, 503, 504])("an AWS load balancer's %d is of its target group", (status) => {
  expect(causesOf("awselb/2.0", status, "")[0]).toBe("likely awsTargets");
  expect(causesOf("nginx", status, "")[0]).not.toBe("likely awsTargets");
});

test.each([
  [460, "likely awsClientLeft"],
  [463, "certain awsForwardedFor"],
  [464, "likely awsProtocol"],
])("an AWS load balancer's own %d", (status, cause) => {
  const causes = (server: string) =>
    (judge(one(refusedUpgrade({ status, response: { Server: server } })))[0]?.causes ?? []).map(
      ({ id, confidence }) => `${confidence} ${id}`,
    );
  expect(causes("awselb/2.0")).toEqual([cause]);
  expect(causes("nginx")).toEqual(["possible gatewayPolicy", "possible handlerThrew"]);
});
