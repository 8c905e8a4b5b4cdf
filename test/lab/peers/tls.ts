// A TLS server that speaks nothing inside.

import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createServer } from "node:tls";
import { writeCertificate } from "../certificate.ts";
import type { Peer } from "../peer-context.ts";

export async function serveTls(peer: Peer): Promise<void> {
  const directory = mkdtempSync(join(tmpdir(), "wscap-certificate-"));
  writeCertificate(directory);
  const [key, cert] = [readFileSync(join(directory, "key.pem")), readFileSync(join(directory, "cert.pem"))];
  rmSync(directory, { recursive: true });
  const tls = createServer({ key, cert }, (socket) => {
    socket.on("error", (error) => peer.log("error", { message: error.message }));
  });
  tls.on("tlsClientError", (error) => peer.log("tls-error", { message: error.message }));
  await new Promise<void>((resolve) => {
    tls.listen(8080, "0.0.0.0", resolve);
  });
  peer.log("listening", { port: 8080 });
}
