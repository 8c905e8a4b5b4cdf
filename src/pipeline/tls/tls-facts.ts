import { sideOf } from "../../base/brand.ts";
import { u8 } from "../../base/bytes.ts";
import type { TcpFacts } from "../../store/tcp-types.ts";
import type { TlsFacts, TlsSecrecy } from "../../store/tls-types.ts";
import { suiteName } from "../../tls/cipher-suites.ts";
import type { ClosedSide } from "../../tls/closed-sides.ts";
import type { TlsAlert } from "../../tls/record-reader.ts";
import { mark, markOrNull } from "../marks.ts";
import { clientCertificateFacts } from "./client-certificate-facts.ts";
import { serverCertificateFacts } from "./server-certificate-facts.ts";
import type { TlsLayer } from "./tls-layer.ts";
import { guessedClosings, rhythmFacts } from "./tls-rhythm-facts.ts";

const HEADER_BYTES = 3;
const HANDSHAKE = 22;

/**
 * RFC 8446 §5.1: content types change_cipher_spec … heartbeat, and a record version of SSL 3 or TLS. Of a first segment
 * that holds less (some tools split the ClientHello there to get past filters) only a handshake is believed.
 */
export function isTlsRecord(bytes: Uint8Array, start: number, end: number): boolean {
  const type = u8(bytes, start);
  if (end - start < HEADER_BYTES) return type === HANDSHAKE && (end - start < 2 || u8(bytes, start + 1) === 3);
  return type >= 20 && type <= 24 && u8(bytes, start + 1) === 3 && u8(bytes, start + 2) <= 4;
}

const VERSIONS: Readonly<Record<number, string>> = {
  768: "SSL 3.0",
  769: "TLS 1.0",
  770: "TLS 1.1",
  771: "TLS 1.2",
  772: "TLS 1.3",
};

const versionName = (version: number | undefined): string | null =>
  version === undefined ? null : (VERSIONS[version] ?? `0x${version.toString(16).padStart(4, "0")}`);

/** What the records show, and what stood in them where there were keys. */
export function tlsFacts(layer: TlsLayer, tcp: TcpFacts): TlsFacts {
  const { reader, decrypter, alerts, closings, closedSides, isRead } = layer;
  const [client, server] = [reader.hello(0), reader.hello(1)];
  const ends = isRead ? closings : guessedClosings(reader, tcp);
  const said = isRead ? alertsBoth(reader.alerts, alerts) : reader.alerts;
  return {
    serverName: client?.hello.serverName ?? null,
    applicationProtocols: client?.hello.applicationProtocols ?? [],
    byBrowser: client?.hello.grease === true,
    clientVersion: versionName(client?.hello.version),
    negotiatedVersion: versionName(server?.hello.version),
    clientHello: client === null ? null : mark(client),
    serverHello: server === null ? null : mark(server),
    handshakeComplete: reader.handshakeComplete,
    // With keys an alert is known for what it is.
    refusal: isRead || reader.refusal === null ? null : mark(reader.refusal),
    answered: reader.answers > 0,
    clientCertificate: clientCertificateFacts(reader, isRead ? decrypter : null),
    serverCertificate: serverCertificateFacts(layer, tcp.firstCloser !== null || said.length > 0),
    alerts: said.map(({ direction, level, description, encrypted, ...moment }) => ({
      ...mark(moment),
      from: sideOf(direction),
      level,
      description,
      encrypted,
    })),
    applicationDataBytes: [reader.applicationBytes(0), reader.applicationBytes(1)],
    cipherSuite: server === null ? null : suiteName(server.hello.cipherSuite),
    applicationProtocol: decrypter?.protocol ?? server?.hello.applicationProtocols[0] ?? null,
    decrypted: isRead,
    // While its secrets may still come there is no reason yet.
    whyNot: decrypter === null ? "no-keys" : (whyClosed(closedSides) ?? decrypter.why),
    halfRead: null,
    closedBy: closedSides.map(({ label }) => label),
    closings: [markOrNull(ends[0]), markOrNull(ends[1])],
    rhythm: isRead ? null : rhythmFacts(reader, ends, tcp.closedAt?.timestampNs ?? null),
  };
}

/** The clear ones of before, and those that were read inside. */
const alertsBoth = (outside: readonly TlsAlert[], inside: readonly TlsAlert[]): readonly TlsAlert[] => [
  ...outside.filter(({ encrypted }) => !encrypted),
  ...inside,
];

/** A secret that is not there says more than one that does not fit. */
const whyClosed = (sides: readonly ClosedSide[]): TlsSecrecy | null =>
  (sides.find(({ why }) => why === "no-secret") ?? sides[0])?.why ?? null;
