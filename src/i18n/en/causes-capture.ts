import type { CauseText } from "../texts.ts";

/** What a capture lacks, and why. */
export const causesCapture = {
  captureFromStart: {
    cause: "The capture began after the handshake, or lost packets.",
    fix: "Start the capture first, then connect (or reload the page).",
  },
  readerLimit: { cause: "wscap inflates messages up to a limit.", fix: "Nothing to repair." },
  damagingPath: {
    cause:
      "Bits are damaged on the way: a bad cable or port, a faulty network card, or a router or modem with bad memory.",
    fix: "ethtool -S eth0 | grep -i -E 'err|crc' on each machine of the path; change cable and port, then the device.",
  },
  lossyPath: {
    cause: "Wi-Fi, mobile link, overload or a bad cable.",
    fix: "ping -i 0.2 to the other side for a minute shows the loss.",
  },
  wrongInterface: {
    cause: "The traffic uses another interface (lo for localhost).",
    fix: "Capture on any: sudo tcpdump -i any …",
  },
  pollingOnly: {
    cause:
      "The client is set to polling alone (transports: ['polling'], or upgrade: false), or the server offers nothing else.",
    fix: "If a WebSocket is wanted: leave transports out on both sides, then Socket.IO upgrades by itself; or io(url, { transports: ['websocket'] }).",
  },
  wrongFilter: {
    cause: "The capture filter asks for another port or host.",
    fix: "Capture without a filter for a moment: the report then lists the ports in use. Or with the port that your server really listens on; ss -ltn there shows it.",
  },
  wrongPortAsked: {
    cause: "The port asked for (-p) is not the one that the capture holds.",
    fix: "Leave -p out: wscap then reads all ports and lists their connections.",
  },
  keyLogNeeded: {
    cause: "The client is a browser or curl: it writes its keys when asked to before it starts.",
    fix: "Close all windows, SSLKEYLOGFILE=$PWD/keys.log chromium (firefox and curl alike), capture, reproduce, then wscap report --keylog keys.log capture.pcapng.",
  },
  keyLogOfProgram: {
    cause: "The client or server is a program: either side's keys will do.",
    fix: "Node: node --tls-keylog=keys.log app.js. Python 3.8+: SSLKEYLOGFILE=keys.log, where the program uses ssl.create_default_context(), else context.keylog_filename. Go: tls.Config.KeyLogWriter. Java has none of its own: the agent extract-tls-secrets writes one.",
  },
  keyLogOfProxy: {
    cause: "A proxy such as nginx or HAProxy ends TLS.",
    fix: "Take the keys at the client, or capture behind the proxy, where it is plain: sudo tcpdump -i lo port <backend-port>. HAProxy gives its keys with tune.ssl.keylog on, and the %[ssl_fc_…] fetches of its manual in log-format; of nginx only NGINX Plus writes them (ssl_key_log).",
  },
  keysWouldTell: {
    cause: "TLS hides the rest: whether it is a WebSocket, Close codes, pings and pongs.",
    fix: "Take the keys of either side and reproduce: SSLKEYLOGFILE=$PWD/keys.log chromium (firefox, curl, Python alike), or node --tls-keylog=keys.log app.js; then wscap report --keylog keys.log capture.pcapng. Where a proxy ends TLS, capture behind it as well: sudo tcpdump -i any.",
  },
  keyLogOfOther: {
    cause: "The key log is another program's, or it was begun after the connection was opened, or cut off.",
    fix: "Start the program with the key log first, then capture, then connect. Browsers write only when no window was open before.",
  },
  keyLogCut: {
    cause: "The key log was copied while the program still wrote to it, was cut off, or lost lines when it was edited.",
    fix: "Take the whole file again once the connection is over: all lines with the same random number belong together.",
  },
  captureBehindProxy: {
    cause: "A proxy ends TLS before the server.",
    fix: "On the proxy host: sudo tcpdump -i lo port <backend-port>.",
  },
  http2Unread: {
    cause: "HTTP/2 was negotiated.",
    fix: "Capture between the proxy and the backend, where it is HTTP/1.1, or switch HTTP/2 off for a test.",
  },
  captureBuffer: {
    cause: "The recorder was too slow or its buffer too small.",
    fix: "tcpdump -B 16384, a filter on the port, or a faster disk.",
  },
  otherPath: {
    cause: "Part of the packets takes another way (several links, offload, mirror port of one direction).",
    fix: "Capture on an endpoint, on any interface.",
  },
  snapLength: { cause: "The snapshot length was set too small.", fix: "tcpdump -s 0" },
  anyInterface: {
    cause: "The packet passes several interfaces (loopback, bridge, veth), and all were captured.",
    fix: "Nothing to repair.",
  },
  mirrorCopies: {
    cause: "A mirror port that copies both directions, or a bridge, shows the capturing interface each packet twice.",
    fix: "Nothing to repair.",
  },
  pathDoubles: {
    cause:
      "A device on the path sends packets twice (a loop, a bonded or wireless link), or a host repeated one at once.",
    fix: "Harmless for TCP. Where there are many, look for a loop between switches.",
  },
  captureCut: {
    cause: "The recorder was killed, the disk was full, or the copy is incomplete.",
    fix: "End tcpdump with Ctrl-C and copy the file afterwards; -U writes each packet at once.",
  },
  tooManyConnections: {
    cause: "The capture holds more connections than wscap keeps in memory at once.",
    fix: "Read only the port of the WebSocket (-p {port}), or cut the capture: editcap -A START -B STOP big.pcap part.pcap.",
  },
} as const satisfies Record<string, CauseText>;
