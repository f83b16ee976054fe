import { defineConfig } from 'vitest/config';

/**
 * Lets tests read the libs' sources, so that a unit test needs no build. Decorators are named here because specs stand
 * outside of the projects' tsconfig files, where the compiler finds them otherwise.
 */
const source = {
  ssr: { resolve: { conditions: ['@fedistream/source'] } },
  oxc: { decorator: { legacy: true, emitDecoratorMetadata: true } },
};
const exclude = ['**/node_modules/**', '**/dist/**'];

export default defineConfig({
  test: {
    projects: [
      {
        ...source,
        test: {
          name: 'unit',
          include: ['libs/**/*.spec.ts', 'tools/**/*.spec.ts', 'apps/streaming/**/*.spec.ts'],
          exclude,
          pool: 'forks',
          testTimeout: 20_000,
          hookTimeout: 60_000,
        },
      },
      {
        ...source,
        test: {
          name: 'e2e',
          include: ['apps/streaming-e2e/**/*.spec.ts'],
          exclude,
          pool: 'forks',
          testTimeout: 30_000,
          hookTimeout: 120_000,
          globalSetup: ['apps/streaming-e2e/src/support/global-setup.ts'],
        },
      },
    ],
  },
});
