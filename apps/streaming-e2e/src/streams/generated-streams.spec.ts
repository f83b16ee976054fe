import { databasesOn, type Databases } from '@fedistream/services';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';

import { copyEmbedded, eventStream, httpRequest, publishEvent, Server } from '../support/index.js';
import { WorkspaceCopy } from '../support/workspace-copy.js';

/** The lint takes longer than everything else together: `npm run test:generate` runs it. */
const withLint = process.env['GENERATED_STREAMS'] === 'lint';
const limit = { timeout: 600_000 };

const page = await readFile(join(import.meta.dirname, '../../../../docs/streams/first-stream.md'), 'utf8');
const commandOf = (beginning: string) => {
  const command = page.split('\n').find((line) => line.startsWith(beginning));
  return command ?? expect.fail(`docs/streams/first-stream.md has no command ${beginning}`);
};
/** The files of the page; those of publishers are not part of the lib. */
const pageFiles = [...page.matchAll(/```ts\n\/\/ (\S+)\n(.*?)```/gs)].filter(([, name]) => name !== 'publish.ts');

describe('a stream that is generated in a copy of this workspace', () => {
  let copy: WorkspaceCopy;
  let databases: Databases;
  let draftsUrl: string;

  beforeAll(async () => {
    databases = databasesOn(inject('postgresUrl'));
    [copy, draftsUrl] = await Promise.all([WorkspaceCopy.create({ built: true }), databases.createDatabase()]);
    await copyEmbedded(join(copy.directory, '.fedistream'));
  }, limit.timeout);

  afterAll(async () => {
    await copy.remove();
    await databases.dropDatabases();
  });

  /** Serves what was built in the copy, with the demo's tokens. */
  async function serve(use: (server: Server) => Promise<void>): Promise<void> {
    const env = {
      BROKER: 'memory',
      DATABASE: 'embedded',
      DEMO: 'true',
      FEDISTREAM_DATA_DIR: join(copy.directory, '.fedistream'),
      STREAM_MODULES: '@fedistream/drafts-streams',
      DRAFTS_DATABASE_URL: draftsUrl,
    };
    const server = await Server.start(env, undefined, join(copy.directory, 'apps/streaming/dist/main.js'));
    try {
      await use(server);
    } finally {
      await server.stop();
    }
  }

  const open = (server: Server, stream: string, channel: string, params: Record<string, string>) =>
    eventStream.open(server, server.publisher, { token: 'demo-read', stream, params, channel });

  it('changes what it says, and nothing else', limit, async () => {
    await copy.run(
      'npm run generate -- drafts:history --project=drafts-streams --params="draft:recordId,kind:optional(oneOf(text,poll))"',
    );
    expect(await copy.changes()).toEqual([
      'libs/drafts-streams/src/drafts-history.contract.ts',
      'libs/drafts-streams/src/drafts-history.stream.spec.ts',
      'libs/drafts-streams/src/drafts-history.stream.ts',
      'libs/drafts-streams/src/index.ts',
    ]);
    await copy.run(commandOf('npm run generate'));
    expect((await copy.changes()).filter((file) => !file.startsWith('libs/drafts-streams'))).toEqual([
      'CODEOWNERS',
      'apps/streaming/package.json',
      'apps/streaming/src/bootstrap/stream-modules.ts',
      'apps/streaming/tsconfig.json',
      'libs/notes-streams/package.json',
      'libs/notes-streams/project.json',
      'libs/notes-streams/src/drafts-notes.contract.ts',
      'libs/notes-streams/src/drafts-notes.stream.spec.ts',
      'libs/notes-streams/src/drafts-notes.stream.ts',
      'libs/notes-streams/src/index.ts',
      'libs/notes-streams/tsconfig.json',
      'package-lock.json',
      'tsconfig.json',
    ]);
  });

  it('is built, tested and served with no other edit, in a lib that was there and in a new one', limit, async () => {
    await copy.run('npm run build apps/streaming');
    const edited = ['package.json', 'tsconfig.json', 'src/bootstrap/stream-modules.ts'].map(
      (file) => `apps/streaming/${file}`,
    );
    await copy.run(`npx prettier --check libs/notes-streams libs/drafts-streams tsconfig.json ${edited.join(' ')}`);
    const tested = await copy.run('npx vitest run --project unit libs/notes-streams libs/drafts-streams');
    expect(tested).toContain('drafts-notes.stream.spec.ts');
    expect(tested).toContain('drafts-history.stream.spec.ts');
    await serve(async (server) => {
      const { body } = await httpRequest(server.url('/api/v1/streaming/openapi.json'));
      const { paths } = JSON.parse(body) as { paths: Record<string, { get: object }> };
      expect(paths['/api/v1/streaming/drafts/history']?.get).toMatchObject({ 'x-owner': 'team-drafts' });
      expect(paths['/api/v1/streaming/drafts/notes']?.get).toMatchObject({ 'x-owner': 'team-notes' });
      const channel = 'timeline:drafts:notes:42';
      const client = await open(server, 'drafts:notes', channel, { draft: '42' });
      await publishEvent(server.publisher, channel, 'example', { id: '1' });
      expect(await client.next()).toMatchObject({ event: 'example', payload: '{"id":"1"}' });
      await client.close();
    });
  });

  it('becomes the stream of the first page, whose commands and files do what it says', limit, async () => {
    expect(pageFiles.length).toBeGreaterThanOrEqual(5);
    for (const [, name, text] of pageFiles) {
      await copy.write(`libs/notes-streams/src/${name ?? ''}`, text ?? '');
    }
    const checks = commandOf('npx nx run-many');
    await copy.run(withLint ? checks : checks.replace(' lint', ''));
    await serve(async (server) => {
      const channel = 'timeline:drafts:notes:42';
      const client = await open(server, 'drafts:notes', channel, { draft: '42', kind: 'poll' });
      expect(await client.next()).toMatchObject({ event: 'unread', payload: '{"count":18}' });
      const [, message] = /publish timeline:drafts:notes:42 '(.*)'/.exec(commandOf('redis-cli')) ?? [];
      await server.publisher.publish(channel, '{"event":"note","payload":{"id":"0","kind":"text"}}');
      await server.publisher.publish(channel, message ?? '');
      expect(await client.next()).toMatchObject({ event: 'note', payload: '{"id":"1","kind":"poll"}' });
      await client.close();
    });
  });
});
