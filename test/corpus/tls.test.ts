import { execFileSync } from "node:child_process";
import { describe, expect, test } from "vitest";
import { Pipeline } from "../../src/pipeline/pipeline.ts";
import { corpusMissing, corpusPath, manifest } from "../support/corpus.ts";
import { captureBytes, readPackets } from "../support/read-capture.ts";

const FIELDS = ["frame.number", "tls.handshake.extensions_server_name", "tls.handshake.extensions_alpn_str"];

function tsharkMissing(): string | null {
  try {
    execFileSync("tshark", ["--version"], { stdio: "ignore" });
    return null;
  } catch {
    if (process.env["WSCAP_REQUIRE_ALL"] === "1") throw new Error("tshark is not installed");
    return "tshark is not installed";
  }
}

/** Server names by the packet that completed the ClientHello, as tshark reads them. */
function namesByTshark(file: string): Map<number, string> {
  const args = [
    "-n",
    "-r",
    file,
    "-Y",
    "tls.handshake.type==1 && tls.handshake.extensions_server_name",
    "-T",
    "fields",
  ];
  const output = execFileSync("tshark", [...args, ...FIELDS.flatMap((field) => ["-e", field])], {
    stdio: ["ignore", "pipe", "ignore"],
  });
  const rows = output.toString().trim().split("\n").filter(Boolean);
  return new Map(
    rows.map((row) => [Number(row.split("\t")[0]), `${row.split("\t")[1]} ${row.split("\t")[2] ?? ""}`.trim()]),
  );
}

const missing = corpusMissing ?? tsharkMissing();

describe.skipIf(missing !== null)(
  `server names and ALPN of ClientHellos equal tshark's${missing === null ? "" : ` (skipped: ${missing})`}`,
  () => {
    const files = manifest
      .filter(({ category, packets }) => ["tcp", "linktype"].includes(category) && (packets ?? 0) < 3000)
      .map(({ file }) => file)
      .filter((file) => /tls|https|443|synack|pppoe/i.test(file));

    test("there are some", () => expect(files.length).toBeGreaterThan(3));

    test.each(files)("%s", (file) => {
      const pipeline = new Pipeline({ ports: [], tap: null, seed: 5, rethrow: true });
      readPackets(captureBytes(corpusPath(file)), (packet) => pipeline.onPacket(packet));
      pipeline.finish();
      const own = new Map<number, string>();
      for (const { tls } of pipeline.analysis([], null, false).connections) {
        if (tls?.serverName == null || tls.clientHello === null) continue;
        own.set(tls.clientHello.packet, `${tls.serverName} ${tls.applicationProtocols.join(",")}`.trim());
      }
      for (const [packet, name] of namesByTshark(corpusPath(file)))
        expect([packet, own.get(packet)]).toEqual([packet, name]);
    });
  },
);
