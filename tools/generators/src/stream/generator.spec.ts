import { logger, type Tree } from '@nx/devkit';
import { createTreeWithEmptyWorkspace } from '@nx/devkit/testing';
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import streamGenerator from './generator.js';
import { namesDeclaredIn } from './taken-names.js';
import { workspaceTree } from './testing/workspace-tree.js';

const project = fileURLToPath(new URL('../../', import.meta.url));
const file = 'libs/moderation-streams/src/admin-reports.stream.ts';
const owned = { project: 'moderation-streams', team: 'team-moderation' } as const;

let tree: Tree;
beforeEach(() => {
  tree = workspaceTree(createTreeWithEmptyWorkspace({ formatter: 'prettier' }));
});

const read = (path: string) => tree.read(path, 'utf8') ?? '';
const json = (path: string) => JSON.parse(read(path)) as Record<string, unknown>;

describe('the stream generator', () => {
  it('writes the stream with what was asked for', async () => {
    await streamGenerator(tree, {
      ...owned,
      name: 'admin:reports',
      scopes: 'admin:read, admin:read:reports',
      audience: 'chosen-by-publisher',
      params: 'report:recordId,category:optional(oneOf(spam,violation))',
      about: 'New reports, for staff',
    });
    expect(read(file)).toContain('/** New reports, for staff. */');
    expect(read(file)).toContain(`export const adminReports = stream({
  name: 'admin:reports',
  scopes: ['admin:read', 'admin:read:reports'],
  audience: 'chosen-by-publisher',
  params: { report: recordId(), category: optional(oneOf('spam', 'violation')) },
  events: adminReportsEvents,
  channels: ({ params }) => [adminReportsChannel(params.report)],
});`);
    expect(read(file.replace('.stream.', '.contract.'))).toContain(
      "channelFamily('timeline:admin:reports:{report}', adminReportsEvents)",
    );
  });

  it('protects viewers unless told otherwise', async () => {
    await streamGenerator(tree, { ...owned, name: 'admin:reports' });
    expect(read(file)).toContain(`scopes: ['read'],\n  audience: 'per-viewer',`);
  });

  it('makes the lib of the team, and everything elsewhere that names it', async () => {
    await streamGenerator(tree, { ...owned, name: 'admin:reports' });
    const { dependencies } = JSON.parse(readFileSync(`${project}../../package.json`, 'utf8')) as Record<
      string,
      unknown
    >;
    expect(json('libs/moderation-streams/package.json')['dependencies']).toMatchObject({
      '@fedistream/stream-kit': '0.1.0',
      '@nestjs/common': (dependencies as Record<string, string>)['@nestjs/common'],
    });
    expect(json('libs/moderation-streams/project.json')['tags']).toEqual(['type:stream-module', 'team:moderation']);
    expect(read('libs/moderation-streams/src/index.ts')).toContain(`owner: 'team-moderation'`);
    expect(read('apps/streaming/src/bootstrap/stream-modules.ts')).toContain(`'@fedistream/moderation-streams'`);
    expect(read('apps/streaming/package.json')).toContain('"@fedistream/moderation-streams": "0.1.0"');
    expect(read('tsconfig.json')).toContain('./libs/moderation-streams');
    expect(read('CODEOWNERS')).toContain('/libs/moderation-streams/ @team-moderation\n');
  });

  it('extends a lib that is there, and changes nothing elsewhere', async () => {
    await streamGenerator(tree, { ...owned, name: 'admin:reports' });
    const elsewhere = ['tsconfig.json', 'CODEOWNERS', 'apps/streaming/package.json'];
    const before = elsewhere.map(read);
    await streamGenerator(tree, { project: owned.project, name: 'admin:appeals' });
    expect(read('libs/moderation-streams/src/index.ts')).toContain('streams: [adminReports, adminAppeals]');
    expect(read('libs/moderation-streams/src/index.ts')).toContain(
      'families: [adminReportsChannel, adminAppealsChannel]',
    );
    expect(read('libs/moderation-streams/src/index.ts')).toContain(
      "export * from './admin-reports.contract.js';\nexport * from './admin-appeals.contract.js';\n\n/**",
    );
    expect(elsewhere.map(read)).toEqual(before);
  });

  it('leaves no trace of the template in names or texts', async () => {
    await streamGenerator(tree, { ...owned, name: 'admin:reports' });
    const written = tree.listChanges().filter(({ path }) => path.startsWith('libs/moderation-streams'));
    expect(written.map(({ path }) => path).sort()).toEqual([
      'libs/moderation-streams/package.json',
      'libs/moderation-streams/project.json',
      'libs/moderation-streams/src/admin-reports.contract.ts',
      'libs/moderation-streams/src/admin-reports.stream.spec.ts',
      'libs/moderation-streams/src/admin-reports.stream.ts',
      'libs/moderation-streams/src/index.ts',
      'libs/moderation-streams/tsconfig.json',
    ]);
    for (const { path } of written) {
      expect(read(path)).not.toMatch(/<%|%>|__/);
    }
  });

  it('keeps a description from ending the comment that it stands in', async () => {
    await streamGenerator(tree, { ...owned, name: 'admin:reports', about: 'Evil */ process.exit(); /*' });
    expect(read(file)).toContain('/** Evil process.exit(); /*. */');
  });

  it('says which tokens can open the stream now, and what to change next', async () => {
    const said = vi.spyOn(logger, 'info').mockImplementation(() => undefined);
    await streamGenerator(tree, { ...owned, name: 'admin:reports' });
    const sayWhatNext = await streamGenerator(tree, { ...owned, name: 'admin:appeals', scopes: 'admin:read' });
    await sayWhatNext();
    const [message] = said.mock.calls.flat() as string[];
    expect(message).toContain('GET /api/v1/streaming/admin/appeals');
    expect(message).toContain(
      'Any token with admin:read can open it until you have set, in libs/moderation-streams/src/',
    );
    said.mockRestore();
  });

  it.each([
    ['an impossible name', { ...owned, name: 'Admin Reports' }, "cannot be a stream's name"],
    ['a name that another stream has', { ...owned, name: 'direct' }, 'direct.stream.ts declares it'],
    ['a name that a flag already makes', { ...owned, name: 'public:media' }, 'public.stream.ts declares it'],
    ['a scope that is none', { ...owned, name: 'admin:reports', scopes: 'read, WRITE' }, '"WRITE" is no OAuth scope'],
    ['no scope at all', { ...owned, name: 'admin:reports', scopes: ' , ' }, 'is no OAuth scope'],
    ['a parameter that is none', { ...owned, name: 'admin:reports', params: 'a:number' }, '"a:number" is no parameter'],
    ['a new lib without a team', { project: 'moderation-streams', name: 'admin:reports' }, '--team= is needed'],
  ])('refuses %s and writes nothing', async (_, options, message) => {
    const before = tree.listChanges().length;
    await expect(streamGenerator(tree, options)).rejects.toThrow(message);
    expect(tree.listChanges()).toHaveLength(before);
  });

  it('refuses to write over a stream that exists', async () => {
    await streamGenerator(tree, { ...owned, name: 'admin:reports' });
    await expect(streamGenerator(tree, { ...owned, name: 'admin-reports' })).rejects.toThrow(`${file} exists`);
  });
});

describe('the names that a file declares', () => {
  it('include the variants that flags add', () => {
    const source = "export const a = stream({ name: ['x', 'x:y'], flags: { only_media: 'media' } });";
    expect(namesDeclaredIn(source)).toEqual(['x', 'x:y', 'x:media', 'x:y:media']);
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
