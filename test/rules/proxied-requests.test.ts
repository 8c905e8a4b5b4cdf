import { describe, expect, test } from "vitest";
import { engineIoUpgradeFailed } from "../../src/rules/catalogue/running/engine-io.ts";
import { contextOf } from "../../src/rules/context/context.ts";
import { judge } from "../../src/rules/judging/judge.ts";
import type { SessionFacts } from "../../src/store/session-types.ts";
import type { ConnectionFacts } from "../../src/store/types.ts";
import {
  analysisOf,
  close,
  connectionFacts,
  type ExchangeOverrides,
  exchange,
  joined,
  KEY,
  mark,
  refusedUpgrade,
  reset,
  tcp,
  UPGRADE_FIELDS,
  upgrade,
  webSocket,
} from "../support/facts-builder.ts";
import { engineIoSession } from "../support/session-facts.ts";

/** Requests through a proxy: polls, which have no key to join the legs, and what nginx asks on its own account. */
const FRONT = { client: { address: "192.0.2.20", port: 50_000 }, server: { address: "192.0.2.10", port: 80 } };
const BACK = { client: { address: "10.0.0.1", port: 40_000 }, server: { address: "10.0.0.2", port: 7002 } };
const NGINX = { Server: "nginx/1.22.1", "Content-Type": "text/html" };
const PAGE = "<hr><center>nginx/1.22.1</center>";
const POLL = "/socket.io/?EIO=4&transport=polling&t=kzpqcqfo";

const http = (ends: typeof FRONT, ...all: ExchangeOverrides[]): ConnectionFacts =>
  connectionFacts({
    ...ends,
    kind: "http",
    upgrade: null,
    webSocket: null,
    exchanges: all.map((one) => exchange({ target: POLL, request: { Host: "app.example" }, ...one })),
    close: { verdict: "none", clientSees: null, serverSees: null },
  });

/** What polls say that opened this session. */
const opening = (sid: string, maxPayloadBytes: number | null): SessionFacts =>
  engineIoSession({
    transport: "polling",
    sid,
    open: { ...mark(1), pingIntervalMs: 25_000, pingTimeoutMs: 20_000, upgrades: [], maxPayloadBytes },
    timers: { pingIntervalMs: 25_000, pingTimeoutMs: 20_000 },
  });

const dialInVain = (ends: typeof FRONT, at: number): ConnectionFacts =>
  connectionFacts({
    ...ends,
    kind: "tcp-refused",
    upgrade: null,
    exchanges: [],
    webSocket: null,
    first: mark(at),
    tcp: tcp({
      opening: "refused",
      ending: "rst",
      established: null,
      resets: [reset({ at: at + 0.01, hasAck: true })],
    }),
  });

const judged = (connections: ConnectionFacts[], more = {}) => judge(analysisOf(connections, more));
const errors = (connections: ConnectionFacts[], more = {}) =>
  judged(connections, more).filter(({ severity }) => severity === "error");
const told = (connections: ConnectionFacts[], more = {}) =>
  errors(connections, more).map(({ ruleId, connectionId, causes }) => [ruleId, connectionId, causes[0]?.id]);

