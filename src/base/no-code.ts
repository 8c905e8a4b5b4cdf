/** What a program is told where a Close names no code (RFC 6455 §7.1.5). */
export const NO_CODE = 1005;

/** Whoever closes so has nothing to complain of: it is done, it goes away, or it says no word (RFC 6455 §7.4.1). */
export const isCalmCode = (code: number): boolean => code === 1000 || code === 1001 || code === NO_CODE;
