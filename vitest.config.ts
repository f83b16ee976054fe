import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

/**
 * Lets tests read the libs' sources, so that a unit test needs no build. Decorators are named here because specs stand
 * outside of the projects' tsconfig files, where the compiler finds them otherwise.
 */
const source = {
  ssr: { resolve: { conditions: ['@fedistream/source'] } },
  oxc: { decorator: { legacy: true, emitDecoratorMetadata: true } },
};

/**
 * More files side by side than there are processors: end-to-end tests mostly wait for other processes. A worker runs
 * many files, because loading the modules again for each file takes three times as long as the unit tests themselves.
 * A spec therefore restores what it changes: environment variables, timers, mocks.
 */
const workers = { pool: 'forks', isolate: false, maxWorkers: 2 * availableParallelism() + 1 } as const;
/** Files that take longest. */
const longest = [
  'tools/bench/src/smoke.spec.ts',
  'documents/commands.spec.ts',
  'audience/rules.embedded.spec.ts',
  'operations/embedded.spec.ts',
  'audience/outage.spec.ts',
  'audience/statements.spec.ts',
  'clients/endings.spec.ts',
  'database.embedded.spec.ts',
];

/** Starts long files first and unit tests last, so that short files keep all workers busy until the end. */
class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const rank = ({ moduleId, project }: TestSpecification) => {
      const index = longest.findIndex((file) => moduleId.endsWith(`/${file}`));
      return index === -1 ? longest.length + Number(project.name === 'unit') : index;
    };
    return (await super.sort(files)).sort((one, other) => rank(one) - rank(other));
  }
}

const exclude = ['**/node_modules/**', '**/dist/**'];

const endToEnd = {
  ...workers,
  exclude,
  testTimeout: 120_000,
  hookTimeout: 240_000,
  globalSetup: ['apps/streaming-e2e/src/support/global-setup.ts'],
  setupFiles: ['apps/streaming-e2e/src/support/plain-output.ts'],
};
/**
 * What runs on servers with a history as well: clients, and the core of the protocol. `npm run test:with-history` runs all that
 * a client may notice.
 */
const withHistory = [
  ...['event-source', 'masto'].map((name) => `clients/${name}`),
  ...['heartbeat', 'messages'].map((name) => `conformance/${name}`),
];

export default defineConfig({
  test: {
    ...workers,
    sequence: { sequencer: LongestFirst },
    projects: [
      {
        ...source,
        test: {
          ...workers,
          name: 'unit',
          include: ['libs/**/*.spec.ts', 'tools/**/*.spec.ts', 'apps/streaming/**/*.spec.ts'],
          exclude,
          testTimeout: 60_000,
          hookTimeout: 120_000,
        },
      },
      { ...source, test: { ...endToEnd, name: 'e2e', include: ['apps/streaming-e2e/**/*.spec.ts'] } },
      {
        ...source,
        test: {
          ...endToEnd,
          name: 'e2e-history',
          include: withHistory.map((file) => `apps/streaming-e2e/src/${file}.spec.ts`),
          env: { E2E_HISTORY: 'on' },
        },
      },
    ],
  },
});
