export const EXIT = { done: 0, findings: 1, usage: 2, input: 3, capture: 4, bug: 70, interrupted: 130 } as const;
export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/**
 * The person or the machine is at fault. Thrown in `source/` and `cli/` only; printed as one sentence in the chosen
 * language with what to do next, never with a stack. `messageId` is looked up in `i18n/`.
 */
export class UserError extends Error {
  readonly exitCode: ExitCode;
  readonly messageId: string;
  readonly args: Readonly<Record<string, string | number>>;

  constructor(exitCode: ExitCode, messageId: string, args: Readonly<Record<string, string | number>> = {}) {
    super(`${messageId} ${JSON.stringify(args)}`);
    this.name = "UserError";
    this.exitCode = exitCode;
    this.messageId = messageId;
    this.args = args;
  }
}
