import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import mastodon from './index.js';

/** A stream fits on a screen, with its imports and comments. What needs more belongs into the kit, or a provider. */
const longest = 20;
const files = readdirSync(import.meta.dirname).filter((file) => file.endsWith('.stream.ts'));

describe("the files of Mastodon's streams", () => {
  it('are one for each stream, six in all', () => {
    expect(files).toHaveLength(6);
    expect(mastodon.streams).toHaveLength(6);
  });

  it.each(files)(`have at most ${longest} lines, imports and comments included: %s`, (file) => {
    const lines = readFileSync(`${import.meta.dirname}/${file}`, 'utf8')
      .trimEnd()
      .split('\n');
    expect(lines.length).toBeLessThanOrEqual(longest);
  });
});
