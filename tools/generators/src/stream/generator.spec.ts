import { logger, type Tree } from '@nx/devkit';
import { createTreeWithEmptyWorkspace } from '@nx/devkit/testing';
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import streamGenerator from './generator.js';

const project = fileURLToPath(new URL('../../', import.meta.url));
const list = 'libs/streams/src/index.ts';
const file = 'libs/streams/src/admin-reports.stream.ts';

let tree: Tree;
beforeEach(() => {
  tree = createTreeWithEmptyWorkspace({ formatter: 'prettier' });
  tree.write('.prettierrc', JSON.stringify({ singleQuote: true, printWidth: 120 }));
  tree.write(list, `import { DirectStream } from './direct.stream.js';\n\nexport const streams = [DirectStream];\n`);
  tree.write(
    'libs/streams/src/direct.stream.ts',
    `@Stream({ name: ['direct', 'direct:all'] })\nexport class DirectStream {}\n`,
  );
});

const read = (path: string) => tree.read(path, 'utf8') ?? '';

describe('the stream generator', () => {
  it('writes the class with what was asked for', async () => {
    await streamGenerator(tree, {
      name: 'admin:reports',
      scopes: 'admin:read, admin:read:reports',
      audience: 'chosen-by-publisher',
      about: 'New reports, for staff',
    });
    expect(read(file)).toContain('/** New reports, for staff. */');
    expect(read(file)).toContain(`name: 'admin:reports',
  scopes: ['admin:read', 'admin:read:reports'],
  audience: 'chosen-by-publisher',`);
    expect(read(file)).toContain('export class AdminReportsStream implements StreamSource {');
  });

  it('protects viewers unless told otherwise', async () => {
    await streamGenerator(tree, { name: 'admin:reports' });
    expect(read(file)).toContain(`scopes: ['read'],\n  audience: 'per-viewer',`);
  });

  it('writes a test that names the class', async () => {
    await streamGenerator(tree, { name: 'admin:reports' });
    expect(read('libs/streams/src/admin-reports.stream.spec.ts')).toContain(`describe('AdminReportsStream'`);
  });

  it('adds one import and one entry to the list of streams', async () => {
    await streamGenerator(tree, { name: 'admin:reports' });
    expect(read(list)).toBe(`import { DirectStream } from './direct.stream.js';
import { AdminReportsStream } from './admin-reports.stream.js';

export const streams = [DirectStream, AdminReportsStream];
`);
  });

  it('leaves no trace of the template in names or texts', async () => {
    await streamGenerator(tree, { name: 'admin:reports' });
    const written = tree.listChanges().filter(({ path }) => path.includes('admin-reports'));
    expect(written.map(({ path }) => path).sort()).toEqual([
      'libs/streams/src/admin-reports.stream.spec.ts',
      'libs/streams/src/admin-reports.stream.ts',
    ]);
    for (const { path } of written) {
      expect(read(path)).not.toMatch(/<%|%>|__/);
    }
  });

  it('keeps a description from ending the comment that it stands in', async () => {
    await streamGenerator(tree, { name: 'admin:reports', about: 'Evil */ process.exit(); /*' });
    expect(read(file)).toContain('/** Evil process.exit(); /*. */');
  });

  it('says who can open the stream now, and what to change next', async () => {
    const said = vi.spyOn(logger, 'info').mockImplementation(() => undefined);
    const sayWhatNext = await streamGenerator(tree, {
      name: 'admin:reports',
      scopes: 'admin:read, admin:read:reports',
    });
    await sayWhatNext();
    const [message] = said.mock.calls.flat() as string[];
    expect(message).toContain('GET /api/v1/streaming/admin/reports');
    expect(message).toContain(
      `Any token with admin:read or admin:read:reports can open it until you have set, in ${file}`,
    );
    expect(message).toMatch(/scopes.*audience.*authorize.*channels/s);
    said.mockRestore();
  });

  it.each([
    ['an impossible name', { name: 'Admin Reports' }, 'cannot be a stream'],
    ['a name that another class declares', { name: 'direct:all' }, 'direct.stream.ts declares it'],
    ['a scope that is none', { name: 'admin:reports', scopes: 'read, WRITE' }, '"WRITE" is no OAuth scope'],
    ['no scope at all', { name: 'admin:reports', scopes: ' , ' }, 'is no OAuth scope'],
  ])('refuses %s and writes nothing', async (_, options, message) => {
    const before = tree.listChanges().length;
    await expect(streamGenerator(tree, options)).rejects.toThrow(message);
    expect(tree.listChanges()).toHaveLength(before);
  });

  it('refuses to write over a stream that exists', async () => {
    await streamGenerator(tree, { name: 'admin:reports' });
    await expect(streamGenerator(tree, { name: 'admin-reports' })).rejects.toThrow(`${file} exists`);
  });
});

describe('the collection', () => {
  it('points Nx to files that are there', () => {
    const { generators } = JSON.parse(readFileSync(`${project}generators.json`, 'utf8')) as {
      generators: Record<string, { implementation: string; schema: string }>;
    };
    for (const { implementation, schema } of Object.values(generators)) {
      expect(existsSync(`${project}${schema}`)).toBe(true);
      expect(existsSync(`${project}${implementation.replace('dist', 'src').replace(/\.js$/, '.ts')}`)).toBe(true);
    }
  });
});
