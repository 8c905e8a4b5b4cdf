import * as limits from "../base/limits.ts";
import type { CipherSuite } from "./cipher-suites.ts";
import type { Hello } from "./client-hello.ts";
import type { Secrets } from "./key-log.ts";
import { HASH_BYTES, keyBlock } from "./key-schedule.ts";
import { type Budget, ProtectedSide, type Stage, type StageName } from "./protected-side.ts";
import { openTls12, openTls13 } from "./record-opener.ts";

export const TLS_1_2 = 0x0303;
export const TLS_1_3 = 0x0304;

/** What the hellos agreed on. */
export interface Unlocking {
  readonly version: number;
  readonly suite: CipherSuite;
  readonly client: Hello;
  readonly server: Hello;
}

/** By direction. */
export type Sides = readonly [ProtectedSide, ProtectedSide];

/** RFC 5246 §8.1. */
const MASTER_BYTES = 48;

/**
 * Secrets → keys of both directions; null: not all of them are there. Not `whole`: a failed handshake has no others, and
 * a key log that was cut off holds no others.
 */
export function unlock({ version, suite, client, server }: Unlocking, given: Secrets, whole = true): Sides | null {
  const secrets = ofLength(given, version === TLS_1_2 ? MASTER_BYTES : HASH_BYTES[suite.hash]);
  const budget: Budget = { tries: limits.tlsOpenAttempts };
  if (version === TLS_1_2) {
    const master = secrets.CLIENT_RANDOM;
    if (master === undefined) return null;
    const keys = keyBlock(suite, master, client.random, server.random);
    const side = (index: 0 | 1): ProtectedSide => {
      const opener = openTls12(suite, keys[index], server.encryptThenMac);
      return new ProtectedSide(suite, [{ name: "application", opener, secret: null }], budget);
    };
    return [side(0), side(1)];
  }
  const { CLIENT_TRAFFIC_SECRET_0: clientSecret, SERVER_TRAFFIC_SECRET_0: serverSecret } = secrets;
  const handshakeSecrets = [secrets.CLIENT_HANDSHAKE_TRAFFIC_SECRET, secrets.SERVER_HANDSHAKE_TRAFFIC_SECRET] as const;
  if (whole && (clientSecret === undefined || serverSecret === undefined)) return null;
  const all = [clientSecret, serverSecret, ...handshakeSecrets];
  if (all.every((secret) => secret === undefined)) return null;
  const stage = (name: StageName, secret: Uint8Array | undefined): Stage => ({
    name,
    secret: secret ?? null,
    opener: secret === undefined ? null : openTls13(suite, secret),
  });
  const early = client.earlyData ? secrets.CLIENT_EARLY_TRAFFIC_SECRET : undefined;
  const clientStages = [stage("handshake", handshakeSecrets[0]), stage("application", clientSecret)];
  return [
    new ProtectedSide(suite, early === undefined ? clientStages : [stage("early", early), ...clientStages], budget),
    new ProtectedSide(suite, [stage("handshake", handshakeSecrets[1]), stage("application", serverSecret)], budget),
  ];
}

/** The last line of a log that was cut off may hold a piece of a secret. */
const ofLength = (secrets: Secrets, lengthBytes: number): Secrets =>
  Object.fromEntries(Object.entries(secrets).filter(([, secret]) => secret.length === lengthBytes));
