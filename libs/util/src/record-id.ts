const plainDecimal = /^(?:0|[1-9][0-9]{0,18})$/;
/** The largest value of PostgreSQL's `bigint`: 2^63 - 1. */
const largestRecordId = '9223372036854775807';

/**
 * Whether a text is the id of a database record: a plain decimal number from 0 to 2^63 - 1, as PostgreSQL writes a `bigint`.
 * Signs, blanks, leading zeros, fractions and digits of other scripts are refused. Ids exceed 2^53: keep them as strings.
 */
export function isRecordId(text: string): boolean {
  return plainDecimal.test(text) && (text.length < largestRecordId.length || text <= largestRecordId);
}
