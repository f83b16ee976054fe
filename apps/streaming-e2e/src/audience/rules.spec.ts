import { describe } from 'vitest';

import { openWorld } from '../support/index.js';
import { describeScene } from './scene.js';
import { scenes } from './scenes.js';

describe('who may see a status, on PostgreSQL and Redis,', () => {
  for (const scene of scenes) {
    describeScene(scene, async (fill) => {
      const world = await openWorld();
      await fill(world.fixtures);
      return world;
    });
  }
});
