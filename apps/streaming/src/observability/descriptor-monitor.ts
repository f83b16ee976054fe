import { Injectable, Logger, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { closeSync, openSync } from 'node:fs';
import { LogThrottle } from '@fedistream/util';

const intervalMs = 1_000;

/**
 * Notices when the process has no free file descriptor. libuv accepts and closes the connections that arrive then, and
 * reports no error, so each second one descriptor is opened and closed to find out.
 */
@Injectable()
export class DescriptorMonitor implements OnApplicationBootstrap, OnApplicationShutdown {
  /** Seconds without a free descriptor since the start. */
  exhausted = 0;

  readonly #logger = new Logger(DescriptorMonitor.name);
  readonly #throttle = new LogThrottle();
  #timer: NodeJS.Timeout | undefined;

  /** Called by Nest. */
  onApplicationBootstrap(): void {
    this.#timer = setInterval(() => {
      this.probe();
    }, intervalMs).unref();
  }

  /** Called by Nest. */
  onApplicationShutdown(): void {
    clearInterval(this.#timer);
  }

  /** Counts and logs if no descriptor is free. @param open opens a descriptor; it throws as `openSync` */
  probe(open: () => number = () => openSync('/dev/null', 'r')): void {
    try {
      closeSync(open());
    } catch (failure) {
      const { code = '' } = failure as NodeJS.ErrnoException;
      if (code === 'EMFILE' || code === 'ENFILE') {
        this.exhausted += 1;
        this.#throttle.run((suffix) => {
          const limit =
            code === 'EMFILE' ? 'of this process (LimitNOFILE, ulimit -n)' : 'of this machine (fs.file-max)';
          this.#logger.error(
            `No file descriptor is free (${code}): new connections fail; raise the limit ${limit}${suffix}`,
          );
        });
      }
    }
  }
}
