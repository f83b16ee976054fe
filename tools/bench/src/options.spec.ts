import { describe, expect, it } from 'vitest';

import { OptionError, readOptions } from './options.js';

describe('the command line', () => {
  it('means all scenarios against the floor server in three rounds when it is empty', () => {
    const options = readOptions([]);
    expect(options).toMatchObject({
      rounds: 3,
      baselines: ['floor'],
      smoke: false,
      transports: ['ws', 'sse'],
      pids: [],
      serverEnv: {},
    });
    expect(options.scenarios).toContain('saturate');
  });

  it('reads lists, numbers and settings', () => {
    const args = '--scenario public,idle --transport sse --clients 12 --server-env DB_POOL=3 --server-env A=b=c';
    expect(readOptions(args.split(' '))).toMatchObject({
      scenarios: ['public', 'idle'],
      transports: ['sse'],
      clients: 12,
      serverEnv: { DB_POOL: '3', A: 'b=c' },
    });
  });

  it('takes groups of scenarios, baselines, a duration and a warm-up', () => {
    const args = '--scenario scrape,ordinary --baseline none --seconds 15 --warm-up 500 --reuse --profile';
    const options = readOptions(args.split(' '));
    expect(options).toMatchObject({ baselines: [], seconds: 15, warmUp: 500, reuse: true, profile: true });
    expect(options.scenarios.slice(0, 2)).toEqual(['scrape', 'home']);
    expect(options.scenarios).not.toContain('saturate');
  });

  it.each([
    ['--baseline slow', /--baseline 'slow' is not one of floor, naive\./],
    ['--scenario nothing', /--scenario 'nothing' is not one of home, /],
    ['--transport tcp', /--transport 'tcp' is not one of ws, sse\./],
    ['--clients 0', /--clients '0' is not a positive whole number\./],
    ['--rounds x', /--rounds 'x'/],
    ['--fast', /--fast/],
    ['--server-env DB_POOL', /--server-env 'DB_POOL' is not NAME=value\./],
    ['--target https://example.com --redis r --tokens t', /--target 'https:/],
    ['--target http://localhost:4000', /--target needs --redis and --tokens\./],
    ['--pid 1', /--pid belongs to --target\./],
    ['--prepare', /--prepare needs --database and --tokens\./],
  ])('refuses %s in one line', (args, message) => {
    const read = (): unknown => readOptions(args.split(' '));
    expect(read).toThrow(OptionError);
    expect(read).toThrow(message);
    expect(read).not.toThrow(/\n/);
  });
});
