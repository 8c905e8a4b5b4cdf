import { describe, expect, test } from "vitest";
import { textsOf } from "../../../src/i18n/render.ts";
import { fill } from "../../../src/i18n/template.ts";
import { forwarderOf, frontNamed, fronts } from "../../../src/rules/handshake/fronts.ts";
import { judge } from "../../../src/rules/judging/judge.ts";
import type { RuleId } from "../../../src/rules/types.ts";
import {
  abnormal,
  BACKEND_LEG,
  type ExchangeOverrides,
  mark,
  refusedUpgrade,
  tcp,
  UPGRADE_FIELDS,
  upgrade,
} from "../../support/facts-builder.ts";
import { one } from "../cases/case.ts";
import { hungUpByProxy } from "../cases/legs.ts";

// Products that stand before a server, as they were on the wire: what they say of themselves, and what is said of them.

const found = (more: ExchangeOverrides, ruleId: RuleId = "http.upgrade.refused") =>
  judge(one(refusedUpgrade({ request: UPGRADE_FIELDS, target: "/realtime", ...more }))).find(
    (item) => item.ruleId === ruleId,
  );

const causes = (more: ExchangeOverrides, ruleId?: RuleId) =>
  (found(more, ruleId)?.causes ?? []).map(({ id, confidence, args }) =>
    [confidence, id, args["front"]].filter((word) => word !== undefined).join(" "),
  );

const APACHE = { Server: "Apache/2.4.71 (Debian)" };
const VARNISH = { "X-Varnish": "2", Via: "1.1 varnish (Varnish/7.1)" };

const apachePage = (title: string, says: string) =>
  `<!DOCTYPE HTML PUBLIC "-//W3C//DTD HTML 4.01//EN" "http://www.w3.org/TR/html4/strict.dtd">\n<html><head>\n<title>${title}</title>\n</head><body>\n<h1>${title.slice(4)}</h1>\n<p>${says}</p>\n</body></html>\n`;

const lighttpdPage = (title: string) =>
  `<?xml version="1.0" encoding="iso-8859-1"?>\n<!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.0 Transitional//EN"\n         "http://www.w3.org/TR/xhtml1/DTD/xhtml1-transitional.dtd">\n<html xmlns="http://www.w3.org/1999/xhtml" xml:lang="en" lang="en">\n <head>\n  <title>${title}</title>\n </head>\n <body>\n  <h1>${title}</h1>\n </body>\n</html>\n`;

const VARNISH_PAGE =
  "<!DOCTYPE html>\n<html>\n  <head>\n    <title>503 Backend fetch failed</title>\n  </head>\n  <body>\n    <h1>Error 503 Backend fetch failed</h1>\n    <p>Backend fetch failed</p>\n    <h3>Guru Meditation:</h3>\n    <p>XID: 3</p>\n    <hr>\n    <p>Varnish cache server</p>\n  </body>\n</html>\n";

describe("an upgrade that was lost at the front", () => {
  const required = { status: 426, body: "Upgrade Required" };

  test("is told with the lines of the product that names itself", () => {
    expect(causes({ ...required, response: APACHE })[0]).toBe("likely apacheUpgrade");
    expect(causes({ ...required, response: { Server: "lighttpd/1.4.69" } })[0]).toBe("likely frontUpgrade lighttpd");
    expect(causes({ ...required, response: { Server: "h2o/2.2.5" } })[0]).toBe("likely frontUpgrade h2o");
    expect(causes({ ...required, response: VARNISH })[0]).toBe("likely frontUpgrade varnish");
  });

  test("without a name it is nobody's in particular", () => {
    expect(causes(required)[0]).toBe("likely upgradeFieldsMissing");
    expect(causes({ ...required, response: { Server: "Caddy" } })[0]).toBe("likely upgradeFieldsMissing");
  });

  test("may look like a path that is not there", () => {
    const plain = { status: 404, body: "Not Found" };
    expect(causes({ ...plain, response: { Server: "nginx/1.22.1" } })).toEqual([
      "likely upgradeFieldsMissing",
      "likely wrongPath",
    ]);
    expect(causes({ ...plain, response: VARNISH })).toEqual(["likely frontUpgrade varnish", "likely wrongPath"]);
    expect(causes({ ...plain, response: APACHE })).toEqual(["likely apacheUpgrade", "likely wrongPath"]);
    // Nothing stands before this one. HAProxy passes upgrades on by itself, and hardly stands before a development server.
    expect(causes(plain)).toEqual(["likely wrongPath", "possible devProxyWs"]);
    expect(causes({ ...plain, response: { Via: "1.1 haproxy" } })).toEqual(["likely wrongPath"]);
  });

  test("is what a server says that got none, though the client asked", () => {
    const body = '"Invalid websocket upgrade"';
    expect(causes({ status: 400, body })[0]).toBe("likely upgradeFieldsMissing");
    expect(causes({ status: 400, body, response: { Server: "lighttpd/1.4.69" } })[0]).toBe(
      "likely frontUpgrade lighttpd",
    );
  });
});

