import { uptime } from "node:os";
import type { Clock } from "../../session/types.ts";

/** Kernel time stamps are of this clock, so it is asked anew each time: it may be set while we run. */
export const systemClock: Clock = {
  nowNs: () => BigInt(Date.now()) * 1_000_000n,
  uptimeNs: () => BigInt(Math.round(uptime() * 1e9)),
  every: (periodMs, action) => {
    const timer = setInterval(action, periodMs);
    return () => clearInterval(timer);
  },
};
