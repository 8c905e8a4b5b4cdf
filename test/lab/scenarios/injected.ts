// Resets that neither end sent.

import type { ForgedReset } from "../link.ts";
import { sleep } from "../peer-context.ts";
import { dashboard, dashboardUntilTold, telemetry } from "../peers/rows.ts";
import type { CapturePoint, Expectation, Scenario } from "../types.ts";

const captures = (server: Expectation): readonly CapturePoint[] => [
  { at: "client", interface: "eth0" },
  { at: "server", interface: "eth0", label: "server", expect: server },
];
/** The server's end sees a true RST: the client's kernel answers data for a socket that the forged one has ended. */
const trueReset: Expectation = {
  connections: [{ dialledBy: "browser", clientSees: 1006, serverSees: 1006, firstCloser: "client", ending: "rst" }],
  must: ["tcp.rst"],
  may: ["ws.close.no-close-frame"],
  mustNot: ["tcp.rst.injected"],
};
const healthy: Expectation = {
  connections: [{ dialledBy: "browser", clientSees: 1000, serverSees: 1000, ending: "fin" }],
  must: [],
  mustNot: ["tcp.rst", "tcp.rst.injected"],
};

function forged(name: string, injects: string, reset: ForgedReset, atServer: Expectation, fast = false): Scenario {
  return {
    name,
    injects,
    network: "link",
    captures: captures(atServer),
    fast,
    peers: { server: telemetry(), browser: dashboard() },
    fault: async (stage) => {
      await stage.logged("browser", "open");
      await sleep(1500);
      stage.link.forgeReset(reset);
      stage.note("forged", { ...reset });
      await stage.logged("server", "close");
      return undefined;
    },
    expect: {
      connections: [
        {
          dialledBy: "browser",
          clientSees: 1006,
          injected: true,
          // Of two forged ones each end's capture holds its own.
          ...(reset.to === "both" ? {} : { serverSees: 1006 }),
        },
      ],
      must: ["tcp.rst.injected"],
      may: ["ws.close.no-close-frame"],
    },
  };
}

export const injected: readonly Scenario[] = [
  forged(
    "forged-rst",
    "a device on the path forges a RST from the server, hop limit 47 against 64 and IP id 0",
    { from: "server", hopLimit: 47, ipId: 0 },
    trueReset,
    true,
  ),
  forged(
    "forged-rst-both-ends",
    "forged RSTs to both ends, three with rising sequence numbers",
    { from: "server", hopLimit: 241, ipId: 0xbeef, count: 3, to: "both" },
    {
      connections: [{ dialledBy: "browser", serverSees: 1006, injected: true }],
      must: ["tcp.rst.injected"],
      may: ["ws.close.no-close-frame"],
    },
  ),
  forged(
    "forged-rst-same-ttl",
    "a forged RST with the right hop limit: only the server's going on gives it away",
    { from: "server", hopLimit: 64, ipId: 0x3039 },
    trueReset,
  ),
  {
    name: "rst-out-of-window",
    injects: "a blind attacker's RST misses the window: the client answers with a challenge ACK and goes on",
    network: "link",
    captures: captures(healthy),
    fast: true,
    peers: { server: telemetry(), browser: dashboardUntilTold() },
    fault: async (stage) => {
      await stage.logged("browser", "open");
      await sleep(1500);
      stage.link.forgeReset({ from: "server", hopLimit: 60, ipId: 1, sequenceOffset: 50_000_000 });
      await sleep(1500);
      stage.tell("browser", "leave");
      return undefined;
    },
    expect: {
      connections: [{ dialledBy: "browser", clientSees: 1000, serverSees: 1000, injected: true }],
      must: ["tcp.rst.ignored"],
      // Nothing has failed: an error would be wrong. That somebody forges packets may be worth a warning.
      may: ["tcp.rst.injected"],
      mustNot: ["tcp.rst", "ws.close.no-close-frame"],
    },
  },
  {
    name: "rst-in-window-challenged",
    injects: "a RST within the window but not at the awaited number: challenge ACK (RFC 5961 §3.2), and it goes on",
    network: "link",
    captures: captures(healthy),
    peers: { server: telemetry(), browser: dashboardUntilTold() },
    fault: async (stage) => {
      await stage.logged("browser", "open");
      await sleep(1500);
      stage.link.forgeReset({ from: "server", hopLimit: 60, ipId: 1, sequenceOffset: 900 });
      await sleep(1500);
      stage.tell("browser", "leave");
      return undefined;
    },
    expect: {
      connections: [{ dialledBy: "browser", clientSees: 1000, serverSees: 1000, injected: true }],
      must: ["tcp.rst.ignored"],
      // Nothing has failed: an error would be wrong. That somebody forges packets may be worth a warning.
      may: ["tcp.rst.injected"],
      mustNot: ["tcp.rst", "ws.close.no-close-frame"],
    },
  },
];
