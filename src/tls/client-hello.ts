import { latin1, u8, u16be } from "../base/bytes.ts";

/** What a ClientHello or ServerHello says in clear (RFC 8446 §4.1.2, §4.1.3). */
export interface Hello {
  /** RFC 6066 §3. */
  serverName: string | null;
  /** RFC 7301: offered by the client, or the one chosen by the server. */
  applicationProtocols: string[];
  /** Highest of supported_versions, else legacy_version: 0x0303 is TLS 1.2, 0x0304 TLS 1.3. */
  version: number;
  /** 32 bytes; fewer of a hello that was cut off. */
  random: Uint8Array;
  /** Of a ServerHello: the one chosen. */
  cipherSuite: number;
  /** RFC 7366 §2. */
  encryptThenMac: boolean;
  /** RFC 8446 §4.2.10: early data follows. */
  earlyData: boolean;
  /** RFC 8701: a ClientHello with values that mean nothing, as browsers send it. */
  grease: boolean;
}

const SERVER_NAME = 0;
const ALPN = 16;
const ENCRYPT_THEN_MAC = 22;
const EARLY_DATA = 42;
const SUPPORTED_VERSIONS = 43;
const CLIENT_HELLO = 1;
const ENCRYPTED_EXTENSIONS = 8;
/** RFC 8701: values that mean nothing. */
const isGrease = (value: number): boolean => (value & 0x0f0f) === 0x0a0a;

/** `bytes[start, end)` is the body of a hello; what is broken or cut off is left out. Never throws. */
export function readHello(type: number, bytes: Uint8Array, start: number, end: number): Hello {
  const hello: Hello = {
    serverName: null,
    applicationProtocols: [],
    version: end - start >= 2 ? u16be(bytes, start) : 0,
    random: bytes.slice(start + 2, Math.min(end, start + 34)),
    cipherSuite: 0,
    encryptThenMac: false,
    earlyData: false,
    grease: false,
  };
  let at = start + 34;
  if (at >= end) return hello;
  at += 1 + u8(bytes, at);
  if (type === CLIENT_HELLO) {
    if (at + 2 > end) return hello;
    const suites = Math.min(end, at + 2 + u16be(bytes, at));
    for (let suite = at + 2; suite + 2 <= suites; suite += 2) hello.grease ||= isGrease(u16be(bytes, suite));
    at += 2 + u16be(bytes, at);
    if (at + 1 > end) return hello;
    at += 1 + u8(bytes, at);
  } else {
    if (at + 2 <= end) hello.cipherSuite = u16be(bytes, at);
    at += 3;
  }
  readExtensions(hello, type, bytes, at, end);
  return hello;
}

/** RFC 8446 §4.3.1: what the server says once it can encrypt. `protocol`: the one chosen (RFC 7301). */
export function readEncryptedExtensions(bytes: Uint8Array): { protocol: string | null; earlyData: boolean } {
  const read: Hello = {
    serverName: null,
    applicationProtocols: [],
    version: 0,
    random: bytes,
    cipherSuite: 0,
    encryptThenMac: false,
    earlyData: false,
    grease: false,
  };
  readExtensions(read, ENCRYPTED_EXTENSIONS, bytes, 0, bytes.length);
  return { protocol: read.applicationProtocols[0] ?? null, earlyData: read.earlyData };
}

function readExtensions(hello: Hello, type: number, bytes: Uint8Array, start: number, end: number): void {
  if (start + 2 > end) return;
  const last = Math.min(end, start + 2 + u16be(bytes, start));
  let at = start + 2;
  while (at + 4 <= last) {
    const extension = u16be(bytes, at);
    const bodyEnd = at + 4 + u16be(bytes, at + 2);
    if (bodyEnd > last) break;
    readExtension(hello, type, extension, bytes, at + 4, bodyEnd);
    at = bodyEnd;
  }
}

function readExtension(
  hello: Hello,
  type: number,
  extension: number,
  bytes: Uint8Array,
  start: number,
  end: number,
): void {
  if (extension === SERVER_NAME && end - start >= 5 && u8(bytes, start + 2) === 0) {
    hello.serverName = latin1(bytes, start + 5, Math.min(end, start + 5 + u16be(bytes, start + 3)));
  } else if (extension === ALPN) {
    for (let at = start + 2; at < end; at += 1 + u8(bytes, at)) {
      hello.applicationProtocols.push(latin1(bytes, at + 1, Math.min(end, at + 1 + u8(bytes, at))));
    }
  } else if (extension === SUPPORTED_VERSIONS) {
    for (let at = start + (type === CLIENT_HELLO ? 1 : 0); at + 2 <= end; at += 2) {
      const version = u16be(bytes, at);
      if (!isGrease(version) && version > hello.version) hello.version = version;
    }
  } else if (extension === ENCRYPT_THEN_MAC) hello.encryptThenMac = true;
  else if (extension === EARLY_DATA) hello.earlyData = true;
}
