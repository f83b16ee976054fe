import type { DocumentCommand } from './document-commands.js';
import { RunningCommand } from './running-command.js';

/** What commands find in place of the addresses that documents name. */
export interface CommandContext {
  /** Of the demo's server, in place of `http://127.0.0.1:4000`. */
  readonly address: string;
  readonly redisUrl: string;
  /** Creates a database, in place of the one of a `postgres://` URL: with Mastodon's tables, or empty. */
  readonly createDatabase: (content: 'tables' | 'empty') => Promise<string>;
  /** A directory that is removed afterwards. */
  readonly directory: string;
}

/** How a command of a document is verified. The first rule whose pattern matches counts. */
export type CommandRule = { readonly matches: RegExp } & (
  | { readonly run: (command: DocumentCommand, context: CommandContext) => Promise<unknown> }
  /** The spec that runs it, in another form. */
  | { readonly provedBy: string }
  /** Why no test can run it. */
  | { readonly notRun: string }
);

/** Runs a command to its end, with something appended that keeps it from changing the workspace. */
const runs =
  (appended = '') =>
  ({ text }: DocumentCommand, context: CommandContext) =>
    new RunningCommand(`${withAddresses(text, context)}${appended}`).succeeds();

/** Starts a server, waits until it listens, and ends it. */
async function starts({ text }: DocumentCommand, context: CommandContext): Promise<void> {
  // Without the build before it: other tests run what is built.
  const command = withAddresses(text, context)
    .replace(/^npm ci && /, '')
    .replace(/npm start$/, 'npm start --ignore-scripts');
  const database = /postgres:\/\/\S+/.test(command) ? await context.createDatabase('tables') : '';
  const env = { PORT: '0', FEDISTREAM_DATA_DIR: context.directory };
  await new RunningCommand(command.replace(/postgres:\/\/\S+/, database), env).prints(/listening/);
}

async function migrates({ text }: DocumentCommand, context: CommandContext): Promise<void> {
  const database = await context.createDatabase('empty');
  const command = text
    .replace(/postgres:\/\/\S+/, database)
    .replace('npm run migrate', 'node apps/streaming/dist/migrate.js');
  await new RunningCommand(command).succeeds();
}

function withAddresses(text: string, { address, redisUrl }: CommandContext): string {
  return text
    .replaceAll('http://127.0.0.1:4000', address)
    .replaceAll('ws://127.0.0.1:4000', address.replace('http', 'ws'))
    .replaceAll('redis://127.0.0.1:6379', redisUrl);
}

/** Every command of the documents. A new one needs a rule here, or the tests fail. */
export const commandRules: readonly CommandRule[] = [
  { matches: /^npm ci && npm test$/, notRun: 'it is the command that runs this test, and .ci/run' },
  { matches: /drafts[/:]notes|notes-streams/, provedBy: 'apps/streaming-e2e/src/streams/generated-streams.spec.ts' },
  { matches: /^curl .*streaming\/admin\/reports/, provedBy: 'tools/generators/src/stream/generated-code.spec.ts' },
  { matches: /^curl .*\/tmp\/seen|disconnect\.mjs/, provedBy: 'apps/streaming-e2e/src/history/newcomer.spec.ts' },
  {
    matches: /^curl -N .*\/api\/v1\/streaming\//,
    run: ({ text }, context) => new RunningCommand(withAddresses(text, context)).prints(/:\)\n/),
  },
  { matches: /^curl /, run: runs() },
  {
    matches: /import .* from 'masto'/,
    run: ({ text }, context) => new RunningCommand(asNode(withAddresses(text, context))).prints(/^update |^\w+ \{/m),
  },
  {
    matches: /import .* from '@fedistream\/publisher'/,
    run: ({ text }, { redisUrl }) => new RunningCommand(asNode(text), { REDIS_URL: redisUrl }).succeeds(),
  },
  {
    matches: /^redis-cli /,
    run: ({ text }, { redisUrl }) =>
      new RunningCommand(
        `command -v redis-cli > /dev/null || exit 0; ${text.replace(/^redis-cli( -u "\$REDIS_URL")?/, `redis-cli -u ${redisUrl}`)}`,
      ).succeeds(),
  },
  { matches: /^export REDIS_URL=/, notRun: 'it sets what the next command reads' },
  { matches: /^STREAM_MODULES=/, provedBy: 'apps/streaming-e2e/src/packages/installed-packages.spec.ts' },
  { matches: /npm start$|dist\/main\.js$/, run: starts },
  { matches: /npm run migrate$/, run: migrates },
  { matches: /^npm run build$/, provedBy: 'apps/streaming-e2e/src/operations/npm-scripts.spec.ts' },
  { matches: /^npm run services$/, provedBy: 'tools/services/src/redis.spec.ts' },
  { matches: /^npm run generate /, run: runs(' --dry-run') },
  {
    matches: /^npm run bench -- --help$/,
    run: ({ text }) => new RunningCommand(text.replace('npm run bench --', 'node tools/bench/dist/main.js')).succeeds(),
  },
  { matches: /^(npm run bench|npx nx run bench:bench)\b/, provedBy: 'tools/bench/src/smoke.spec.ts' },
  { matches: /^createdb /, notRun: 'the next command stands for it: the benchmark creates databases by itself' },
  { matches: /^npx nx graph$/, notRun: 'it opens a browser' },
  { matches: /^npx nx (run-many|affected) /, run: runs(' --graph=stdout') },
  { matches: /^npx nx release /, provedBy: 'apps/streaming-e2e/src/packages/release.spec.ts' },
  { matches: /^promtool /, provedBy: 'apps/streaming-e2e/src/observability/rules.spec.ts' },
  {
    matches: /^npm run test:(chaos|fuzz)$/,
    notRun: 'it repeats what apps/streaming-e2e/src/chaos and fuzz do, for longer',
  },
  { matches: /^kubectl /, notRun: 'it needs a Kubernetes cluster' },
  { matches: /^docker /, notRun: 'it needs a Docker engine' },
];

const asNode = (program: string) => `node --input-type=module --eval '${program.replaceAll("'", `'"'"'`)}'`;
