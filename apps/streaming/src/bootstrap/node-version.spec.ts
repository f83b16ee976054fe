import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { oldestNode, unsupportedNode } from './node-version.js';

const packageFile = new URL('../../../../package.json', import.meta.url);

describe('the version of Node', () => {
  it.each(['20.19.0', '20.20.2', '22.0.0', '24.1.0', '26.0.0'])('suffices: %s', (version) => {
    expect(unsupportedNode(version)).toBeUndefined();
  });

  it.each(['16.20.2', '18.20.8', '20.18.3', '8.0.0'])(
    'is refused with one line that names the one needed: %s',
    (version) => {
      expect(unsupportedNode(version)).toBe(
        `Node 20.19 or newer is needed, this is ${version}: install Node 24, https://nodejs.org/`,
      );
    },
  );

  it('is the one that package.json declares', () => {
    const { engines } = JSON.parse(readFileSync(packageFile, 'utf8')) as { engines: { node: string } };
    expect(engines.node).toBe(`>=${oldestNode.join('.')}`);
  });
});
