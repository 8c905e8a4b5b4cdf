import { randomBytes } from "node:crypto";
import type { TlsOptions } from "node:tls";
import { describe, expect, test } from "vitest";
import { readTls, type TlsReading } from "../support/tls-analysis.ts";
import { type Conversation, captureOf, certificateOf, converse } from "../support/tls-conversation.ts";

const without =
  (...labels: readonly string[]) =>
  (keyLog: string): string =>
    keyLog
      .split("\n")
      .filter((line) => !labels.some((label) => line.startsWith(label)))
      .join("\n");

const damaged =
  (label: string) =>
  (keyLog: string): string =>
    keyLog.replace(new RegExp(`^(${label} \\w+ )(\\w+)`, "m"), (_, head: string, secret: string) => {
      return head + randomBytes(secret.length / 2).toString("hex");
    });

const HANDSHAKES = ["CLIENT_HANDSHAKE_TRAFFIC_SECRET", "SERVER_HANDSHAKE_TRAFFIC_SECRET"] as const;
const [CLIENT, SERVER] = ["CLIENT_TRAFFIC_SECRET_0", "SERVER_TRAFFIC_SECRET_0"] as const;

const secrecyOf = ({ findings }: TlsReading) =>
  findings
    .filter(({ ruleId }) => ruleId === "tls.not-decrypted")
    .map(({ variant, args }) => [variant, args["labels"] ?? null]);

/** An ordinary end with 1000 in both directions: nothing of it is an error, and no silence is one. */
function tellsNothingFalse(read: TlsReading): void {
  expect(read.findings.filter(({ severity }) => severity !== "note")).toEqual([]);
  expect(read.findings.map(({ ruleId }) => ruleId)).not.toContain("capture.no-websocket");
  expect(read.connections[0]).toMatchObject({ kind: "tls", exchanges: [], webSocket: null, tls: { decrypted: false } });
}

const read = (options: TlsOptions) => {
  const spoke: Promise<Conversation> = converse({ ...certificateOf("ec"), ...options });
  return async (change: (keyLog: string) => string): Promise<TlsReading> => {
    const { pieces, keyLog } = await spoke;
    return readTls(captureOf(pieces), change(keyLog));
  };
};

describe("a TLS 1.3 key log that is not whole", () => {
  const play = read({ minVersion: "TLSv1.3" });

  test.each([
    ["the handshake alone", without(CLIENT, SERVER), "incomplete", `${CLIENT}, ${SERVER}`],
    ["no secret of the server", without(SERVER), "incomplete", SERVER],
    ["no secret of the client", without(CLIENT), "incomplete", CLIENT],
    ["only one line", without(...HANDSHAKES, SERVER), "incomplete", SERVER],
    ["a server's handshake alone", without(HANDSHAKES[0], CLIENT, SERVER), "incomplete", `${CLIENT}, ${SERVER}`],
    ["another secret of the server", damaged(SERVER), "damaged", SERVER],
    ["another secret of the client", damaged(CLIENT), "damaged", CLIENT],
    [
      "a secret cut off",
      (log: string) => log.replace(/^(SERVER_TRAFFIC\w+ \w+ \w{64})\w+/m, "$1"),
      "incomplete",
      SERVER,
    ],
  ] as const)("%s: it says so, and concludes nothing from a silence", async (_, change, variant, labels) => {
    const half = await play(change);
    expect(secrecyOf(half)).toEqual([[variant, labels]]);
    tellsNothingFalse(half);
  });

  test("what could be read is shown", async () => {
    const [noServer, noClient] = [await play(without(SERVER)), await play(without(CLIENT))];
    expect(noServer.connections[0]?.tls?.halfRead?.request).toMatchObject({ method: "GET", target: "/im" });
    expect(noClient.connections[0]?.tls?.halfRead?.response?.status).toBe(101);
  });

  test("the secrets of what is said inside are enough", async () => {
    const whole = await play(without(...HANDSHAKES));
    expect(secrecyOf(whole)).toEqual([]);
    expect(whole.connections[0]).toMatchObject({ kind: "websocket", tls: { decrypted: true, closedBy: [] } });
  });
});

describe("a TLS 1.2 key log", () => {
  const play = read({ maxVersion: "TLSv1.2" });

  test("another secret opens nothing", async () => {
    const half = await play(damaged("CLIENT_RANDOM"));
    expect(secrecyOf(half)).toEqual([["doesNotFit", null]]);
    tellsNothingFalse(half);
  });
});
