import { sideOf } from "../base/brand.ts";
import { u8 } from "../base/bytes.ts";
import type { TlsFacts } from "../store/types.ts";
import type { TlsReader } from "../tls/record-reader.ts";
import { mark } from "./marks.ts";

const HEADER_BYTES = 3;

/** RFC 8446 §5.1: content types change_cipher_spec … heartbeat, and a record version of SSL 3 or TLS. */
export function isTlsRecord(bytes: Uint8Array, start: number, end: number): boolean {
  if (end - start < HEADER_BYTES) return false;
  const type = u8(bytes, start);
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

/** What the records show without keys. */
export function tlsFacts(reader: TlsReader): TlsFacts {
  const [client, server] = [reader.hello(0), reader.hello(1)];
  return {
    serverName: client?.hello.serverName ?? null,
    applicationProtocols: client?.hello.applicationProtocols ?? [],
    clientVersion: versionName(client?.hello.version),
    negotiatedVersion: versionName(server?.hello.version),
    clientHello: client === null ? null : mark(client),
    serverHello: server === null ? null : mark(server),
    handshakeComplete: reader.handshakeComplete,
    refusal: reader.refusal === null ? null : mark(reader.refusal),
    alerts: reader.alerts.map(({ direction, level, description, encrypted, ...moment }) => ({
      ...mark(moment),
      from: sideOf(direction),
      level,
      description,
      encrypted,
    })),
    applicationDataBytes: [reader.applicationBytes(0), reader.applicationBytes(1)],
  };
}
