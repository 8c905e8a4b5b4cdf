// A TLS server that speaks nothing inside.

import { createServer } from "node:tls";
import { makeCertificate } from "../certificate.ts";
import type { Peer } from "../peer-context.ts";

export async function serveTls(peer: Peer): Promise<void> {
  const tls = createServer(makeCertificate(), (socket) => {
    socket.on("error", (error) => peer.log("error", { message: error.message }));
  });
  tls.on("tlsClientError", (error) => peer.log("tls-error", { message: error.message }));
  await new Promise<void>((resolve) => {
    tls.listen(8080, "0.0.0.0", resolve);
  });
  peer.log("listening", { port: 8080 });
}
