import type { SomeFindings } from "../texts.ts";

/** From the SYN to the request. */
export const findingsNetwork = {
  "dns.failed": {
    noSuchName: {
      title: "The name {name} does not exist: the client could not even look up the server's address",
      detail: "{client} asked {server}, the answer was NXDOMAIN (code {code}). No connection was tried.",
    },
    serverFailed: {
      title: "The name server {server} could not answer for {name} (code {code})",
      detail: "{client} got an error instead of an address. No connection was tried.",
    },
    unanswered: {
      title: "The name server {server} does not answer: {name} cannot be looked up",
      detail:
        "{client} asked {repeats:once|# times}, and no answer came. No connection can be tried without an address.",
    },
  },
  "arp.unanswered": {
    plain: {
      title:
        "Nobody on the network has the address {target}: {requests:one ARP request|# ARP requests} without an answer",
      detail:
        "{sender} wants to send to {target} and asked who owns it. The device is off, in another network, or has another address now.",
    },
    client: {
      title:
        "The client {target} no longer answers on the network: {requests:one ARP request|# ARP requests} without an answer",
      detail:
        "{sender} wants to send to {target}, which had been heard before, and asked for its hardware address. The client is off, asleep or cut off, has another address now, or the link lets nothing through.",
    },
  },
  "tcp.open.refused": {
    host: {
      title: "{server} refused the connection: most likely nothing listens on port {port} there",
      detail:
        "The SYN was answered by an RST[[ after {answerMs:ms}]]. So the host is up and its port closed, unless a firewall answers for it. A program sees ECONNREFUSED, a browser ERR_CONNECTION_REFUSED and close code 1006.",
    },
    ofProxy: {
      title: "{server} refused the proxy's connection: most likely nothing listens on port {port} there",
      detail:
        "The proxy at {client} tried its backend for a client that was waiting[[ and got an RST after {answerMs:ms}]]. So the backend's host is up and its port closed, unless a firewall answers for it. Most proxies then tell their client 502 or 503, some only hang up; a browser shows 1006 for either.",
    },
    middlebox: {
      title: "Connection to {server} refused, but not by the server: a firewall answered in its name",
      detail:
        "The RST arrived with hop limit {hops}; this host's other packets arrive with {usualHops}. So a device on the way sent it, as a REJECT rule does.",
    },
    sameRule: {
      title: "{server} refused the connection: the firewall that cut the open connection turns away new ones as well",
      detail:
        "The SYN was answered by an RST[[ after {answerMs:ms}]] with the same hop limit as the one that cut an open connection just before, while the server itself went on sending there. So this RST does not say that nothing listens on port {port}.",
    },
    loopback: {
      title: "{server} refused the connection: nothing on this machine listens on port {port}",
      detail:
        "The client called its own machine (loopback)[[ and got an RST after {answerMs:ms}]]. In a browser, localhost is the machine that the browser runs on, not the device that serves the page.",
    },
    loopbackOfProxy: {
      title: "{server} refused the proxy's connection: nothing on the proxy's own machine listens on port {port}",
      detail:
        "The proxy tried its backend on its own machine (loopback) for a client that was waiting[[ and got an RST after {answerMs:ms}]]. Most proxies then tell their client 502 or 503, some only hang up; a browser shows 1006 for either. For a proxy in a container, loopback is the container itself.",
    },
    otherBackend: {
      title: "{server} refused, the proxy went on to {other}: a backend is down",
      detail:
        "One of the proxy's backends is down. Clients are served by another one, a little later; when that fails too, nobody is left.",
    },
    triedAgain: {
      title: "{server} refused the proxy, which tried again and was let in {waitedMs:ms} later",
      detail:
        "Nothing listened there for that time. The proxy kept its client waiting and tried the same server once more; the client was served, only later.",
    },
    otherFamily: {
      title: "{server} refused, {other} accepted: only one address family is served",
      detail:
        "The name has an IPv4 and an IPv6 address, and the server listens on one of them. The client tried both, so the connection came about.",
    },
  },
  "tcp.open.unanswered": {
    silent: {
      title: "No answer from {server}: {attempts:one SYN was|# SYNs were} sent in {waitedMs:ms}, nothing came back",
      detail:
        "Neither SYN-ACK nor RST nor ICMP: the packets are dropped on the way, or the address belongs to nobody. Linux keeps trying for about 127 s, browsers give up sooner; until then the page just waits.",
    },
    lone: {
      title: "The capture holds one SYN to {server}, and nothing that answers it",
      detail:
        "A SYN without an answer is sent again after 1 s; this one was not in {waitedMs:ms}. So its answer is missing from the capture (a refusal looks the same then), or the client gave up at once. Nothing says that the packets were dropped on the way.",
    },
    portOnly: {
      title: "{server} is silent although the host answers on other ports: a firewall drops port {port}",
      detail:
        "{attempts:One SYN|# SYNs} in {waitedMs:ms} to this port brought nothing back, while the same address answered elsewhere in this capture. A closed port would have answered with RST: a rule drops these packets.",
    },
    sometimes: {
      title: "{server} did not answer this time: {attempts:one SYN|# SYNs} in {waitedMs:ms}, nothing came back",
      detail: "The same port does answer at other times in this capture, so it is neither closed nor blocked for good.",
    },
    pathDead: {
      title:
        "{server} did not answer: {attempts:one SYN|# SYNs} in {waitedMs:ms}, while nothing got through between the two hosts",
      detail:
        "Another connection of theirs ({other}) shows it: what was sent on it got no answer at that time either. So it is neither the port nor the server program.",
    },
    many: {
      title: "{server} gives no answer to any of at least {count:n} connections that were begun within seconds",
      detail:
        "Each is a single SYN, and nothing came back before the capture ended: neither SYN-ACK nor RST nor ICMP. No users connect like this.",
    },
    otherBackend: {
      title: "{server} did not answer, the proxy went on to {other}: a backend is unreachable",
      detail:
        "One of the proxy's backends is down. Clients are served by another one, a little later; when that fails too, nobody is left.",
    },
    otherFamily: {
      title: "{server} did not answer, {other} did: one address family leads nowhere",
      detail: "The client tried both families, so the connection came about, later than necessary.",
    },
  },
  "tcp.open.icmp": {
    port: {
      title: "{sender} rejects connections to port {port}: ICMP port unreachable",
      detail:
        "A closed TCP port would send RST. This ICMP message is what a firewall's REJECT rule sends (ufw reject, iptables -j REJECT).",
    },
    host: {
      title: "{server} cannot be reached: {sender} says that there is no such host",
      detail:
        "The message came {afterMs:ms} after the SYN. The last router says this when it has asked for the address (ARP or neighbour discovery) and nobody answered: the device is off, or has another address.",
    },
    hostAtOnce: {
      title: "{server} cannot be reached: {sender} turns the connection away at once, by ICMP host unreachable",
      detail:
        "The message came {afterMs:ms} after the SYN. Who asks for an address (ARP or neighbour discovery) waits a second or more for an answer; so {sender} did not ask this time: a firewall rule or a route there turns such packets away, or it had asked in vain shortly before. The message does not say which.",
    },
    net: {
      title: "{server} cannot be reached: {sender} has no route to its network",
      detail: "The packets stop at {sender}. A VPN that is down or a missing route does this.",
    },
    prohibited: {
      title: "{sender} forbids connections to {server}: administratively prohibited",
      detail: "A firewall said no by ICMP. It is a rule somebody wrote, not a fault.",
    },
    other: {
      title: "{sender} answered the connection to {server} with ICMP type {type} code {code}",
      detail: "The connection could not be opened; the ICMP message says why.",
    },
  },
  "tcp.open.synack-unacknowledged": {
    plain: {
      title: "{server} answers, but its SYN-ACK never gets back to {client}",
      detail:
        "The SYN-ACK was repeated {repeats:once|# times} in {waitedMs:ms} and never acknowledged. The way there works, the way back does not. (Captured at the server's side; at the client this looks like no answer at all.)",
    },
    givenUp: {
      title:
        "{client} had given the connection up when the SYN-ACK of {server} reached it, {answerMs:ms} there and back",
      detail:
        "The SYN-ACK was repeated {repeats:once|# times}, then the client's system answered it by an RST: it got there, and nobody waited for it any more. Both ways work, they are slow. The program at the client sees its own timeout, not a refusal.",
    },
    cameLate: {
      title:
        "No SYN-ACK of {server} reached {client} for {answerMs:ms}; when one did, the client had given the connection up",
      detail:
        "The SYN-ACK was repeated {repeats:once|# times}; the client's system answered the one that got there at once, by an RST: nobody waited for it any more. Until then the path let nothing through from the server to the client. The program at the client saw its own timeout, or that the host is not reachable.",
    },
  },
  "tcp.open.no-request": {
    ended: {
      title: "{client} connected to {server} and left after {openMs:ms} without asking for anything",
      detail:
        "TCP was opened and closed by the {closer:word}, no byte of a request in between. Port checks (nc -vz) and health checks do this.",
    },
    waiting: {
      title: "{client} connected to {server} and has sent no request for {openMs:ms}",
      detail: "The connection stands, but the upgrade request never came.",
    },
    tls: {
      title:
        "{client} set up TLS with {server} and left {openMs:ms} later without a request, and without an alert that says why",
      detail:
        "The handshake was complete, and all that the client sent in it is too small for a request. Programs that check the certificate after the handshake (Node does) leave like this when they do not trust it.",
    },
    spare: {
      title: "Spare connection without a request from {client} to {server}",
      detail:
        "The same client uses another connection to this server. Browsers open one more in advance; it is harmless.",
    },
  },
  "tls.on-plain-port": {
    httpAnswer: {
      title: "TLS (wss://, https://) was used, but {server} speaks plain HTTP: it answered the TLS hello with {status}",
      detail: "The client began with TLS (wss:// or https://). The server took it for a broken HTTP request.",
    },
    otherAnswer: {
      title: "TLS (wss://, https://) was used, but {server} does not speak TLS",
      detail: "The client began with TLS (wss:// or https://) and the server answered with something that is not TLS.",
    },
    closed: {
      title: "{server} hung up on the TLS hello: most likely it speaks plain ws://, not wss://",
      detail: "The client began with TLS; the server closed without sending a single byte.",
    },
  },
  "http.on-tls-port": {
    alert: {
      title: "Plain HTTP (ws://) was used, but {server} expects TLS",
      detail: "The client sent a plain GET; the server answered with a TLS alert.",
    },
    told: {
      title: "ws:// was used on the TLS port of {server}: it answered {status} and says so",
      detail: "The client sent a plain GET to a port that serves https:// and wss://.",
    },
    hungUp: {
      title:
        "Perhaps plain HTTP (ws://) on a TLS port: {server} hung up {afterMs:ms} after the request, without a byte",
      detail:
        "TLS servers do this to a plain request; so does a handler that destroys the socket. If {target} is served by TLS, use wss:// (a proxy: https://).",
    },
  },
  "tls.handshake.failed": {
    certificateRefused: {
      title:
        "{server} hung up right after it had got the client's certificate, {afterMs:ms} later and without an answer",
      detail:
        "It asked for a certificate (mutual TLS), the client gave one, and nothing came back. Servers that do not accept it often end the connection like this, without an alert.",
    },
    hungUp: {
      title: "{server} hung up {afterMs:ms} after the TLS handshake, without an answer",
      detail:
        "The handshake was finished[[ (asked for {name})]], the client sent its request, and the server ended the connection without a single record in answer. What was asked for cannot be read without keys.",
    },
    unanswered: {
      title: "{server} never answered the TLS hello: nothing came for {waitedMs:ms}",
      detail:
        "The hello arrived[[ (asked for {name})]]: TCP acknowledged it. The server's hello never came, so the WebSocket never began. Keys would not show more.",
    },
    vanished: {
      title: "The TLS hello to {server} vanishes on the way: sent again {repeats} times, never acknowledged",
      detail:
        "TCP opened without trouble, but the packet with the hello[[ for {name}]] does not get through: something on the path swallows it.",
    },
    refused: {
      title: "{server} turned the client away right after the TLS handshake",
      detail:
        "The client finished the handshake, and all that came back was one encrypted record of an alert's size and the end. In TLS 1.3 a server says like this that the client's certificate is missing or not accepted.",
    },
    alert: {
      title: "TLS to {server} failed: the {from:word} sent the alert “{alert:word}”",
      detail:
        "The WebSocket never began[[ (asked for {name})]]. A browser shows 1006 for it; the console may name the certificate error.",
    },
    closed: {
      title: "TLS to {server} was given up: the {closer:word} closed after {afterMs:ms} without an alert",
      detail:
        "The hello was answered, the handshake never finished[[ (asked for {name})]]. Clients that do not trust a certificate often leave like this.",
    },
  },
  "http.proxy.connect-refused": {
    forbidden: {
      title: "The forward proxy {server} forbids the way to {target}: {status}[[ {reason}]]",
      detail: "A wss:// through a proxy needs a CONNECT tunnel; the proxy refused it.",
    },
    authentication: {
      title: "The forward proxy {server} wants a login before it lets anybody through to {target} (407)",
      detail: "The client sent no credentials, or the wrong ones, and did not try again with better ones.",
    },
    unreachable: {
      title: "The forward proxy {server} cannot reach {target}: {status}[[ {reason}]]",
      detail: "The tunnel was accepted in principle, but its other end could not be opened.",
    },
    other: {
      title: "The forward proxy {server} answered CONNECT {target} with {status}[[ {reason}]]",
      detail: "Only a 2xx opens the tunnel that a wss:// needs.",
    },
  },
  "port.other-protocol": {
    http2: {
      title: "{server} answers plain HTTP/1.1 with HTTP/2: no request gets through there, and no WebSocket",
      detail:
        "The request for {target} came as HTTP/1.1, and the server spoke HTTP/2 at once. Browsers speak HTTP/2 inside TLS only, and a WebSocket's request is HTTP/1.1.",
    },
    alpn: {
      title: "{client} and {server} agreed on HTTP/2 inside TLS, and then the client asked for a WebSocket in HTTP/1.1",
      detail:
        "The client offered h2 (ALPN) and the server chose it. From there on the server understands HTTP/2 only: it cannot read the request for {target}, and hangs up.",
    },
    known: {
      title: "{server} is not a WebSocket server: {protocol} answered the upgrade request",
      detail: "The address or the port is that of another service.",
    },
    unknown: {
      title: "{server} is not a WebSocket server: what answered is not HTTP",
      detail: "The address or the port is that of another service.",
    },
  },
} as const satisfies SomeFindings;
