import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
const workspace = join(import.meta.dirname, '..', '..', '..', '..');
const compiler = join(workspace, 'node_modules', 'typescript-native', 'bin', 'tsc');

const tsconfig = {
  compilerOptions: {
    target: 'es2023',
    module: 'nodenext',
    strict: true,
    exactOptionalPropertyTypes: true,
    experimentalDecorators: true,
    emitDecoratorMetadata: true,
    skipLibCheck: true,
    types: ['node'],
  },
};

/** A project outside of the workspace that has installed packages of it as `npm pack` makes them. */
export class InstalledProject {
  private constructor(readonly directory: string) {}

  /**
   * Packs libs, and installs them with other packages from the registry into an empty directory.
   *
   * @param libs names under `libs/`, with all that they depend on
   * @param packages as `npm install` takes them
   */
  static async create(libs: readonly string[], packages: readonly string[]): Promise<InstalledProject> {
    const project = new InstalledProject(await mkdtemp(join(tmpdir(), 'fedistream-packages-')));
    const tarballs = join(project.directory, 'tarballs');
    await mkdir(tarballs);
    const folders = libs.flatMap((lib) => ['--workspace', `libs/${lib}`]);
    const { stdout } = await run('npm', ['pack', '--json', '--pack-destination', tarballs, ...folders], {
      cwd: workspace,
    });
    const files = Object.values(JSON.parse(stdout) as Record<string, { readonly filename: string }>).map(
      ({ filename }) => join(tarballs, filename),
    );
    await project.write('package.json', JSON.stringify({ name: 'service', private: true, type: 'module' }));
    await project.write('tsconfig.json', JSON.stringify(tsconfig));
    const options = ['--no-audit', '--no-fund', '--prefer-offline', '--ignore-scripts'];
    await run('npm', ['install', ...options, ...files, ...packages], { cwd: project.directory });
    return project;
  }

  /** Writes a file of the project. */
  async write(name: string, text: string): Promise<void> {
    await writeFile(join(this.directory, name), text);
  }

  /** Compiles the project; throws with the compiler's messages. */
  async compile(): Promise<void> {
    await run(process.execPath, [compiler, '-p', this.directory, '--pretty', 'false']).catch((failure: unknown) => {
      throw new Error((failure as { stdout: string }).stdout);
    });
  }

  /** Runs a compiled file to its end and returns what it printed. */
  async run(name: string, ...args: string[]): Promise<string> {
    const { stdout } = await run(process.execPath, [join(this.directory, name), ...args], { cwd: this.directory });
    return stdout;
  }

  async remove(): Promise<void> {
    await rm(this.directory, { recursive: true, force: true });
  }
}
