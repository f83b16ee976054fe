import { afterAll, afterEach, beforeAll, beforeEach } from 'vitest';

import { nothingLeft, openCheckedWorld } from '../conformance/checked-world.js';
import type { RedisWorld, Viewer, WorldOptions } from '../support/index.js';
import { Bystanders } from './bystanders.js';

/** Where something goes wrong, and those to whom it happens. All but the world is new for each test. */
export interface WatchedWorld extends RedisWorld {
  readonly viewer: Viewer;
  /** The viewer's home channel. */
  readonly home: string;
  /** A list of the viewer's. */
  readonly list: string;
  readonly bystanders: Bystanders;
}

/**
 * A checked world for the tests of a `describe`. After each of them the bystanders must have noticed nothing, and the server
 * must hold nothing of anybody. What it returns is filled in before the first test, and before each.
 */
export function watchedWorld(options?: WorldOptions & { readonly feed?: 'redis' }): WatchedWorld {
  const watched = {} as WatchedWorld;

  beforeAll(async () => {
    Object.assign(watched, await openCheckedWorld(options));
  });

  afterAll(async () => {
    await watched.stop();
  });

  beforeEach(async () => {
    const viewer = await watched.fixtures.viewer();
    const list = await watched.fixtures.list(viewer.account);
    const home = `timeline:${viewer.account.id}`;
    Object.assign(watched, { viewer, list, home, bystanders: await Bystanders.open(watched) });
  });

  afterEach(async () => {
    await watched.bystanders.undisturbed();
    await watched.bystanders.close();
    await nothingLeft(watched);
  });

  return watched;
}
