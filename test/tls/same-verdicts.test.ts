import http from "node:http";
import https from "node:https";
import type { AddressInfo } from "node:net";
import { describe, expect, test } from "vitest";
import { WebSocket, WebSocketServer } from "ws";
import { readTls, type TlsReading } from "../support/tls-analysis.ts";
import { captureOf, certificateOf, relay } from "../support/tls-conversation.ts";

type Fault = (socket: WebSocket) => void;

/** What the server does to a client that has said something; null: it does not let it in. */
const FAULTS: Readonly<Record<string, Fault | null>> = {
  terminate: (socket) => socket.terminate(),
  "policy violation": (socket) => socket.close(1008, "policy"),
  "an empty Close": (socket) => socket.close(),
  "403": null,
};

interface Played {
  readonly read: TlsReading;
  /** The same without the keys. */
  readonly sealed: TlsReading;
}

async function play(fault: Fault | null, version: "TLSv1.2" | "TLSv1.3" | null): Promise<Played> {
  const options = { ...certificateOf("ec"), ...(version && { minVersion: version, maxVersion: version }) };
  const server = version === null ? http.createServer() : https.createServer(options);
  let keyLog = "";
  server.on("keylog", (line: Buffer) => {
    keyLog += line.toString("latin1");
  });
  const sockets = new WebSocketServer({ server, verifyClient: (_, done) => done(fault !== null, 403) });
  sockets.on("connection", (socket) => socket.on("message", () => fault?.(socket)));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const between = await relay((server.address() as AddressInfo).port);
  const scheme = version === null ? "ws" : "wss";
  const client = new WebSocket(`${scheme}://127.0.0.1:${between.port}/`, { rejectUnauthorized: false });
  client.on("error", () => undefined);
  client.on("open", () => client.send("hello"));
  await new Promise<void>((resolve) => client.on("close", () => setTimeout(resolve, 100)));
  between.close();
  server.close();
  server.closeAllConnections();
  const capture = captureOf(between.pieces);
  return { read: readTls(capture, keyLog === "" ? null : keyLog), sealed: readTls(capture, null) };
}

const verdict = ({ connections, findings, frames }: TlsReading) => ({
  kind: connections[0]?.kind,
  close: connections[0]?.close,
  ending: connections[0]?.tcp.ending,
  frames: frames.map(({ from, opcode, length, code }) => [from, opcode, length, code]),
  findings: findings.map(({ ruleId, severity, variant, causes }) => [
    ruleId,
    severity,
    variant,
    causes.map(({ id }) => id),
  ]),
});

describe.each(Object.entries(FAULTS))("%s", (_, fault) => {
  test.each(["TLSv1.2", "TLSv1.3"] as const)("over %s is told as over plain TCP", async (version) => {
    const { read: plain } = await play(fault, null);
    const { read: inside } = await play(fault, version);
    expect(inside.connections[0]?.tls?.decrypted).toBe(true);
    expect(inside.connections[0]?.tls?.closings).not.toEqual([null, null]);
    expect(verdict(inside)).toEqual(verdict(plain));
  });
});

describe("without keys", () => {
  test.each(["TLSv1.2", "TLSv1.3"] as const)(
    "%s: an end without Close frames is one, and no other is",
    async (version) => {
      const said: Record<string, unknown> = {};
      for (const [name, fault] of Object.entries(FAULTS)) {
        const { read, sealed } = await play(fault, version);
        const [inside, outside] = [read.connections[0]?.tcp, sealed.connections[0]?.tcp];
        // Who ended it, and after which silence, is known by the records' sizes.
        expect([name, outside?.firstCloser, outside?.ending]).toEqual([name, inside?.firstCloser, inside?.ending]);
        expect(Math.abs((outside?.idleBeforeCloseNs ?? 0) - (inside?.idleBeforeCloseNs ?? 0))).toBeLessThan(1e6);
        said[name] = sealed.findings
          .filter(({ severity }) => severity !== "note")
          .map(({ ruleId, variant, confidence }) => `${ruleId} ${variant} ${confidence}`);
      }
      expect(said).toEqual({
        terminate: [expect.stringMatching(/^ws\.close\.no-close-frame sealed(Notified|Cut) likely$/)],
        "policy violation": [],
        "an empty Close": [],
        "403": [],
      });
    },
  );
});
