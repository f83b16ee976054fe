import type { ClientProxy, ReadPacket, Serializer } from '@nestjs/microservices';
import type { Redis } from 'ioredis';
import { firstValueFrom } from 'rxjs';
import type { StreamMessage } from './stream-message.js';

/** The way to Redis. Channels and keys are given as they stand there, namespace included. */
export interface PublishTransport {
  /** Sends at once, in the order of the calls; settles when Redis has the message, rejects when it cannot be reached. */
  publish(channel: string, message: StreamMessage): Promise<void>;

  /** Which of these keys exist, in their order; left out by a transport that cannot ask. */
  exist?(keys: readonly string[]): Promise<readonly boolean[]>;
}

/** Over an ioredis client, which stays yours to configure and to close: `{"event":…,"payload":…}`, as Mastodon itself. */
export function viaIoredis(redis: Pick<Redis, 'publish' | 'mget'>): PublishTransport {
  return {
    publish: async (channel, message) => {
      await redis.publish(channel, message.text);
    },
    exist: async (keys) => (await redis.mget(...keys)).map((value) => value !== null),
  };
}

/**
 * Over a client that NestJS made (`ClientsModule`, `ClientProxyFactory`), which stays yours to close. It cannot ask for
 * keys, so every channel counts as subscribed.
 *
 * Without {@link rawSerializer} the messages are wrapped as `{"pattern":…,"data":{…}}`: Fedistream reads that, other
 * streaming servers do not.
 */
export function viaClientProxy(client: Pick<ClientProxy, 'emit'>): PublishTransport {
  return {
    publish: async (channel, message) => {
      await firstValueFrom(client.emit(channel, message.toJSON()), { defaultValue: undefined });
    },
  };
}

/** For a `ClientRedis` that does nothing but publish here: `options: { serializer: rawSerializer }` leaves out the wrapping. */
export const rawSerializer: Serializer<ReadPacket, unknown> = { serialize: ({ data }: ReadPacket): unknown => data };
