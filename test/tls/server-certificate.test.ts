import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import tls from "node:tls";
import { describe, expect, test } from "vitest";
import { readServerCertificate } from "../../src/tls/server-certificate.ts";
import { readTls } from "../support/tls-analysis.ts";
import { captureOf, relay } from "../support/tls-conversation.ts";

const SUBJECT = ["-subj", "/CN=orin.example", "-addext", "subjectAltName=DNS:a.example,DNS:*.b.example,IP:192.0.2.9"];

function named(): { key: Buffer; cert: Buffer } {
  const directory = mkdtempSync(join(tmpdir(), "wscap-certificate-"));
  try {
    const [key, cert] = [join(directory, "key.pem"), join(directory, "cert.pem")];
    const made = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2"];
    execFileSync("openssl", ["req", "-x509", ...made, ...SUBJECT, "-keyout", key, "-out", cert], { stdio: "ignore" });
    return { key: readFileSync(key), cert: readFileSync(cert) };
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

const identity = named();
const der = Buffer.from(String(identity.cert).replace(/-----[^-]+-----/g, ""), "base64");

/** A client that distrusts the certificate, or does not look at it and asks for something. */
async function play(isTrusting: boolean, maxVersion: "TLSv1.2" | "TLSv1.3" = "TLSv1.2") {
  let keyLog = "";
  const server = tls.createServer({ ...identity, maxVersion }, (socket) => {
    socket.on("error", () => undefined);
    socket.on("data", () => socket.end("HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\n\r\n"));
  });
  server.on("tlsClientError", () => undefined);
  server.on("keylog", (line) => {
    keyLog += String(line);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const between = await relay((server.address() as AddressInfo).port);
  const client = tls.connect({ port: between.port, servername: "c.example", rejectUnauthorized: !isTrusting });
  client.on("error", () => undefined);
  client.on("data", () => undefined);
  client.on("secureConnect", () =>
    client.write("GET / HTTP/1.1\r\nHost: c.example\r\nUser-Agent: long enough\r\n\r\n"),
  );
  await new Promise<void>((resolve) => client.on("close", () => setTimeout(resolve, 100)));
  between.close();
  server.close();
  return readTls(captureOf(between.pieces), maxVersion === "TLSv1.3" ? keyLog : null);
}

describe("the server's certificate, in the clear up to TLS 1.2", () => {
  test("is told of a client that left for it: other names, and signed by itself", async () => {
    const { connections, findings } = await play(false);
    expect(connections[0]?.tls?.serverCertificate).toMatchObject({ namesAsked: false, selfSigned: true });
    const [first] = findings;
    expect(first?.ruleId).toMatch(/^tls\.handshake\.failed$|^tcp\.open\.no-request$/);
    expect(first?.evidence).toContainEqual(
      expect.objectContaining({
        what: "certificateNames",
        args: { names: "a.example, *.b.example, 192.0.2.9", name: "c.example" },
      }),
    );
    expect(first?.evidence.map(({ what }) => what)).toContain("certificateSelfSigned");
  });

  test("of TLS 1.3 it is read with the secrets of the handshake, and forgotten alike", async () => {
    const { connections, findings } = await play(false, "TLSv1.3");
    expect(connections[0]?.tls?.negotiatedVersion).toBe("TLS 1.3");
    expect(connections[0]?.tls?.serverCertificate).toMatchObject({ namesAsked: false, selfSigned: true });
    const told = findings.flatMap(({ evidence }) => evidence.map(({ what }) => what));
    expect(told).toEqual(expect.arrayContaining(["certificateNames", "certificateSelfSigned"]));
    expect((await play(true, "TLSv1.3")).connections[0]?.tls?.serverCertificate).toBeNull();
  });

  test("is forgotten once the client asks for something", async () => {
    expect((await play(true)).connections[0]?.tls?.serverCertificate).toBeNull();
  });

  test.each([
    ["a.example", true],
    ["x.b.example", true],
    ["orin.example", false],
    ["a\0.example", null],
  ])("%j: %s", (asked, holds) => {
    const read = readServerCertificate(der, asked);
    if (holds === null) expect(read?.namesAsked ?? false).toBe(false);
    else expect(read?.namesAsked).toBe(holds);
  });

  test("whatever its bytes are, nothing is thrown", () => {
    for (let at = 0; at < der.length; at += 7) {
      const bytes = new Uint8Array(der);
      bytes[at] = (bytes[at] ?? 0) ^ 0xff;
      expect(() => readServerCertificate(bytes, "c.example")).not.toThrow();
      expect(readServerCertificate(der.subarray(0, at), null)).toBeNull();
    }
  });
});
