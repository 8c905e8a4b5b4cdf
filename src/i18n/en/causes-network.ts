import type { CauseText } from "../texts.ts";

/** Causes before anyone asks: network, ports, TLS. */
export const causesNetwork = {
  notListening: {
    cause: "The server program is not running, or it listens on another port.",
    fix: "On the server: sudo ss -tlnp | grep :{port} must show a listener. Start the server, or correct its port (WS_PORT={port}).",
  },
  boundToLoopback: {
    cause: "The server listens on 127.0.0.1 only and cannot be reached from other machines.",
    fix: "sudo ss -tlnp | grep :{port} shows 127.0.0.1:{port}? Make it listen on 0.0.0.0 (or ::), for example --host 0.0.0.0.",
  },
  localhostUrl: {
    cause:
      "The page connects to localhost, which is the machine of the browser and not the device[[; {device} does answer on port {port}]].",
    fix: "Put the device's address into the page: VITE_WS_URL=ws://<device-ip>:{port}/, then build it again. hostname -I on the device shows its addresses.",
  },
  oneFamilyBound: {
    cause: "The server listens on IPv4 only or on IPv6 only, and the name stands for both.",
    fix: "Listen on :: (both families), or use the literal address in the URL[[: {other} works]].",
  },
  wrongPort: {
    cause: "The client uses the wrong port.",
    fix: "Compare the port {port} in the client's URL with what sudo ss -tlnp shows on the server.",
  },
  rejectRuleBetween: {
    cause: "A firewall rule at {sender}, between client and server, rejects it.",
    fix: "Look at the rules of {sender} (router, firewall, VPN gateway) and allow TCP port {port} there, or ask whoever runs it.",
  },
  rejectsUnasked: {
    cause:
      "{sender} itself turns away what is meant for {server}: a firewall rule there, or a route that is marked as unreachable.",
    fix: "On {sender}: ip route get {server}, and its firewall rules (sudo nft list ruleset, sudo iptables-save).",
  },
  refusesOneWay: {
    cause:
      "{sender} itself lets nothing through in this direction: a firewall rule there, or a route that is missing. The {to:word} is up, for its packets go on arriving.",
    fix: "On {sender}: sudo nft list ruleset or sudo iptables -S (a rule with reject?), and ip route get {server}. If it is not yours, ask whoever runs it.",
  },
  rejectRule: {
    cause: "A firewall rule rejects the port.",
    fix: "On the server: sudo ufw status; then sudo ufw allow {port}/tcp. In a cloud, also its security group.",
  },
  serverStopped: {
    cause:
      "The server that listened on port {port} has stopped: {server} had accepted connections before in this capture. It was shut down, was killed, crashed, or restarts.",
    fix: "pm2 logs, journalctl -u <service>, or dmesg (out of memory) on the server at this time. Let clients reconnect with a growing, random delay.",
  },
  serverStartedLater: {
    cause: "The server was not up yet: the same address accepted a connection later in this capture.",
    fix: "Nothing to repair if it was just starting. Let clients reconnect with a growing delay, and start the server first.",
  },
  recoveredBySelf: {
    cause:
      "It passed by itself: the same client asked again and got in (a token that it refreshed, a server or backend that was just starting, a limit that was over).",
    fix: "If it is meant to be so, nothing. Otherwise spare users the wait: refresh the token before it expires, take new servers into service only when they are ready.",
  },
  dropRule: {
    cause: "A firewall drops the packets without a word (ufw deny, a security group, DROP).",
    fix: "On the server: sudo ufw allow {port}/tcp (check with sudo ufw status). In a cloud, open TCP {port} in its security group.",
  },
  synFlood: {
    cause:
      "A SYN flood or a port scan: at least {count} connections were begun within seconds and none was completed. The senders' addresses may be forged.",
    fix: "On the server: nstat -az TcpExtTCPReqQFullDoCookies TcpExtSyncookiesSent; sysctl net.ipv4.tcp_syncookies must be 1. Limit new connections at the firewall, and find out who sends them.",
  },
  outOfDescriptors: {
    cause:
      "The server process has no free file descriptors (EMFILE, ulimit -n): it takes the connection and closes it unread, while those that are open live on.",
    fix: "On the server: ls /proc/<pid>/fd | wc -l against grep files /proc/<pid>/limits. Raise LimitNOFILE= (systemd) or ulimit -n, and look for sockets that are never closed.",
  },
  forwarderAlone: {
    cause:
      "Only a forwarder listens on port {port} (docker-proxy, ssh -L, kubectl port-forward, a proxy in TCP mode), and the program behind it does not.",
    fix: "sudo ss -tlnp | grep :{port} names who listens. In a container: does the program listen on 0.0.0.0 inside, and on the port that is published?",
  },
  backlogFull: {
    cause:
      "The queue of new connections was full: the server process is stuck or overloaded and accepts nobody; or it was just restarting.",
    fix: "On the server: ss -ltn | grep :{port}. Recv-Q above Send-Q (its limit) means that the queue is full, and nstat -az TcpExtListenOverflows TcpExtListenDrops counts what was dropped for it. Free the process that does not accept, or restart it; where only bursts fill the queue, raise the backlog and net.core.somaxconn.",
  },
  wrongAddress: {
    cause: "The address is not, or no longer, that of the server: another network card, another DHCP lease.",
    fix: "hostname -I on the server must list {server}. From the client: ping {server}, nc -vz {server} {port}.",
  },
  hostDown: {
    cause: "The host is off, asleep or not connected.",
    fix: "[[From the {from:word}: ]]ping {server}. In the same network, ip neigh show {server} says FAILED when nobody owns the address.",
  },
  routingLoop: {
    cause:
      "Routers hand the packets for {server} round in a loop until their hop limit is used up; {sender} dropped them and says so.",
    fix: "traceroute -n {server} shows which routers take turns. Look at routes that changed at this time: a VPN or link that went down leaves a default route pointing back.",
  },
  noRoute: {
    cause: "There is no route to the network of {server}: a VPN or an interface is down.",
    fix: "ip route get {server}[[ on the {from:word}]] shows the way the packets take.",
  },
  carrierBlocks: {
    cause: "The mobile operator, VPN or company network blocks port {port}.",
    fix: "Try the same from another network. If it works there, serve through 443 behind a reverse proxy (wss://).",
  },
  returnPath: {
    cause: "The server's answers take another way back and get lost (asymmetric routing, NAT, VPN).",
    fix: "On the server: ip route get {client}. Capture at the client as well: does the SYN-ACK arrive there?",
  },
  serverStoodStill: {
    cause:
      "The server's program stood still: it answered {count} requests of quite different times in one moment (busy loop, garbage collection, a synchronous call, debugger). Its system had accepted the connections meanwhile.",
    fix: "Look at the server's CPU load before that moment. Node: --cpu-prof, monitorEventLoopDelay(); move long computations to a worker.",
  },
  impatientDial: {
    cause:
      "The path is slow, {afterMs:ms} there and back, and the client waits no longer than that for a connection (ws: handshakeTimeout; socket.io-client: timeout; OkHttp: connectTimeout).",
    fix: "Give the client's connect timeout several round trips: TCP takes one, TLS one or two, the upgrade one more. Then find what makes the path slow (mobile signal, a full uplink, VPN).",
  },
  clientFirewall: {
    cause: "The client's firewall drops the answers.",
    fix: "Check the firewall of the client; a capture on the client shows whether the SYN-ACK arrives.",
  },
  severalInterfaces: {
    cause: "The server has several network cards and answers through the wrong one.",
    fix: "On {server}: ip route, and sysctl net.ipv4.conf.all.rp_filter (2 is loose, 1 drops such packets).",
  },
  portProbe: {
    cause: "A port check or health check (nc -vz, a load balancer), not a client.",
    fix: "Harmless. If it was a real client, look at why it left before it sent its request.",
  },
  spareConnection: { cause: "A browser opened a spare connection in advance.", fix: "Harmless, nothing to do." },
  requestLost: {
    cause: "The client hangs before it sends, or its request got lost before it reached this capture point.",
    fix: "Capture at the client as well, and compare.",
  },
  useWs: {
    cause: "The URL says wss:// (or https://), but this port speaks plain ws://.",
    fix: "Use ws://…:{port}, or the port where TLS is served (usually 443). From an https:// page browsers allow wss:// only: put a TLS proxy in front.",
  },
  missingTls: {
    cause: "TLS is meant to be served here, but is not configured.",
    fix: "nginx: listen {port} ssl; with ssl_certificate and ssl_certificate_key. Node: https.createServer({ key, cert }).",
  },
  useWss: {
    cause: "The URL says ws:// (or http://), but this port expects TLS.",
    fix: "Use wss://…:{port}. If the page builds the URL: location.protocol === 'https:' ? 'wss:' : 'ws:'.",
  },
  proxySpeaksPlain: {
    cause: "The proxy speaks plain HTTP to a port that expects TLS: proxy_pass http:// where https:// is needed.",
    fix: "nginx: proxy_pass https://{backend}; with proxy_ssl_server_name on; (HAProxy: ssl verify none at the server line; Apache: SSLProxyEngine on and wss:// in ProxyPass). Or let the backend serve plain HTTP.",
  },
  proxySpeaksTls: {
    cause: "The proxy speaks TLS to a port that speaks plain HTTP: proxy_pass https:// where http:// is meant.",
    fix: "nginx: proxy_pass http://{backend}; (HAProxy: leave ssl out of the server line; Apache: ws:// in ProxyPass), then sudo nginx -t && sudo nginx -s reload.",
  },
  proxyScheme: {
    cause:
      "The proxy speaks to its backend with the wrong scheme: http:// to a port of TLS, or https:// to a plain one.",
    fix: "To tell which, {front:scheme}. Change the scheme in {front:address}; capture behind the proxy to see it: sudo tcpdump -i any.",
  },
  proxyTlsFailed: {
    cause:
      "{front:name} says it itself: the TLS handshake with its backend failed. It speaks wss:// or https:// to a port of plain HTTP, or does not accept the backend's certificate.",
    fix: "Plain backend: ws:// or http:// in {front:address}. A backend with TLS: its error log names what is wrong with the certificate (Apache: SSLProxyCACertificateFile, SSLProxyCheckPeerName). Then: {front:apply}",
  },
  http2WithoutTls: {
    cause: "Port {port} is set to HTTP/2 without TLS; it does not understand HTTP/1.1 any more.",
    fix: "nginx: take http2 out of “listen {port} http2”; it belongs only where listen has ssl. Then: sudo nginx -t && sudo nginx -s reload",
  },
  offersHttp2: {
    cause: "The client offers h2 although its WebSocket library speaks HTTP/1.1 only.",
    fix: "Let the client offer http/1.1 alone: Node ALPNProtocols: ['http/1.1'], Python context.set_alpn_protocols(['http/1.1']), Go NextProtos: []string{\"http/1.1\"}; or switch HTTP/2 off on this listener.",
  },
  otherService: {
    cause: "Another service owns port {port}.",
    fix: "sudo ss -tlnp | grep :{port} on the server names the program. Correct the port in the client's URL or in the server's configuration.",
  },
  certificateNotTrusted: {
    cause: "The client does not trust the server's certificate: self-signed, expired, or for another name than {name}.",
    fix: "openssl s_client -connect {server} -servername {name} shows chain, dates and names. For a WebSocket no browser asks whether to proceed: open the https:// page once, or install the CA.",
  },
  clientCertificate: {
    cause:
      "{server} demands a client certificate (mutual TLS), and the client sent none, or one that it does not trust.",
    fix: "Give the client its certificate and key (browser: import it; Node: cert, key), or ask for none here: nginx ssl_verify_client off; Node requestCert: false.",
  },
  clientCertificateMissing: {
    cause: "{server} demands a client certificate (mutual TLS), and the client sent none.",
    fix: "Give the client its certificate and key (browser: import it; Node: cert, key; Python: load_cert_chain), or ask for none here: nginx ssl_verify_client off; Node requestCert: false.",
  },
  clientCertificateRefused: {
    cause: "{server} does not accept the certificate that the client sent: not of its CA, expired, or revoked.",
    fix: "Compare: openssl verify -CAfile <the server's CA for clients> client.pem. The server names that CA: nginx ssl_client_certificate, HAProxy ca-file, Node ca.",
  },
  tlsNotAnswered: {
    cause: "The server's process is stuck, or what listens on port {port} waits for something else than TLS.",
    fix: "On the server: sudo ss -tlnp | grep :{port} names the program; look at its CPU load and log. Does openssl s_client -connect 127.0.0.1:{port} get an answer there?",
  },
  helloFiltered: {
    cause: "A firewall or filter on the path swallows the TLS hello[[, for example for the name {name}]].",
    fix: "Compare with another network (a phone's). From this one: openssl s_client -connect {server} with -servername and without tells whether it is the name.",
  },
  tlsVersions: {
    cause: "Client and server share no TLS version or cipher.",
    fix: "nginx: ssl_protocols TLSv1.2 TLSv1.3; old devices may need an update of their TLS library.",
  },
  serverNameUnknown: {
    cause: "The server has no certificate for the name {name}.",
    fix: "Correct the host in the URL, or add the name to server_name and to the certificate.",
  },
  alpnMismatch: {
    cause:
      "The server speaks none of the application protocols that the client offers (ALPN): most likely HTTP/2 alone, and a WebSocket needs http/1.1.",
    fix: "Let the server offer http/1.1 besides h2: Node http2.createSecureServer({ allowHTTP1: true }), Envoy alpn_protocols: h2, http/1.1; nginx does by itself.",
  },
} as const satisfies Record<string, CauseText>;
