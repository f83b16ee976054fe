import { describe, expect, it } from 'vitest';

import { OptionError, readOptions } from './options.js';

describe('the command line', () => {
  it('asks for everything in three rounds when it is empty', () => {
    const options = readOptions([]);
    expect(options).toMatchObject({ rounds: 3, smoke: false, transports: ['ws', 'sse'], pids: [], serverEnv: {} });
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

  it.each([
    ['--scenario nothing', /--scenario 'nothing' is not one of public, /],
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