describe("polls through a proxy", () => {
  const badGateway = (at: number) => ({
    status: 502,
    response: NGINX,
    body: PAGE,
    requestAt: at,
    responseAt: at + 0.5,
  });

  test("whose backend is down: the refused connection is the one error, and the proxy's configuration a cause", () => {
    const all = [http(FRONT, badGateway(1)), dialInVain(BACK, 1.2)];
    expect(told(all)).toEqual([["tcp.open.refused", 1, "notListening"]]);
    const named = [http(FRONT, { ...badGateway(1), response: { Server: "Caddy" }, body: "" }), dialInVain(BACK, 1.2)];
    const frontOf = (connections: ConnectionFacts[]) =>
      errors(connections)[0]?.causes.find(({ id }) => id === "backendDown")?.args["front"];
    expect([frontOf(all), frontOf(named)]).toEqual(["nginx", "caddy"]);
    expect(errors(all)[0]?.causes.map(({ id }) => id)).not.toContain("boundToLoopback");
  });

  test("are one refusal also where client, proxy and backend are one machine", () => {
    const local = { address: "127.0.0.1", port: 50_000 };
    const body = '{"code":5,"message":"Unsupported protocol version"}';
    const front = http(
      { client: local, server: { address: "127.0.0.1", port: 80 } },
      { status: 400, body, requestAt: 1, responseAt: 2 },
    );
    const back = http(
      { client: { ...local, port: 40_000 }, server: { address: "127.0.0.1", port: 7002 } },
      { status: 400, body, requestAt: 1.2, responseAt: 1.8 },
    );
    expect(told([front, back]).map(([id, connection]) => [id, connection])).toEqual([["eio.request.refused", 1]]);
    // A client elsewhere may ask two servers.
    const own = { ...back, client: { address: FRONT.client.address, port: 50_001 } };
    expect(told([{ ...front, client: FRONT.client }, own])).toHaveLength(2);
  });

  test("that the backend never answered are told by its own leg, and what the proxy says of it is a consequence", () => {
    const front = http(FRONT, { ...badGateway(1), status: 504, responseAt: 6 });
    const back = http(BACK, { status: null, requestAt: 1.2 });
    const waited = { ...back, last: mark(6), tcp: tcp({ firstCloser: "client", closedAt: mark(5.9) }) };
    expect(told([front, waited]).map(([id, connection]) => [id, connection])).toEqual([["http.upgrade.unanswered", 1]]);
    const other = http(BACK, { status: null, requestAt: 1.2, target: POLL.replace("kzpq", "other") });
    const another = { ...other, last: waited.last, tcp: waited.tcp };
    expect(told([front, another]).map(([id]) => id)).toContain("http.upgrade.gateway-error");
  });

  test("that are passed on under another path: one error, and the proxy's rewriting is the cause", () => {
    const front = http(FRONT, { status: 404, response: NGINX, requestAt: 1, responseAt: 2 });
    const back = http(BACK, { target: POLL.replace("/socket.io/", "/"), status: 404, requestAt: 1.2, responseAt: 1.8 });
    expect(told([front, back])).toEqual([["http.upgrade.refused", 1, "proxyRewritesPath"]]);
    const causes = errors([front, back])[0]?.causes.map(({ id }) => id);
    expect(causes?.filter((id) => id === "proxyRewritesPath")).toHaveLength(1);
  });

  test("whose query the proxy dropped: certain with both legs, likely with the proxy's mark alone", () => {
    const body = '{"code":0,"message":"Transport unknown"}';
    const front = http(FRONT, { status: 400, body, response: NGINX, requestAt: 1, responseAt: 2 });
    const behind = (request: Record<string, string>) =>
      http(BACK, { target: "/socket.io/", status: 400, body, request, requestAt: 1.2, responseAt: 1.8 });
    const marked = { Host: "app.example", "X-Forwarded-For": "192.0.2.20" };
    const causes = (...all: ConnectionFacts[]) =>
      errors(all).flatMap((one) => one.causes.map(({ id, confidence }) => `${confidence} ${id}`));
    expect(told([front, behind(marked)])).toEqual([["eio.request.refused", 1, "proxyDropsQuery"]]);
    expect(causes(front, behind(marked))).toEqual(["certain proxyDropsQuery"]);
    expect(causes(behind(marked))).toEqual(["likely proxyDropsQuery", "possible notSocketIoClient"]);
    expect(causes(behind({ Host: "app.example" }))[0]).toBe("likely proxyDropsQuery");
    expect(causes(behind({ Host: "app.example:7002" }))).toEqual(["likely notSocketIoClient"]);
  });

  test("of a running session fail too; the 400 that follows is a consequence", () => {
    const sid = `${POLL}&sid=abc`;
    const all = http(
      FRONT,
      { target: sid, status: 504, response: NGINX, body: PAGE, requestAt: 1, responseAt: 4 },
      { target: sid, status: 400, body: '{"code":1,"message":"Session ID unknown"}', requestAt: 4.1, responseAt: 4.2 },
    );
    expect(told([all])).toEqual([["http.upgrade.gateway-error", 0, "pollTimeout"]]);
    const [failed] = errors([all]);
    expect(failed?.evidence.map(({ what }) => what)).toContain("pollRequest");
    expect(failed?.causes.map(({ id }) => id)).toEqual(["pollTimeout"]);
  });

  test("a session that two processes and both legs refuse is refused once", () => {
    const refusal = (at: number) => ({
      target: `${POLL}&sid=abc`,
      status: 400,
      body: '{"code":1,"message":"Session ID unknown"}',
      requestAt: at - 0.2,
      responseAt: at,
    });
    const second = { ...BACK, server: { address: "10.0.0.2", port: 7003 } };
    const all = [http(FRONT, refusal(1.1), refusal(2.1)), http(second, refusal(1)), http(BACK, refusal(2))];
    expect(told(all)).toEqual([["eio.request.refused", 1, "noStickySession"]]);
  });

  test("a session that another backend had opened a moment ago was sent to the wrong one: certain", () => {
    const refusal = { target: `${POLL}&sid=abc`, status: 400, body: '{"code":1,"message":"Session ID unknown"}' };
    const second = { ...BACK, server: { address: "10.0.0.2", port: 7003 } };
    const opener = (ends: typeof FRONT): ConnectionFacts => ({
      ...http(ends, { status: 200, body: '0{"sid":"abc"}' }),
      session: opening("abc", null),
    });
    const refused = http(BACK, { ...refusal, requestAt: 2, responseAt: 2.1 });
    const causes = (...all: ConnectionFacts[]) =>
      errors(all)[0]?.causes.map(({ id, confidence }) => `${confidence} ${id}`);
    expect(causes(opener(second), refused)).toEqual(["certain noStickySession"]);
    // No server comes back within a second.
    const soon = http(BACK, { ...refusal, requestAt: 1.2, responseAt: 1.3 });
    expect(causes(opener(BACK), soon)).toEqual(["likely noStickySession", "possible serverRestarted"]);
    expect(causes(opener(BACK), refused)).toEqual(["likely noStickySession", "likely serverRestarted"]);
  });

  test("backends that each refuse the sessions of the others are one trouble, and counted", () => {
    const ends = (port: number) => ({ ...BACK, server: { address: "10.0.0.2", port } });
    const opener = (port: number, sid: string): ConnectionFacts => ({
      ...http(ends(port), { status: 200, body: `0{"sid":"${sid}"}` }),
      session: opening(sid, null),
    });
    const refused = (port: number, sid: string, at: number) =>
      http(ends(port), {
        target: `${POLL}&sid=${sid}`,
        status: 400,
        body: '{"code":1,"message":"Session ID unknown"}',
        requestAt: at,
        responseAt: at + 0.1,
      });
    const all = [opener(7003, "a"), opener(7004, "b"), refused(7004, "a", 2), refused(7003, "b", 3)];
    expect(errors(all)).toMatchObject([{ ruleId: "eio.request.refused", args: { others: 1 }, alsoConnections: [3] }]);
    // Of one backend none is counted; and what no other one had opened is told of each by itself.
    expect(errors([opener(7003, "a"), refused(7004, "a", 2)])[0]?.args["others"]).toBeUndefined();
    expect(errors([refused(7004, "a", 2), refused(7003, "b", 3)])).toHaveLength(2);
  });

  test("behind a proxy, one address that forgets at once what it opened has several workers: no choice of addresses helps", () => {
    const marked = { request: { Host: "app.example", "X-Forwarded-For": "192.0.2.20" } };
    const refusal = {
      ...marked,
      target: `${POLL}&sid=abc`,
      status: 400,
      body: '{"code":1,"message":"Session ID unknown"}',
    };
    const opener = { ...http(BACK, { ...marked, status: 200, body: '0{"sid":"abc"}' }), session: opening("abc", null) };
    const causes = (afterSeconds: number) => {
      const at = 1 + afterSeconds;
      return errors([opener, http(BACK, { ...refusal, requestAt: at - 0.1, responseAt: at })])[0]?.causes.map(
        ({ id, confidence }) => `${confidence} ${id}`,
      );
    };
    expect(causes(0.3)).toEqual(["likely workersNotSticky", "possible serverRestarted"]);
    expect(causes(40)).toEqual(["likely workersNotSticky", "likely serverRestarted"]);
  });

  test("a session that was given out twice comes from a cache, whatever is refused of it then", () => {
    const open = (sid: string) => ({
      ...http(FRONT, { status: 200, body: `0{"sid":"${sid}","upgrades":[]}` }),
      session: opening(sid, null),
    });
    const refused = (body: string) =>
      http(FRONT, { target: `${POLL}&sid=abc`, status: 400, body, requestAt: 2, responseAt: 2.1 });
    const causes = (...all: ConnectionFacts[]) => errors(all)[0]?.causes.map(({ id }) => id);
    for (const body of ['{"code":3,"message":"Bad request"}', '{"code":1,"message":"Session ID unknown"}']) {
      expect(causes(open("abc"), open("abc"), refused(body))).toEqual(["handshakeCached"]);
      expect(causes(open("abc"), open("def"), refused(body))).not.toContain("handshakeCached");
    }
  });

  describe("two clients that a cache gave one session", () => {
    const UPGRADE = "/socket.io/?EIO=4&transport=websocket&sid=abc";
    const socket = (at: number, closed: Partial<ConnectionFacts["tcp"]> & { readonly moved: boolean }) => {
      const { moved, ...end } = closed;
      const words = { transport: "websocket" as const, sid: "abc", probeSent: mark(at + 0.01) };
      return connectionFacts({
        ...BACK,
        first: mark(at),
        last: mark(moved ? at + 60 : at + 0.05),
        upgrade: upgrade({ target: UPGRADE, requestAt: at, responseAt: at + 0.005 }),
        webSocket: webSocket({
          openedAt: mark(at + 0.005),
          closeFrames: [null, moved ? null : close(at + 0.02, null)],
          messages: [
            { text: 1, binary: 0, bytes: 6 },
            { text: moved ? 2 : 0, binary: 0, bytes: 6 },
          ],
        }),
        session: engineIoSession(
          moved ? { ...words, probeAnswered: mark(at + 0.02), upgraded: mark(at + 0.03) } : words,
        ),
        tcp: tcp({ firstCloser: null, ending: "open", closedAt: null, ...end }),
      });
    };
    const lives = socket(1, { moved: true });
    const closed = socket(3, { moved: false, firstCloser: "server", ending: "fin", closedAt: mark(3.05) });
    const refused = http(BACK, {
      target: `${POLL}&sid=abc`,
      status: 400,
      body: '{"code":3,"message":"Bad request"}',
      requestAt: 2.9,
      responseAt: 2.95,
    });
    const causes = (...all: ConnectionFacts[]) =>
      judge(analysisOf(all, { clockSeconds: 120 }))
        .filter(({ ruleId }) => /^(?:eio|http)\./.test(ruleId))
        .map((one) => `${one.ruleId} ${one.causes[0]?.confidence} ${one.causes[0]?.id}`);

    test("are known behind it by the second that wants a session which has its WebSocket: one trouble", () => {
      expect(causes(lives, closed, refused)).toEqual(["eio.request.refused likely handshakeCached"]);
      expect(causes(lives, closed)).toContain("http.upgrade.closed-at-once likely handshakeCached");
    });

    test("are not assumed where the first one had ended, or there was none", () => {
      const over = { ...lives, last: mark(2) };
      expect(causes(over, closed).join()).not.toContain("handshakeCached");
      expect(causes(closed, refused).join()).not.toContain("handshakeCached");
    });

    test("are not seen in one opening that both captures, or both legs, hold", () => {
      const opened = (ends: typeof FRONT) => ({
        ...http(ends, { status: 200, body: '0{"sid":"abc","upgrades":[]}' }),
        session: opening("abc", null),
      });
      const unlike = analysisOf([opened(BACK), opened(BACK), refused], { joins: [joined("two-captures")] });
      expect(judge(unlike).flatMap((one) => one.causes.map(({ id }) => id))).not.toContain("handshakeCached");
      expect(causes(opened(FRONT), opened(BACK), refused).join()).not.toContain("handshakeCached");
    });
  });

  test("the front that is named is the one whose lines are shown for a WebSocket that a session did not get", () => {
    const asked = (response: Readonly<Record<string, string>>, request: Readonly<Record<string, string>> = {}) => {
      const failed = refusedUpgrade({
        target: "/socket.io/?EIO=4&transport=websocket&sid=abc",
        status: 500,
        request: { ...UPGRADE_FIELDS, ...request },
        response,
      });
      const drafts = engineIoUpgradeFailed.check?.(failed, contextOf(analysisOf([failed]), []));
      return [drafts].flat().flatMap((one) => (one?.causes ?? []).map(({ id }) => id));
    };
    expect(asked({ Server: "Apache/2.4.57" })).toEqual(["apacheUpgrade", "noStickySession"]);
    expect(asked({ Server: "nginx/1.22.1" })[0]).toBe("nginxUpgradeLines");
    // Behind a proxy that passed the fields on there is nothing to mend in it.
    expect(asked({}, { "X-Forwarded-For": "192.0.2.20" })).toEqual(["noStickySession"]);
  });

  test("a WebSocket that the client gives up because its session was refused is no trouble of its own", () => {
    const refused = http(FRONT, {
      target: `${POLL}&sid=abc`,
      status: 400,
      body: '{"code":1,"message":"Session ID unknown"}',
      requestAt: 1,
      responseAt: 1.1,
    });
    const probe = (sid: string) =>
      connectionFacts({
        ...FRONT,
        id: 9 as ConnectionFacts["id"],
        kind: "upgrade-unanswered",
        webSocket: null,
        upgrade: upgrade({ status: null, target: `/socket.io/?EIO=4&transport=websocket&sid=${sid}` }),
        tcp: { ...connectionFacts().tcp, firstCloser: "client", ending: "fin", closedAt: mark(1.2) },
      });
    expect(told([refused, probe("abc")]).map(([id]) => id)).toEqual(["eio.request.refused"]);
    expect(told([refused, probe("other")]).map(([id]) => id)).toContain("http.upgrade.unanswered");
    // One that the right server had already taken: the same, with a FIN or an RST.
    const taken = (ending: "fin" | "rst", seconds: number) => ({
      ...probe("abc"),
      kind: "websocket" as const,
      upgrade: upgrade({ target: `${POLL.replace("polling", "websocket")}&sid=abc`, requestAt: 1, responseAt: 1.05 }),
      webSocket: webSocket({ openedAt: mark(1.05), firstFrame: [null, null], closeFrames: [null, null] }),
      close: {
        verdict: "abnormal" as const,
        clientSees: { code: 1006, reason: "", clean: false },
        serverSees: { code: 1006, reason: "", clean: false },
      },
      tcp: tcp({
        firstCloser: "client",
        ending,
        closedAt: mark(seconds),
        resets: ending === "rst" ? [reset({ ...mark(seconds), from: "client" })] : [],
      }),
    });
    for (const ending of ["fin", "rst"] as const) {
      expect(told([refused, taken(ending, 1.12)]).map(([id]) => id)).toEqual(["eio.request.refused"]);
      // Before anything was refused it is a trouble of its own, and no end of the session, which lived on its polls.
      const early = told([refused, taken(ending, 1.08)]).map(([id]) => id);
      expect(early).toEqual(["http.upgrade.closed-at-once", "eio.request.refused"]);
    }
  });

  test("a WebSocket that the client gives up because a poll of its session was redirected, neither", () => {
    const poll = { target: `${POLL}&sid=abc`, requestAt: 1, responseAt: 1.1 };
    const redirected = (status: number) =>
      http(FRONT, { ...poll, status, method: "POST", response: { Location: "https://app.example/login" } });
    const left = connectionFacts({
      ...FRONT,
      id: 9 as ConnectionFacts["id"],
      kind: "upgrade-unanswered",
      webSocket: null,
      upgrade: upgrade({ status: null, target: `${POLL.replace("polling", "websocket")}&sid=abc` }),
      tcp: tcp({ firstCloser: "client", ending: "fin", closedAt: mark(1.2) }),
    });
    const all = (...connections: ConnectionFacts[]) =>
      judged(connections).map(({ ruleId, severity }) => `${severity} ${ruleId}`);
    for (const status of [301, 302, 307, 308])
      expect(all(redirected(status), left)).toEqual(["error http.upgrade.redirected"]);
    // A poll that went well, and one of another session, are no reason to give it up.
    const other = http(FRONT, { ...poll, target: `${POLL}&sid=other`, status: 307 });
    for (const unrelated of [http(FRONT, { ...poll, status: 200, body: "ok" }), other])
      expect(all(unrelated, left)).toContain("error http.upgrade.unanswered");
  });

  test("a body that is too large for what the handshake named is told with that limit", () => {
    const open = { ...http(BACK, { status: 200, body: '0{"sid":"abc"}' }), session: opening("abc", 2000) };
    const post = { target: `${POLL}&sid=abc`, method: "POST", status: 413, requestAt: 2, responseAt: 2.1 };
    const first = (...all: ConnectionFacts[]) => errors(all)[0]?.causes[0];
    expect(first(open, http(BACK, post))).toMatchObject({ id: "announcedLimit", args: { limit: 2000 } });
    expect(first(http(BACK, post))?.id).toBe("bodyLimit");
  });

  test("CORS is told once, of the backend; of the proxy where the fields are its own", () => {
    const cors = (at: number, allowed: string) => ({
      status: 200,
      request: { Host: "app.example", Origin: "http://page.example" },
      response: { "Access-Control-Allow-Origin": allowed },
      requestAt: at,
      responseAt: at + 0.5,
    });
    const back = http(BACK, { ...cors(1.1, "http://other.example"), responseAt: 1.4 });
    expect(told([http(FRONT, cors(1, "http://other.example")), back])).toEqual([
      ["http.cors.refused", 1, "originRefused"],
    ]);
    const fine = http(BACK, { ...cors(1.1, "http://page.example"), responseAt: 1.4 });
    expect(told([http(FRONT, cors(1, "http://other.example")), fine])).toEqual([
      ["http.cors.refused", 0, "originRefused"],
    ]);
  });
});

