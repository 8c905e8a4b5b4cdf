// What a server checks in a request besides the token, and what nginx does to it on the way.

import { backAddress, frontAddress } from "../addresses.ts";
import { startNginx, upgradeLines, upgradeMap } from "../nginx.ts";
import { refuseWith, serveHttp } from "../peers/http.ts";
import { dashboard, server } from "../peers/rows.ts";
import { token } from "../token.ts";
import type { CapturePoint, Expectation, PeerRow, Scenario } from "../types.ts";

const wsUrl = `ws://${frontAddress}/ws`;
const bearer = { Authorization: `Bearer ${token(3600)}` };
const withoutHost = upgradeLines.replace("proxy_set_header Host $host;", "");

const site = (lines: string, more = "") => `${upgradeMap}
  server { listen 80; ${more} location /ws { proxy_pass http://${backAddress}:8080; ${lines} } }`;

/** A backend that logs what it checks and lets nobody in for whom it does not fit. */
const checking = (status: string, message: string, fits: (headers: Record<string, unknown>) => boolean): PeerRow =>
  server((peer) =>
    serveHttp(peer, (request, socket) => {
      const { host, origin, authorization } = request.headers;
      peer.log("checked", { host, origin, authorized: authorization !== undefined, fits: fits(request.headers) });
      refuseWith(status, JSON.stringify({ message }), ["Content-Type: application/json"])(request, socket);
    }),
  );

/** Captured with both legs at the proxy, and before it, where only the answer is to be seen. */
const seenTwice = (atClient: Expectation): readonly CapturePoint[] => [
  { at: "proxy", interface: "any" },
  { at: "client", interface: "eth0", label: "client", expect: atClient },
];

const refused = (status: number, blames: string): Expectation => ({
  connections: [{ dialledBy: "browser", kind: "upgrade-refused", status }],
  must: ["http.upgrade.refused"],
  blames,
});

export const checked: readonly Scenario[] = [
  {
    name: "host-not-passed-401",
    injects: "nginx without proxy_set_header Host: the backend knows no such host and answers 401 to a good token",
    network: "proxied",
    captures: seenTwice(refused(401, "The token or session")),
    peers: {
      server: checking("401 Unauthorized", "Unauthorized", ({ host }) => host === frontAddress),
      browser: dashboard(() => {}, { url: wsUrl, headers: bearer }),
    },
    prepare: (stage) => startNginx(stage, site(withoutHost)),
    expect: refused(401, "The token or session"),
  },
  {
    name: "host-not-passed-403",
    injects: "nginx without proxy_set_header Host: the backend compares Origin with Host and answers 403",
    network: "proxied",
    captures: seenTwice(refused(403, "The server does not allow pages from")),
    peers: {
      server: checking("403 Forbidden", "Origin not allowed", ({ host, origin }) => origin === `http://${host}`),
      browser: dashboard(() => {}, { url: wsUrl, headers: bearer, origin: `http://${frontAddress}` }),
    },
    prepare: (stage) => startNginx(stage, site(withoutHost)),
    expect: refused(403, "The proxy changes Host"),
  },
  {
    name: "authorization-not-passed",
    injects: 'nginx takes Authorization out (proxy_set_header Authorization ""): 401 to a good token',
    network: "proxied",
    captures: seenTwice(refused(401, "The token or session")),
    peers: {
      server: checking("401 Unauthorized", "No auth token", ({ authorization }) => authorization !== undefined),
      browser: dashboard(() => {}, { url: wsUrl, headers: bearer }),
    },
    prepare: (stage) => startNginx(stage, site(`${upgradeLines} proxy_set_header Authorization "";`)),
    expect: refused(401, "The proxy does not pass authorization on"),
  },
  {
    name: "underscore-field-dropped",
    injects: "the token travels in access_token, a field whose name nginx drops for its underscore: 401",
    network: "proxied",
    captures: seenTwice(refused(401, "The proxy does not pass access_token on")),
    peers: {
      server: checking("401 Unauthorized", "No auth token", (headers) => headers["access_token"] !== undefined),
      browser: dashboard(() => {}, { url: wsUrl, headers: { access_token: token(3600) } }),
    },
    prepare: (stage) => startNginx(stage, site(upgradeLines)),
    expect: refused(401, "The proxy does not pass access_token on"),
  },
];
