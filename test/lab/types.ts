// What a scenario is: a row of data, the peers' own code, and the fault that strikes them.

import type { Peer } from "./peer-context.ts";
import type { Stage } from "./stage.ts";

/** Namespaces a scenario can use. Which of them exist, and how they are wired, is the network's business. */
export type Place = "client" | "server" | "proxy" | "router";

/**
 * direct: client and server on one segment (direct6: IPv6 only).
 * link: as direct, but every frame passes the userspace link (link.py).
 * mirrored: as link, and the router's place has a switch's mirror port, called mirror.
 * routed: a router between two segments, interfaces lan and wan.
 * bridged: the router's place is a host whose bridge br0 joins both.
 * proxied: client | proxy | server on two segments, interfaces front and back.
 */
export type NetworkKind = "direct" | "direct6" | "routed" | "bridged" | "proxied" | "link" | "mirrored";

export type Ending = "fin" | "rst" | "icmp" | "silent" | "open";

/** How one TCP connection went. What is left out is not judged. Codes are what the endpoints' own APIs said. */
export interface ConnectionTruth {
  /** Which connection: the log name of the peer that dialled (see `Peer.name`); with several dials, all of them alike. */
  readonly dialledBy: string;
  readonly kind?:
    | "websocket"
    | "upgrade-refused"
    | "upgrade-unanswered"
    | "http"
    | "tls"
    | "tcp-refused"
    | "tcp-unanswered"
    | "tcp";
  readonly status?: number;
  readonly clientSees?: number | null;
  readonly serverSees?: number | null;
  /** Whose FIN or RST came first. After a Close that is often the one who answered it. */
  readonly firstCloser?: "client" | "server" | null;
  /** Whose Close frame came first. */
  readonly closedBy?: "client" | "server";
  readonly ending?: Ending;
  /** The lab forged the end: tshark cannot tell who closed first, the row says what the endpoints did. */
  readonly injected?: boolean;
  /** Why the codes above are not what the endpoint's log says (a library that reports its own failure differently). */
  readonly apiDiffers?: string;
}

export interface Expectation {
  readonly connections: readonly ConnectionTruth[];
  /** Rule ids that must be reported. */
  readonly must: readonly string[];
  /** Rule ids of which at least one must be reported as an error. */
  readonly mustOneOf?: readonly string[];
  /** Rule ids that must be reported, as a warning and never as an error: it passed. */
  readonly warns?: readonly string[];
  /** What the first cause of every error says: the advice must be the right one. */
  readonly blames?: string;
  /** Rule ids that must not be reported, at any severity. */
  readonly mustNot?: readonly string[];
  /** The capture does not hold everything: counts of messages and pings are not compared. */
  readonly partial?: boolean;
  /** Further rule ids that may be errors or warnings here; anything else above a note is a mistake. */
  readonly may?: readonly string[];
}

export interface CapturePoint {
  readonly at: Place;
  /** An interface of that namespace, or "any". */
  readonly interface: string;
  readonly snapLength?: number;
  /** Only what arrives at, or leaves from, that place. */
  readonly direction?: "in" | "out";
  /** Appended to the file name; needed when a scenario captures in several places. */
  readonly label?: string;
  /** What is to be seen from here, where it differs from the scenario's `expect`. */
  readonly expect?: Expectation;
  /** The clock that stamps its packets is set forward by so many seconds just before the first FIN. */
  readonly setForwardSeconds?: number;
  /** Do not start with the scenario: the fault starts it by `stage.startCapture()`. */
  readonly late?: boolean;
}

export interface PeerRow {
  readonly at: Place;
  readonly run: (peer: Peer) => Promise<unknown>;
  /** Servers are started first, have to log "listening", and are ended when every client is done. */
  readonly role: "server" | "client";
}

export interface Scenario {
  readonly name: string;
  /** What is done to whom, in one line. */
  readonly injects: string;
  readonly network?: NetworkKind;
  readonly captures?: readonly CapturePoint[];
  readonly peers: Readonly<Record<string, PeerRow>>;
  /** Runs once all peers are started. The scenario is over when every client has ended, or at once if this returns "over". */
  readonly fault?: (stage: Stage) => Promise<"over" | undefined>;
  /** Runs after the servers are up and before capture and clients: nginx, nft rules, link settings. */
  readonly prepare?: (stage: Stage) => Promise<void>;
  /** Bound for the whole scenario; default 20. */
  readonly seconds?: number;
  /** Part of the fast subset that the test runs. */
  readonly fast?: boolean;
  readonly expect: Expectation;
  /** What is to be seen without the keys that the endpoints logged, of a scenario over TLS; `expect` is with them. */
  readonly sealed?: Expectation;
}

/** One line of an endpoint's log. `connection` is the client's address:port as that endpoint sees it. */
export interface LogEntry {
  readonly time: number;
  readonly peer: string;
  readonly event: string;
  readonly connection?: string;
  readonly [detail: string]: unknown;
}