describe("whether a page may read what polls are answered, told behind a proxy that does not pass Host on", () => {
  const SHOP = "http://shop.example";
  const OPENED = '0{"sid":"abc","upgrades":[]}';
  const atProxy = (more: ExchangeOverrides, host = "shop.example"): ConnectionFacts =>
    http(FRONT, {
      status: 200,
      ...more,
      request: { Host: host, Connection: "keep-alive", ...more.request },
      requestAt: 1,
      responseAt: 2,
    });
  const atBackend = (more: ExchangeOverrides, host = "10.0.0.2:7002"): ConnectionFacts =>
    http(BACK, {
      version: "1.0",
      status: 200,
      ...more,
      request: { Host: host, Connection: "close", ...more.request },
      requestAt: 1.1,
      responseAt: 1.9,
    });
  const byPage = (more: ExchangeOverrides = {}): ExchangeOverrides => ({ request: { Origin: SHOP }, ...more });
  const posted = byPage({ method: "POST", target: `${POLL}&sid=abc`, body: "ok" });
  const goingOn = http(BACK, { status: 200, target: `${POLL}&sid=abc`, requestAt: 3, responseAt: 3.1 });

  test("a POST names its own origin: nothing is wrong, on the backend's leg alone and with both", () => {
    expect(told([atBackend(posted)])).toEqual([]);
    expect(told([atProxy(posted), atBackend(posted)])).toEqual([]);
  });

  test("a GET names an origin only where it is another one, whatever Host says", () => {
    const asked = byPage({ body: OPENED });
    expect(told([atProxy(asked, "shop.example:8080"), atBackend(asked, "shop.example")])).toEqual([
      ["http.cors.refused", 1, "originRefused"],
    ]);
    expect(judged([atBackend(asked, "shop.example")])).toMatchObject([
      { ruleId: "http.cors.refused", confidence: "possible" },
    ]);
  });

  test("a permission that the proxy adds, or must have added since the page goes on, is none that lacks", () => {
    const asked = byPage({ body: OPENED });
    const added = byPage({ response: { "Access-Control-Allow-Origin": SHOP } });
    expect(told([atProxy(added, "shop.example:8080"), atBackend(asked)])).toEqual([]);
    expect(told([atBackend(asked), goingOn])).toEqual([]);
  });

  test("an allowed origin with a slash behind it is never a page's", () => {
    const slashed = byPage({ body: OPENED, response: { "Access-Control-Allow-Origin": `${SHOP}/` } });
    expect(told([atBackend(slashed, "shop.example")])).toEqual([["http.cors.refused", 0, "originSlash"]]);
  });

  test("Sec-Fetch-Site tells it where a browser sends it", () => {
    const from = (site: string) => ({ ...posted, request: { Origin: SHOP, "Sec-Fetch-Site": site } });
    expect(told([atBackend(from("same-origin"))])).toEqual([]);
    expect(told([atBackend(from("cross-site"))])).toEqual([["http.cors.refused", 0, "originRefused"]]);
  });
});

