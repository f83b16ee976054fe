import { mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { runAfterExit, shellQuoted } from './cleanup-process.js';

/** A new directory for one server; gone with this process at the latest. */
export class ServerDirectory {
  /** Absolute. */
  readonly path: string;
  readonly #forget: () => void;

  constructor(name: string) {
    this.path = mkdtempSync(join(tmpdir(), `fedistream-${name}-`));
    this.#forget = runAfterExit(`rm -rf ${shellQuoted(this.path)}`);
  }

  /** Where the server's output goes. */
  get log(): string {
    return join(this.path, 'server.log');
  }

  /** Removes it with all that is in it. */
  async remove(): Promise<void> {
    await rm(this.path, { recursive: true, force: true });
    this.#forget();
  }
}
