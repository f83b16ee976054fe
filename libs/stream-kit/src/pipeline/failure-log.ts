import { isStreamingError } from '@fedistream/domain';
import { Injectable, Logger } from '@nestjs/common';
import { KeyedLogThrottle } from '@fedistream/util';
import type { StreamDefinition } from '../modules/stream-definition.js';
import { StreamStatistics, type StreamFunction } from '../modules/stream-statistics.js';
import { StreamFailure } from './stream-failure.js';

/** Counts and logs failures of streams' own code: by stream, so that one which fails for every event hides no other. */
@Injectable()
export class FailureLog {
  readonly #logger = new Logger('Streams');
  readonly #throttle = new KeyedLogThrottle();

  constructor(private readonly statistics: StreamStatistics) {}

  /** Counts a request that was refused because the stream's own code failed; such a refusal is logged where it is told. */
  countRefusal({ names: [stream = ''] }: StreamDefinition, method: StreamFunction, refusal: unknown): void {
    if (isFailure(refusal)) {
      this.statistics.addFailure(stream, method);
    }
  }

  /** @param consequence what became of it, as the end of the sentence */
  add(definition: StreamDefinition, method: StreamFunction, failure: unknown, consequence: string): void {
    const [stream = ''] = definition.names;
    this.statistics.addFailure(stream, method);
    this.#throttle.run(`${stream} ${method}`, (suffix) => {
      const { message, stack, fields } = new StreamFailure({ definition, name: stream }, method, failure);
      this.#logger.error({ msg: `${message}; ${consequence}${suffix}`, ...fields }, stack);
    });
  }
}

/** A refusal that the stream has thrown is an answer. */
function isFailure(refusal: unknown): boolean {
  return !isStreamingError(refusal) || refusal.code === 'unexpected' || refusal.code === 'unavailable';
}