describe("a front's own page", () => {
  test("without a signature is known by its form", () => {
    const forbidden = apachePage("403 Forbidden", "You don't have permission to access this resource.");
    expect(causes({ status: 403, body: forbidden, response: APACHE })[0]).toBe("likely proxyForbids apache");
    expect(causes({ status: 403, body: lighttpdPage("403 Forbidden") })[0]).toBe("likely proxyForbids lighttpd");
    // The same words from a backend that Apache passed on.
    expect(causes({ status: 403, body: "<h1>Forbidden</h1>", response: APACHE }).join()).not.toContain("proxyForbids");
  });

  test("that knows no such path has no place for it", () => {
    const missing = apachePage("404 Not Found", "The requested URL was not found on this server.");
    expect(causes({ status: 404, body: missing, response: APACHE })[0]).toBe("likely frontRoute apache");
    const nginx = "<h1>404 Not Found</h1><hr><center>nginx/1.22.1</center>";
    expect(causes({ status: 404, body: nginx, response: { Server: "nginx" } })[0]).toBe("likely locationMissing");
  });

  test("of lighttpd with 500 is of a backend that took the request and broke off", () => {
    const page = { status: 500, body: lighttpdPage("500 Internal Server Error") };
    expect(causes(page, "http.upgrade.gateway-error")).toEqual([
      "likely backendCrashed lighttpd",
      "possible proxyScheme lighttpd",
    ]);
    // The same number with a backend's own words.
    expect(causes({ status: 500, body: "oops", response: { Server: "lighttpd/1.4.69" } })[0]).toBe(
      "likely handlerThrew",
    );
  });

  test("of Caddy is an empty one, told from a backend's by the order of its fields", () => {
    // respond 403; behind it a backend's (its Date comes first); and one that names its length itself.
    const own = { Server: "Caddy", Date: "Mon, 30 Nov 2026 12:31:11 GMT", "Content-Length": "0" };
    const passedOn = { Date: own.Date, Server: "Caddy", "Transfer-Encoding": "chunked" };
    const withLength = { "Content-Length": "0", Server: "Caddy", Date: own.Date };
    expect(causes({ status: 403, response: own })[0]).toBe("likely proxyForbids caddy");
    expect(causes({ status: 401, response: own })[0]).toBe("likely proxyWantsLogin");
    for (const response of [passedOn, withLength, { ...own, "X-Request-Id": "7" }])
      expect(causes({ status: 403, response })[0]).toBe("likely tokenRejected");
  });

  test("of Apache names the TLS handshake behind it", () => {
    const body = apachePage(
      "500 Proxy Error",
      "Reason: <strong>Error during SSL Handshake with remote server</strong>",
    );
    expect(causes({ status: 500, body, response: APACHE })).toEqual(["certain proxyTlsFailed apache"]);
  });

  test("of Varnish is no server of the application", () => {
    const finding = found({ status: 503, body: VARNISH_PAGE, response: VARNISH }, "http.upgrade.gateway-error");
    expect(finding?.causes.find(({ id }) => id === "backendDown")?.args).toEqual({ front: "varnish" });
  });
});

describe("a header that is too large", () => {
  const long = (bytes: number) => ({ ...UPGRADE_FIELDS, Cookie: `a=${"x".repeat(bytes)}` });
  const haproxy = "<html><body><h1>400 Bad request</h1>\nYour browser sent an invalid request.\n</body></html>\n";

  test("is what Apache says at the end of its page", () => {
    const says =
      "Your browser sent a request that this server could not understand.<br />\nSize of a request header field exceeds server limit.";
    const finding = found({ status: 400, body: apachePage("400 Bad Request", says), response: APACHE });
    expect([finding?.variant, finding?.confidence]).toEqual(["fieldsTooLarge", "certain"]);
    expect(finding?.args["body"]).toMatch(/exceeds server limit\.$/);
  });

  test("is likely where a 400 gives no other reason", () => {
    for (const body of ["", haproxy]) {
      const finding = found({ status: 400, body, request: long(20_000) });
      expect([finding?.variant, finding?.confidence]).toEqual(["fieldsTooLarge", "likely"]);
    }
  });

  test("is none of an ordinary size, nor where the answer says something else", () => {
    expect(found({ status: 400, body: haproxy })?.variant).toBe("badRequest");
    // A cookie with a token or two, which nginx, Apache and Varnish take (8 KiB).
    for (const body of ["", haproxy])
      expect(found({ status: 400, body, request: long(4000) })?.variant).toBe("badRequest");
    expect(found({ status: 400, body: "Missing sub-protocol", request: long(20_000) })?.variant).toBe("badRequest");
  });
});

test("an empty 200 of Caddy may be for the name", () => {
  expect(causes({ status: 200, body: "", response: { Server: "Caddy" } }, "http.upgrade.page-returned")).toEqual([
    "likely caddyNoRoute",
    "likely caddyOtherSite",
  ]);
});

