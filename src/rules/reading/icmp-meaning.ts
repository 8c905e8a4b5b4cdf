import type { IcmpFacts } from "../../store/tcp-types.ts";

type Meaning = "port" | "host" | "net" | "prohibited" | "other";

const V4: Readonly<Record<number, Meaning>> = {
  0: "net",
  1: "host",
  3: "port",
  6: "net",
  7: "host",
  9: "prohibited",
  10: "prohibited",
  13: "prohibited",
};
const V6: Readonly<Record<number, Meaning>> = {
  0: "net",
  1: "prohibited",
  3: "host",
  4: "port",
  5: "prohibited",
  6: "prohibited",
};

/** Time Exceeded in Transit (RFC 792, RFC 4443 §3.3): routers hand the packet round until its hop limit is used up. */
export const isLoop = ({ ipVersion, type, code }: IcmpFacts): boolean =>
  type === (ipVersion === 4 ? 11 : 3) && code === 0;

/** Destination Unreachable in plain classes (RFC 792, RFC 1812 §5.2.7.1, RFC 4443 §3.1). null: another ICMP message. */
export function unreachable(error: IcmpFacts): Meaning | null {
  if (error.ipVersion === 4) return error.type === 3 && error.code !== 4 ? (V4[error.code] ?? "other") : null;
  return error.type === 1 ? (V6[error.code] ?? "other") : null;
}

/** A packet filter says so: no system does for a connection that it has. */
export function isByRule(error: IcmpFacts): boolean {
  const meaning = unreachable(error);
  return meaning === "port" || meaning === "prohibited";
}

/** It is the host, or the whole way to it, that is not reached: no matter of a port or of one connection. */
export function isHostOrNet(error: IcmpFacts): boolean {
  const meaning = unreachable(error);
  return meaning === "host" || meaning === "net";
}
