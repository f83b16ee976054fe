/**
 * How streams and modules are recognised. Global symbols, so that what was made with another copy of the kit is told from
 * what is no stream at all.
 */
export const streamBrand: unique symbol = Symbol.for('@fedistream/stream-kit/stream') as never;

/** See {@link streamBrand}. */
export const moduleBrand: unique symbol = Symbol.for('@fedistream/stream-kit/module') as never;

/** Whether a value carries one of these brands. */
export function isBranded(value: unknown, brand: symbol): boolean {
  return typeof value === 'object' && value !== null && brand in value;
}
