import type { Channel } from '@fedistream/domain';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { HistorySettings } from '../history-settings.js';
import { markerChannel } from '../marker.js';
import { messageHash, scopedPosition, scopeOf } from '../position.js';
import type { TrackedHistory } from './tracked-history.js';

/** A history with its recorder, and a node that receives everything on {@link contractChannels}. */
export interface HistoryUnderTest {
  readonly node: TrackedHistory;
  /** Publishes as the platform does; settles when the node has received the message. */
  publish(channel: Channel, text: string): Promise<void>;
  /** Ends the recorder and begins another one that has missed what is published in between. */
  restartRecorder(missed: () => Promise<void>): Promise<void>;
  /** Ends everything. */
  dispose(): Promise<void>;
}

/** The channels that the node of a {@link HistoryUnderTest} receives, besides that of markers. */
export const contractChannels = ['timeline:1', 'timeline:1:notifications', 'timeline:public', 'timeline:system:1'];

const small = { privateChannel: { entries: 5, bytes: 4_000 }, publicChannel: { entries: 8, bytes: 8_000 } };

/** The promises of {@link HistoryStore}, as tests. Every adapter passes the same ones. */
export function historyContract(
  name: string,
  make: (settings: Partial<HistorySettings>) => Promise<HistoryUnderTest>,
): void {
  describe(`${name} keeps the promises of a HistoryStore`, () => {
    let history: HistoryUnderTest;

    afterEach(async () => {
      await history.dispose();
    });

    /** Publishes one message, and the position that the node gives it. */
    async function published(channel: Channel, text: string): Promise<string> {
      await history.publish(channel, text);
      const last = history.node.received.findLast((message) => message.channel === channel && message.text === text);
      return last?.position ?? '';
    }

    async function missed(position: string, channels: readonly Channel[] = ['timeline:1']): Promise<unknown> {
      const { answer } = await history.node.resume(channels, position);
      return 'gap' in answer ? answer.gap : answer.entries.map(({ message }) => message.toString());
    }

    /** The position of a client of one channel that is told one without a message. */
    async function checkpoint(): Promise<string> {
      const arrival = await history.node.tracker.fence().arrived;
      return scopedPosition(arrival?.position ?? '', scopeOf(['timeline:1']));
    }

    describe('with usual bounds', () => {
      beforeEach(async () => {
        history = await make({});
      });

      it('answers with everything after a position, in order, and nothing before it', async () => {
        await published('timeline:1', 'a');
        const position = await published('timeline:1', 'b');
        await published('timeline:1', 'c');
        await published('timeline:1', 'd');
        expect(await missed(position)).toEqual(['c', 'd']);
      });

      it('answers with nothing when nothing was missed', async () => {
        expect(await missed(await published('timeline:1', 'a'))).toEqual([]);
      });

      it('joins two channels in the order of publishing, whichever channel the position is of', async () => {
        const first = await published('timeline:1', 'a');
        const second = await published('timeline:1:notifications', 'b');
        await published('timeline:1', 'c');
        await published('timeline:1:notifications', 'd');
        await published('timeline:public', 'of another channel');
        const channels = ['timeline:1', 'timeline:1:notifications'];
        expect(await missed(first, channels)).toEqual(['b', 'c', 'd']);
        expect(await missed(second, channels)).toEqual(['c', 'd']);
      });

      it('finds the place of a marker among the messages of a channel', async () => {
        await published('timeline:1', 'before');
        const position = await checkpoint();
        await published('timeline:1', 'after');
        expect(await missed(position)).toEqual(['after']);
      });

      it('finds no marker by a position without a scope, and no message by one with a scope', async () => {
        const message = await published('timeline:1', 'message');
        const marker = await checkpoint();
        expect(await missed(marker.slice(0, marker.lastIndexOf('.')))).toBe('unknown');
        expect(await missed(scopedPosition(message, scopeOf(['timeline:1'])))).toBe('unknown');
      });

      it('gives texts back unchanged, long, short or with any characters', async () => {
        const position = await published('timeline:1', 'start');
        const texts = [
          '{"event":"update","payload":{"id":12345678901234567890}}',
          'é🎉\u0000\u2028',
          'x'.repeat(50_000),
          ' ',
        ];
        for (const text of texts) {
          await published('timeline:1', text);
        }
        expect(await missed(position)).toEqual(texts);
      });

      it('gives equal positions on every node, and no position twice for different channels or texts', () => {
        const position = messageHash('marker', 'timeline:1', 'a');
        expect(messageHash('marker', 'timeline:1', 'a')).toBe(position);
        expect(messageHash('marker', 'timeline:2', 'a')).not.toBe(position);
        expect(messageHash('marker', 'timeline:1', 'b')).not.toBe(position);
        expect(messageHash('another', 'timeline:1', 'a')).not.toBe(position);
      });

      it('puts every message either before the fence into history or behind it into the live part', async () => {
        const start = await published('timeline:1', 'start');
        const texts = Array.from({ length: 120 }, (_, index) => `message ${index}`);
        const publishing = Promise.all(texts.map((text) => history.publish('timeline:1', text)));
        const parts = await Promise.all(
          Array.from({ length: 12 }, async (_, index) => {
            await new Promise((resolve) => setTimeout(resolve, index));
            return history.node.resume(['timeline:1'], start);
          }),
        );
        await publishing;
        for (const { answer, order } of parts) {
          expect(answer).toHaveProperty('entries');
          const past = 'entries' in answer ? answer.entries.map(({ message }) => message.toString()) : [];
          const live = history.node.received.filter(
            ({ channel, order: own }) => channel === 'timeline:1' && own > order,
          );
          expect([...past, ...live.map(({ text }) => text)]).toEqual(texts);
        }
      });

      it('tells equal messages apart when a marker was published between them', async () => {
        const first = await published('timeline:1', 'same');
        await history.node.tracker.fence().arrived;
        const second = await published('timeline:1', 'same');
        await published('timeline:1', 'last');
        expect(await missed(first)).toEqual(['same', 'last']);
        expect(await missed(second)).toEqual(['last']);
      });

      it('repeats rather than loses when equal messages are published after one marker', async () => {
        const first = await published('timeline:1', 'same');
        await published('timeline:1', 'between');
        const second = await published('timeline:1', 'same');
        await published('timeline:1', 'last');
        const given = await missed(second);
        // A tick may have come between them.
        expect(given).toEqual(second === first ? ['between', 'same', 'last'] : ['last']);
        expect(await missed(first)).toEqual(['between', 'same', 'last']);
      });

      it('finds no position that is forged, of another channel, or no position at all', async () => {
        const other = await published('timeline:public', 'public');
        const own = await published('timeline:1', 'own');
        expect(await missed(other)).toBe('unknown');
        expect(await missed(`${own.slice(0, -4)}AAAA`)).toBe('unknown');
        expect(await missed('nonsense')).toBe('invalid');
        expect(await missed(`${own}.${own}`)).toBe('invalid');
      });

      it('never records control channels and markers', async () => {
        const position = await published('timeline:1', 'start');
        await published('timeline:system:1', '{"event":"kill"}');
        expect(await missed(position, ['timeline:1', 'timeline:system:1', markerChannel])).toEqual([]);
      });

      it('answers with a gap for a position of an earlier epoch, also when the same text is published again', async () => {
        const old = await published('timeline:1', 'same');
        await history.restartRecorder(async () => {
          await history.publish('timeline:1', 'missed by the recorder');
        });
        await vi.waitFor(
          () => {
            expect(history.node.tracker.epoch).not.toBe(old.split('.')[0]);
          },
          { timeout: 10_000, interval: 20 },
        );
        const position = await published('timeline:1', 'same');
        await published('timeline:1', 'later');
        expect(await missed(old)).toBe('epoch');
        expect(await missed(position)).toEqual(['later']);
      });
    });

    describe('with small bounds', () => {
      beforeEach(async () => {
        history = await make(small);
      });

      it('answers with a gap when something after the position was dropped for the number of entries', async () => {
        const positions: string[] = [];
        for (let index = 0; index < 8; index++) {
          positions.push(await published('timeline:1', `message ${index}`));
        }
        // Five are kept, 3 to 7; a client that has 2 has missed nothing that is dropped.
        expect(await missed(positions[0] ?? '')).toBe('unknown');
        expect(await missed(positions[3] ?? '')).toEqual(['message 4', 'message 5', 'message 6', 'message 7']);
      });

      it('never takes a message for an equal one that was dropped: the client may have received only the first', async () => {
        for (const withMarker of [false, true]) {
          const first = await published('timeline:1', 'same');
          for (let index = 0; index < 6; index++) {
            await published('timeline:1', `message ${index}`);
          }
          // The first one is dropped by now.
          if (withMarker) {
            await history.node.tracker.fence().arrived;
          }
          await published('timeline:1', 'same');
          await published('timeline:1', 'last');
          expect(await missed(first)).toBe('unknown');
        }
      });

      it('answers with a gap when something after the position was dropped for its bytes', async () => {
        const position = await checkpoint();
        for (let index = 0; index < 4; index++) {
          // Random, so that compression does not make room.
          await published(
            'timeline:1',
            `${index}${Array.from({ length: 150 }, () => Math.random().toString(36)).join('')}`,
          );
        }
        expect(await missed(position)).toBe('trimmed');
      });

      it('keeps the loss of one channel from the others', async () => {
        const position = await published('timeline:public', 'start');
        for (let index = 0; index < 8; index++) {
          await published('timeline:1', `message ${index}`);
        }
        expect(await missed(position, ['timeline:public'])).toEqual([]);
      });

      it('answers with a gap, and with nothing else, when more than the limit were missed', async () => {
        const position = await published('timeline:public', 'start');
        for (let index = 0; index < 4; index++) {
          await published('timeline:public', `message ${index}`);
        }
        const three = await history.node.resume(['timeline:public'], position, 3);
        const four = await history.node.resume(['timeline:public'], position, 4);
        expect(three.answer).toEqual({ gap: 'tooMany' });
        expect(four.answer).toHaveProperty('entries.length', 4);
      });
    });

    it('answers with a gap, and with nothing else, when more bytes than the limit were missed', async () => {
      history = await make({});
      const position = await published('timeline:public', 'start');
      for (let index = 0; index < 3; index++) {
        // It shrinks when it is stored: what clients receive counts.
        await published('timeline:public', String(index).repeat(1_000));
      }
      const less = await history.node.resume(['timeline:public'], position, 10, 2_999);
      const enough = await history.node.resume(['timeline:public'], position, 10, 3_000);
      expect(less.answer).toEqual({ gap: 'tooMany' });
      expect(enough.answer).toHaveProperty('entries.length', 3);
    });

    it('drops the channels longest without a message when all together exceed their bound, and answers so', async () => {
      history = await make({ maxBytes: 3_000 });
      const noise = () =>
        Array.from({ length: 80 }, () => Math.random().toString(36).slice(2))
          .join('')
          .slice(0, 800);
      const quiet = await published('timeline:1', 'start');
      await published('timeline:1', noise());
      const busy = await published('timeline:public', 'start');
      for (let index = 0; index < 4; index++) {
        await published('timeline:public', noise());
      }
      expect(['unknown', 'trimmed']).toContain(await missed(quiet));
      expect(['unknown', 'trimmed']).toContain(await missed(quiet, ['timeline:1', 'timeline:public']));
      expect(await missed(busy, ['timeline:public'])).toSatisfy(
        (answer: unknown) => answer === 'trimmed' || answer === 'unknown' || (answer as unknown[]).length === 4,
      );
    });

    it('answers with a gap for a position older than the retention', async () => {
      history = await make({ retentionSeconds: 1 });
      const position = await published('timeline:1', 'old');
      await published('timeline:1', 'later');
      await vi.waitFor(
        async () => {
          expect(await missed(position)).toBe('old');
        },
        { timeout: 10_000, interval: 200 },
      );
    });
  });
}
