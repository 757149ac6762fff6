import type fc from "fast-check";
import type { Payload, Sent } from "../payload.ts";

/** A payload and what may be sent of it; the compiler checks that its sender may write these values. */
export interface Sample<P extends Payload = Payload> {
  readonly payload: P;
  readonly values: fc.Arbitrary<Sent<P>>;
}

export function sample<P extends Payload>(payload: P, values: fc.Arbitrary<Sent<P>>): Sample<P> {
  return { payload, values };
}
