import { runAfterExit } from '@fedistream/services';
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';

import { until } from '../support/index.js';
import { InstalledProject } from './installed-project.js';

const run = promisify(execFile);
const workspace = join(import.meta.dirname, '..', '..', '..', '..');

/** A lib and all libs that it depends on. */
function withDependencies(lib: string, found = new Set<string>()): Set<string> {
  found.add(lib);
  const { dependencies = {} } = JSON.parse(readFileSync(join(workspace, 'libs', lib, 'package.json'), 'utf8')) as {
    readonly dependencies?: Readonly<Record<string, string>>;
  };
  for (const name of Object.keys(dependencies).filter((each) => each.startsWith('@fedistream/'))) {
    const needed = name.replace('@fedistream/', '');
    if (!found.has(needed)) {
      withDependencies(needed, found);
    }
  }
  return found;
}

const source = (kit: string) => `
import 'reflect-metadata';
import { Injectable } from '@nestjs/common';
import { channelFamily, payload, Roles, stream, streamModule } from '@fedistream/stream-kit';

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
  events,
  inject: { access: Access },
  authorize: ({ deps }) => deps.access.works,
  channels: () => [noteChannel()],
  snapshot: ({ event }) => [event('note', { text: 'from a package' })],
});

export default streamModule({
  name: 'acme', owner: 'team-acme', kit: '${kit}', providers: [Access], families: [noteChannel], streams: [notes],
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

/** Starts the assembled server, and ends it when it listens or has ended by itself. */
async function startAssembled(directory: string, check: (address: string) => Promise<void>): Promise<string> {
  const server = spawn(process.execPath, ['--enable-source-maps', join(directory, 'apps/streaming/dist/main.js')], {
    cwd: directory,
    env: {
      PATH: process.env['PATH'],
      PORT: '0',
      BROKER: 'memory',
      DATABASE_URL: inject('templateUrl'),
      DEMO: 'false',
      STREAM_MODULES: manifest.name,
    },
  });
  const forget = runAfterExit(`kill -KILL ${String(server.pid)}`);
  let output = '';
  for (const stream of [server.stdout, server.stderr]) {
    stream.on('data', (chunk: Buffer) => (output += chunk.toString('utf8')));
  }
  const ended = once(server, 'close');
  try {
    const address = () => /"address":"([^"]+)"/.exec(output)?.[1];
    await until('the server listens or ends', () => address() !== undefined || server.exitCode !== null);
    const listening = address();
    if (listening !== undefined) {
      await check(listening);
    }
  } finally {
    server.kill('SIGTERM');
    await ended;
    forget();
  }
  return output;
}

describe('a module that a team builds in a repository of its own', () => {
  let project: InstalledProject;
  let server: string;

  /** Builds and packs the module, and installs it into the server. */
  async function install(kit: string): Promise<void> {
    await project.write('index.ts', source(kit));
    await project.compile();
    const { stdout } = await run('npm', ['pack', '--json'], { cwd: project.directory });
    const [packed] = Object.values(JSON.parse(stdout) as Record<string, { readonly filename: string }>);
    const options = ['--no-save', '--no-audit', '--no-fund', '--prefer-offline', '--ignore-scripts', '--omit=dev'];
    await run('npm', ['install', ...options, join(project.directory, packed?.filename ?? '')], { cwd: server });
  }

  beforeAll(async () => {
    const peers = ['@nestjs/common', '@nestjs/core', '@nestjs/microservices'].map((name) => `${name}@^12.0.0`);
    const others = ['reflect-metadata@^0.2.2', 'rxjs@^7.8.2', '@types/node@^20.0.0'];
    project = await InstalledProject.create([...withDependencies('stream-kit')], [...peers, ...others]);
    await project.write('package.json', JSON.stringify(manifest));
    const tsconfig = join(project.directory, 'tsconfig.json');
    const { compilerOptions } = JSON.parse(readFileSync(tsconfig, 'utf8')) as { readonly compilerOptions: object };
    await writeFile(
      tsconfig,
      JSON.stringify({ compilerOptions: { ...compilerOptions, declaration: true }, files: ['index.ts'] }),
    );
    server = await mkdtemp(join(tmpdir(), 'fedistream-assembled-'));
    await run(join(workspace, 'docker/assemble.sh'), [server]);
  }, 300_000);

  afterAll(async () => {
    await project.remove();
    await rm(server, { recursive: true, force: true });
  });

  it(
    'compiles against the packed kit, is installed into an assembled server, and is served',
    { timeout: 240_000 },
    async () => {
      await install('^1');
      let document = '';
      const output = await startAssembled(server, async (address) => {
        document = await (await fetch(new URL('/api/v1/streaming/openapi.json', address))).text();
      });
      expect(output).toContain('"msg":"listening"');
      const { paths } = JSON.parse(document) as { paths: Record<string, { get: Record<string, unknown> }> };
      expect(paths['/api/v1/streaming/acme/notes']?.get).toMatchObject({
        'x-owner': 'team-acme',
        'x-package': '@acme/notes-streams',
      });
    },
  );

  it('is refused with what to do when it is built for another major version', { timeout: 240_000 }, async () => {
    await install('^2');
    const output = await startAssembled(server, () => Promise.reject(new Error('it started')));
    expect(output).toMatch(
      /@acme\/notes-streams 4\.5\.6 \(.*index\.js:\d+\): it is written for version \^2 of the kit, and this server has 1\.0\.0; install a version of @acme\/notes-streams that is built for kit 1\.0\.0/,
    );
  });
});