describe("nginx's auth_request", () => {
  const check = { Host: "auth", Connection: "close", "Sec-WebSocket-Key": KEY, "Sec-WebSocket-Version": "13" };
  const checked = (status: number, at = 1.1) =>
    refusedUpgrade({ status, target: "/auth", request: check, requestAt: at, responseAt: at + 0.1 }, BACK);

  test("that says no is not a proxy which forgot the upgrade", () => {
    const front = refusedUpgrade(
      { status: 403, target: "/ws", response: NGINX, body: PAGE, requestAt: 1, responseAt: 1.5 },
      FRONT,
    );
    expect(told([front, checked(403)], { joins: [joined("proxied")] })).toEqual([
      ["http.upgrade.refused", 0, "authRequest"],
    ]);
  });

  test("is told by its answer where the capture holds nothing else", () => {
    const alone = (status: number, more: Record<string, string> = {}, target = "/auth/ws") =>
      told([refusedUpgrade({ status, target, request: { ...check, ...more } }, BACK)]);
    const refused = [["http.upgrade.refused", 0, "authRequest"]];
    expect(alone(401)).toEqual(refused);
    expect(alone(403, { "X-Original-URI": "/ws?a=b" }, "/gate")).toEqual(refused);
    expect(alone(204, { "X-Original-URI": "/ws?a=b" }, "/gate")).toEqual([]);
    // The same path is the request itself, and a path that says nothing of a login may be any.
    const stripped = [["http.upgrade.fields-stripped", 0, "nginxUpgradeLines"]];
    expect(alone(403, { "X-Original-URI": "/gate" }, "/gate")).toEqual(stripped);
    expect(alone(401, {}, "/chat")).toEqual(stripped);
    expect(alone(404)).toEqual(stripped);
    expect(alone(401, {}, "/auth/?EIO=4&transport=websocket")).toEqual(stripped);
  });

  test("that lets the client in leaves nothing to say", () => {
    const front = connectionFacts({ ...FRONT });
    const passed = refusedUpgrade(
      { status: 200, target: "/auth", request: check, requestAt: 0.001, responseAt: 0.002 },
      BACK,
    );
    const upgraded = connectionFacts({ ...BACK, client: { address: "10.0.0.1", port: 40_001 } });
    const joins = [joined("proxied", { places: [0, 2] })];
    expect(judged([front, passed, upgraded], { joins }).filter(({ severity }) => severity !== "note")).toEqual([]);
  });
});

