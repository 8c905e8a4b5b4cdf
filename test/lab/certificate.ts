// A self-signed certificate that nobody trusts, made by openssl when it is needed.

import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { run } from "../support/namespace.ts";
import { frontAddress } from "./addresses.ts";

/** Writes `cert.pem` and `key.pem` into a directory. `address`: of the server. */
export function writeCertificate(directory: string, address = frontAddress): void {
  const subject = ["-subj", "/CN=orin.telemetry.lan", "-addext", `subjectAltName=IP:${address}`];
  const kind = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2"];
  const files = ["-keyout", join(directory, "key.pem"), "-out", join(directory, "cert.pem")];
  run("openssl", "req", "-x509", ...kind, ...subject, ...files);
}

/** The same as what a server of Node's wants. */
export function makeCertificate(): { readonly key: Buffer; readonly cert: Buffer } {
  const directory = mkdtempSync(join(tmpdir(), "wscap-certificate-"));
  writeCertificate(directory);
  const made = { key: readFileSync(join(directory, "key.pem")), cert: readFileSync(join(directory, "cert.pem")) };
  rmSync(directory, { recursive: true });
  return made;
}
