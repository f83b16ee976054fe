import { afterAll, afterEach, beforeAll, beforeEach } from 'vitest';

import { expectNothingLeft, openCheckedEnvironment } from '../conformance/checked-environment.js';
import type { RedisTestEnvironment, Viewer, TestEnvironmentOptions } from '../support/index.js';
import { UnaffectedClients } from './unaffected-clients.js';

/** A test environment with a viewer and unaffected clients. All but the environment is new for each test. */
export interface WatchedEnvironment extends RedisTestEnvironment {
  readonly viewer: Viewer;
  /** The viewer's home channel. */
  readonly home: string;
  /** A list of the viewer's. */
  readonly list: string;
  readonly others: UnaffectedClients;
}

/**
 * A checked environment for the tests of a `describe`. After each test the unaffected clients
 * must have received exactly their events, and the server must hold no state. The returned object is filled in before the
 * first test, and before each.
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
    Object.assign(watched, { viewer, list, home, others: await UnaffectedClients.open(watched) });
  });

  afterEach(async () => {
    await watched.others.undisturbed();
    await watched.others.close();
    await expectNothingLeft(watched);
  });

  return watched;
}
