import { parsePosition, type ParsedPosition } from '@fedistream/history';
import { Logger } from '@nestjs/common';
import { Redis } from 'ioredis';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { redisUrl, withoutRedis } from '../testing/redis-url.js';
import { given, HistoryTrial } from '../testing/history-trial.js';
import { TestServers, program } from '../testing/test-servers.js';

const home = 'timeline:1';
const patient = { timeout: 15_000, interval: 10 };

Logger.overrideLogger(false);

describe.skipIf(withoutRedis)('a recorder', () => {
  let trial: HistoryTrial;

  beforeEach(async () => {
    trial = await HistoryTrial.begin(redisUrl, [home]);
  });

  afterEach(async () => {
    await trial.end();
  });

  /** A leader and a standby that has received everything since a tick. */
  async function two(): Promise<void> {
    await trial.recorder();
    await trial.led();
    await trial.recorder();
    await trial.calm();
  }

  it('hands over to a standby when it is killed, and nothing is missing', async () => {
    await two();
    const { epoch } = trial.node.tracker;
    const position = await trial.publish(home, 'before');
    const texts = Array.from({ length: 50 }, (_, index) => `message ${index}`);
    const publishing = trial.publish(home, ...texts.slice(0, 25));
    trial.leader.recorder.kill();
    await publishing;
    await trial.publish(home, ...texts.slice(25));
    await trial.fenced();
    expect(given(await trial.resume(position))).toEqual(texts);
    expect(trial.node.tracker.epoch).toBe(epoch);
    expect(trial.statistics.epochs).toBe(1);
  });

  it('hands over to a standby when it stops, at once', async () => {
    await two();
    const position = await trial.publish(home, 'before');
    await trial.leader.recorder.close();
    await trial.publish(home, 'after');
    await trial.fenced();
    expect(given(await trial.resume(position))).toEqual(['after']);
    expect(trial.statistics.epochs).toBe(1);
  });

  it('hands over to a standby that has only just begun to listen, when it stops', async () => {
    await trial.recorder();
    await trial.led();
    const position = await trial.publish(home, 'before');
    const stopping = trial.leader;
    await trial.recorder();
    await trial.standingBy();
    await trial.publish(home, 'received by both');
    await stopping.recorder.close();
    await trial.publish(home, 'after');
    await trial.fenced();
    expect(given(await trial.resume(position))).toEqual(['received by both', 'after']);
    expect(trial.statistics.epochs).toBe(1);
  });

  it('begins a new epoch when no standby has received what it had not written', async () => {
    await trial.recorder();
    await trial.led();
    const position = await trial.publish(home, 'before');
    trial.leader.recorder.kill();
    trial.recorders.length = 0;
    await trial.publish(home, 'missed');
    await trial.recorder();
    await trial.led();
    expect(given(await trial.resume(position))).toBe('epoch');
    expect(trial.statistics.epochs).toBe(2);
  });

  it('that was stopped while a standby took over writes nothing more, and stands by again', async () => {
    await two();
    const stopped = trial.leader;
    const position = await trial.publish(home, 'before');
    stopped.proxy.stall();
    await trial.publish(home, 'meanwhile');
    await vi.waitUntil(() => trial.recorders.some((other) => other !== stopped && other.recorder.leading), patient);
    stopped.proxy.resume();
    await vi.waitUntil(() => !stopped.recorder.leading, patient);
    await trial.publish(home, 'after');
    await trial.fenced();
    expect(given(await trial.resume(position))).toEqual(['meanwhile', 'after']);
    expect(trial.statistics.epochs).toBe(1);
    trial.leader.recorder.kill();
    await trial.publish(home, 'last');
    await trial.fenced();
    expect(given(await trial.resume(position))).toEqual(['meanwhile', 'after', 'last']);
  });

  it('that was stopped alone continues where it was: Redis has kept its messages', async () => {
    await trial.recorder();
    await trial.led();
    const position = await trial.publish(home, 'before');
    trial.leader.proxy.stall();
    await trial.publish(home, 'meanwhile');
    await sleep(1_000);
    trial.recorders[0]?.proxy.resume();
    await trial.publish(home, 'after');
    await trial.fenced();
    const resumed = await trial.resume(position);
    expect([['meanwhile', 'after'], 'epoch']).toContainEqual(given(resumed));
  });

  it('asks for the lease again when Redis fails while it begins an epoch, and does not end the process', async () => {
    await trial.recorder();
    await trial.led();
    await trial.publish(home, 'before');
    await trial.fenced(); // It is recorded.
    const failing = vi.spyOn(Redis.prototype, 'hget').mockRejectedValueOnce(new Error('Command timed out'));
    await trial.publisher.del(await trial.publisher.keys(`${trial.prefix}history:*:channels`));
    await trial.publish(home, 'noticed');
    await vi.waitUntil(() => failing.mock.calls.length > 0, patient);
    failing.mockRestore();
    await vi.waitUntil(() => trial.recorders.some(({ recorder }) => recorder.leading), patient);
  });

  it('whose connection is cut hands over to a standby, and nothing is missing', async () => {
    await two();
    const position = await trial.publish(home, 'before');
    trial.leader.proxy.cut();
    await trial.publish(home, 'meanwhile');
    await trial.fenced();
    await trial.publish(home, 'after');
    expect(given(await trial.resume(position))).toEqual(['meanwhile', 'after']);
  });

  it('whose connection is cut alone begins a new epoch', async () => {
    await trial.recorder();
    await trial.led();
    const position = await trial.publish(home, 'before');
    trial.leader.proxy.cut();
    await trial.publish(home, 'meanwhile');
    await vi.waitUntil(() => trial.statistics.epochs === 2, patient);
    await trial.fenced();
    expect(given(await trial.resume(position))).toBe('epoch');
  });

  it('does not record a private channel without a client, and tells clients of it that something is missing', async () => {
    await trial.publisher.del(`${trial.prefix}subscribed:${home}`);
    await trial.recorder();
    await trial.led();
    const [atHome, atPublic] = [trial.markerPosition([home]), trial.markerPosition(['timeline:public'])];
    await trial.publish(home, 'not recorded');
    await trial.publish('timeline:public', 'recorded');
    expect(given(await trial.resume(atHome, [home]))).toBe('trimmed');
    expect(given(await trial.resume(atPublic, ['timeline:public']))).toEqual(['recorded']);
  });

  it('never takes a message for an equal one that was not recorded: the client may have received only that one', async () => {
    const presence = `${trial.prefix}subscribed:${home}`;
    await trial.publisher.del(presence);
    await trial.recorder();
    await trial.led();
    const position = await trial.publish(home, 'same');
    await trial.fenced(); // The recorder has decided not to record it.
    await trial.publisher.set(presence, '1');
    await trial.publish(home, 'missed', 'same', 'last');
    expect(['unknown', 'trimmed']).toContain(given(await trial.resume(position)));
  });

  it.each(['channels', 's:timeline:1', 'i:timeline:1'])(
    'tells clients that something is missing when Redis has evicted %s, and recovers from it',
    async (key) => {
      await trial.recorder();
      await trial.led();
      const marker = trial.markerPosition();
      const position = await trial.publish(home, 'first');
      await trial.publish(home, 'evicted');
      await trial.publisher.del(`${trial.prefix}history:${trial.node.tracker.epoch ?? ''}:${key}`);
      // A tick may have come between: then the recorder has noticed, and begun a new epoch.
      expect(['trimmed', 'epoch', 'noFence']).toContain(given(await trial.resume(marker)));
      expect(['trimmed', 'unknown', 'epoch', 'noFence']).toContain(given(await trial.resume(position)));
      await trial.publish(home, 'next');
      expect(['trimmed', 'unknown', 'epoch', 'noFence']).toContain(given(await trial.resume(marker)));
      await vi.waitFor(async () => {
        const later = await trial.publish(home, `later ${Math.random()}`);
        await trial.publish(home, 'last');
        expect(given(await trial.resume(later))).toEqual(['last']);
      }, patient);
    },
  );

  it('has acknowledged more than a Redis has, after a failover or on a replica: then nothing is given', async () => {
    await trial.recorder();
    await trial.led();
    const position = await trial.publish(home, 'before');
    await trial.publish(home, 'missed');
    await trial.fenced();
    expect(given(await trial.resume(position))).toEqual(['missed']);
    const after = parsePosition(position) as ParsedPosition;
    const upTo = { fence: 0, epoch: after.epoch, sequence: 1_000_000 };
    const query = { channels: [home], after: [after], upTo, limit: 10 } as const;
    expect(await trial.node.store.read(query)).toEqual({ gap: 'unavailable' });
  });

  it('answers nothing without a recorder', async () => {
    const position = await trial.publish(home, 'before');
    expect(position).toBe('');
    expect(given(await trial.resume('AAAAAAAAAAAA.AAAAAAAAAAAAAAAA'))).toBe('noFence');
  });
});

describe.skipIf(program === undefined)('a Redis that is restarted', () => {
  it('has forgotten everything: a new epoch begins, and clients are told', async () => {
    const servers = await TestServers.begin();
    try {
      const first = await servers.server();
      const trial = await HistoryTrial.begin(`redis://127.0.0.1:${first.port}`, [home]);
      await trial.recorder();
      await trial.recorder();
      await trial.led();
      const position = await trial.publish(home, 'before');
      await first.stop();
      await servers.server([], first.port);
      await vi.waitUntil(() => trial.statistics.epochs === 2, patient);
      await trial.standingBy();
      await trial.fenced();
      await trial.publisher.set(`${trial.prefix}subscribed:${home}`, '1');
      await trial.publish(home, 'after');
      expect(given(await trial.resume(position))).toBe('epoch');
      await trial.end();
    } finally {
      await servers.end();
    }
  });
});
