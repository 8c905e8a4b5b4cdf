import { execFileSync } from "node:child_process";
import { describe, expect, it } from "vitest";
import { liveUnavailable, Stage } from "./live-run.ts";

const unavailable = liveUnavailable("tcpdump");

interface Doctor {
  readonly backends: { name: string; works: boolean; why: string | null }[];
  readonly listeners: { address: string; pid: number | null; command: string }[];
  readonly interfaces: { name: string; state: string; addresses: string[] }[];
  readonly checks: { id: string; state: string; text: string; command: string | null }[];
}

async function doctorIn(stage: Stage, ...prefix: string[]): Promise<{ code: number | null; seen: Doctor }> {
  const outcome = await stage.output(...prefix, "doctor", "--json");
  return { code: outcome.code, seen: JSON.parse(outcome.stdout) as Doctor };
}

describe.skipIf(unavailable !== null)(`wscap doctor${unavailable === null ? "" : `: ${unavailable}`}`, () => {
  it("names what listens, where it is bound, and what can capture", { timeout: 60_000 }, async () => {
    const stage = new Stage();
    try {
      const before = await doctorIn(stage);
      expect(before.code).toBe(0);
      expect(before.seen.checks.find(({ id }) => id === "nothing-listens")?.state).toBe("wrong");
      expect(before.seen.interfaces).toContainEqual(
        expect.objectContaining({ name: "lo", state: "up", addresses: expect.arrayContaining(["127.0.0.1/8"]) }),
      );
      expect(before.seen.backends.find(({ name }) => name === "tcpdump")).toMatchObject({ works: true, why: null });

      await stage.peer("talk");
      const { seen } = await doctorIn(stage);
      expect(seen.listeners).toHaveLength(1);
      expect(seen.listeners[0]).toMatchObject({ address: "127.0.0.1", command: expect.stringContaining("live-peer") });
      const ids = seen.checks.map(({ id }) => id);
      expect(ids).toContain("loopback-only");
      expect(ids).not.toContain("nothing-listens");
    } finally {
      stage.close();
    }
  });

  it("says what helps a user who may not capture", { timeout: 60_000 }, async () => {
    const stage = new Stage();
    try {
      const { code, seen } = await doctorIn(stage, "setpriv", "--reuid", "65534", "--regid", "65534", "--clear-groups");
      expect(code).toBe(4);
      expect(seen.backends.map(({ works }) => works)).toEqual([false, false, false]);
      expect(seen.checks.find(({ id }) => id === "capture-not-permitted")?.command).toContain("cap_net_raw+ep");
    } finally {
      stage.close();
    }
  });

  it("sees a firewall that drops what it was not told of", { timeout: 60_000 }, async () => {
    const stage = new Stage();
    try {
      const nft = "table inet f { chain in { type filter hook input priority 0; policy drop; tcp dport 22 accept; }; }";
      try {
        execFileSync("ip", ["netns", "exec", stage.namespace, "nft", nft], { stdio: "ignore" });
      } catch {
        // No nft here: nothing to see.
        return;
      }
      const { seen } = await doctorIn(stage);
      expect(seen.checks.find(({ id }) => id === "firewall-drops")?.text).toContain("8080");
    } finally {
      stage.close();
    }
  });
});
