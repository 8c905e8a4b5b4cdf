export type CheckId =
  | "node"
  | "node-old"
  | "backend"
  | "backend-not"
  | "capture-not-permitted"
  | "capture-no-tool"
  | "nothing-listens"
  | "listens"
  | "listens-unknown"
  | "loopback-only"
  | "ipv4-only"
  | "ipv6-only"
  | "no-firewall"
  | "firewall-unreadable"
  | "firewall-open"
  | "firewall-rules"
  | "firewall-drops"
  | "clock"
  | "clock-not"
  | "clock-unknown"
  | "left-behind";

/** What `wscap doctor` and `wscap interfaces` say. `{name}` stands for an argument. Both languages are total. */
export interface DoctorWords {
  readonly checks: Readonly<Record<CheckId, string>>;
  readonly interfaces: string;
  readonly states: Readonly<Record<"up" | "down" | "no-carrier", string>>;
  readonly everyInterface: string;
  readonly loopback: string;
}
