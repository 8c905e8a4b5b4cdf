const FEW = 6;

/**
 * `list` with `one` behind it: a new list while it is short. The first `push` makes V8 provide for seventeen, which for a
 * hundred thousand connections with one or two of each is most of what they take.
 */
export function withOneMore<T>(list: T[], one: T): T[] {
  if (list.length < FEW) return [...list, one];
  list.push(one);
  return list;
}
