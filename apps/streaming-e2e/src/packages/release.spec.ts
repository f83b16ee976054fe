import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { commandsOf } from '../documents/document-commands.js';
import { WorkspaceCopy } from '../support/workspace-copy.js';

const limit = { timeout: 600_000 };

describe('a release, as CONTRIBUTING.md tells to make it', () => {
  let copy: WorkspaceCopy;
  let plan = '';
  let release = '';

  beforeAll(async () => {
    copy = await WorkspaceCopy.create();
    const commands = (await commandsOf('CONTRIBUTING.md')).map(({ text }) => text);
    plan = commands.find((text) => text.startsWith('npx nx release plan ')) ?? '';
    release = commands.find((text) => /^npx nx release .*--dry-run$/.test(text)) ?? '';
    // What is released is built by other tests.
    const { release: settings, ...rest } = JSON.parse(await readFile(join(copy.directory, 'nx.json'), 'utf8')) as {
      readonly release: { readonly version: object };
    };
    const version = { ...settings.version, preVersionCommand: '' };
    await copy.write('nx.json', JSON.stringify({ ...rest, release: { ...settings, version } }));
    // A plan is about the projects that a branch changes.
    await copy.run('git switch --quiet --create change && echo >> libs/delivery/README.md');
    await copy.commit();
  }, limit.timeout);

  afterAll(() => copy.remove());

  it('begins with a version plan that Git does not ignore', limit, async () => {
    await copy.run(plan);
    expect(await copy.changes()).toEqual([expect.stringMatching(/^\.nx\/version-plans\/.*\.md$/)]);
  });

  it('gives every package the next version, and puts the plan into the changelog', limit, async () => {
    const output = await copy.run(release);
    const [, message] = /--message "(.*)"/.exec(plan) ?? [];
    expect(output).toMatch(/New version \d+\.\d+\.\d+ written to manifest: libs\/stream-kit\/package\.json/);
    expect(output).toMatch(/New version \d+\.\d+\.\d+ written to manifest: libs\/publisher\/package\.json/);
    expect(output).toMatch(/^\+ ## \d+\.\d+\.\d+/m);
    expect(output).toContain(`+ - ${message ?? 'a message'}\n`);
    expect(await copy.changes()).toHaveLength(1);
  });
});
