import type { RulePage } from "../texts.ts";

/** `wscap explain`: names, proxies, Engine.IO, Socket.IO, tokens. */
export const pagesApplication = {
  "dns.failed": {
    name: "name not found",
    meaning: "Before a connection the server's name must become an address. That failed, so nothing else could happen.",
    seen: "A question for an IPv4 or IPv6 address answered with an error, or not at all. When the same name was found after all (search list, other server), it does not count; when the client connected all the same, or nothing ties the name to a WebSocket of the capture (Host, Origin, TLS name) that was tried, it is a note.",
  },
  "arp.unanswered": {
    name: "address nobody has",
    meaning: "In its own network a host asks by ARP who has an address. Nobody answered: there is no device with it.",
    seen: "At least two ARP requests for the same address without a reply. Beside working connections only a note, since it may concern anybody.",
  },
  "http.cors.refused": {
    name: "CORS",
    meaning:
      "Socket.IO begins with HTTP polling, and a browser lets a page read the answer only when the server allows the page's origin. What the browser alone decides cannot be seen in packets; that the permission is missing can.",
    seen: "An answer to a poll from another origin whose Access-Control-Allow-Origin is missing or names another one, or a preflight (OPTIONS) that was refused. Behind a proxy Host proves nothing; that a GET names an Origin does, since to its own origin a page sends none.",
  },
  "http.proxy.connect-refused": {
    name: "CONNECT refused",
    meaning: "Through a forward proxy a wss:// needs a tunnel, which the proxy did not open.",
    seen: "CONNECT answered with 3xx, 4xx or 5xx. A 407 that was followed by a successful login is a note.",
  },
  "eio.pong.missing": {
    name: "Socket.IO heartbeat",
    meaning:
      "Socket.IO has a heartbeat of its own (Engine.IO packets 2 and 3), which needs the page's or program's code to run. It fails when tabs sleep or event loops block, even while the network and WebSocket pings are fine.",
    seen: "Engine.IO pings without pong until one side gave up, by the timers that the server announced when the session opened. From version 4 on the server pings, before that the client. Of a session that only polls: its client gives up while a poll waits, or comes back too late and is not known any more.",
  },
  "eio.upgrade.failed": {
    name: "stays on polling",
    meaning: "Socket.IO began with polling and could not move to WebSocket. It works, slowly.",
    seen: "A WebSocket request with the session's sid that was not accepted, or whose probe was not answered.",
  },
  "sio.connect.refused": {
    name: "Socket.IO refused",
    meaning:
      "The transport works; Socket.IO's CONNECT was answered by CONNECT_ERROR. Its message is the server's reason. Whether a token was revoked in a database cannot be seen in packets.",
    seen: "Packet type 4 for a namespace.",
  },
  "sio.connect.missing": {
    name: "no Socket.IO client",
    meaning:
      "The server speaks Socket.IO, the client opened a WebSocket and never sent CONNECT. After connectTimeout (45 s) the server hangs up.",
    seen: "An Engine.IO session over WebSocket without CONNECT that the server ended.",
  },
  "sio.connect.unanswered": {
    name: "CONNECT unanswered",
    meaning:
      "Socket.IO's client asked for a namespace, and the server said neither yes nor no. The page waits for connect for ever, although the WebSocket works.",
    seen: "Packet type 0 from the client, and for five seconds or more no packet type 0 or 4 from the server for that namespace; or a WebSocket of Socket.IO (EIO in its query) on which the server did not begin with Engine.IO's packet 0.",
  },
  "sio.exception": {
    name: "Socket.IO error event",
    meaning:
      "The server reported that something it was asked for failed, and kept the client. It is the application's business; a page that does not listen for it seems to hang.",
    seen: "An event of the server whose name says error (error, exception …) without a DISCONNECT of the server. A warning when it, or an acknowledgment, refuses who asks and nothing else comes after it.",
  },
  "sio.disconnected": {
    name: "Socket.IO disconnect",
    meaning:
      "The server's code disconnected this client. Right after it had accepted it, or with an event such as error just before, that is a refusal: the message of the event is the reason.",
    seen: "Packet type 1 from the server. An error when an event whose name says error (error, exception, unauthorized …) came in the five seconds before, or when CONNECT was accepted less than a second before. Or, within that second, the end of Engine.IO by the server without a reason and without that packet: an error when it comes again.",
  },
  "app.heartbeat.missing": {
    name: "application heartbeat",
    meaning:
      "The application exchanges regular messages of its own to see that the other side lives, and the answers stopped.",
    seen: "A regular message that was answered each time, then at least twice not, or once before its sender hung up; or that was not sent any more, until the other side ended the connection. Found by its name (ping, heartbeat), or by its regularity: an answer repeats the numbers of its question, or both are always the same.",
  },
  "app.standstill": {
    name: "server stood still",
    meaning:
      "The server's program ran for nobody for a while: a blocked event loop, garbage collection, a debugger, SIGSTOP. Its system went on, so connections stood and new ones were accepted. Clients gave up by their own timers, requests waited, and a server that then takes its own sleep for its clients' silence hangs up on them.",
    seen: "Several connections of one server fall silent at one moment: one that had talked regularly, one that had answered pings, a request that waits. Something was owed (an answer, a ping), the server's TCP acknowledged what clients sent meanwhile, and no other connection heard anything of it. An error when a connection ended for it. Where pings of a client stayed unanswered, ws.pong.missing or eio.pong.missing tells it.",
  },
  "app.silent": {
    name: "server never speaks",
    meaning:
      "The connection stands and the client asked for something, but no message came; or none of the acknowledgments that a Socket.IO client asked for with a callback.",
    seen: "At least one message from the client, none from the server, for half a minute. Or an event of a Socket.IO client with a callback (42<number>[…]) without its acknowledgment (43<number>[…]) for five seconds and more, on a session that lives on: a warning where none at all came, a note where others did or only one is missing for less than ten.",
  },
  "app.vite-hmr": {
    name: "Vite's hot reload",
    meaning:
      "Vite's development server keeps a WebSocket of its own to the page. It is not the application's; whatever happens to it is at most a note.",
    seen: "The subprotocol vite-hmr.",
  },
  "jwt.expired": {
    name: "token expired",
    meaning:
      "A JSON Web Token carries its own times. This one was out of them when it was sent, or ran out while the client was connected. The token is never shown.",
    seen: "exp or nbf against the time of the packet, with a few seconds of grace. An error when the server turned the client away, or ended the session just when the token ran out; else a note.",
  },
  "clock.skew": {
    name: "clocks differ",
    meaning: "The server's clock and that of the capturing machine differ. Tokens with short lives fail then.",
    seen: "The Date field of a response differs by 30 s or more from the packet's time. A warning where tokens or refusals are in play, else a note.",
  },
} as const satisfies Record<string, RulePage>;
