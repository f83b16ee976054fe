import { Redis } from 'ioredis';
import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';

import { copyEmbedded, eventStream, httpRequest, Server } from '../support/index.js';
import { InstalledProject } from './installed-project.js';

const workspace = join(import.meta.dirname, '..', '..', '..', '..');
const limit = { timeout: 600_000 };

const service = `
import 'reflect-metadata';
import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { channels, PublisherModule, StreamPublisher } from '@fedistream/publisher';

const [url = '', namespace = ''] = process.argv.slice(2);

@Module({ imports: [PublisherModule.forRoot({ url, namespace })] })
class ServiceModule {}

const app = await NestFactory.createApplicationContext(ServiceModule, { logger: ['error'] });
const publisher = app.get(StreamPublisher);
await publisher.publish(channels.public(), 'delete', '107214471804101576');
await app.close();
`;

const mistaken = `
import { channels, type StreamPublisher } from '@fedistream/publisher';

export const publish = (publisher: StreamPublisher) => publisher.publish(channels.public(), 'delete', 107);
`;

const streamModule = `
import 'reflect-metadata';
import { Injectable } from '@nestjs/common';
import {
  channelFamily, optional, payload, Roles, stream, StreamingError, streamModule, text,
} from '@fedistream/stream-kit';

@Injectable()
class Access {
  constructor(private readonly roles: Roles) {}
  get works(): boolean { return typeof this.roles.can === 'function'; }
}

const events = { note: payload<{ readonly text: string }>({ carriesStatus: false }) };
const noteChannel = channelFamily('timeline:acme:notes', events);

const notes = stream({
  name: 'acme:notes',
  scopes: ['read'],
  audience: 'chosen-by-publisher',
  params: { topic: optional(text()) },
  events,
  inject: { access: Access, roles: Roles },
  authorize: ({ params, deps }) => {
    if (params.topic === 'closed') {
      throw new StreamingError('notAuthorized', 'This topic is closed');
    }
    return deps.access.works && typeof deps.roles.can === 'function';
  },
  channels: () => [noteChannel()],
  snapshot: ({ event }) => [event('note', { text: 'from a package' })],
});

export default streamModule({
  name: 'acme', owner: 'team-acme', kit: '^1', providers: [Access], families: [noteChannel], streams: [notes],
});
`;

const manifest = {
  name: '@acme/notes-streams',
  version: '4.5.6',
  type: 'module',
  exports: './index.js',
  files: ['index.js', 'index.d.ts'],
  peerDependencies: { '@fedistream/stream-kit': '*' },
};

/** Installed once for all tests: packing and installing takes most of their time. */
let project: InstalledProject;
beforeAll(async () => {
  const peers = ['@nestjs/common', '@nestjs/core', '@nestjs/microservices'].map((name) => `${name}@^12.0.0`);
  const others = ['reflect-metadata@^0.2.2', 'rxjs@^7.8.2', '@types/node@^20.0.0'];
  project = await InstalledProject.create(['publisher', 'stream-kit'], [...peers, ...others]);
}, limit.timeout);

afterAll(() => project.remove());

describe('a service that has installed the publisher as a package', () => {
  it('compiles and publishes', async () => {
    await project.write('service/service.ts', service);
    await project.compile('service');
    const namespace = randomUUID();
    const redis = new Redis(inject('redisUrl'));
    try {
      await redis.subscribe(`${namespace}:timeline:public`);
      const received = once(redis, 'message');
      await project.run('service/service.js', inject('redisUrl'), namespace);
      const [, message] = (await received) as [string, string];
      expect(JSON.parse(message)).toEqual({ event: 'delete', payload: '107214471804101576' });
    } finally {
      redis.disconnect();
    }
  });

  it('does not compile an id that is a number', async () => {
    await project.write('mistaken/mistaken.ts', mistaken);
    await expect(project.compile('mistaken')).rejects.toThrow(/mistaken\.ts\(4,\d+\): error TS/);
  });
});

describe('a module that a team builds in a repository of its own', () => {
  let directory: string;

  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'fedistream-assembled-'));
    await promisify(execFile)(join(workspace, 'docker/assemble.sh'), [directory]);
    await project.write('module/package.json', JSON.stringify(manifest));
    await project.write('module/index.ts', streamModule);
    await project.compile('module');
    await project.installInto(directory, 'module');
    await copyEmbedded(join(directory, 'data'));
  }, limit.timeout);

  afterAll(() => rm(directory, { recursive: true, force: true }));

  const installed = (...path: string[]) => join(directory, 'node_modules', manifest.name, ...path);
  const start = (database: Readonly<Record<string, string>>) =>
    Server.start(
      { BROKER: 'memory', STREAM_MODULES: manifest.name, ...database },
      undefined,
      join(directory, 'apps/streaming/dist/main.js'),
    );
  const startDemo = () => start({ DATABASE: 'embedded', DEMO: 'true', FEDISTREAM_DATA_DIR: join(directory, 'data') });
  const open = (server: Server, params: Record<string, string>) =>
    eventStream.open(server, server.publisher, {
      token: 'demo-read',
      stream: 'acme:notes',
      params,
      channel: 'timeline:acme:notes',
    });

  /** Its providers, its snapshot and its refusals reach clients. */
  async function isServed(server: Server): Promise<void> {
    try {
      const client = await open(server, {});
      expect(await client.next()).toMatchObject({ event: 'note', payload: '{"text":"from a package"}' });
      await client.close();
      await expect(open(server, { topic: 'closed' })).rejects.toMatchObject({
        status: 401,
        body: JSON.stringify({ error: 'This topic is closed' }),
      });
    } finally {
      await server.stop();
    }
  }

  it('is installed into an assembled server, documented and served', limit, async () => {
    const server = await startDemo();
    const { body } = await httpRequest(server.url('/api/v1/streaming/openapi.json'));
    const { paths } = JSON.parse(body) as { paths: Record<string, { get: Record<string, unknown> }> };
    expect(paths['/api/v1/streaming/acme/notes']?.get).toMatchObject({
      'x-owner': 'team-acme',
      'x-package': '@acme/notes-streams',
    });
    await isServed(server);
  });

  it('is served although it has brought a copy of the kit of its own', limit, async () => {
    const copy = installed('node_modules', '@fedistream');
    await cp(join(project.directory, 'node_modules', '@fedistream'), copy, { recursive: true });
    try {
      await isServed(await startDemo());
    } finally {
      await rm(copy, { recursive: true });
    }
  });

  it('is refused with what to do when it is built for another major version', limit, async () => {
    const built = await readFile(installed('index.js'), 'utf8');
    await writeFile(installed('index.js'), built.replace("kit: '^1'", "kit: '^2'"));
    await expect(start({ DATABASE_URL: inject('templateUrl') })).rejects.toThrow(
      /@acme\/notes-streams 4\.5\.6 \(.*index\.js:\d+\): it is written for version \^2 of the kit, and this server has 1\.0\.0; install a version of @acme\/notes-streams that is built for kit 1\.0\.0/,
    );
  });
});
