import { migrate } from '@fedistream/database';
import { freePort, type StartedPostgres, type StartedRedis } from '@fedistream/services';
import { afterAll, describe, expect, it, type TestContext } from 'vitest';

import {
  eventStreamUrl,
  Fixtures,
  metric,
  ownPostgres,
  ownRedis,
  publishEvent,
  RedisPublisher,
  Server,
  untilMetric,
  type Viewer,
} from '../support/index.js';
import { Browser, chromium, hasChromium } from './browser.js';

const unanswered = 'fedistream_event_streams_unanswered_total';
const id = 'EventSource';
const atEnd: (() => Promise<unknown>)[] = [];

/** What the browser connects to, all of it stoppable. */
interface Own {
  readonly redis: StartedRedis;
  readonly postgres: StartedPostgres;
  readonly publisher: RedisPublisher;
  readonly viewer: Viewer;
  readonly env: Readonly<Record<string, string>>;
}

async function openOwn(test: TestContext): Promise<Own> {
  const redis = await ownRedis(test);
  atEnd.push(() => redis.stop());
  const postgres = await ownPostgres(test);
  atEnd.push(() => postgres.stop());
  const url = await postgres.createDatabase();
  await migrate(url);
  const fixtures = new Fixtures(url);
  const viewer = await fixtures.viewer();
  await fixtures.close();
  const publisher = new RedisPublisher(redis.url);
  atEnd.push(() => publisher.close());
  const env = { REDIS_URL: redis.url, DATABASE_URL: url, PORT: String(await freePort()) };
  return { redis, postgres, publisher, viewer, env };
}

describe.skipIf(!hasChromium)(
  `an EventSource in Chromium${hasChromium ? '' : ` (skipped: there is no ${chromium} on this machine)`}`,
  () => {
    afterAll(async () => {
      for (const end of atEnd.splice(0).reverse()) {
        await end();
      }
    });

    it('comes back by itself after the server was restarted, while Redis is down, and while PostgreSQL is down', async (test) => {
      const { redis, postgres, publisher, viewer, env } = await openOwn(test);
      let server = await Server.start(env);
      atEnd.push(() => server.stop());
      const channel = `timeline:${viewer.account.id}`;
      const url = eventStreamUrl(server, { stream: 'user', params: { access_token: viewer.token } });
      const browser = await Browser.open({
        events: ['delete'],
        eventSources: [{ id, url: url.href }],
        webSockets: [],
        fetches: [],
      });
      atEnd.push(() => browser.close());
      await browser.reading(id).untilSubscribed(publisher, channel);

      // A drain ends the stream. The server that follows finds no Redis, and would have to answer 503.
      await server.stop();
      await redis.control.stop();
      server = await Server.start(env);
      await untilMetric(server, unanswered, {}, (count) => count > 0);
      await redis.control.start();
      await browser.reading(id).untilSubscribed(publisher, channel);

      await postgres.control.stop();
      const before = Number(await metric(server, unanswered));
      await publishEvent(publisher, `timeline:access_token:${viewer.tokenId}`, 'kill');
      await untilMetric(server, unanswered, {}, (count) => count > before);
      await postgres.control.start();
      await browser.reading(id).untilSubscribed(publisher, channel);

      expect(browser.reading(id).refused).toBe(false);
    });
  },
);
