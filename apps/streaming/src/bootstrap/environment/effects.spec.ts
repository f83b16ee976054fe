import { createClient } from '@fedistream/redis';
import { describe, expect, it } from 'vitest';
import { readSettings, type Settings } from '../settings.js';
import { useDirectory } from '../testing/pem.js';
import { effects, pemFiles, type Effect } from '../testing/effects.cases.js';
import type { EnvironmentTexts } from './environment.js';

/** The options of ioredis that say where and how to connect. */
const redisOptions: readonly string[] = [
  ...['host', 'port', 'path', 'family', 'db', 'username', 'password', 'tls'],
  ...['sentinels', 'name', 'sentinelUsername', 'sentinelPassword', 'sentinelTLS', 'enableTLSForSentinelMode'],
];

const files = useDirectory();

/** All settings by their path, and the options of the connection to Redis instead of its settings. */
function settingsOf(texts: EnvironmentTexts): Readonly<Record<string, unknown>> {
  const { redis, streamModules, ...settings } = readSettings(texts);
  const { named, onFailure } = streamModules;
  return byPath({ ...settings, streamModules: { named, onFailure }, redis: redis && connectionOf(redis) });
}

function connectionOf(redis: NonNullable<Settings['redis']>): object {
  const { options } = createClient(redis, { name: 'test' });
  const used = Object.entries(options).filter(
    ([name, value]) => redisOptions.includes(name) && value !== null && value !== undefined,
  );
  const { host, port, ...others } = Object.fromEntries(used) as Readonly<Record<string, unknown>>;
  // Beside Sentinels, ioredis has a host and a port that it does not use.
  return { ...others, ...(options.sentinels ? {} : { host, port }), namespace: redis.namespace };
}

/** Members of members as `a.b`. Lists and TLS options count as one value. */
function byPath(value: object, prefix = ''): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(value).flatMap(([name, member]: [string, unknown]) =>
      typeof member === 'object' && member !== null && !Array.isArray(member) && !/tls$/i.test(name)
        ? Object.entries(byPath(member, `${prefix}${name}.`))
        : [[`${prefix}${name}`, member]],
    ),
  );
}

/** The paths whose values differ, with the later value. */
function changes(before: Readonly<Record<string, unknown>>, after: Readonly<Record<string, unknown>>) {
  const paths = new Set([...Object.keys(before), ...Object.keys(after)]);
  return Object.fromEntries(
    [...paths]
      .filter((path) => JSON.stringify(before[path]) !== JSON.stringify(after[path]))
      .map((path) => [path, after[path]]),
  );
}

describe('a variable', () => {
  it.each(Object.entries<Effect>(effects))(
    '%s changes the settings that it is documented to change, and no other',
    (name, { text, beside = {}, changes: expected }) => {
      const written = text in pemFiles ? files.write(text, pemFiles[text] ?? '') : text;
      expect(changes(settingsOf(beside), settingsOf({ ...beside, [name]: written }))).toEqual(expected);
    },
  );
});
