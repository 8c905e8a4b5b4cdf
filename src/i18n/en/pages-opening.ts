import type { RulePage } from "../texts.ts";

/** `wscap explain`: from the SYN to the 101. */
export const pagesOpening = {
  "tcp.open.refused": {
    name: "connection refused",
    meaning:
      "The host answered the very first packet with a reset: there is no program behind that port. The WebSocket never began; programs see ECONNREFUSED, browsers ERR_CONNECTION_REFUSED and 1006.",
    seen: "A SYN answered by RST. When its hop limit differs from what the host otherwise sends, a firewall answered in its name. When another address of the same name accepts the connection at the same moment, it is only a note.",
  },
  "tcp.open.unanswered": {
    name: "no answer to the SYN",
    meaning:
      "The first packet is sent again and again and nothing comes back. A closed port would answer with RST, so something drops the packets: a firewall, or there is nobody at that address. The page just waits, up to about two minutes.",
    seen: "A SYN repeated after 1, 3, 7 … seconds (newer Linux kernels: 1, 2, 3, 4, 5, 7 …) with no SYN-ACK, RST or ICMP. One SYN right before the end of the capture is not enough.",
  },
  "tcp.open.icmp": {
    name: "rejected by ICMP",
    meaning: "A router or firewall said that the host, the network or the port cannot be reached, or must not be.",
    seen: "An ICMP or ICMPv6 destination-unreachable message that quotes the SYN. Its sender is shown: it is often not the server.",
  },
  "tcp.open.synack-unacknowledged": {
    name: "SYN-ACK gets lost",
    meaning:
      "The server answers, its answer does not reach the client. The way there and the way back differ, or a firewall at the client drops what comes back.",
    seen: "A SYN-ACK repeated at least once, never acknowledged. Only a capture on the server's side shows this.",
  },
  "tcp.open.no-request": {
    name: "opened, nothing asked",
    meaning:
      "The connection was opened, the client never sent a request. Port checks and health checks do that; so do clients that hang.",
    seen: "A complete TCP opening and no byte from the client. Beside a busy connection of the same client it is a browser's spare connection and only a note.",
  },
  "tls.on-plain-port": {
    name: "wss:// on a ws:// port",
    meaning: "The client speaks TLS to a server that does not. The URL's scheme is wrong, or TLS is not configured.",
    seen: "A TLS ClientHello, answered by HTTP (usually 400), by something else, or by a closed connection.",
  },
  "http.on-tls-port": {
    name: "ws:// on a wss:// port",
    meaning: "The client sends a plain request to a server that wants TLS.",
    seen: "An upgrade request answered by a TLS alert, or by a 400 that says so.",
  },
  "tls.handshake.failed": {
    name: "TLS failed",
    meaning:
      "TLS did not come about, so the WebSocket in it never began. Most often the client does not trust the certificate.",
    seen: "A fatal alert before the handshake is complete, or a connection closed after the ServerHello with no data. From TLS 1.3 on most alerts are encrypted and cannot be read.",
  },
  "port.other-protocol": {
    name: "another protocol answers",
    meaning: "The upgrade request went to a program that is not a web server.",
    seen: "First bytes of the server that are neither HTTP nor TLS; known greetings (SSH, Redis, MySQL …) are named.",
  },
  "http.upgrade.refused": {
    name: "upgrade refused",
    meaning:
      "The request reached an HTTP server, and the answer was not 101. A browser tells a page nothing but 1006; the status and the body, seen here, say why.",
    seen: "A WebSocket request answered with a 4xx or 5xx status. Redirects, pages, gateway errors and Engine.IO's own refusals have rules of their own.",
  },
  "eio.request.refused": {
    name: "Engine.IO refused",
    meaning: "Socket.IO's transport layer refused the request with one of its own codes 0 to 5.",
    seen: '400 or 403 with a body like {"code":1,"message":"Session ID unknown"} to a request with EIO= or transport= in its query.',
  },
  "http.upgrade.redirected": {
    name: "upgrade redirected",
    meaning: "The server sends the client elsewhere. For pages browsers follow, for WebSockets they do not.",
    seen: "A WebSocket request answered with a 3xx status.",
  },
  "http.upgrade.page-returned": {
    name: "a page instead of 101",
    meaning:
      "Something treated the upgrade as an ordinary request and returned a page: the fallback of a single-page app, or an HTTP server without WebSocket support at that path.",
    seen: "A WebSocket request answered with a 2xx status.",
  },
  "http.upgrade.gateway-error": {
    name: "gateway error",
    meaning: "A reverse proxy took the request and could not get an answer from the WebSocket server behind it.",
    seen: "502 or 504; 503 and 520 to 530 from a server that names itself as a proxy; 500 with lighttpd's own page. At once: the backend is down. After 60 s or so: it took the request and said nothing.",
  },
  "http.upgrade.unanswered": {
    name: "upgrade unanswered",
    meaning:
      "The request arrived and nobody answered it. Servers with an upgrade handler that ignores unknown paths do this; Engine.IO hangs up after one second.",
    seen: "A WebSocket request that TCP acknowledged, no byte of a response, and an end or at least two seconds of silence.",
  },
  "http.upgrade.dropped": {
    name: "upgrade dropped on the way",
    meaning:
      "TCP opens, but the request itself does not survive the path, or draws an RST on sight. Middleboxes that filter WebSockets do this.",
    seen: "The packet with the request is retransmitted and never acknowledged, or is answered by RST without any HTTP.",
  },
  "http.upgrade.fields-stripped": {
    name: "proxy strips Upgrade",
    meaning:
      "The request asks for a WebSocket by its key, but the fields Upgrade and Connection are gone. They are hop-by-hop (RFC 9110 §7.6.1): each proxy must be told to send them again.",
    seen: "A request with Sec-WebSocket-Key (or Socket.IO's transport=websocket) without Upgrade: websocket or Connection: Upgrade. Best seen between proxy and backend.",
  },
  "http.upgrade.not-forwarded": {
    name: "proxy keeps the upgrade",
    meaning: "The proxy answered by itself; the backend never heard of the request. That is why its log is empty.",
    seen: "A failed upgrade whose key appears on no other connection, while other requests of that proxy are in the capture. Needs a capture on the proxy's host.",
  },
  "http.upgrade.accept-invalid": {
    name: "wrong 101",
    meaning:
      "The server said 101, but not as RFC 6455 asks: the proof for the key is wrong or missing, or so are Upgrade or Connection. Clients must refuse such a 101.",
    seen: "Sec-WebSocket-Accept is computed from the request's key and compared.",
  },
  "http.upgrade.not-negotiated": {
    name: "extension or subprotocol mismatch",
    meaning:
      "The 101 names an extension or subprotocol that was not offered, or lacks the subprotocol that the client insists on. Clients must fail the connection.",
    seen: "The fields of request and 101 are compared; a missing subprotocol counts only when the client left at once.",
  },
  "http.upgrade.version": {
    name: "WebSocket version",
    meaning: "The client asked for a version other than 13 and was refused.",
    seen: "Sec-WebSocket-Version of the request; an accepted older version is left alone.",
  },
  "http.upgrade.closed-at-once": {
    name: "closed right after 101",
    meaning:
      "The handshake succeeded and the connection ended before the first frame: the server's handler failed or refused, or the client did not accept the 101.",
    seen: "FIN or RST within a second of the 101, no frame either way.",
  },
} as const satisfies Record<string, RulePage>;
