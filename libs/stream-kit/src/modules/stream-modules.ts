import { Injectable, Logger, type OnApplicationShutdown } from '@nestjs/common';
import { errorReason } from '@fedistream/util';
import type { LoadedModules } from './load-modules.js';
import { describeProblem } from './module-problem.js';

/** The modules of this process: says what was loaded, and ends them with the application. */
@Injectable()
export class StreamModules implements OnApplicationShutdown {
  readonly #logger = new Logger('StreamModules');

  constructor(readonly loaded: LoadedModules) {
    for (const problem of loaded.problems) {
      this.#logger.error({
        msg: `Stream module left out: ${describeProblem(problem)}`,
        package: problem.source.package,
      });
    }
  }

  /** Runs the modules' own shutdown hooks. One that fails keeps no other from ending. */
  async onApplicationShutdown(): Promise<void> {
    await Promise.all(
      this.loaded.contexts.map((context) =>
        context.close().catch((failure: unknown) => {
          this.#logger.error(`A stream module failed to end: ${errorReason(failure)}`);
        }),
      ),
    );
  }
}
