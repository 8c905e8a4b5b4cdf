import { setFlagsFromString } from "node:v8";

/**
 * From here on memory is worth more than time: V8 lets its heap grow to four times what is in use before it looks for
 * garbage, which with a hundred thousand connections is a gigabyte for nothing.
 */
const MANY_CONNECTIONS = 2000;

let isThrifty = false;

/** The more connections there were the more is in use: told again and again, it makes V8 thrifty from many of them on. */
export function thriftyWith(connections: number): void {
  if (isThrifty || connections <= MANY_CONNECTIONS) return;
  isThrifty = true;
  setFlagsFromString("--heap-growing-percent=30");
}
