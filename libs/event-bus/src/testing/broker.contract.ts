import { type Channel, channels } from '@fedistream/domain';
import { Logger } from '@nestjs/common';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type Broker, messagePattern, type MessageContext } from '../broker.js';
import type { BrokerServer } from '../broker-server.js';

/** A broker, not yet started, and a way to publish on what it is fed by. */
export interface BrokerUnderTest {
  readonly broker: Broker & BrokerServer;
  /** Publishes as another process of the platform would; settles when the broker has taken the message. */
  publish(channel: Channel, text: string): Promise<void>;
  /** Ends whatever the test needed besides the broker. */
  dispose(): Promise<void>;
}

interface Message {
  readonly channel: Channel;
  readonly text: string;
}

/** The promises of {@link Broker}, as tests. Every broker passes the same ones. */
export function brokerContract(name: string, make: () => Promise<BrokerUnderTest>): void {
  describe(`${name} keeps the promises of an EventFeed`, () => {
    beforeAll(() => {
      Logger.overrideLogger(false);
    });

    let fed: BrokerUnderTest;
    let received: Message[];
    let arrived: () => void;

    beforeEach(async () => {
      fed = await make();
      received = [];
      arrived = () => undefined;
      fed.broker.addHandler(
        messagePattern,
        (text: string, context?: MessageContext) => {
          received.push({ channel: context?.channel ?? '', text });
          arrived();
          return Promise.resolve();
        },
        true,
      );
      await start(fed.broker);
    });

    afterEach(async () => {
      await fed.broker.close();
      await fed.dispose();
    });

    /** Waits for a message of this text: what was published before it on the same connection has arrived by then. */
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

    /** Proves absence: a channel followed after all that was done before, and a message published on it last. */
    async function fence(): Promise<void> {
      await fed.broker.subscribe('timeline:fence');
      await fed.publish('timeline:fence', 'fence');
      await arrival('fence');
      received = received.filter((message) => message.channel !== 'timeline:fence');
    }

    it('is ready once started', () => {
      expect(fed.broker.ready).toBe(true);
    });

    it('hands on a message that is published as soon as follow has settled', async () => {
      await fed.broker.subscribe('timeline:1');
      await fed.publish('timeline:1', 'first');
      await arrival('first');
      expect(received).toEqual([{ channel: 'timeline:1', text: 'first' }]);
    });

    it('hands on nothing of channels that nobody follows', async () => {
      await fed.publish('timeline:2', 'unheard');
      await fence();
      expect(received).toEqual([]);
    });

    it('keeps the order within a channel and between a channel and the control channels', async () => {
      await Promise.all([fed.broker.subscribe('timeline:1'), fed.broker.subscribe('timeline:2')]);
      const published: Message[] = [];
      const sources = ['timeline:1', channels.system('7'), 'timeline:2', channels.accessToken('9')];
      for (let index = 0; index < 400; index++) {
        published.push({ channel: sources[index % sources.length] ?? '', text: `message ${index}` });
      }
      await Promise.all(published.map(({ channel, text }) => fed.publish(channel, text)));
      await arrival('message 399');
      expect(received).toEqual(published);
    });

    it('follows the control channels from the start', async () => {
      await fed.publish(channels.system('1'), 'to an account');
      await fed.publish(channels.accessToken('2'), 'to a token');
      await arrival('to a token');
      expect(received).toEqual([
        { channel: channels.system('1'), text: 'to an account' },
        { channel: channels.accessToken('2'), text: 'to a token' },
      ]);
    });

    it('hands on a control message once, although its channel is also followed by name', async () => {
      await fed.broker.subscribe(channels.system('1'));
      await fed.publish(channels.system('1'), 'once');
      await fence();
      expect(received).toEqual([{ channel: channels.system('1'), text: 'once' }]);
    });

    it('goes on following the control channels after one was left by name', async () => {
      await fed.broker.subscribe(channels.system('1'));
      fed.broker.unsubscribe(channels.system('1'));
      await fence();
      await fed.publish(channels.system('1'), 'still here');
      await arrival('still here');
      expect(received).toHaveLength(1);
    });

    it('hands on a message once, however often its channel was followed', async () => {
      await Promise.all([fed.broker.subscribe('timeline:1'), fed.broker.subscribe('timeline:1')]);
      await fed.broker.subscribe('timeline:1');
      await fed.publish('timeline:1', 'once');
      await fence();
      expect(received).toEqual([{ channel: 'timeline:1', text: 'once' }]);
    });

    it('hands on nothing after unfollow', async () => {
      await fed.broker.subscribe('timeline:1');
      await fed.publish('timeline:1', 'before');
      await arrival('before');
      fed.broker.unsubscribe('timeline:1');
      await fence();
      await fed.publish('timeline:1', 'after');
      await fence();
      expect(received).toEqual([{ channel: 'timeline:1', text: 'before' }]);
    });

    it('counts the last call: followed, left, followed', async () => {
      void fed.broker.subscribe('timeline:1');
      fed.broker.unsubscribe('timeline:1');
      await fed.broker.subscribe('timeline:1');
      await fed.publish('timeline:1', 'heard');
      await fence();
      expect(received).toEqual([{ channel: 'timeline:1', text: 'heard' }]);
    });

    it('counts the last call: left, followed, left, in one go on a channel that was followed', async () => {
      await fed.broker.subscribe('timeline:1');
      fed.broker.unsubscribe('timeline:1');
      void fed.broker.subscribe('timeline:1');
      fed.broker.unsubscribe('timeline:1');
      await fence();
      await fed.publish('timeline:1', 'unheard');
      await fence();
      expect(received).toEqual([]);
    });

    it('counts the last call: left and followed again in one go', async () => {
      await fed.broker.subscribe('timeline:1');
      fed.broker.unsubscribe('timeline:1');
      await fed.broker.subscribe('timeline:1');
      await fed.publish('timeline:1', 'heard');
      await fence();
      expect(received).toEqual([{ channel: 'timeline:1', text: 'heard' }]);
    });

    it('counts the last call, whatever came in between and however late the answers are', async () => {
      for (let round = 0; round < 50; round++) {
        void fed.broker.subscribe('timeline:1');
        await Promise.resolve();
        fed.broker.unsubscribe('timeline:1');
        if (round % 7 === 0) {
          await fed.publish('timeline:2', 'time passes');
        }
      }
      await fed.broker.subscribe('timeline:1');
      await fed.publish('timeline:1', 'heard');
      await fence();
      expect(received).toEqual([{ channel: 'timeline:1', text: 'heard' }]);
    });

    it('settles a follow that is left again at once', async () => {
      const followed = fed.broker.subscribe('timeline:1');
      fed.broker.unsubscribe('timeline:1');
      await expect(followed).resolves.toBeUndefined();
    });

    it('ignores that a channel is left which was never followed', async () => {
      fed.broker.unsubscribe('timeline:1');
      await fed.broker.subscribe('timeline:1');
      await fed.publish('timeline:1', 'heard');
      await arrival('heard');
      expect(received).toHaveLength(1);
    });

    it('follows thousands of channels at once', async () => {
      const many = Array.from({ length: 3_000 }, (_, index) => `timeline:${index + 1_000}`);
      await Promise.all(many.map((channel) => fed.broker.subscribe(channel)));
      await Promise.all(many.map((channel) => fed.publish(channel, channel)));
      await arrival(many.at(-1) ?? '');
      expect(received.map(({ channel }) => channel)).toEqual(many);
    });

    it.each([
      ['empty', ''],
      ['with every kind of line break', 'a\nb\r\nc\u2028d\u2029'],
      ['of many scripts', 'ありがとう 🦣 שָׁלוֹם हिन्दी \u0000'],
      ['of 200 KB', 'ß🦣'.repeat(30_000)],
    ])('hands on a text %s as it is', async (_, text) => {
      await fed.broker.subscribe('timeline:1');
      await fed.publish('timeline:1', text);
      await fence();
      expect(received).toEqual([{ channel: 'timeline:1', text }]);
    });

    it('survives a handler that fails', async () => {
      const failing = await make();
      const second = new Promise<void>((resolve) => {
        const handler = (text: string): Promise<void> => {
          if (text === 'second') {
            resolve();
          }
          return Promise.reject(new Error('the handler fails'));
        };
        failing.broker.addHandler(messagePattern, handler, true);
      });
      await start(failing.broker);
      await failing.broker.subscribe('timeline:1');
      await failing.publish('timeline:1', 'first');
      await failing.publish('timeline:1', 'second');
      await second;
      await failing.broker.close();
      await failing.dispose();
    });
  });
}

/** Starts a broker as Nest does. */
export function start(broker: BrokerServer): Promise<void> {
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
