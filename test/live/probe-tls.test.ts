import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { writeCertificate } from "../lab/certificate.ts";
import { liveUnavailable, Stage } from "./live-run.ts";

const unavailable = liveUnavailable("tcpdump");

/** A server of TLS on loopback whose certificate nobody trusts by himself; `certificate`: to be trusted by hand. */
async function withServer(test: (stage: Stage, certificate: string) => Promise<void>): Promise<void> {
  const directory = mkdtempSync(join(tmpdir(), "wscap-probe-"));
  const stage = new Stage();
  try {
    writeCertificate(directory, "127.0.0.1");
    await stage.peer("wait", 8443, directory);
    await test(stage, join(directory, "cert.pem"));
  } finally {
    stage.close();
    rmSync(directory, { recursive: true });
  }
}

const url = "wss://127.0.0.1:8443/x";

describe.skipIf(unavailable !== null)(`wscap probe wss://${unavailable === null ? "" : `: ${unavailable}`}`, () => {
  it("reads its own encrypted connection, without any key log", { timeout: 60_000 }, async () => {
    await withServer(async (stage, certificate) => {
      const trusting = ["env", `NODE_EXTRA_CA_CERTS=${certificate}`];
      const { code, stdout } = await stage.output(...trusting, "probe", url, "a topic", "--messages", "1");
      expect(stdout).toContain("Connection established.\nMessage #1: answer to ");
      // What only who reads the frames can know.
      expect(stdout).toContain("Nothing is wrong: 1 WebSocket, 1 closed cleanly");
      expect(code).toBe(0);
    });
  });

  it("names a certificate that it does not trust", { timeout: 60_000 }, async () => {
    await withServer(async (stage) => {
      const { code, stdout } = await stage.output("env", "-u", "NODE_EXTRA_CA_CERTS", "probe", url);
      expect(stdout).toContain("Error: self-signed certificate\n");
      expect(stdout).toContain("tls.handshake.failed");
      expect(stdout).toContain("The client does not trust the server's certificate");
      expect(stdout).not.toContain("Connection established.");
      expect(code).toBe(1);
    });
  });
});
