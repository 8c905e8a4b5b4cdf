import { EXIT, UserError } from "../base/user-error.ts";
import { ownTimers, type Timer } from "../rules/context/timers.ts";

const HIGHEST_PORT = 65_535;

/** Parser of an option that takes one of a few words. */
export const oneOf =
  <T extends string>(option: string, allowed: readonly T[]) =>
  (value: string): T => {
    const found = allowed.find((word) => word === value);
    if (found === undefined) {
      throw new UserError(EXIT.usage, "usage.invalid-value", { option, value, allowed: allowed.join(", ") });
    }
    return found;
  };

/** Parser of `-p/--port`, which may be repeated. */
export function portList(value: string, before: readonly number[] | undefined): readonly number[] {
  const port = /^\d{1,5}$/.test(value) ? Number(value) : 0;
  if (port < 1 || port > HIGHEST_PORT) {
    throw new UserError(EXIT.usage, "usage.invalid-value", {
      option: "--port",
      value,
      allowed: `1 … ${HIGHEST_PORT} (-p 8080 -p 8081)`,
    });
  }
  return [...(before ?? []), port];
}

/** Parser of `--timer name=seconds`, which may be repeated. */
export function timerList(value: string, before: readonly Timer[] | undefined): readonly Timer[] {
  const [, name, seconds] = /^(.{1,60})=(\d{1,7}(?:\.\d{1,3})?)s?$/.exec(value) ?? [];
  if (name === undefined || Number(seconds) <= 0)
    throw new UserError(EXIT.usage, "usage.invalid-value", { option: "--timer", value, allowed: "name=seconds" });
  return [...(before ?? []), ...ownTimers(name, Number(seconds))];
}

/** Parser of `--connection`: the number that reports show. */
export function connectionNumber(value: string): number {
  if (/^#?\d{1,9}$/.test(value)) return Number(value.replace("#", ""));
  throw new UserError(EXIT.usage, "usage.invalid-value", { option: "--connection", value, allowed: "0, 1, 2 …" });
}
