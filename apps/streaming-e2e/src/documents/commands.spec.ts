import { databasesOn, type Databases } from '@fedistream/services';
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';

import { copyEmbedded, Server } from '../support/index.js';
import { commandRules, type CommandContext } from './command-rules.js';
import { commandsOf, documents, workspace } from './document-commands.js';

const files = await documents();
const commands = (await Promise.all(files.map(commandsOf))).flat();
const ruleOf = (text: string) => commandRules.find(({ matches }) => matches.test(text));
/** A command that stands in several documents runs once. */
const different = commands.filter(({ text }, index) => commands.findIndex((other) => other.text === text) === index);
const run = different.flatMap((command) => {
  const rule = ruleOf(command.text);
  return rule !== undefined && 'run' in rule ? [{ command, rule, title: `${command.document}: ${command.text}` }] : [];
});

describe('the commands of the documents', () => {
  it('all have a rule that says how they are verified', () => {
    expect(commands.filter(({ text }) => ruleOf(text) === undefined)).toEqual([]);
  });

  it('that another spec runs name one that is there', () => {
    const specs = commandRules.flatMap((rule) => ('provedBy' in rule ? [rule.provedBy] : []));
    expect(specs.filter((spec) => !existsSync(join(workspace, spec)))).toEqual([]);
  });

  it('have no rule left over', () => {
    expect(commandRules.filter((rule) => !commands.some(({ text }) => ruleOf(text) === rule))).toEqual([]);
  });

  it('name npm scripts that exist', async () => {
    const { scripts } = JSON.parse(await readFile(join(workspace, 'package.json'), 'utf8')) as { scripts: object };
    for (const file of files) {
      const text = await readFile(join(workspace, file), 'utf8');
      const named = [...text.matchAll(/`(?:\w+=\S+ )*npm run (?:--silent )?([\w:-]+)/g)].map(([, name]) => name);
      expect(named.filter((name) => name !== undefined && !(name in scripts))).toEqual([]);
    }
  });

  describe('run as they stand', () => {
    let databases: Databases;
    let directory: string;
    let server: Server;
    let context: CommandContext;

    beforeAll(async () => {
      databases = databasesOn(inject('postgresUrl'));
      directory = await mkdtemp(join(tmpdir(), 'fedistream-documents-'));
      const env = { BROKER: 'memory', DATABASE: 'embedded', DEMO: 'true' };
      const [ofDemo, other] = [join(directory, 'demo'), join(directory, 'other')];
      await copyEmbedded(ofDemo);
      await copyEmbedded(other);
      server = await Server.start({ ...env, FEDISTREAM_DATA_DIR: ofDemo });
      context = {
        address: server.address,
        redisUrl: inject('redisUrl'),
        createDatabase: (content) => databases.createDatabase(content === 'tables' ? inject('templateUrl') : undefined),
        directory: other,
      };
    });

    afterAll(async () => {
      await server.stop();
      await databases.dropDatabases();
      await rm(directory, { recursive: true, force: true });
    });

    it.each(run)('$title', { timeout: 120_000 }, async ({ command, rule }) => {
      await rule.run(command, context);
    });
  });
});

it('docs/metrics.md has every metric of the server, and no other', async () => {
  const server = await Server.start({ BROKER: 'memory', HISTORY: 'on', DATABASE_URL: inject('templateUrl') });
  try {
    const text = await (await fetch(server.url('/metrics'))).text();
    const served = [...text.matchAll(/^# TYPE (\w+)/gm)].map(([, name]) => name ?? '');
    const own = served.filter((name) => !/^(mastodon_streaming_|process_|nodejs_)/.test(name));
    const document = await readFile(join(workspace, 'docs', 'metrics.md'), 'utf8');
    const documented = [...document.matchAll(/^\| `(\w+)(?:\{[\w,]+\})?` +\| (?:gauge|counter|histogram)/gm)];
    expect(documented.map(([, name]) => name).sort()).toEqual(own.sort());
  } finally {
    await server.stop();
  }
});

it('the links of the documents lead to files that exist', async () => {
  const broken: string[] = [];
  for (const file of files) {
    const text = await readFile(join(workspace, file), 'utf8');
    const links = [...text.matchAll(/\]\((?!https?:)([^)#\s]+)(?:#[^)]*)?\)/g)].map(([, link = '']) => link);
    broken.push(
      ...links.filter((link) => !existsSync(join(workspace, dirname(file), link))).map((link) => `${file}: ${link}`),
    );
  }
  expect(broken).toEqual([]);
});

it('docs/lifecycle.md names classes and files that exist', async () => {
  const document = await readFile(join(workspace, 'docs', 'lifecycle.md'), 'utf8');
  const ofTrees = [...document.matchAll(/^ {2}[├└]─.* {2,}([\w.-]+(?:, [\w.-]+)*)$/gm)].flatMap(([, names = '']) =>
    names.split(', '),
  );
  const ofTables = [...document.matchAll(/^\|.*$/gm)].flatMap(([row]) =>
    [...row.matchAll(/`([A-Z]\w+)`/g)].map(([, name = '']) => name),
  );
  const names = [...ofTrees, ...ofTables].filter((name) => !/^[A-Z_]+$/.test(name) && name !== 'ws');
  expect(names.length).toBeGreaterThan(20);
  const sources = await sourceNames();
  expect(names.filter((name) => !sources.has(name.replace(/^([A-Z]\w*)\.\w+$/, '$1')))).toEqual([]);
});

/** The names of all files, and of the classes in them. */
async function sourceNames(): Promise<Set<string>> {
  const run = promisify(execFile);
  const [files, classes] = await Promise.all([
    run('git', ['ls-files', '--', 'apps/streaming', 'libs'], { cwd: workspace, maxBuffer: 16 * 1024 * 1024 }),
    run('git', ['grep', '-ohE', 'class [A-Z][A-Za-z]+', '--', 'apps/streaming', 'libs'], { cwd: workspace }),
  ]);
  return new Set([
    ...files.stdout.split('\n').map((file) => basename(file)),
    ...classes.stdout.split('\n').map((line) => line.slice('class '.length)),
  ]);
}
