import type { Scenario } from "./types.ts";

/** At both ends: the server's capture first, as a user would take it, and the client's beside it. */
export const both = {
  captures: [
    { at: "server", interface: "eth0" },
    { at: "client", interface: "eth0", label: "client" },
  ],
} as const satisfies Partial<Scenario>;

export const bothOnLink = { network: "link", ...both } as const satisfies Partial<Scenario>;
