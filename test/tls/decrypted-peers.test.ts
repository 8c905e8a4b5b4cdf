import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TlsOptions } from "node:tls";
import { afterAll, describe, expect, test } from "vitest";
import { readTls } from "../support/tls-analysis.ts";
import { captureOf, certificateOf, converse } from "../support/tls-conversation.ts";
import { tsharkFields, tsharkMissing } from "../support/tshark.ts";

const directory = mkdtempSync(join(tmpdir(), "wscap-keys-"));
afterAll(() => rmSync(directory, { recursive: true, force: true }));

const only = (version: "TLSv1.2" | "TLSv1.3", ciphers: string, more: TlsOptions = {}): TlsOptions => ({
  ...certificateOf(/ECDSA|^TLS_/.test(ciphers) ? "ec" : "rsa"),
  minVersion: version,
  maxVersion: version,
  ciphers: version === "TLSv1.2" ? `${ciphers}:@SECLEVEL=0` : ciphers,
  ...more,
});

/** SSL_OP_NO_ENCRYPT_THEN_MAC: OpenSSL agrees on RFC 7366 wherever it can. */
const MAC_THEN_ENCRYPT = { secureOptions: 1 << 19 };

const CASES: Readonly<Record<string, TlsOptions>> = {
  TLS_AES_128_GCM_SHA256: only("TLSv1.3", "TLS_AES_128_GCM_SHA256"),
  TLS_AES_256_GCM_SHA384: only("TLSv1.3", "TLS_AES_256_GCM_SHA384"),
  TLS_CHACHA20_POLY1305_SHA256: only("TLSv1.3", "TLS_CHACHA20_POLY1305_SHA256"),
  TLS_AES_128_CCM_SHA256: only("TLSv1.3", "TLS_AES_128_CCM_SHA256"),
  TLS_AES_128_CCM_8_SHA256: only("TLSv1.3", "TLS_AES_128_CCM_8_SHA256:ECDHE-ECDSA-AES128-GCM-SHA256:@SECLEVEL=0"),
  "TLS 1.3 after a HelloRetryRequest": only("TLSv1.3", "TLS_AES_128_GCM_SHA256", { ecdhCurve: "P-521" }),
  TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256: only("TLSv1.2", "ECDHE-ECDSA-AES128-GCM-SHA256"),
  TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384: only("TLSv1.2", "ECDHE-RSA-AES256-GCM-SHA384"),
  TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256: only("TLSv1.2", "ECDHE-RSA-CHACHA20-POLY1305"),
  TLS_ECDHE_ECDSA_WITH_AES_128_CCM: only("TLSv1.2", "ECDHE-ECDSA-AES128-CCM"),
  TLS_ECDHE_ECDSA_WITH_AES_256_CCM_8: only("TLSv1.2", "ECDHE-ECDSA-AES256-CCM8"),
  TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA: only("TLSv1.2", "ECDHE-RSA-AES128-SHA"),
  TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA256: only("TLSv1.2", "ECDHE-RSA-AES128-SHA256"),
  TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA384: only("TLSv1.2", "ECDHE-RSA-AES256-SHA384"),
  "TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA, HMAC inside": only("TLSv1.2", "ECDHE-RSA-AES256-SHA", MAC_THEN_ENCRYPT),
  "TLS_RSA_WITH_AES_128_CBC_SHA256, HMAC inside": only("TLSv1.2", "AES128-SHA256", MAC_THEN_ENCRYPT),
  TLS_RSA_WITH_AES_256_GCM_SHA384: only("TLSv1.2", "AES256-GCM-SHA384"),
};

const sorted = (spoken: readonly { readonly from: string; readonly text: string }[]): string[] =>
  spoken.map(({ from, text }) => `${from} ${text}`).sort();

describe.each(Object.entries(CASES))("%s", (name, options) => {
  test("says what both peers heard, and ends as they saw it", async () => {
    // CCM is on nobody's list by itself.
    const ciphers = name.includes("CCM") ? { ciphers: options.ciphers } : {};
    const { pieces, keyLog, messages } = await converse(options, { ecdhCurve: "X25519:P-521:P-256", ...ciphers });
    const capture = captureOf(pieces);
    const { connections, messages: read, frames, findings } = readTls(capture, keyLog);
    expect(sorted(read)).toEqual(sorted(messages));
    const [facts] = connections;
    expect(facts?.kind).toBe("websocket");
    expect(facts?.tls).toMatchObject({ decrypted: true, whyNot: null });
    if (name.startsWith("TLS_")) expect(facts?.tls?.cipherSuite).toBe(name.split(",")[0]);
    expect(facts?.close).toEqual({
      verdict: "clean",
      clientSees: { code: 1000, reason: "bye", clean: true },
      serverSees: { code: 1000, reason: "bye", clean: true },
    });
    expect(facts?.webSocket?.heartbeat[0]).toMatchObject({ pings: 1, answered: 1 });
    expect(findings.filter(({ severity }) => severity !== "note")).toEqual([]);
    if (tsharkMissing !== null) return;
    const [path, keys] = [join(directory, "capture.pcap"), join(directory, "keys.log")];
    writeFileSync(path, capture);
    writeFileSync(keys, keyLog);
    const { rows } = await tsharkFields(
      path,
      "websocket",
      ["tcp.srcport", "websocket.opcode", "websocket.payload_length"],
      [`tls.keylog_file:${keys}`, "tls.desegment_ssl_application_data:TRUE"],
    );
    const theirs = rows.flatMap(([ports, opcodes = [], lengths = []]) =>
      opcodes.map((opcode, index) => `${ports?.[0] === "443" ? "server" : "client"} ${opcode} ${lengths[index]}`),
    );
    expect(frames.map(({ from, opcode, length }) => `${from} ${opcode} ${length}`).sort()).toEqual(theirs.sort());
  });
});
