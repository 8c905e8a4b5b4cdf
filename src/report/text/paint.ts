/** Marks text for a terminal, or leaves it alone. The words say everything: colour only repeats it. */
export interface Paint {
  readonly strong: (text: string) => string;
  readonly dim: (text: string) => string;
  readonly error: (text: string) => string;
  readonly warning: (text: string) => string;
  readonly good: (text: string) => string;
  readonly action: (text: string) => string;
}

const same = (text: string): string => text;
const sgr =
  (on: string, off: string) =>
  (text: string): string =>
    text === "" ? "" : `\u001b[${on}m${text}\u001b[${off}m`;

export const plain: Paint = { strong: same, dim: same, error: same, warning: same, good: same, action: same };

export const coloured: Paint = {
  strong: sgr("1", "22"),
  dim: sgr("2", "22"),
  error: sgr("1;31", "22;39"),
  warning: sgr("33", "39"),
  good: sgr("32", "39"),
  action: sgr("36", "39"),
};
