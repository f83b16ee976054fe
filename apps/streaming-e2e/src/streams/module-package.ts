import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** The directory of the workspace, with a slash at its end. */
export const workspace = join(import.meta.dirname, '..', '..', '..', '..');

/** A package of a stream module, as if it had been installed: the server loads modules by the names of their packages. */
export class ModulePackage {
  readonly name: string;
  readonly #directory: string;

  /** @param name unique among the tests; the process is added to it */
  constructor(name: string) {
    this.name = `fedistream-${name}-${process.pid}`;
    this.#directory = join(workspace, 'node_modules', this.name);
  }

  /** Writes its files, JavaScript by name; `index.js` has the module. */
  write(files: Readonly<Record<string, string>>): void {
    mkdirSync(this.#directory, { recursive: true });
    const manifest = JSON.stringify({ version: '1.0.0', type: 'module', main: 'index.js' });
    for (const [file, text] of Object.entries({ ...files, 'package.json': manifest })) {
      writeFileSync(join(this.#directory, file), text);
    }
  }

  remove(): void {
    rmSync(this.#directory, { recursive: true, force: true });
  }
}