test("uvicorn without a WebSocket library says so", () => {
  expect(causes({ status: 400, body: "Unsupported upgrade request." })).toEqual(["certain asgiNoLibrary"]);
});

describe("a proxy that ended both legs", () => {
  const advice = (server: string | null) => judge(hungUpByProxy(0.3, { server }))[0]?.causes[0];

  test("is advised by its product", () => {
    expect(advice("lighttpd/1.4.69")).toMatchObject({ id: "proxyRestarted", args: { front: "lighttpd" } });
    expect(advice(null)).toMatchObject({ id: "proxyRestarted", args: { front: "other" } });
  });
});

describe("idle timers of fronts", () => {
  const ended = (closer: "client" | "server", idleSeconds: number, handshake: ExchangeOverrides) =>
    judge(
      one(
        abnormal(closer, idleSeconds + 1, {
          tcpFacts: { idleBeforeCloseNs: idleSeconds * 1e9 },
          upgrade: upgrade({ request: UPGRADE_FIELDS, ...handshake }),
          ...(closer === "client" ? BACKEND_LEG : {}),
        }),
      ),
    )[0]?.causes.map(({ confidence, args }) => `${confidence} ${args["timer"] ?? ""}`);

  const switched = (server: string) => ({
    Upgrade: "websocket",
    Connection: "upgrade",
    "Sec-WebSocket-Accept": "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=",
    Server: server,
  });

  test("lighttpd looks at its own once a second", () => {
    expect(ended("server", 60.1, { response: switched("lighttpd/1.4.69") })?.[0]).toBe(
      "likely lighttpd server.max-read-idle",
    );
    expect(ended("server", 61.1, { response: switched("lighttpd/1.4.69") })?.[0]).toBe(
      "likely lighttpd server.max-read-idle",
    );
    expect(ended("server", 63, { response: switched("lighttpd/1.4.69") })?.join()).not.toContain("max-read-idle");
  });

  test("Varnish is known behind it", () => {
    const request = { ...UPGRADE_FIELDS, "X-Forwarded-For": "10.91.1.2", "X-Varnish": "3" };
    expect(ended("client", 60.1, { request })?.[0]).toBe("likely Varnish pipe_timeout");
  });
});

test("a proxy whose backend is down may hang up without a word", () => {
  const afterMs = (ms: number) =>
    judge(
      one(
        refusedUpgrade(
          { status: null, request: UPGRADE_FIELDS },
          { tcp: tcp({ firstCloser: "server", closedAt: mark(0.004 + ms / 1000) }), last: mark(0.01 + ms / 1000) },
        ),
      ),
    )[0]?.causes.map(({ id, confidence }) => `${confidence} ${id}`);
  expect(afterMs(5)).toContain("possible backendGone");
  expect(afterMs(5000)).not.toContain("possible backendGone");
});

describe("a Host that may not be passed on", () => {
  const forbidden = { status: 403, body: '{"error":"Host not allowed"}' };
  const host = (server: string) =>
    found({ ...forbidden, response: { Server: server } })?.causes.find(({ id }) => id === "hostNotPassed")?.args;

  test("is so of fronts that send their backend's own", () => {
    expect(host("nginx/1.22.1")).toEqual({ front: "nginx" });
    expect(host("Apache/2.4.71 (Debian)")).toEqual({ front: "apache" });
  });

  test("is not of those that keep it", () => {
    for (const server of ["Caddy", "lighttpd/1.4.69", "Varnish"]) expect(host(server)).toBeUndefined();
  });
});

test("of Via the product is read behind the host; Tomcat is no proxy", () => {
  expect(frontNamed("1.1 gw.example (Apache/2.4.71)")).toBe("apache");
  expect(frontNamed("Apache-Coyote/1.1")).toBe("other");
  expect(
    causes({ status: 426, body: "", response: { Server: "gunicorn", Via: "1.1 gw.example (Apache/2.4.71)" } })[0],
  ).toBe("likely apacheUpgrade");
});

describe("the table of fronts", () => {
  test("knows them by name and by what they add to a request", () => {
    expect(["Apache/2.4.71 (Debian)", "1.1 varnish (Varnish/7.1)", "h2o/2.2.5", "Caddy", null].map(frontNamed)).toEqual(
      ["apache", "varnish", "h2o", "caddy", "other"],
    );
    const request = refusedUpgrade({ request: { ...UPGRADE_FIELDS, "X-Varnish": "3" } }, BACKEND_LEG).upgrade?.exchange
      .request;
    expect(forwarderOf(request ?? null)).toBe("varnish");
  });

  test.each(["en", "zh-CN"] as const)("has words for each aspect in %s", (language) => {
    const texts = textsOf(language);
    const args = { path: "/ws", bad: 1 };
    for (const front of [...fronts.map(({ id }) => id), "other", "constructor"])
      for (const about of Object.keys(texts.fronts.other))
        expect(fill(`{front:${about}}`, { ...args, front }, texts)).not.toMatch(/^$|undefined|\{\w+(:\w+)?\}/);
  });
});
