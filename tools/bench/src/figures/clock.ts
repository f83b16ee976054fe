/**
 * Microseconds on the system's monotonic clock, which all processes of one machine share: what one process stamps, another
 * one may subtract.
 */
export function micros(): number {
  const [seconds, nanos] = process.hrtime();
  return seconds * 1e6 + nanos / 1e3;
}
