/**
 * What can be said is declared as data: an id and the names of its arguments, separated by blanks; `name?` may be
 * absent, and a text then leaves out the part that needs it. Both languages must have a text for each id.
 */
type Names<S extends string> = S extends `${infer Head} ${infer Tail}` ? Head | Names<Tail> : S extends "" ? never : S;

type Value = string | number;

export type ArgsOf<S extends string> = {
  readonly [N in Names<S> as N extends `${string}?` ? never : N]: Value;
} & {
  readonly [N in Names<S> as N extends `${infer Name}?` ? Name : never]?: Value | null | undefined;
};
