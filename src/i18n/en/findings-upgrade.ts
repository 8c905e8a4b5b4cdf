import type { SomeFindings } from "../texts.ts";

const refusedEnds =
  "A browser only shows 1006 and “connection failed”; the status and this body are seen nowhere but here.";

/** From the request to the 101. */
export const findingsUpgrade = {
  "http.upgrade.refused": {
    badRequest: {
      title: "{server} refused {ask:word} {target}: 400[[ {reason}]]",
      detail: `The server read the request and did not accept it as a WebSocket handshake[[. It says: “{body}”]]. ${refusedEnds}`,
    },
    unauthorized: {
      title: "{server} refused {ask:word} {target}: 401, not logged in",
      detail: `The request reached the server; it wants credentials and got none, or not these[[. It says: “{body}”]]. ${refusedEnds}`,
    },
    forbidden: {
      title: "{server} refused {ask:word} {target}: 403, not allowed",
      detail: `The request reached the server and was turned away: by an Origin check, a token check or a gateway's policy[[. It says: “{body}”]]. ${refusedEnds}`,
    },
    notFound: {
      title: "{server} knows nothing of {target}: 404",
      detail: `Something answered HTTP there, but knows no such path[[. It says: “{body}”]]. ${refusedEnds}`,
    },
    method: {
      title: "{server} refused {ask:word} {target}: 405, method not allowed",
      detail: `The path exists, but not as a WebSocket[[. It says: “{body}”]]. ${refusedEnds}`,
    },
    upgradeRequired: {
      title: "{server} answered 426 to {ask:word} {target}: it wants an upgrade and does not see one",
      detail: `The upgrade fields did not reach it as they should, or it wants another version[[. It says: “{body}”]]. ${refusedEnds}`,
    },
    tooMany: {
      title: "{server} refused {ask:word} {target}: 429, too many requests",
      detail: `A rate limit counts these attempts[[. It says: “{body}”]]. ${refusedEnds}`,
    },
    fieldsTooLarge: {
      title: "{server} refused {ask:word} {target}: its address or its fields are too large ({status})",
      detail: `The request's address (414) or its header, mostly its cookies, is longer than the server takes[[. It says: “{body}”]]. ${refusedEnds}`,
    },
    bodyTooLarge: {
      title: "{server} refused {ask:word} {target}: the message is too large (413)",
      detail:
        "A message sent over polling is the body of a POST, and it is larger than what is allowed there[[. It says: “{body}”]]. Socket.IO's client ends the session with “transport error” and opens a new one.",
    },
    unavailable: {
      title: "{server} takes no one at the moment: {ask:word} {target} got {status}[[ {reason}]]",
      detail: `The server says that it is starting, shutting down or full[[. It says: “{body}”]]. ${refusedEnds}`,
    },
    serverError: {
      title: "{server} failed on {ask:word} {target}: {status}[[ {reason}]]",
      detail: `The server broke while it handled the request[[. It says: “{body}”]]. ${refusedEnds}`,
    },
    other: {
      title: "{server} answered {ask:word} {target} with {status}[[ {reason}]] instead of 101",
      detail: `Only 101 opens a WebSocket[[. It says: “{body}”]]. ${refusedEnds}`,
    },
  },
  "eio.request.refused": {
    transport: {
      title: "Engine.IO at {server} refused: “Transport unknown” (code 0)",
      detail: "The server does not offer the transport that the request names.",
    },
    noTransport: {
      title: "Engine.IO at {server} refused “Transport unknown” (code 0): the request {target} names no transport",
      detail: "Engine.IO reads transport, EIO and sid from the query string; this request came without them.",
    },
    session: {
      title:
        "Engine.IO at {server}[[ and {others:one other server|# other servers}]] refused: “Session ID unknown” (code 1)",
      detail:
        "The session was opened at another server process, or before a restart. Polling and WebSocket of one client must reach the same process.",
    },
    handshakeMethod: {
      title: "Engine.IO at {server} refused: “Bad handshake method” (code 2)",
      detail: "A session is opened by GET; this request was not one.",
    },
    badRequest: {
      title: "Engine.IO at {server} refused: “Bad request” (code 3)",
      detail:
        "The transport does not fit the session: most often the session moved on to WebSocket, or the upgrade was stripped.",
    },
    forbidden: {
      title: "Engine.IO at {server} refused the client[[: “{said}”]] (code 4, forbidden)",
      detail: "The server's allowRequest said no.",
    },
    protocolVersion: {
      title: "Engine.IO at {server} refused: “Unsupported protocol version” (code 5)",
      detail:
        "Client and server are of generations that do not understand each other (EIO=3 is Socket.IO 1 and 2, EIO=4 is 3 and 4).",
    },
    oldServer: {
      title: "{server} is Socket.IO 2 or older, the client 3 or newer: they do not understand each other",
      detail:
        "It answers {target} as version 2 does, although EIO=4 was asked for. The client reports “server error”, or “It seems you are trying to reach a Socket.IO server in v2.x with a v3.x client”.",
    },
    sessionEnded: {
      title: "Engine.IO at {server} no longer knew the session (code 1): it had ended before",
      detail: "A poll that was still under way, or the client's good-bye. Look at what ended the session.",
    },
    inFrames: {
      title:
        "Engine.IO at {server} said 101 and then refused in plain HTTP: versions that do not fit[[ (client: EIO={version})]]",
      detail:
        "A server of version 4 does this to a client of version 2 or older over WebSocket. The client sees garbage in place of frames and closes.",
    },
  },
  "http.cors.refused": {
    plain: {
      title: "{server} does not allow the page's origin {origin}: the browser keeps the answers from the page",
      detail:
        "Socket.IO's polling is subject to CORS[[, and the answers allow {allowed}, not this page]]; in DevTools that is a CORS error, the server notices nothing. A plain WebSocket is not subject to CORS: its server must check Origin itself.",
    },
    twice: {
      title: "{server} allows the page's origin {origin} more than once: the browser keeps the answers from the page",
      detail:
        "Access-Control-Allow-Origin stands several times in one answer ({allowed}); browsers want exactly one value. In DevTools: “contains multiple values”.",
    },
    credentials: {
      title: "{server} answers * to {origin}, which sends cookies: the browser keeps the answers from the page",
      detail:
        "With cookies (withCredentials: true) a browser wants the page's origin by name in Access-Control-Allow-Origin; * does not count.",
    },
    starUnused: {
      title:
        "{server} answers {origin} with *, and the session was never used: a browser keeps such an answer from a page that asks with credentials",
      detail:
        "With withCredentials: true a browser wants the page's origin by name in Access-Control-Allow-Origin, whether a cookie is sent or not; * does not count. In DevTools that is a CORS error, the server notices nothing.",
    },
    failure: {
      title: "In DevTools this looks like a CORS error: {server}'s answer {status} says nothing of origins",
      detail:
        "The browser keeps it from the page of {origin}, which therefore does not see the status. Mend what the status says first: error pages of proxies and of many servers carry no CORS fields, even where every origin is allowed.",
    },
    preflight: {
      title: "{server} does not let the page at {origin} send {fields}: the browser does not send the request at all",
      detail:
        "For a field of its own a browser asks first (OPTIONS, the preflight), and Access-Control-Allow-Headers in the answer must name it; for Authorization even * does not count. In DevTools that is a CORS error.",
    },
    preflightStatus: {
      title:
        "{server} answers the browser's preflight (OPTIONS) by {status}[[ {reason}]]: the page at {origin} may not ask",
      detail:
        "For another origin's request with a field or a method of its own a browser asks first, without cookie or token, and goes on only after a status from 200 to 299. In DevTools that is a CORS error.",
    },
    unheeded: {
      title: "{server} does not allow {origin}, but the caller went on: it is no browser, or does not heed CORS",
      detail:
        "It used the session of an answer that a browser would have withheld from the page. For a page from {origin} the polls would fail.",
    },
  },
  "http.upgrade.redirected": {
    plain: {
      title: "{server} redirects {ask:word} {target}: {status}[[ to {location}]]",
      detail:
        "Browsers do not follow redirects for a WebSocket; the connection fails with 1006. The client must use the final URL itself.",
    },
    poll: {
      title: "{server} redirects {ask:word} {target}: {status}[[ to {location}]]",
      detail:
        "A poll that is redirected may lose its message (301 and 302 make a GET of a POST) and meets CORS at another origin; the WebSocket that comes after it is not redirected by browsers at all. The client must use the final URL itself.",
    },
    followed: {
      title: "{server} redirects {ask:word} {target}: {status}[[ to {location}]]; the client followed",
      detail:
        "This client's WebSocket came about at the other address. A browser would not have followed: it fails with 1006.",
    },
  },
  "http.upgrade.page-returned": {
    page: {
      title: "{server} answered {ask:word} {target} with a web page ({status}): the request went to the wrong handler",
      detail:
        "The upgrade never reached a WebSocket server; whoever serves the pages took it (index.html of a single-page app does this).",
    },
    other: {
      title: "{server} answered {ask:word} {target} with {status}[[ and {contentType}]] instead of 101",
      detail: "The request was handled as a plain HTTP request: nothing there upgrades this path to a WebSocket.",
    },
    standIn: {
      title:
        "{server} answered {ask:word} {target} with a page ({status}) that stands in for its server: that one is down, or taken down",
      detail:
        "A proxy that shows a page of its own when its server does not answer, or during maintenance (nginx: error_page 502 503 =200 /page.html), says {status}, as if all were well. Neither the client nor a health check can tell; let it say 503 for /socket.io/ and WebSockets.",
    },
  },
  "http.upgrade.gateway-error": {
    plain: {
      title:
        "The proxy[[ {proxy}]] at {server} got no usable answer from the server behind it: {status}[[ {reason}]][[ after {afterMs:ms}]]",
      detail: "The client and the proxy are fine; the trouble is between the proxy and its backend.",
    },
    unavailable: {
      title:
        "The proxy[[ {proxy}]] at {server} turned {ask:word} {target} away: {status}[[ {reason}]][[ after {afterMs:ms}]]",
      detail: "It has no server for this request at this moment: none is up, or a limit is reached.",
    },
  },
  "http.upgrade.unanswered": {
    serverClosed: {
      title: "{server} took the upgrade request of {target} and hung up after {afterMs:ms} without an answer",
      detail: "No byte of a response. The request arrived (TCP acknowledged it), then the server ended the connection.",
    },
    closedUnread: {
      title: "{server} took the connection and hung up {afterMs:ms} later, without reading the request for {target}",
      detail:
        "The system completed the TCP handshake, and its program, or a forwarder, ended the connection without waiting for a word. Path, token and fields of the request cannot be the reason: nobody read it.",
    },
    clientGaveUp: {
      title: "{server} never answered the upgrade request of {target}; the client gave up after {afterMs:ms}",
      detail: "The request arrived (TCP acknowledged it), and no answer came until then.",
    },
    proxyGaveUp: {
      title: "{server} never answered the upgrade request of {target}; the proxy gave up after {afterMs:ms}",
      detail:
        "The request arrived (TCP acknowledged it), and no answer came. The proxy at {client} waited as long as its timer says[[ and told its own client so: {status}]].",
    },
    late: {
      title:
        "{server} answered the upgrade request of {target} too late: after {lateMs:ms}; the client had given up after {afterMs:ms}",
      detail: "The 101 met a connection that the client had closed already. The server's log may say that it was open.",
    },
    poll: {
      title: "{server} did not answer Socket.IO's first poll in {afterMs:ms}: {target}",
      detail:
        "The request for a session arrived (TCP acknowledged it), and no answer came until then. Socket.IO says connect_error: timeout, or xhr poll error.",
    },
    pollHungUp: {
      title: "{server} hung up on a poll of Socket.IO that had waited {afterMs:ms}, without an answer: {target}",
      detail:
        "A session by polling always has one poll that waits for news. The server ended its connection instead of answering it: Socket.IO's client says transport error, and opens a new session.",
    },
    sealed: {
      title:
        "{server} did not answer the first request inside TLS for {afterMs:ms}[[; then the {closer:word} hung up]]",
      detail:
        "The TLS handshake was finished[[ (asked for {name})]] and the request arrived (TCP acknowledged it), but not a single record came in answer. What was asked for cannot be read without keys: it may be a WebSocket's upgrade, or a request that the server holds back on purpose until there is news (long polling).",
    },
    pending: {
      title: "The upgrade request of {target} to {server} has no answer up to the end of the capture",
      detail:
        "The last packet came {afterMs:ms} after it. How much longer the client waited no packet tells: if the page hung for seconds before the capture was stopped, the request was not answered for so long. Capture until the client gives up.",
    },
    silent: {
      title: "{server} has not answered the upgrade request of {target} for {afterMs:ms}",
      detail: "The request arrived (TCP acknowledged it), and no answer came.",
    },
  },
  "http.upgrade.dropped": {
    unacknowledged: {
      title:
        "The upgrade request to {server} vanishes on the way: sent again {repeats:once|# times}, never acknowledged",
      detail:
        "TCP opened without trouble, but the packet with the request does not get through: something on the path swallows it.",
    },
    reset: {
      title: "The upgrade request to {server} was answered with an RST after {afterMs:ms}",
      detail: "No HTTP answer, the connection was torn down on sight of the request ({target}).",
    },
  },
  "http.upgrade.fields-stripped": {
    http10: {
      title: "The proxy at {client} does not forward the upgrade: {server} got an HTTP/1.0 request without Upgrade",
      detail:
        "The request still carries Sec-WebSocket-Key, so the client did ask for a WebSocket. Upgrade and Connection are hop-by-hop: a proxy drops them unless it is told to set them. HTTP/1.0 is nginx's old default.",
    },
    http11: {
      title: "The proxy at {client} does not forward the upgrade: {server} got a request without Upgrade/Connection",
      detail:
        "The request was meant for a WebSocket, but the two fields that ask for it are missing. They are hop-by-hop: a proxy drops them unless it is told to set them.",
    },
    connection: {
      title:
        "The proxy at {client} forwards only half of the upgrade: {server} got Upgrade without Connection: upgrade",
      detail:
        "Both fields are hop-by-hop and both are needed (RFC 6455 §4.2.1): without Connection: upgrade the server takes it for a plain request.",
    },
  },
  "http.upgrade.not-forwarded": {
    plain: {
      title:
        "The proxy at {server} answered {ask:word} {target} itself[[ with {status}]]: it never went to the backend",
      detail:
        "Other requests were passed on, this one was not: it appears on no other connection. The backend's log stays empty, because it never heard of it.",
    },
    unanswered: {
      title: "The proxy at {server} neither answered the upgrade request of {target} nor passed it on to its backend",
      detail:
        "Other requests were passed on, this one was not: it appears on no other connection. The system of the proxy took the packet (TCP acknowledged it); whether its program read the request no packet tells.",
    },
  },
  "http.upgrade.accept-invalid": {
    wrong: {
      title: "{server} answered 101 with a wrong Sec-WebSocket-Accept",
      detail: "It sent {accept}, the key asks for {expected}. The client must fail the connection, and reports 1006.",
    },
    missing: {
      title: "{server} answered 101 without Sec-WebSocket-Accept",
      detail: "The key asks for {expected}. The client must fail the connection, and reports 1006.",
    },
    upgradeField: {
      title: "{server} answered 101 without “Upgrade: websocket”",
      detail: "[[It says Upgrade: {value}. ]]The client must fail the connection, and reports 1006.",
    },
    connectionField: {
      title: "{server} answered 101 without “Connection: Upgrade”",
      detail: "[[It says Connection: {value}. ]]The client must fail the connection, and reports 1006.",
    },
  },
  "http.upgrade.not-negotiated": {
    extension: {
      title: "{server} chose the extension {value}, which the client did not offer",
      detail: "[[Offered: {offered}. ]]The client must fail the connection, and reports 1006.",
    },
    protocol: {
      title: "{server} chose the subprotocol {value}, which the client did not offer",
      detail: "[[Offered: {offered}. ]]The client must fail the connection, and reports 1006.",
    },
    protocolAbsent: {
      title: "{server} chose none of the offered subprotocols ({offered}), and the {closer:word} left at once",
      detail:
        "Without a Sec-WebSocket-Protocol in the 101, a browser fails a WebSocket that was opened with subprotocols.",
    },
  },
  "http.upgrade.version": {
    plain: {
      title: "The client asked {server} for WebSocket version [[{version} ]]instead of 13",
      detail: "Only version 13 is standard[[; the server speaks {supported}]][[. It answered {status}]].",
    },
  },
  "http.upgrade.closed-at-once": {
    close: {
      title:
        "The WebSocket to {server} opened (101), and the server closed it {afterMs:ms} later with {code}, without a message[[: “{reason}”]]",
      detail:
        "The code says that all is well, but nothing was exchanged: servers refuse like this after the handshake (a login that fails in the connection handler). Clients that reconnect go round in circles.",
    },
    told: {
      title:
        "{server} took the WebSocket, said “{text}” and closed it with {code}[[ (“{reason}”)]], {afterMs:ms} after the 101",
      detail:
        "The code says that all is well, but its only message refuses: the reason stands there and nowhere else. Clients that reconnect go round in circles.",
    },
    fin: {
      title:
        "The WebSocket to {server} opened (101), and the {closer:word} closed it {afterMs:ms} later without sending a frame",
      detail: "No Close frame was sent: both ends report 1006. The handshake of {target} itself is fine.",
    },
    rst: {
      title:
        "The WebSocket to {server} opened (101), and the {closer:word} reset it {afterMs:ms} later without sending a frame",
      detail: "No Close frame was sent: both ends report 1006. The handshake of {target} itself is fine.",
    },
    proxyDropped: {
      title:
        "{server} accepted the WebSocket (101), and the proxy {proxy} dropped it {afterMs:ms} later: its client never got the 101",
      detail:
        "Client and server are fine, the handshake of {target} is too. The proxy ended its connection to the server and left its own client without an answer.",
    },
  },
} as const satisfies SomeFindings;
