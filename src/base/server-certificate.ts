/** What a server's own certificate says (RFC 5280), as far as a client may hold it against the server. */
export interface ServerCertificate {
  readonly notBeforeMs: number;
  readonly notAfterMs: number;
  /** The first ones; `moreNames`: so many are not here. */
  readonly names: readonly string[];
  readonly moreNames: number;
  /** It holds for the name in the client's hello; null: there was none. */
  readonly namesAsked: boolean | null;
  readonly selfSigned: boolean;
}
