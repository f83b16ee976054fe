/**
 * How long the token store may take for one answer, in milliseconds. A half-open database connection never answers:
 * without this, whoever waits for it would wait for ever, and re-validation would end silently.
 */
export const storeDeadlineMs = 10_000;
