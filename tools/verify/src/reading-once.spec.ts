import { Linter } from 'eslint';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { beforeAll, describe, expect, it } from 'vitest';

import { workspace } from './workspace.js';

describe('a line of an end-to-end test about a running server', () => {
  let readingOnce: readonly unknown[];

  beforeAll(async () => {
    const config = (await import(pathToFileURL(join(workspace, 'eslint.config.js')).href)) as {
      readingOnce: unknown[];
    };
    ({ readingOnce } = config);
  });

  const refusals = (line: string) =>
    new Linter()
      .verify(line, { rules: { 'no-restricted-syntax': ['error', ...readingOnce] } })
      .map(({ ruleId }) => ruleId);

  it.each([
    `expect(await metric(server, 'fedistream_broker_up')).toBe(1)`,
    `expect(watched.server.outputSoFar).toContain('listening')`,
    `const line = server.logSoFar.find(({ msg }) => msg === 'listening')`,
    `expect(server.logSoFar.some(isError)).toBe(true)`,
  ])('is refused if it may read too early: %s', (line) => {
    expect(refusals(line)).toEqual(['no-restricted-syntax']);
  });

  it.each([
    `await untilMetric(server, 'fedistream_broker_up', {}, 1)`,
    `expect(server.outputSoFar).not.toContain(token)`,
    `expect(await server.output()).toContain('stopped')`,
    `const before = await metric(server, 'messages_sent_total')`,
    `await server.logged(({ msg }) => msg === 'listening')`,
  ])('is accepted if it waits, or checks that a text is absent: %s', (line) => {
    expect(refusals(line)).toEqual([]);
  });
});
