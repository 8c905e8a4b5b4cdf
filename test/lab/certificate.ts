// A self-signed certificate that nobody trusts, made by openssl when it is needed.

import { join } from "node:path";
import { run } from "../support/namespace.ts";
import { frontAddress } from "./addresses.ts";

/** Writes `cert.pem` and `key.pem` into a directory. */
export function writeCertificate(directory: string): void {
  const subject = ["-subj", "/CN=orin.telemetry.lan", "-addext", `subjectAltName=IP:${frontAddress}`];
  const kind = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2"];
  const files = ["-keyout", join(directory, "key.pem"), "-out", join(directory, "cert.pem")];
  run("openssl", "req", "-x509", ...kind, ...subject, ...files);
}
