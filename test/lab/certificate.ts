// A self-signed certificate that nobody trusts, made by openssl when it is needed.

import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { run } from "../support/namespace.ts";
import { frontAddress } from "./addresses.ts";

export function makeCertificate(): { key: string; cert: string } {
  const directory = mkdtempSync(join(tmpdir(), "wscap-certificate-"));
  const [key, cert] = [join(directory, "key.pem"), join(directory, "cert.pem")];
  const subject = ["-subj", "/CN=orin.telemetry.lan", "-addext", `subjectAltName=IP:${frontAddress}`];
  const kind = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2"];
  run("openssl", "req", "-x509", ...kind, ...subject, "-keyout", key, "-out", cert);
  const made = { key: readFileSync(key, "utf8"), cert: readFileSync(cert, "utf8") };
  rmSync(directory, { recursive: true });
  return made;
}
