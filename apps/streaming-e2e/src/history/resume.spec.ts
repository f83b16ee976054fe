import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  newId,
  authorization,
  EventStreamClient,
  eventStreamUrl,
  openTestEnvironment,
  publishEvent,
  statusBy,
  until,
  type Account,
  type ReceivedEvent,
  type TestEnvironment,
  type Viewer,
} from '../support/index.js';
import { resumingTransports, type ResumedClient } from './resuming-clients.js';

/** The text that tells test events apart, whatever they are. */
function textOf({ event, payload = '' }: ReceivedEvent): string {
  return event === 'delete' ? `delete ${payload}` : ((JSON.parse(payload) as { content?: string }).content ?? '');
}

describe.each(['redis', 'memory'] as const)('a server with a history, on the %s broker', (broker) => {
  let environment: TestEnvironment;
  let viewer: Viewer;
  let author: Account;

  beforeAll(async () => {
    environment = await openTestEnvironment({ broker, env: { HISTORY: 'on' } } as { readonly broker: 'redis' });
    author = await environment.fixtures.account();
  });

  afterAll(async () => {
    await environment.stop();
  });

  /** Publishes a status; answers with what the client has to receive. */
  async function post(channel: string, content: string, by = author, members: object = {}): Promise<string> {
    await publishEvent(environment.publisher, channel, 'update', { ...statusBy(by), ...members, content });
    return content;
  }

  async function expectTexts(client: ResumedClient, texts: readonly string[]): Promise<void> {
    await until(`events ${texts.join(', ')}`, () => client.events().length >= texts.length);
    expect(client.events().map(textOf)).toEqual(texts);
  }

  describe.each(resumingTransports)('over $name', (transport) => {
    /** Opens, receives one event, leaves; the position after that event. */
    async function positionAfterOne(stream: string, channel: string, token: string): Promise<string> {
      const client = await transport.open(environment.server, { token, stream });
      expect(client.recovered).toBeUndefined();
      await post(channel, 'seen');
      await expectTexts(client, ['seen']);
      const seen = client.events().at(-1)?.raw ?? '';
      await client.close();
      return /"id":"([\w.-]+)"\}$/.exec(seen)?.[1] ?? /^id: (.+)$/m.exec(seen)?.[1] ?? '';
    }

    beforeAll(async () => {
      viewer = await environment.fixtures.viewer();
      // The recorder announces itself within a second.
      const first = await transport.open(environment.server, { token: viewer.token, stream: 'user' });
      await until('a position', async () => {
        const next = await transport.open(environment.server, { token: viewer.token, stream: 'public' });
        const known = await Promise.race([next.position(), new Promise((resolve) => setTimeout(resolve, 300))]);
        await next.close();
        return known !== undefined;
      });
      await first.close();
    });

    it.each([
      ['user', (account: Account) => `timeline:${account.id}`],
      ['public', () => 'timeline:public'],
    ])('replays what was missed on %s, once and in order, and continues live', async (stream, channelOf) => {
      const channel = channelOf(viewer.account);
      const position = await positionAfterOne(stream, channel, viewer.token);
      const texts = [await post(channel, 'missed 1'), await post(channel, 'missed 2')];
      const client = await transport.open(environment.server, { token: viewer.token, stream }, position);
      expect(client.recovered).toBe(true);
      texts.push(await post(channel, 'live 1'), await post(channel, 'live 2'));
      await expectTexts(client, texts);
      await client.close();
    });

    it('resumes a client that has received no event at all', async () => {
      const first = await transport.open(environment.server, { token: viewer.token, stream: 'user' });
      const position = await first.position();
      await first.close();
      const missed = await post(`timeline:${viewer.account.id}`, 'missed');
      const client = await transport.open(environment.server, { token: viewer.token, stream: 'user' }, position);
      expect(client.recovered).toBe(true);
      await expectTexts(client, [missed]);
      await client.close();
    });

    it('decides about what was missed as of now', async () => {
      const position = await positionAfterOne('public', 'timeline:public', viewer.token);
      const [blocked, muted, other] = await Promise.all([0, 1, 2].map(() => environment.fixtures.account()));
      await post('timeline:public', 'of a blocked account', blocked);
      await post('timeline:public', 'of a muted account', muted);
      const status = { ...statusBy(other ?? author), content: 'deleted' };
      await publishEvent(environment.publisher, 'timeline:public', 'update', status);
      const passes = await post('timeline:public', 'with a badword', other);
      await publishEvent(environment.publisher, 'timeline:public', 'delete', status.id);
      await environment.fixtures.block(viewer.account, blocked ?? author);
      await environment.fixtures.mute(viewer.account, muted ?? author);
      await environment.fixtures.filter(viewer.account, { title: 'words', keywords: [{ keyword: 'badword' }] });
      await publishEvent(environment.publisher, `timeline:system:${viewer.account.id}`, 'filters_changed');
      const client = await transport.open(environment.server, { token: viewer.token, stream: 'public' }, position);
      expect(client.recovered).toBe(true);
      await expectTexts(client, [passes, `delete ${status.id}`]);
      const [filtered] = client.events();
      expect((JSON.parse(filtered?.payload ?? '{}') as { filtered?: unknown[] }).filtered).toHaveLength(1);
      await client.close();
    });

    it('leaves out what accounts posted to the home timeline that are blocked or muted since', async () => {
      const channel = `timeline:${viewer.account.id}`;
      const position = await positionAfterOne('user', channel, viewer.token);
      const [blocked, muted] = await Promise.all([0, 1].map(() => environment.fixtures.account()));
      await post(channel, 'of a blocked account', blocked, { visibility: 'private' });
      await post(channel, 'of a muted account', muted);
      const kept = await post(channel, 'kept', author, { visibility: 'private' });
      await environment.fixtures.block(viewer.account, blocked ?? author);
      await environment.fixtures.mute(viewer.account, muted ?? author);
      const client = await transport.open(environment.server, { token: viewer.token, stream: 'user' }, position);
      await expectTexts(client, [kept]);
      await client.close();
    });

    it('opens nothing by a position of another account, channel or epoch, or a forged one', async () => {
      const other = await environment.fixtures.viewer();
      const position = await positionAfterOne('user', `timeline:${other.account.id}`, other.token);
      await post(`timeline:${other.account.id}`, 'private');
      await post('timeline:public', 'public');
      const [epoch = '', hash = ''] = position.split('.');
      for (const since of [position, `${epoch}.${'A'.repeat(16)}`, `${'A'.repeat(12)}.${hash}`, 'forged', '"}\n']) {
        const wanted = { token: viewer.token, stream: 'user' };
        const client = await transport.open(environment.server, wanted, since.replace('\n', ' '));
        expect(client.recovered).toBe(false);
        const live = await post(`timeline:${viewer.account.id}`, 'live');
        await expectTexts(client, [live]);
        await client.close();
      }
    });

    it('opens nothing by a position of another stream of the account: what follows is what this stream and token may receive', async () => {
      const { account, user } = viewer;
      const [home, notifications] = [`timeline:${account.id}`, `timeline:${account.id}:notifications`];
      const notify = async () => {
        const payload = { id: newId(), type: 'follow', account: { id: author.id, acct: author.acct } };
        await publishEvent(environment.publisher, notifications, 'notification', payload);
        return payload.id;
      };
      const first = await transport.open(environment.server, { token: viewer.token, stream: 'user' });
      await notify();
      await until('the notification', () => first.events().length === 1);
      const seen = first.events().at(-1)?.raw ?? '';
      const position = /"id":"([\w.-]+)"\}$/.exec(seen)?.[1] ?? /^id: (.+)$/m.exec(seen)?.[1] ?? '';
      await first.close();
      await post(home, 'a private status', author, { visibility: 'private' });
      const missed = await notify();
      const narrower = await environment.fixtures.token(user, { scopes: 'read:statuses' });
      const open = (token: string, stream: string) => transport.open(environment.server, { token, stream }, position);

      const ofNotifications = await open(viewer.token, 'user:notification');
      const live = await notify();
      await until('the live notification', () => ofNotifications.events().length >= 2);
      const ids = ofNotifications.events().map(({ payload = '{}' }) => (JSON.parse(payload) as { id: string }).id);
      expect([ofNotifications.recovered, ids]).toEqual([true, [missed, live]]);
      await ofNotifications.close();

      const withoutNotifications = await open(narrower.token, 'user');
      expect(withoutNotifications.recovered).toBe(false);
      await expectTexts(withoutNotifications, [await post(home, 'live')]);
      await withoutNotifications.close();

      const ofAnotherFeed = await open(viewer.token, 'public');
      expect(ofAnotherFeed.recovered).toBe(false);
      await expectTexts(ofAnotherFeed, [await post('timeline:public', 'live')]);
      await ofAnotherFeed.close();
    });

    it('replays nothing when more than 300 events were missed, and says so', async () => {
      const channel = `timeline:${viewer.account.id}`;
      // A private channel keeps 200: the public one shows the limit of a replay.
      const position = await positionAfterOne('public', 'timeline:public', viewer.token);
      for (let index = 0; index < 301; index++) {
        await post('timeline:public', `missed ${index}`);
      }
      const client = await transport.open(environment.server, { token: viewer.token, stream: 'public' }, position);
      expect(client.recovered).toBe(false);
      await expectTexts(client, [await post('timeline:public', 'live')]);
      await client.close();
      expect(channel).toBeDefined();
    });
  });

  it('sends clients that neither send a position nor name the media type the bytes that it always sent', async () => {
    const url = eventStreamUrl(environment.server, { stream: 'user' });
    const client = await EventStreamClient.open(url, { ...authorization(viewer), Accept: '*/*' });
    await post(`timeline:${viewer.account.id}`, 'first');
    await until('the event', () => client.received.length > 0);
    expect(client.bytes.toString()).toMatch(/^:\)\nevent: update\ndata: .+\n\n$/);
    await client.close();
  });

  it('tells browsers of the header that says how a resume has ended', async () => {
    const url = eventStreamUrl(environment.server, { stream: 'user' });
    url.searchParams.set('last_event_id', 'unknown');
    const client = await EventStreamClient.open(url, authorization(viewer));
    expect(client.headers['stream-resumed']).toBe('false');
    expect(client.headers['access-control-expose-headers']).toBe('Stream-Resumed');
    await until('the gap', () => client.received.some(({ event }) => event === 'stream.gap'));
    await client.close();
  });
});
