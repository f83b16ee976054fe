import { mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { runAfterExit, shellQuoted } from './cleanup-process.js';

/** A new directory for one server, removed with this process at the latest. */
export class ServerDirectory {
  /** Absolute. */
  readonly path: string;
  readonly #forget: () => void;

  constructor(name: string) {
    this.path = mkdtempSync(join(tmpdir(), `fedistream-${name}-`));
    this.#forget = runAfterExit(`rm -rf ${shellQuoted(this.path)}`);
  }

  /** The file of the server's output. */
  get log(): string {
    return join(this.path, 'server.log');
  }

  /** Removes the directory with its content. */
  async remove(): Promise<void> {
    await rm(this.path, { recursive: true, force: true });
    this.#forget();
  }
}
