import type { ChainableCommander, Redis } from 'ioredis';
import { createHash } from 'node:crypto';

/** What Redis takes for a key or an argument. */
export type ScriptArgument = string | number | Buffer;

/** A Lua script, sent once and then called by its hash. Redis carries each call out as a whole. */
export class Script {
  readonly #source: string;
  readonly #sha: string;

  constructor(source: string) {
    this.#source = source;
    this.#sha = createHash('sha1').update(source).digest('hex');
  }

  /** Teaches the script to the server of this connection. To be called for each new connection. */
  async load(client: Redis): Promise<void> {
    await client.script('LOAD', this.#source);
  }

  /** Adds a call to a pipeline. */
  add(pipeline: ChainableCommander, keys: readonly string[], values: readonly ScriptArgument[]): void {
    pipeline.evalsha(this.#sha, keys.length, ...keys, ...values);
  }

  /** Calls it; teaches the script first if the server has forgotten it. Bulk strings of the answer are Buffers. */
  async run(client: Redis, keys: readonly string[], values: readonly ScriptArgument[]): Promise<unknown> {
    try {
      return await client.callBuffer('EVALSHA', this.#sha, keys.length, ...keys, ...values);
    } catch (error) {
      if (!(error instanceof Error) || !error.message.startsWith('NOSCRIPT')) {
        throw error;
      }
      return client.callBuffer('EVAL', this.#source, keys.length, ...keys, ...values);
    }
  }
}
