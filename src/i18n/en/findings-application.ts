import type { SomeFindings } from "../texts.ts";
import { standingStill } from "./standing-still.ts";

/** What runs inside the WebSocket. */
export const findingsApplication = {
  "eio.pong.missing": {
    gaveUp: {
      title:
        "The {to:word} stopped answering Socket.IO pings; the {from:word} gave up {waitedMs:ms} after the first unanswered one",
      detail:
        "[[Engine.IO pings every {intervalMs:ms}]][[ and waits {timeoutMs:ms} for the pong]]. The application's own heartbeat failed: the program at the {to:word} did not run in that time, or its pong was still under way.",
    },
    neverPongs: {
      title: "The {to:word} never answers Socket.IO pings; the {from:word} gave up {waitedMs:ms} after the first one",
      detail:
        "[[Engine.IO pings every {intervalMs:ms}]][[ and waits {timeoutMs:ms} for the pong]]. The {to:word}'s WebSocket is alive: it answered the {from:word}'s Close at once (a browser does so even while its page stands still). What runs on it does not know this heartbeat, or did not run.",
    },
    gaveUpPath: {
      title: "Socket.IO's heartbeat failed because the path was interrupted for {outageMs:ms}: the {from:word} gave up",
      detail:
        "[[Engine.IO pings every {intervalMs:ms}]][[ and waits {timeoutMs:ms} for the pong]]. Packets were sent again and again without an answer meanwhile; what the {from:word} then sent to end the session arrived {waitedMs:ms} after the first unanswered ping.",
    },
    waiting: {
      title: "The {to:word} has not answered {missing:a Socket.IO ping|# Socket.IO pings} for {waitedMs:ms}",
      detail: "[[Engine.IO pings every {intervalMs:ms}]][[ and waits {timeoutMs:ms} for the pong]].",
    },
    noPing: {
      title: "The {from:word} stopped sending Socket.IO pings; the {to:word} gave up after {waitedMs:ms}",
      detail:
        "The {from:word} pings every {intervalMs:ms} (from Engine.IO 4 on the server, before it the client), and a {to:word} that hears none for {timeoutMs:ms} longer closes. The {from:word}'s program stood still, or nothing from it arrived.",
    },
    noPingPath: {
      title:
        "Socket.IO pings of the {from:word} no longer got through to the {to:word}, which gave up after {waitedMs:ms}: the path was interrupted",
      detail:
        "The {from:word} pings every {intervalMs:ms} (from Engine.IO 4 on the server, before it the client), and a {to:word} that hears none for {timeoutMs:ms} longer closes. What was sent at that time went unacknowledged for {outageMs:ms}, again and again; the {from:word}'s program may be fine.",
    },
    pingsLost: {
      title: "The {from:word}'s Socket.IO pings did not reach the {to:word}, which gave up after {waitedMs:ms}",
      detail:
        "The {from:word} pings every {intervalMs:ms} (from Engine.IO 4 on the server, before it the client), and a {to:word} that hears none for {timeoutMs:ms} longer closes. The pings were sent, and again and again by TCP, but nothing acknowledged them until the {to:word} had closed: the path was interrupted. TCP may have come through afterwards; the session was over by then.",
    },
    pollsStopped: {
      title:
        "The {to:word} left a Socket.IO ping unanswered; when it came back to its polls after {waitedMs:ms}, the session was gone",
      detail:
        "The {from:word} pings every {intervalMs:ms} and waits {timeoutMs:ms} for the pong; a session by polling that misses it ends without a packet. The {to:word}'s program did not run in that time, or nothing from it arrived.",
    },
    pongNotPosted: {
      title:
        "The {to:word} polled on, but left a Socket.IO ping unanswered; the {from:word} ended the session after {waitedMs:ms}",
      detail:
        "Over polling the ping is the answer to a GET, and the pong a POST of “3”. The {from:word} pings every {intervalMs:ms} and waits {timeoutMs:ms} for the pong; its good-bye (“1”) was the answer to the next GET, so the {to:word}'s program had read the ping and asked on.",
    },
    ...standingStill,
  },
  "eio.upgrade.failed": {
    refused: {
      title: "Socket.IO stays on polling: its WebSocket to {server} was not accepted[[ ({status})]]",
      detail:
        "The session works over HTTP polling, but each message costs a request. Users only notice that everything is slow.",
    },
    probe: {
      title: "Socket.IO stays on polling: the probe over its WebSocket to {server} got no answer",
      detail:
        "The WebSocket opened, but “2probe” was not answered by “3probe”: it reached another process, or nothing behind the proxy.",
    },
  },
  "sio.connect.missing": {
    silent: {
      title: "{server} speaks Socket.IO and waited {waitedMs:ms} for a CONNECT that never came",
      detail:
        "The client opened the WebSocket and said nothing. A plain WebSocket client does not know that Socket.IO wants “40” first.[[ The server's own end after {timeoutMs:ms} fits Socket.IO's connectTimeout (45 s unless set), which ends a session that was let into no namespace.]]",
    },
    onlyPongs: {
      title: "{server} speaks Socket.IO and waited {waitedMs:ms} for a CONNECT that never came",
      detail:
        "The client answered Engine.IO's pings and sent nothing else: it speaks Engine.IO, and asked to be let into no namespace.[[ The server's own end after {timeoutMs:ms} fits Socket.IO's connectTimeout (45 s unless set), which ends a session that was let into no namespace.]]",
    },
    other: {
      title:
        "{server} speaks Socket.IO, the client sends messages of another kind: the server closed after {waitedMs:ms}",
      detail:
        "No CONNECT came. A plain WebSocket client cannot talk to a Socket.IO server.[[ The server's own end after {timeoutMs:ms} fits Socket.IO's connectTimeout (45 s unless set), which ends a session that was let into no namespace.]]",
    },
    polled: {
      title: "{server} speaks Socket.IO and waited {waitedMs:ms} for a CONNECT that never came over its polls",
      detail:
        "The client opened a session and polled, and asked to be let into no namespace. The server's own end after {timeoutMs:ms} fits Socket.IO's connectTimeout (45 s unless set), which ends such a session.",
    },
    unused: {
      title: "{client} opened {count:n} sessions of Socket.IO at {server} in {spanMs:ms} and came back to none of them",
      detail:
        "Each was answered by a session, and a client that reads the answer asks on at once, by it. Nothing of the kind came here: the program at the client did not get, or did not understand, what was answered, or its further requests went elsewhere. It is told connect_error, and tries again and again.",
    },
  },
  "sio.connect.refused": {
    namespace: {
      title: "Socket.IO refused: the server has no namespace {namespace}",
      detail: "The connection is fine; CONNECT was answered by CONNECT_ERROR: “{message}”.",
    },
    auth: {
      title: "Socket.IO refused the login to {namespace}: “{message}”",
      detail:
        "The connection is fine, and the client sent something to log in with (whatever was in it); the server's middleware said no.[[ It added: {details}]]",
    },
    noAuth: {
      title: "Socket.IO refused the login to {namespace}: “{message}”. The client sent no token",
      detail:
        "The connection is fine. Neither CONNECT nor the query nor an Authorization field carried a token, and the server's middleware said no.[[ It added: {details}]]",
    },
    unseen: {
      title: "Socket.IO refused the login to {namespace}: “{message}”",
      detail:
        "The connection is fine; the server's middleware said no. Whether the client sent a token is unknown: that part is missing from the capture.[[ The server added: {details}]]",
    },
  },
  "sio.connect.unanswered": {
    plain: {
      title:
        "Socket.IO's CONNECT to {namespace} was never answered: {server} left the client waiting for {waitedMs:ms}",
      detail:
        "The connection is fine, and the server has neither accepted nor refused the client in this namespace. The client sees neither connect nor connect_error.[[ The server's own end after {timeoutMs:ms} fits Socket.IO's connectTimeout (45 s unless set), which ends a session that was let into no namespace.]]",
    },
    noGreeting: {
      title: "{server} accepted Socket.IO's WebSocket {target} and never said a word of Socket.IO in {waitedMs:ms}",
      detail:
        "A Socket.IO server says 0{…} right after the 101. Without it the client waits, reports connect_error: timeout, closes and tries again; the closing itself looks clean.",
    },
    otherServer: {
      title: "{server} accepted Socket.IO's WebSocket {target}, but what it says is not Socket.IO",
      detail:
        "A Socket.IO server begins with 0{…}; this one began with something else. The client reports connect_error (parser error), closes and tries again.",
    },
  },
  "sio.exception": {
    plain: {
      title:
        "The server answered with an error in {namespace}: “{message}” (event {event})[[, and {others:one other error|# other errors}]]; the client stays connected",
      detail:
        "One request failed, not the connection. A client without a listener for {event} sees nothing of it and waits for an answer in vain.",
    },
    refused: {
      title:
        "The server lets the client into {namespace} and refuses what it asks for there, {count:once|# times}: “{message}”",
      detail:
        "Nothing else came from the server in {namespace} after that. The connection itself is fine, and the client sees connect: its requests are refused, as a guard or middleware does (NestJS sends the event exception for it).",
    },
    failing: {
      title: "Whatever the client asks for in {namespace} fails at the server, {count:once|# times}: “{message}”",
      detail:
        "Nothing else came from the server in {namespace} after that. The connection itself is fine, and the client sees connect: the server's own code throws before it answers.",
    },
  },
  "sio.disconnected": {
    plain: {
      title: "The server disconnected the client from {namespace}[[ {afterMs:ms} after it had connected]]",
      detail:
        "Socket.IO's DISCONNECT: the server's code called disconnect(). The client does not reconnect by itself after this.",
    },
    atOnce: {
      title: "The server accepted the client in {namespace} and disconnected it {afterMs:ms} later, without saying why",
      detail:
        "The client saw connect, then disconnect with “io server disconnect”, and no reason: the server's code called disconnect(), often because a login failed in its connection handler, or to send this one client away. The client does not reconnect by itself after this.",
    },
    told: {
      title: "The server turned the client away from {namespace}: “{message}” (event {event}, then disconnect)",
      detail:
        "[[It came {afterMs:ms} after connect. ]]The connection reached the server and its code called disconnect(); the client reports “io server disconnect” and does not reconnect by itself.",
    },
    parseError: {
      title: "{server} hung up {afterMs:ms} after the client had sent what is no packet of Socket.IO: “{text}”",
      detail:
        "Engine.IO and Socket.IO end the connection on what they cannot parse; the server's log says “parse error” or “forced close”. The closing itself looks clean.",
    },
    closedBeneath: {
      title:
        "The server accepted the client in {namespace} and closed the connection {afterMs:ms} later, without a DISCONNECT",
      detail:
        "The client saw connect, then disconnect with “transport close”, and no reason; the server's own handlers say “forced close”. No packet of Socket.IO ended it, so the client takes it for a lost connection and connects again by itself.",
    },
    closedUnasked: {
      title:
        "The server opened a Socket.IO session and closed it {afterMs:ms} later, without answering CONNECT to {namespace}",
      detail:
        "The client saw disconnect with “transport close” before any connect, and no reason. No packet of Socket.IO ended it, so the client takes it for a lost connection and connects again by itself.",
    },
  },
  "app.heartbeat.missing": {
    gaveUp: {
      title:
        "The {to:word} stopped answering the application's heartbeat; the {from:word} gave up {waitedMs:ms} after the first unanswered one[[, closing with {code}]]",
      detail:
        "“{sample}” was sent every {intervalMs:ms} and answered each time, then {missing:once|# times} not, and its sender ended the connection.",
    },
    gaveUpPath: {
      title:
        "Nothing of the {from:word} got through to the {to:word} any more, the application's heartbeat neither; the {from:word} gave up {waitedMs:ms} after the first unanswered one[[, closing with {code}]]",
      detail:
        "“{sample}” was sent every {intervalMs:ms} and answered each time, then {missing:once|# times} not. TCP sent it again without an acknowledgment: the {to:word}'s program may be fine.",
    },
    neverAnswered: {
      title:
        "The {to:word} answered none of the application's heartbeats here; the {from:word} gave up {waitedMs:ms} after the first one[[, closing with {code}]]",
      detail:
        "“{sample}” was sent {missing:once|# times}, one every {intervalMs:ms}, without an answer; then its sender ended the connection.",
    },
    notAsked: {
      title:
        "The {to:word} stopped sending the application's heartbeat; the {from:word} ended the connection {waitedMs:ms} after the last one[[, with {code}]]",
      detail:
        "“{sample}” of the {to:word} came every {intervalMs:ms} and was answered each time, until none came. The {to:word}'s host went on acknowledging: the path was fine.",
    },
    alive: {
      title: "The {to:word} stopped answering the application's heartbeat {waitedMs:ms} ago, but goes on sending",
      detail:
        "“{sample}” was sent every {intervalMs:ms} and answered each time, then {missing:once|# times} not. The connection works: only the answer is missing.",
    },
    silent: {
      title: "The {to:word} stopped answering the application's heartbeat {waitedMs:ms} ago",
      detail: "“{sample}” was sent every {intervalMs:ms} and answered each time, then {missing:once|# times} not.",
    },
    late: {
      title: "The {to:word} answered the application's heartbeat {waitedMs:ms} late: {missing:one|# of them} at once",
      detail:
        "“{sample}” was sent every {intervalMs:ms}. Meanwhile {missing:one|#} waited, then the answers came together. A sender with less patience would have ended this connection.",
    },
  },
  "app.standstill": standingStill,
  "app.silent": {
    plain: {
      title:
        "The server never sent a message: connected, {messages:one message|# messages} from the client, then nothing for {silentMs:ms}",
      detail: "The WebSocket works. Perhaps nothing was subscribed, or there is nothing to send.",
    },
    noAckNothing: {
      title:
        "The server does not react to what the client sends to {namespace}: {missing:one event|# events} with a callback[[ (first “{event}”)]], no acknowledgment in {waitedMs:ms}",
      detail:
        "The client was let into {namespace} and the session lives on, but the server sent neither an acknowledgment nor an event there. The client's callback never runs; with a timeout it reports “operation has timed out”.",
    },
    noAck: {
      title:
        "The server never acknowledges the client's events in {namespace}: {missing:one|#} with a callback[[ (first “{event}”)]], no acknowledgment in {waitedMs:ms}",
      detail:
        "The session lives on; only the answer to the caller is missing. The client's callback never runs; with a timeout it reports “operation has timed out”.",
    },
    someAcks: {
      title:
        "The server did not acknowledge {missing:one event|# events} of the client in {namespace}[[ (first “{event}”)]] in {waitedMs:ms}; it acknowledged {answered:one other|# others}",
      detail:
        "The client's callback for it never ran; with a timeout it reports “operation has timed out”. The session lives on.",
    },
  },
  "app.vite-hmr": {
    plain: {
      title: "This is Vite's own WebSocket for hot reload at {server}, not your application's",
      detail:
        "Its subprotocol is vite-hmr. It belongs to the development server; ignore it when you look for your own connection.",
    },
  },
  "jwt.expired": {
    refused: {
      title: "The server refused the client with {status}: the token in the {where:word} had expired {agoMs:ms} before",
      detail: "Its exp lies before the time of the packet. The token itself is not shown.",
    },
    refusedNamespace: {
      title:
        "Socket.IO refused the login to {namespace}, “{message}”: the token in the {where:word} had expired {agoMs:ms} before",
      detail:
        "The connection itself works: the server's code turned the client away. The token's exp lies before the time of the packet; the token itself is not shown.",
    },
    disconnected: {
      title:
        "The server disconnected the client from {namespace} right after it had connected: the token in the {where:word} had expired {agoMs:ms} before",
      detail:
        "The server let it in first and then called disconnect(), as code in a connection handler (NestJS: handleConnection) does when a check fails. It gave no reason; the token's exp lies before the time of the packet. The token itself is not shown.",
    },
    refusedRequests: {
      title:
        "The server refuses what the client asks for in {namespace}, “{message}”: the token in the {where:word} had expired {agoMs:ms} before",
      detail:
        "The connection stays open, and nothing else came from the server there since. The token's exp lies before the time of the refusal. The token itself is not shown.",
    },
    expired: {
      title: "The token in the {where:word} had expired {agoMs:ms} before it was sent",
      detail: "Its exp lies before the time of the packet. The token itself is not shown.",
    },
    notYetValid: {
      title: "The token in the {where:word} is not valid for another {inMs:ms}",
      detail: "Its nbf lies after the time of the packet: clocks differ. The token itself is not shown.",
    },
    during: {
      title: "The server ended the connection just when the token in the {where:word} expired, after {openMs:ms}",
      detail: "The server enforces the token's life also on open connections.",
    },
    duringSession: {
      title:
        "The server disconnected the client from {namespace} just when the token in the {where:word} expired[[, {openMs:ms} after it had connected]]",
      detail:
        "Socket.IO's DISCONNECT: the server enforces the token's life also on open connections. The client does not reconnect by itself after this (“io server disconnect”).",
    },
  },
  "clock.skew": {
    ahead: {
      title: "The clock of {server} is {offMs:ms} ahead of the capture's",
      detail: "By the Date field of its response. Tokens and certificates are judged by that clock.",
    },
    behind: {
      title: "The clock of {server} is {offMs:ms} behind the capture's",
      detail: "By the Date field of its response. Tokens and certificates are judged by that clock.",
    },
  },
} as const satisfies SomeFindings;
