import type { CauseText } from "../texts.ts";

/** Causes in names, applications and tokens. */
export const causesApplication = {
  passwordRefused: {
    cause: "The reason names the password: the server did not take the user name or the password that the client sent.",
    fix: "Compare what the client sends with what the server expects (environment, settings file, stray spaces, encoding). A client that reconnects by itself must not repeat the same password for ever: it may lock the account.",
  },
  nameUnknown: {
    cause: "The name is misspelt, or unknown to this name server.",
    fix: "getent hosts {name} on the client; correct the host in the URL, or add it to DNS or /etc/hosts.",
  },
  nameServerDown: {
    cause: "The name server {resolver} is down, blocked, or has no answer from its own upstream.",
    fix: "resolvectl status on the client; dig @{resolver} {name}. Another name server, such as the router's, for a test.",
  },
  useAddress: {
    cause: "The device is not in DNS at all.",
    fix: "Use its address in the URL: ws://<ip>:<port>/ (hostname -I on the device).",
  },
  addressUnowned: {
    cause: "The URL holds an address that no device has (any more).",
    fix: "hostname -I on the server; if it is not {server}, correct the URL or reserve the address in DHCP.",
  },
  proxyLogin: {
    cause: "The proxy needs a user name and a password.",
    fix: "Enter them in the system's proxy settings, or exempt the host (NO_PROXY).",
  },
  proxyCannotReach: {
    cause: "The proxy itself cannot reach {target}.",
    fix: "Ask for it to be allowed, or exempt the host (NO_PROXY) when it is in your own network.",
  },
  engineIoTimers: {
    cause: "The timers are shorter than the pauses of this client.",
    fix: "Only when such pauses are normal: new Server({ pingInterval: 25000, pingTimeout: 60000 }).",
  },
  notSocketIoClient: {
    cause: "The client is a plain WebSocket client (new WebSocket, wscat), the server is Socket.IO.",
    fix: "Use socket.io-client of the same major version, or a plain WebSocket server. They are different protocols.",
  },
  neverAsksIn: {
    cause:
      "The client speaks Engine.IO and leaves out Socket.IO's CONNECT: it is written by hand or on engine.io-client alone, or a Manager was opened and no socket of it connected.",
    fix: "By hand: send 40 right after the server's 0{…}; for a namespace 40/chat, with its comma; what logs in follows as JSON. With socket.io-client let the socket connect: io(url), or socket.connect() where autoConnect is false.",
  },
  notSocketIoServer: {
    cause:
      "The client is socket.io-client, and what answers at this path is a plain WebSocket server (ws, NestJS's WsAdapter, another service).",
    fix: "Use new WebSocket(url) in the client, or run Socket.IO on the server (NestJS: IoAdapter). With a proxy: compare the port in proxy_pass with the one that Socket.IO listens on.",
  },
  serversShareUpgrades: {
    cause:
      "Two WebSocket servers share one HTTP server, and the wrong one takes Socket.IO's upgrade: new WebSocketServer({ server }) beside Socket.IO answers every path, with path set it refuses every other one.",
    fix: "new WebSocketServer({ noServer: true }), and in server.on('upgrade') hand it only the requests for its own path; Socket.IO takes its own.",
  },
  notAPacket: {
    cause:
      "The client is hand-written, or something sends past socket.io-client: what came is no Engine.IO or Socket.IO packet, or its JSON is broken.",
    fix: 'Use socket.emit() of socket.io-client. By hand an event is 42/namespace,["event",data] with valid JSON, without the namespace for /.',
  },
  neverPongsEngineIo: {
    cause:
      "The client does not implement Engine.IO's heartbeat: a plain WebSocket client (wscat, new WebSocket, a load generator) that sends 40 but no pongs.",
    fix: "Use socket.io-client. By hand: answer each message 2 with the message 3. WebSocket's own pong does not count.",
  },
  openingUnread: {
    cause:
      "The answer does not reach the client's program as it was sent: CORS in its browser, a browser extension or interceptor, a compression that it does not undo, or a client that speaks another version.",
    fix: "Look at connect_error (its description and context) and at the browser's console. In the answer the client must be able to read 0{…} as its first bytes.",
  },
  bufferLimit: {
    cause:
      "The message exceeds a limit of the Socket.IO server that its handshake did not name: python-socketio ends the session with Close 1000 for it.",
    fix: "Raise max_http_buffer_size there (1 MB by default), or let the {from:word} send smaller pieces; its log tells, with engineio_logger=True.",
  },
  announcedLimit: {
    cause: "The message exceeds the limit that the server's handshake named: maxPayload {limit:n} bytes.",
    fix: "Let the {from:word} send smaller pieces, or raise the limit: Socket.IO's maxHttpBufferSize (NestJS: in the gateway's options).",
  },
  namespaceUnknown: {
    cause: "The server declares no namespace {namespace}.",
    fix: "Compare io('…{namespace}') in the client with io.of('…') or @WebSocketGateway({ namespace }) in the server.",
  },
  authMissing: {
    cause: "The client connects without a token.",
    fix: "io(url, { auth: { token } }): set it before connect(), after the login has finished.",
  },
  checkFailed: {
    cause:
      "The server's check itself failed, as its message says: something that it asks (a database, Redis, another service) cannot be reached, or its code threw. The token was not judged.",
    fix: "Look at the server's log at this time and at what it connects to: is that running, is its address right as seen from the server? In a container 127.0.0.1 is the container itself.",
  },
  serverLimits: {
    cause: "The server limits connections or attempts, as its message says. The token was not judged.",
    fix: "Count the connections of this user or address; close old ones (a page that is loaded anew, a hot reload, React's StrictMode), let the client wait longer between attempts, or raise the limit.",
  },
  tokenElsewhere: {
    cause:
      "The server looks for the token in another place than the one where the client puts it: it got one and says that none came.",
    fix: "io(url, { auth: { token } }) is read as socket.handshake.auth.token; extraHeaders as handshake.headers.authorization (browsers send none over a WebSocket); query as handshake.query.token. Compare the names, too.",
  },
  tokenUnset: {
    cause: "The client sent the word for an unset variable (undefined, null …) in place of a token.",
    fix: "Connect only once the token is there: autoConnect: false, then socket.auth = { token }; socket.connect(). Or auth: (cb) => cb({ token: getToken() }), which reads it anew at each attempt.",
  },
  bearerInAuth: {
    cause:
      "The token in auth begins with “Bearer”, which belongs into an Authorization field: a server that verifies the text as it stands rejects it.",
    fix: "Send the bare token: io(url, { auth: { token } }); or cut “Bearer ” off in the server before it verifies.",
  },
  gatewayDisconnects: {
    cause: "The server's code calls disconnect() for {namespace}, often in its connection handler when a check fails.",
    fix: "Look at handleConnection and what it checks. Better refuse in a middleware (server.use((socket, next) => next(new Error(…))), in NestJS from afterInit): the client then gets connect_error with the reason.",
  },
  engineClosed: {
    cause: "The server's code closes the connection under Socket.IO (socket.conn.close()), often when a check fails.",
    fix: "Search the server for conn.close and engine.close, in NestJS from handleConnection on. Refuse in a middleware instead (server.use((socket, next) => next(new Error(…)))): the client then gets connect_error with the reason, and does not come back for nothing.",
  },
  middlewareHangs: {
    cause:
      "A middleware of {namespace} (server.of().use(), a NestJS adapter or guard) neither calls next() nor fails: a database or login service that it asks does not answer.",
    fix: "Log before and after each await in it; give what it asks a timeout of a few seconds and call next(new Error(…)) then.",
  },
  handlerException: {
    cause:
      "A handler on the server threw or refused the request (in NestJS a WsException of a handler, guard or pipe, sent as event exception).",
    fix: "Listen for it at the client: socket.on('exception', …), and look at the server's log at this time. With an acknowledgment callback the answer tells the caller itself.",
  },
  plainError: {
    cause:
      "The server's code threw an error whose text it keeps to itself. NestJS says “Internal server error” for every error that is no WsException: of a handler that fails, and of a guard that throws new Error() for a token that is missing, invalid or expired.",
    fix: "The text is in the server's log at this time (NestJS: [WsExceptionsHandler]). Let guards throw new WsException('…'): then the client sees why, by socket.on('exception', …).",
  },
  beatHandlerStopped: {
    cause: "The {to:word}'s code that answers the heartbeat stopped: an exception, a lost timer or subscription.",
    fix: "Look at the {to:word}'s log at this time; better still, use WebSocket pings, which libraries answer by themselves.",
  },
  beatNotKnown: {
    cause: "The {to:word}'s code does not answer this message: it does not know it, or fails on it.",
    fix: "Compare what both programs take for a heartbeat (type, field names, version); better still, use WebSocket pings, which libraries answer by themselves.",
  },
  beatSenderStopped: {
    cause: "The {to:word}'s code that sends the heartbeat stopped: an exception, or a timer that was cleared.",
    fix: "Look at the {to:word}'s log (in a browser: the console) at this time, and at what clears that timer.",
  },
  pageTimersSlowed: {
    cause:
      "The page's timers were slowed down or stopped: browsers do that to tabs in the background, while they go on answering TCP and WebSocket pings.",
    fix: "Let the server send WebSocket pings, which the browser answers without the page; or run the heartbeat's timer in a Web Worker. Hidden tabs may get a timer once a minute only; this server waited {patienceMs:ms}.",
  },
  nothingSubscribed: {
    cause: "The subscription did not take: wrong topic, wrong message format, or no data for it.",
    fix: "wscap frames shows what the client sent; compare it with what the server expects.",
  },
  handlersElsewhere: {
    cause:
      "The server's handlers are in another namespace than {namespace}: Socket.IO lets every client into / (and into each declared namespace) even where nobody listens.",
    fix: "Compare the path in the client's io('https://…') with @WebSocketGateway({ namespace: '…' }) or io.of('…').on('connection', …) on the server: handlers hear only their own namespace.",
  },
  ackNotCalled: {
    cause:
      "No handler on the server acknowledges this event[[ ({event})]]: its name differs, it does not call the callback, it threw, or it waits for something itself.",
    fix: "Call the callback (the handler's last argument) on every path, errors too. NestJS: return the data; a handler that returns nothing sends no acknowledgment, and one that returns { event, data } sends an event instead. Log at its beginning and end.",
  },
  loginNeverSent: {
    cause:
      "The reason says that a login was waited for, and the {from:word} sent no message at all in those {waitedMs:ms}.",
    fix: "Let the {from:word} send its login (token) as the first message, right in onopen, and again after each reconnect; in what form, the server's code says.",
  },
  loginNotSeen: {
    cause:
      "The reason says that a login was waited for: of the {from:word}'s {count:one message|# messages} in those {waitedMs:ms} the other side took none for it.",
    fix: "wscap frames shows what the {from:word} sent: is its login (token) among it, and in the form that the server's code expects? It belongs in onopen, before all else, and again after each reconnect.",
  },
  viteOwnSocket: { cause: "The development server talks to its page.", fix: "Nothing to repair here." },
  tokenNotRenewed: {
    cause: "The client uses an old token.",
    fix: "Log in again for a new one. In the code, renew it before connecting and on each reconnect: auth: (cb) => cb({ token: currentToken() }).",
  },
  tokenOfOthers: {
    cause: "By its words the server could not verify the token: another key signed it, or it is for another service.",
    fix: "Whoever issues the token and whoever verifies it need the same secret or key (JWT_SECRET, or the issuer's public key) and must agree on audience and issuer: compare the environment of both. After a change of the key log in again.",
  },
  otherTermOver: {
    cause:
      "By its words something else than the login has run out (a subscription, a licence, an invitation, a key): the server names it in its message.",
    fix: "Renew what the message names, or ask whoever runs the server. A new token changes nothing, unless the server takes that term from it.",
  },
  permissionMissing: {
    cause:
      "By its words the server does not let this user do this: a role or permission is missing, or a guard returned false (NestJS then says “Forbidden resource”, also when the guard checks a login).",
    fix: "Log in as a user who may, or look at what the middleware or guard checks (canActivate) and at the roles that the server knows of this user.",
  },
  tokenRanOut: {
    cause: "The token's time ran out while the client was connected, and nothing renewed it.",
    fix: "After “io server disconnect” the client has to connect again itself, with a new token: socket.on('disconnect', async (reason) => { if (reason === 'io server disconnect') { await renewToken(); socket.connect(); } }), and auth: (cb) => cb({ token: currentToken() }), which reads it anew each time.",
  },
  clockCorrected: {
    cause:
      "The clock of the machine that captured was corrected meanwhile (NTP, by hand, a virtual machine that was resumed).",
    fix: "Nothing to repair in the connection. timedatectl status and journalctl -u systemd-timesyncd (or chronyd) on that machine show the correction; let it synchronise before capturing.",
  },
  clockSetBack: {
    cause: "The clock of the machine that captured was set back meanwhile (NTP, by hand).",
    fix: "timedatectl status and journalctl -u systemd-timesyncd (or chronyd) on that machine show the correction; let it synchronise before capturing.",
  },
  notInTimeOrder: {
    cause: "The packets of {name} are not in the order of their times: pieces were put together in another order.",
    fix: "reordercap {name} sorted.pcapng sorts them by time (it comes with Wireshark); then read sorted.pcapng.",
  },
  endsMerged: {
    cause: "Two captures of the same traffic, taken at two places (client and server), were merged into one file.",
    fix: "Give both files instead of the merged one: wscap report client.pcap server.pcap. Then their clocks are compared, and what one end sent and the other never got is told.",
  },
  captureClock: { cause: "The clock of the machine that captured is wrong.", fix: "timedatectl status on it." },
} as const satisfies Record<string, CauseText>;
