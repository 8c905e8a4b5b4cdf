/** What a program is told where a Close names no code (RFC 6455 §7.1.5). */
export const NO_CODE = 1005;
