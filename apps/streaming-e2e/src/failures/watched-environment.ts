import { afterAll, afterEach, beforeAll, beforeEach } from 'vitest';

import { expectNothingLeft, openCheckedEnvironment } from '../conformance/checked-environment.js';
import type { RedisTestEnvironment, Viewer, TestEnvironmentOptions } from '../support/index.js';
import { UnaffectedClients } from './unaffected-clients.js';

/** Where something goes wrong, and those to whom it happens. All but the environment is new for each test. */
export interface WatchedEnvironment extends RedisTestEnvironment {
  readonly viewer: Viewer;
  /** The viewer's home channel. */
  readonly home: string;
  /** A list of the viewer's. */
  readonly list: string;
  readonly bystanders: UnaffectedClients;
}

/**
 * A checked environment for the tests of a `describe`. After each of them the bystanders must have noticed nothing, and the server
 * must hold nothing of anybody. What it returns is filled in before the first test, and before each.
 */
export function watchedEnvironment(
  options?: TestEnvironmentOptions & { readonly broker?: 'redis' },
): WatchedEnvironment {
  const watched = {} as WatchedEnvironment;

  beforeAll(async () => {
    Object.assign(watched, await openCheckedEnvironment(options));
  });

  afterAll(async () => {
    await watched.stop();
  });

  beforeEach(async () => {
    const viewer = await watched.fixtures.viewer();
    const list = await watched.fixtures.list(viewer.account);
    const home = `timeline:${viewer.account.id}`;
    Object.assign(watched, { viewer, list, home, bystanders: await UnaffectedClients.open(watched) });
  });

  afterEach(async () => {
    await watched.bystanders.undisturbed();
    await watched.bystanders.close();
    await expectNothingLeft(watched);
  });

  return watched;
}