describe("a proxy's login check, which names the request that it is about", () => {
  const asked = (target: string, key: Record<string, string> = {}) => ({
    Host: "app.example",
    "X-Forwarded-Method": "GET",
    "X-Forwarded-Uri": target,
    ...key,
  });
  const KEYED = { ...UPGRADE_FIELDS, "Sec-WebSocket-Key": KEY };

  test("that says no is the cause of the proxy's refusal, and no refusal of its own", () => {
    const front = http(FRONT, { status: 401, requestAt: 1, responseAt: 2 });
    const check = http(BACK, {
      target: `/auth${POLL.slice(10)}`,
      status: 401,
      request: asked(POLL),
      requestAt: 1.2,
      responseAt: 1.8,
    });
    expect(told([front, check])).toEqual([["http.upgrade.refused", 0, "forwardAuth"]]);
    // About another request.
    const another = http(BACK, { target: "/auth", status: 401, request: asked("/x"), requestAt: 1.2, responseAt: 1.8 });
    expect(told([front, another])).toEqual([["http.upgrade.refused", 0, "credentialsMissing"]]);
  });

  test("that lets a WebSocket in, fields and all, is no page in its place", () => {
    const check = http(BACK, { target: "/auth", status: 200, request: asked("/ws", KEYED), body: "<html>" });
    expect(judged([connectionFacts(FRONT), check])).toEqual([]);
    // A proxy that names what it passes on under another path asks for the WebSocket itself.
    const { "X-Forwarded-Method": _, ...named } = asked("/ws", KEYED);
    const passed = http(BACK, { target: "/auth", status: 200, request: named, body: "<html>" });
    expect(told([passed]).map(([id]) => id)).toEqual(["http.upgrade.page-returned"]);
  });
});

