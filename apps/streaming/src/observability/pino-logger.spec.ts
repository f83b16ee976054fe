import { describe, expect, it } from 'vitest';
import { PinoLogger } from './pino-logger.js';

function loggerAndLines(level = 'info'): { logger: PinoLogger; lines: () => Record<string, unknown>[] } {
  let text = '';
  const logger = new PinoLogger(level, { write: (line) => (text += line) });
  return {
    logger,
    lines: () =>
      text
        .trim()
        .split('\n')
        .filter((line) => line !== '')
        .map((line) => JSON.parse(line) as Record<string, unknown>),
  };
}

describe('the log', () => {
  it('says of an error what it is, and nothing that it carries', () => {
    const { logger, lines } = loggerAndLines();
    logger.error(Object.assign(new RangeError('too far'), { parameters: ['secret'] }), 'Somewhere');
    expect(lines()).toEqual([
      expect.objectContaining({
        context: 'Somewhere',
        msg: 'too far',
        err: {
          type: 'RangeError',
          message: 'too far',
          stack: expect.stringMatching(/^RangeError: too far\n/) as string,
        },
      }),
    ]);
  });

  it.each(['ExceptionHandler', 'NestApplication'])(
    'leaves why a start failed to the one line for the operator (%s)',
    (context) => {
      for (const [level, told] of [
        ['info', 0],
        ['debug', 1],
      ] as const) {
        const { logger, lines } = loggerAndLines(level);
        logger.error(new Error('no such directory'), context);
        expect(lines()).toHaveLength(told);
      }
    },
  );

  it('shows no access token, wherever it stands', () => {
    const { logger, lines } = loggerAndLines();
    const url = '/api/v1/streaming?access_token=secret';
    logger.log(`GET ${url}`, 'HTTP');
    logger.error({ error: `failed: ${url}`, cause: new Error(url), token: 'secret' }, 'HTTP');
    logger.error('failed', `Error: ${url}\n    at here`, 'HTTP');
    expect(lines()).toHaveLength(3);
    expect(JSON.stringify(lines())).not.toContain('secret');
  });
});
