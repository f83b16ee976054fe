import { Injectable, Logger } from '@nestjs/common';
import { KeyedLogThrottle } from '@fedistream/util';
import type { StreamDefinition } from '../modules/stream-definition.js';
import { StreamStatistics, type StreamFunction } from '../modules/stream-statistics.js';
import { streamFailure } from './stream-failure.js';

/** Counts and logs failures of streams' own code: by stream, so that one which fails for every event hides no other. */
@Injectable()
export class FailureLog {
  readonly #logger = new Logger('Streams');
  readonly #throttle = new KeyedLogThrottle();

  constructor(private readonly statistics: StreamStatistics) {}

  /** @param consequence what became of it, as the end of the sentence */
  add(definition: StreamDefinition, method: StreamFunction, failure: unknown, consequence: string): void {
    const [stream = ''] = definition.names;
    const { failures } = this.statistics.of(stream);
    failures.set(method, (failures.get(method) ?? 0) + 1);
    this.#throttle.run(`${stream} ${method}`, (suffix) => {
      const { message, stack } = streamFailure(stream, method, failure);
      const { owner, name } = definition.module;
      this.#logger.error({ msg: `${message}; ${consequence}${suffix}`, stream, owner, module: name }, stack);
    });
  }
}
