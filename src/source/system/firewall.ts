import { ask } from "./ask.ts";

export interface Firewall {
  readonly tool: "ufw" | "nft" | "iptables" | "ip6tables";
  /** "unreadable": only root may look. */
  readonly state: "absent" | "unreadable" | "open" | "rules";
  /** The rules that concern the port, or drop whatever is not allowed. */
  readonly lines: readonly string[];
  /** Incoming packets that no rule allows are dropped. */
  readonly dropsByDefault: boolean;
}

const LINES_SHOWN = 8;
const DENIED = /permission denied|operation not permitted|need to be root|you must be root/i;

const asked = [
  { tool: "ufw", args: ["status"], drops: /^Status: active/m, none: /^Status: inactive/m },
  { tool: "nft", args: ["list", "ruleset"], drops: /hook input[^}]*policy drop/, none: /^$/ },
  { tool: "iptables", args: ["-S"], drops: /^-P INPUT DROP/m, none: /^(-P \w+ ACCEPT\n?)*$/ },
  { tool: "ip6tables", args: ["-S"], drops: /^-P INPUT DROP/m, none: /^(-P \w+ ACCEPT\n?)*$/ },
] as const;

/** What the firewalls of this machine say about a port. */
export function readFirewalls(port: number): Promise<Firewall[]> {
  return Promise.all(
    asked.map(async ({ tool, args, drops, none }): Promise<Firewall> => {
      const answer = await ask(tool, ...args);
      const closed = { tool, lines: [], dropsByDefault: false };
      if (answer === null) return { ...closed, state: "absent" };
      if (!answer.ok) return { ...closed, state: DENIED.test(answer.text) ? "unreadable" : "absent" };
      if (none.test(answer.text)) return { ...closed, state: "open" };
      const concerns = new RegExp(`\\b${port}\\b|policy drop|-P \\w+ DROP|\\b(?:drop|reject|DENY)\\b`, "i");
      const lines = answer.text.split("\n").filter((line) => concerns.test(line));
      return {
        tool,
        state: "rules",
        lines: lines.slice(0, LINES_SHOWN).map((line) => line.trim()),
        dropsByDefault: drops.test(answer.text),
      };
    }),
  );
}
