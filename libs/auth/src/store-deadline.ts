/**
 * How long the token store may take for one answer, in milliseconds. A half-open database connection never answers:
 * without this deadline a request would wait for ever, and re-validation would stop without a log line.
 */
export const storeDeadlineMs = 10_000;
