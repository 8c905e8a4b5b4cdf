interface AskedRequest {
  readonly target: string;
  readonly fields: readonly { readonly name: string; readonly value: string }[];
}

const pathOf = (target: string): string => target.split("?", 1)[0] ?? "";

const fieldOf = ({ fields }: AskedRequest, name: string): string | null =>
  fields.find((field) => field.name.length === name.length && field.name.toLowerCase() === name)?.value ?? null;

/**
 * The request that a proxy asks a login check about, before it passes it on: Caddy's forward_auth and Traefik's ForwardAuth name
 * it in these fields, and copy its others (Upgrade and Sec-WebSocket-Key among them). null: this is a request of its own. A
 * proxy that only names what it passes on under another path says nothing of the method.
 */
export function checkedTarget(request: AskedRequest): string | null {
  const target = fieldOf(request, "x-forwarded-uri");
  if (target === null || fieldOf(request, "x-forwarded-method") === null) return null;
  return pathOf(target) === pathOf(request.target) ? null : target;
}
