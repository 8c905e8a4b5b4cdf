import { describe, expect, test } from "vitest";
import { judge } from "../../src/rules/judging/judge.ts";
import type { RuleId } from "../../src/rules/types.ts";
import { type ExchangeOverrides, refusedUpgrade, UPGRADE_FIELDS } from "../support/facts-builder.ts";
import { one } from "./cases/case.ts";

// What the body of a refusal gives away of the path that was asked for, and of who refused.

const causes = (more: ExchangeOverrides, ruleId: RuleId = "http.upgrade.refused") =>
  (
    judge(one(refusedUpgrade({ request: UPGRADE_FIELDS, ...more }))).find((item) => item.ruleId === ruleId)?.causes ??
    []
  )
    .slice(0, 2)
    .map(({ id, confidence, args }) => [confidence, id, args["behind"]].filter(Boolean).join(" "));

const target = "/socket.io/?EIO=4&transport=websocket";

describe("a router that names another path than was asked for", () => {
  test("was asked for that one: the path was rewritten in between", () => {
    const body = '{"message":"Cannot GET /?EIO=4&transport=websocket","statusCode":404}';
    expect(causes({ target, status: 404, body })[0]).toBe("certain proxyRewritesPath /");
  });

  test("the same path is not", () => {
    for (const body of [`Cannot GET ${target}`, "<pre>Cannot GET /socket.io/</pre>"])
      expect(causes({ target, status: 404, body }).join()).not.toContain("proxyRewritesPath");
  });

  test("nor is one that the preview cut off", () => {
    expect(causes({ target, status: 404, body: "Cannot GET /sock" }).join()).not.toContain("proxyRewritesPath");
  });
});

describe("Express or NestJS that answers for Socket.IO's path", () => {
  const body = `{"message":"Cannot GET ${target}","error":"Not Found","statusCode":404}`;
  test("has no Socket.IO attached: it would have taken the request, with or without the upgrade's fields", () => {
    expect(causes({ target, status: 404, body })).toEqual(["likely socketIoNotAttached", "possible wrongPath"]);
    expect(causes({ target, status: 404, body, response: { Server: "nginx/1.22.1" } })).toEqual([
      "likely socketIoNotAttached",
      "likely wrongPath",
    ]);
  });
  test("for another path says nothing of Socket.IO", () => {
    const stripped = {
      target: "/?EIO=4&transport=polling",
      status: 404,
      body: "Cannot GET /?EIO=4&amp;transport=polling",
    };
    expect(causes(stripped).join()).not.toContain("socketIoNotAttached");
    expect(causes({ target: "/chat", status: 404, body: "Cannot GET /chat" })[0]).toBe("likely wrongPath");
  });
});

test("who checks the Host says so in its own words", () => {
  for (const body of ["Invalid Host header", 'Blocked request. This host ("app.example") is not allowed.'])
    expect(causes({ target: "/chat", status: 403, body })).toEqual(["certain hostNotAllowed"]);
  const refused = { target, status: 400, body: "Invalid Host header", response: { "Content-Type": "text/html" } };
  expect(causes(refused, "eio.request.refused")).toEqual(["certain hostNotAllowed", "likely allowRequest"]);
  expect(causes({ target: "/chat", status: 403, body: "Forbidden" }).join()).not.toContain("hostNotAllowed");
});

test("ws refuses Socket.IO's path in its own words: two servers share the upgrades", () => {
  expect(causes({ target, status: 400, body: "Bad Request" })).toEqual([
    "likely serversShareUpgrades",
    "likely notSocketIoServer",
  ]);
  expect(causes({ target: "/chat", status: 400, body: "Bad Request" })[0]).toBe("likely wrongPath");
});
