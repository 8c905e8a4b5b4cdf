import { describe, expect, test } from "vitest";
import { judge } from "../../src/rules/judging/judge.ts";
import type { RuleId } from "../../src/rules/types.ts";
import {
  connectionFacts,
  type ExchangeOverrides,
  exchange,
  refusedUpgrade,
  UPGRADE_FIELDS,
} from "../support/facts-builder.ts";
import { one, several } from "./cases/case.ts";

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
    // What is left where a proxy cut its location off, with and without the slash at its end.
    expect(causes(stripped)[0]).toBe("likely proxyRewritesPath /");
    const twice = { ...stripped, target: "//?EIO=4&transport=polling", body: "Cannot GET //?EIO=4" };
    expect(causes(twice)[0]).toBe("likely proxyRewritesPath //");
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

describe("nginx that answers for itself", () => {
  const page = "<html><body><center><h1>404 Not Found</h1></center><hr><center>nginx/1.22.1</center></body></html>";
  const nginx = { target, status: 404, body: page, response: { Server: "nginx/1.22.1" } };
  const asking = (host: string) => ({ ...nginx, request: { ...UPGRADE_FIELDS, Host: host } });

  test("may have no server block for this Host: likely where it is an address", () => {
    expect(causes(asking("app.example"))).toEqual(["likely locationMissing", "possible nginxOtherSite"]);
    for (const host of ["192.0.2.10", "192.0.2.10:8080", "[::1]:8080", "localhost"])
      expect(causes(asking(host))).toEqual(["likely locationMissing", "likely nginxOtherSite"]);
  });

  test("serves the path under another name: the Host is what is wrong", () => {
    const served = (host: string) =>
      connectionFacts({ exchanges: [exchange({ target, request: { ...UPGRADE_FIELDS, Host: host } })] });
    const first = (host: string) =>
      judge(several(served("www.example"), refusedUpgrade(asking(host)))).find(
        ({ ruleId }) => ruleId === "http.upgrade.refused",
      )?.causes;
    expect(first("app.example")?.slice(0, 2)).toMatchObject([
      { id: "nginxOtherSite", confidence: "likely", args: { host: "app.example", other: "www.example" } },
      { id: "locationMissing", confidence: "possible" },
    ]);
    expect(first("www.example")?.map(({ id }) => id)).not.toContain("nginxOtherSite");
  });

  test("and only redirects to https may be the default one", () => {
    const redirect = (server: string) =>
      causes(
        {
          target,
          status: 301,
          request: { ...UPGRADE_FIELDS, Host: "app.example" },
          response: { Server: server, Location: "https://app.example/socket.io/" },
        },
        "http.upgrade.redirected",
      );
    expect(redirect("nginx")).toEqual(["likely redirectToHttps", "possible nginxOtherSite"]);
    expect(redirect("Caddy")).toEqual(["likely redirectToHttps"]);
  });
});
