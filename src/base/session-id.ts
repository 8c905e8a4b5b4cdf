/** The Engine.IO session that a request names; null: none. */
export const sidIn = (target: string | null | undefined): string | null =>
  /[?&]sid=([^&]+)/.exec(target ?? "")?.[1] ?? null;
