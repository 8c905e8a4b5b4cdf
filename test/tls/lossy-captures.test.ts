import { randomBytes } from "node:crypto";
import type { TlsOptions } from "node:tls";
import { describe, expect, test } from "vitest";
import { pcapFile } from "../support/capture-builder.ts";
import { readTls, type TlsReading } from "../support/tls-analysis.ts";
import { type Conversation, captureOf, certificateOf, converse, MSS, segmentsOf } from "../support/tls-conversation.ts";

const KINDS: Readonly<Record<string, TlsOptions>> = {
  "TLS 1.3, GCM": { ...certificateOf("ec"), minVersion: "TLSv1.3", ciphers: "TLS_AES_128_GCM_SHA256" },
  "TLS 1.3, CCM": { ...certificateOf("ec"), minVersion: "TLSv1.3", ciphers: "TLS_AES_128_CCM_SHA256" },
  "TLS 1.2, ChaCha20": {
    ...certificateOf("ec"),
    maxVersion: "TLSv1.2",
    ciphers: "ECDHE-ECDSA-CHACHA20-POLY1305",
  },
  "TLS 1.2, CBC": { ...certificateOf("rsa"), maxVersion: "TLSv1.2", ciphers: "ECDHE-RSA-AES128-SHA:@SECLEVEL=0" },
};

/** Incompressible and long: records of full size, each over a dozen segments. */
const sent = [
  "hello",
  randomBytes(30_000).toString("base64"),
  randomBytes(200).toString("hex"),
  randomBytes(9000).toString("base64"),
  "last words",
];

const PIECE = 16;

/** A message with a hole is told as far as it is known: all but the pieces around the hole stand in what was said. */
function isMadeUp(said: string, truth: ReadonlySet<string>): boolean {
  if (truth.has(said)) return false;
  const whole = [...truth].join("\n");
  let strange = 0;
  for (let at = said.indexOf(" ") + 1; at + PIECE <= said.length; at += PIECE)
    if (!whole.includes(said.slice(at, at + PIECE))) strange++;
  return strange > 8;
}

const spoken = ({ messages }: Pick<TlsReading, "messages">): Set<string> =>
  new Set(messages.map(({ from, text }) => `${from} ${text}`));

const worst = ({ findings }: TlsReading): string[] =>
  findings.filter(({ severity }) => severity === "error").map(({ ruleId, variant }) => `${ruleId} ${variant}`);

/** As `tcpdump -s` keeps it. */
function cutShort(capture: Uint8Array, snapLength: number): Uint8Array {
  const view = new DataView(capture.buffer, capture.byteOffset);
  const records = [];
  for (let at = 24; at < capture.length; ) {
    const originalLength = view.getUint32(at + 8, true);
    const data = capture.slice(at + 16, at + 16 + Math.min(snapLength, originalLength));
    records.push({ seconds: view.getUint32(at, true), fraction: view.getUint32(at + 4, true), data, originalLength });
    at += 16 + originalLength;
  }
  return pcapFile(records);
}

describe.each(Object.entries(KINDS))("%s", (_, options) => {
  const spoke: Promise<Conversation> = converse(
    options,
    { perMessageDeflate: false, ciphers: options.ciphers as string },
    sent,
  );

  test("whichever segment the capture lost, what lies in other records is read, and nothing else is said", async () => {
    const { pieces, keyLog, messages } = await spoke;
    const cut = segmentsOf(MSS);
    const segments = pieces.flatMap(({ direction, bytes }) => cut(bytes).map((segment) => ({ direction, segment })));
    const truth = spoken({ messages });
    const wrong: string[] = [];
    for (const [lost, { direction }] of segments.entries()) {
      const read = readTls(
        captureOf(pieces, cut, (index) => index !== lost),
        keyLog,
      );
      if (worst(read).length > 0) wrong.push(`${lost} ${worst(read)}`);
      const heard = spoken(read);
      expect([lost, [...heard].filter((said) => isMadeUp(said, truth))]).toEqual([lost, []]);
      if (read.connections[0]?.tls?.decrypted !== true) {
        // One of the hellos.
        expect(read.connections[0]?.tls?.whyNot).toBe("not-captured");
        expect(lost).toBeLessThan(4);
        continue;
      }
      // A segment holds the end of one message, what is small, and the beginning of the next.
      const side = direction === 0 ? "client" : "server";
      const missing = [...truth].filter((said) => !heard.has(said));
      expect([lost, missing.length <= 4, missing.every((said) => said.startsWith(side))]).toEqual([lost, true, true]);
    }
    // Masked bytes are as good as random: once in a thousand times they look like two frames where a boundary is sought.
    expect(wrong.length, wrong.join("; ")).toBeLessThanOrEqual(1);
  });

  test("every fifth segment gone: nothing is made up, and the end is known", async () => {
    const { pieces, keyLog, messages } = await spoke;
    const read = readTls(
      captureOf(pieces, segmentsOf(MSS), (index) => index < 12 || index % 5 !== 0),
      keyLog,
    );
    expect([...spoken(read)].filter((said) => isMadeUp(said, spoken({ messages })))).toEqual([]);
    expect(worst(read)).toEqual([]);
    expect(read.connections[0]?.tls?.decrypted).toBe(true);
  });

  test.each([80, 96, 128, 200, 256, 400, 700, 710, 720, 1000, 1400])(
    "cut by tcpdump -s %i: no error, with keys or without",
    async (snapLength) => {
      const { pieces, keyLog, messages } = await spoke;
      const capture = cutShort(captureOf(pieces), snapLength);
      for (const keys of [keyLog, null]) {
        const read = readTls(capture, keys);
        expect([keys === null, worst(read)]).toEqual([keys === null, []]);
        expect([...spoken(read)].filter((said) => isMadeUp(said, spoken({ messages })))).toEqual([]);
      }
    },
  );
});
