import { type Channel, channels } from '@fedistream/domain';
import { Logger } from '@nestjs/common';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type Broker, type MessageListener, messagesPattern, type MessageSource } from '../broker.js';
import type { BrokerServer } from '../broker-server.js';

/** A broker that is not started yet, and a way to publish to it. */
export interface BrokerUnderTest {
  readonly broker: Broker & BrokerServer;
  /** Publishes as another process would. Settles when the server, such as Redis, has accepted the message. */
  publish(channel: Channel, text: string): Promise<void>;
  /** Releases the resources of the test other than the broker. */
  dispose(): Promise<void>;
}

interface Message {
  readonly channel: Channel;
  readonly text: string;
}

/** The promises of {@link Broker}, as tests. Every implementation passes the same ones. */
export function brokerContract(name: string, make: () => Promise<BrokerUnderTest>): void {
  describe(`${name} as a Broker`, () => {
    beforeAll(() => {
      Logger.overrideLogger(false);
    });

    let subject: BrokerUnderTest;
    let received: Message[];
    let arrived: () => void;

    beforeEach(async () => {
      subject = await make();
      received = [];
      arrived = () => undefined;
      await start(subject.broker, (channel, message) => {
        received.push({ channel, text: message.toString() });
        arrived();
      });
    });

    afterEach(async () => {
      await subject.broker.close();
      await subject.dispose();
    });

    /** Waits for a message with this text: messages published before it on the same connection have arrived by then. */
    function arrival(text: string): Promise<void> {
      return new Promise((resolve) => {
        arrived = () => {
          if (received.some((message) => message.text === text)) {
            resolve();
          }
        };
        arrived();
      });
    }

    /** Proves absence: waits for a message that is published after all others. */
    async function fence(): Promise<void> {
      await subject.broker.subscribe('timeline:fence');
      await subject.publish('timeline:fence', 'fence');
      await arrival('fence');
      received = received.filter((message) => message.channel !== 'timeline:fence');
    }

    it('is ready once it is started', () => {
      expect(subject.broker.ready).toBe(true);
    });

    it('delivers a message that is published as soon as subscribe has settled', async () => {
      await subject.broker.subscribe('timeline:1');
      await subject.publish('timeline:1', 'first');
      await arrival('first');
      expect(received).toEqual([{ channel: 'timeline:1', text: 'first' }]);
    });

    it('delivers no message of a channel that is not subscribed', async () => {
      await subject.publish('timeline:2', 'not subscribed');
      await fence();
      expect(received).toEqual([]);
    });

    it('keeps the order of messages within and between channels, control channels included', async () => {
      await Promise.all([subject.broker.subscribe('timeline:1'), subject.broker.subscribe('timeline:2')]);
      const published: Message[] = [];
      const sources = ['timeline:1', channels.system('7'), 'timeline:2', channels.accessToken('9')];
      for (let index = 0; index < 400; index++) {
        published.push({ channel: sources[index % sources.length] ?? '', text: `message ${index}` });
      }
      await Promise.all(published.map(({ channel, text }) => subject.publish(channel, text)));
      await arrival('message 399');
      expect(received).toEqual(published);
    });

    it('delivers messages of the control channels without a subscription', async () => {
      await subject.publish(channels.system('1'), 'to an account');
      await subject.publish(channels.accessToken('2'), 'to a token');
      await arrival('to a token');
      expect(received).toEqual([
        { channel: channels.system('1'), text: 'to an account' },
        { channel: channels.accessToken('2'), text: 'to a token' },
      ]);
    });

    it('delivers a control message once although its channel is also subscribed by name', async () => {
      await subject.broker.subscribe(channels.system('1'));
      await subject.publish(channels.system('1'), 'once');
      await fence();
      expect(received).toEqual([{ channel: channels.system('1'), text: 'once' }]);
    });

    it('delivers messages of a control channel after it was unsubscribed by name', async () => {
      await subject.broker.subscribe(channels.system('1'));
      subject.broker.unsubscribe(channels.system('1'));
      await fence();
      await subject.publish(channels.system('1'), 'still here');
      await arrival('still here');
      expect(received).toHaveLength(1);
    });

    it('delivers a message once, however often its channel was subscribed', async () => {
      await Promise.all([subject.broker.subscribe('timeline:1'), subject.broker.subscribe('timeline:1')]);
      await subject.broker.subscribe('timeline:1');
      await subject.publish('timeline:1', 'once');
      await fence();
      expect(received).toEqual([{ channel: 'timeline:1', text: 'once' }]);
    });

    it('delivers no message after unsubscribe', async () => {
      await subject.broker.subscribe('timeline:1');
      await subject.publish('timeline:1', 'before');
      await arrival('before');
      subject.broker.unsubscribe('timeline:1');
      await fence();
      await subject.publish('timeline:1', 'after');
      await fence();
      expect(received).toEqual([{ channel: 'timeline:1', text: 'before' }]);
    });

    it('obeys the last call: subscribe, unsubscribe, subscribe', async () => {
      void subject.broker.subscribe('timeline:1');
      subject.broker.unsubscribe('timeline:1');
      await subject.broker.subscribe('timeline:1');
      await subject.publish('timeline:1', 'subscribed');
      await fence();
      expect(received).toEqual([{ channel: 'timeline:1', text: 'subscribed' }]);
    });

    it('obeys the last call on a subscribed channel: unsubscribe, subscribe, unsubscribe in one turn', async () => {
      await subject.broker.subscribe('timeline:1');
      subject.broker.unsubscribe('timeline:1');
      void subject.broker.subscribe('timeline:1');
      subject.broker.unsubscribe('timeline:1');
      await fence();
      await subject.publish('timeline:1', 'not subscribed');
      await fence();
      expect(received).toEqual([]);
    });

    it('obeys the last call on a subscribed channel: unsubscribe, subscribe in one turn', async () => {
      await subject.broker.subscribe('timeline:1');
      subject.broker.unsubscribe('timeline:1');
      await subject.broker.subscribe('timeline:1');
      await subject.publish('timeline:1', 'subscribed');
      await fence();
      expect(received).toEqual([{ channel: 'timeline:1', text: 'subscribed' }]);
    });

    it('obeys the last call after 50 changes in different turns', async () => {
      for (let round = 0; round < 50; round++) {
        void subject.broker.subscribe('timeline:1');
        await Promise.resolve();
        subject.broker.unsubscribe('timeline:1');
        if (round % 7 === 0) {
          await subject.publish('timeline:2', 'time passes');
        }
      }
      await subject.broker.subscribe('timeline:1');
      await subject.publish('timeline:1', 'subscribed');
      await fence();
      expect(received).toEqual([{ channel: 'timeline:1', text: 'subscribed' }]);
    });

    it('settles a subscribe that is unsubscribed at once', async () => {
      const subscribed = subject.broker.subscribe('timeline:1');
      subject.broker.unsubscribe('timeline:1');
      await expect(subscribed).resolves.toBeUndefined();
    });

    it('ignores unsubscribe for a channel that was never subscribed', async () => {
      subject.broker.unsubscribe('timeline:1');
      await subject.broker.subscribe('timeline:1');
      await subject.publish('timeline:1', 'subscribed');
      await arrival('subscribed');
      expect(received).toHaveLength(1);
    });

    it('subscribes to 3,000 channels at once', async () => {
      const many = Array.from({ length: 3_000 }, (_, index) => `timeline:${index + 1_000}`);
      await Promise.all(many.map((channel) => subject.broker.subscribe(channel)));
      await Promise.all(many.map((channel) => subject.publish(channel, channel)));
      await arrival(many.at(-1) ?? '');
      expect(received.map(({ channel }) => channel)).toEqual(many);
    });

    it.each([
      ['empty', ''],
      ['with every kind of line break', 'a\nb\r\nc\u2028d\u2029'],
      ['in many scripts', 'ありがとう 🦣 שָׁלוֹם हिन्दी \u0000'],
      ['of 200 KB', 'ß🦣'.repeat(30_000)],
    ])('delivers a message %s unchanged', async (_, text) => {
      await subject.broker.subscribe('timeline:1');
      await subject.publish('timeline:1', text);
      await fence();
      expect(received).toEqual([{ channel: 'timeline:1', text }]);
    });
  });
}

/** Starts a broker as Nest does, with this listener. Rejects with the error that Nest would get. */
export function start(broker: BrokerServer, listener: MessageListener): Promise<void> {
  const accept = (source: MessageSource): Promise<void> => {
    source.setListener(listener);
    return Promise.resolve();
  };
  broker.addHandler(messagesPattern, accept, true);
  return new Promise((resolve, reject) => {
    broker.listen((error?: unknown) => {
      if (error === undefined) {
        resolve();
      } else {
        reject(error instanceof Error ? error : new Error('listen failed'));
      }
    });
  });
}
