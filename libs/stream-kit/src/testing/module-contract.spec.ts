import 'reflect-metadata';
import { Injectable } from '@nestjs/common';
import { describe, expect, it } from 'vitest';
import { channels, payload, stream, streamModule, text, type AnyStream } from '../index.js';
import { moduleContract, openModule, viewer } from './index.js';

const moduleWith = (...streams: AnyStream[]) =>
  streamModule({ name: 'team', owner: 'team-test', kit: '^1', providers: [Access], streams });

@Injectable()
class Access {
  may(): boolean {
    return true;
  }
}

const good = stream({
  name: 'good',
  scopes: ['read'],
  audience: 'per-viewer',
  params: { q: text() },
  inject: { access: Access },
  authorize: ({ deps }) => deps.access.may(),
  channels: () => [channels.public()],
});

/** Opens although it could not ask. */
const careless = stream({
  name: 'careless',
  scopes: ['read'],
  audience: 'chosen-by-publisher',
  inject: { access: Access },
  authorize: ({ deps }) => {
    try {
      return deps.access.may();
    } catch {
      return true;
    }
  },
  channels: () => [channels.public()],
});

/** Says about events with statuses that they have none, and hides them from the audience by a new text. */
const leaking = stream({
  name: 'leaking',
  scopes: ['read'],
  audience: 'per-viewer',
  source: { anything: payload<unknown>({ carriesStatus: false }) },
  events: { card: payload<string>() },
  channels: () => [channels.public()],
  map: (event, context) => context.event('card', Buffer.from(JSON.stringify(event.payload)).toString()),
});

describe('the contract of modules', () => {
  for (const { title, run } of moduleContract(moduleWith(good), { viewer: viewer() })) {
    it(`is kept by a good module, which ${title}`, run);
  }

  it('is broken by a stream that opens although what it injects failed', async () => {
    const [, , , , survives] = moduleContract(moduleWith(careless), { viewer: viewer() });
    await expect(survives?.run()).rejects.toThrow('careless opened although what it injects failed');
  });
});

describe('openModule', () => {
  it('starts a whole module with some of its providers replaced', async () => {
    const module = await openModule(moduleWith(good), {
      override: (testing) => testing.overrideProvider(Access).useValue({ may: () => false }),
    });
    await expect(module.open('good', { params: { q: 'a' } })).rejects.toMatchObject({ code: 'notAuthorized' });
    await module.close();
  });

  it('rejects with everything that keeps a module from starting', async () => {
    await expect(openModule(streamModule({ ...moduleWith(good), kit: '^9' } as never))).rejects.toThrow(/version \^9/);
  });

  it('lets no post that is not public through, whatever a stream makes of it', async () => {
    const [, , leaksNothing] = moduleContract(moduleWith(leaking), { viewer: viewer() });
    await leaksNothing?.run();
  });
});
