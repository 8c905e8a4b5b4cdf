// npm `cap` ships no types; only what the helper uses.
declare module "cap" {
  class Cap {
    /** Returns the name of the link type. Throws a text; the object must then never be touched again. */
    open(device: string, filter: string, bufferBytes: number, packet: Buffer): string;
    setMinBytes?(bytes: number): void;
    on(event: "packet", listener: (lengthBytes: number, truncated: boolean) => void): void;
  }
  const addon: { readonly Cap: typeof Cap };
  // CommonJS: all of it is the default export.
  export = addon;
}