test("localhost refused at both its addresses is one error", () => {
  const at = (address: string) => ({ client: { address, port: 50_000 }, server: { address, port: 7002 } });
  const all = [dialInVain(at("::1"), 1), dialInVain(at("127.0.0.1"), 1.1)];
  expect(told(all)).toEqual([["tcp.open.refused", 0, "notListening"]]);
  expect(errors(all)[0]?.causes.map(({ id }) => id)).not.toContain("oneFamilyBound");
});

describe("a port where Vite serves its own WebSocket", () => {
  const vite = connectionFacts({
    exchanges: [exchange({ request: { ...UPGRADE_FIELDS, "Sec-WebSocket-Protocol": "vite-hmr" } })],
  });
  const own = { ...vite, upgrade: null, webSocket: null } as ConnectionFacts;
  const silent = (closer: "client" | "server", seconds: number) =>
    refusedUpgrade(
      { status: null, target: "/ws", requestAt: 1 },
      {
        client: { address: "10.0.0.1", port: 50_001 },
        tcp: tcp({
          firstCloser: closer,
          closedAt: mark(seconds),
          server: { dataSegments: 0, streamBytes: 0, firstData: null, lastData: null, fin: null },
        }),
        last: mark(seconds),
      },
    );

  test("does not answer other upgrades unless told to forward them", () => {
    expect(told([own, silent("client", 5)])).toEqual([["http.upgrade.unanswered", 1, "devProxyWs"]]);
  });

  test("hangs up when it has nobody to forward them to", () => {
    expect(told([own, silent("server", 1.1)])).toEqual([["http.upgrade.unanswered", 1, "devProxyDown"]]);
  });
});

test("the 101 that lies in a hole of the capture makes no server of another protocol", () => {
  const connection = (missingBytes: number) =>
    refusedUpgrade(
      { status: null },
      {
        notHttp: [null, { ...mark(1), firstBytes: Uint8Array.from([0x81, 0x24, 0x34, 0x30]) }],
        tcp: tcp({ server: { missingBytes, notCapturedBytes: missingBytes } }),
      },
    );
  expect(told([connection(0)])[0]?.[0]).toBe("port.other-protocol");
  expect(told([connection(200)])).toEqual([]);
});
