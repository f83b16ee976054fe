import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
const workspace = join(import.meta.dirname, '..', '..', '..', '..');
const compiler = join(workspace, 'node_modules', 'typescript-native', 'bin', 'tsc');
const npmOptions = ['--no-audit', '--no-fund', '--prefer-offline', '--ignore-scripts'];

const compilerOptions = {
  target: 'es2023',
  module: 'nodenext',
  strict: true,
  exactOptionalPropertyTypes: true,
  experimentalDecorators: true,
  emitDecoratorMetadata: true,
  skipLibCheck: true,
  declaration: true,
  types: ['node'],
};

/** A project outside of the workspace that has installed packages of it as `npm pack` makes them. */
export class InstalledProject {
  private constructor(readonly directory: string) {}

  /**
   * Packs libs with all that they depend on, and installs them with other packages from the registry into an empty
   * directory.
   *
   * @param libs names under `libs/`
   * @param packages as `npm install` takes them
   */
  static async create(libs: readonly string[], packages: readonly string[]): Promise<InstalledProject> {
    const project = new InstalledProject(await mkdtemp(join(tmpdir(), 'fedistream-packages-')));
    const needed = libs.reduce((found, lib) => withDependencies(lib, found), new Set<string>());
    const files = await pack(
      workspace,
      project.directory,
      [...needed].flatMap((lib) => ['--workspace', `libs/${lib}`]),
    );
    await project.write('package.json', JSON.stringify({ name: 'outside', private: true, type: 'module' }));
    await run('npm', ['install', ...npmOptions, ...files, ...packages], { cwd: project.directory });
    return project;
  }

  /** Writes a file of the project. */
  async write(name: string, text: string): Promise<void> {
    const file = join(this.directory, name);
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, text);
  }

  /** Compiles a folder of the project with options of its own; throws with the compiler's messages. */
  async compile(folder: string): Promise<void> {
    await this.write(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions, include: ['*.ts'] }));
    const args = [compiler, '-p', join(this.directory, folder)];
    await run(process.execPath, args).catch((failure: unknown) => {
      throw new Error((failure as { stdout: string }).stdout);
    });
  }

  /** Runs a compiled file to its end and returns what it printed. */
  async run(name: string, ...args: string[]): Promise<string> {
    const { stdout } = await run(process.execPath, [join(this.directory, name), ...args], { cwd: this.directory });
    return stdout;
  }

  /** Packs a folder of the project, and installs the package into a server that was assembled. */
  async installInto(server: string, folder: string): Promise<void> {
    const files = await pack(join(this.directory, folder), this.directory);
    await run('npm', ['install', '--no-save', '--omit=dev', ...npmOptions, ...files], { cwd: server });
  }

  async remove(): Promise<void> {
    await rm(this.directory, { recursive: true, force: true });
  }
}

/** Runs `npm pack`, and returns the paths of the packages that it made. */
async function pack(directory: string, destination: string, args: readonly string[] = []): Promise<readonly string[]> {
  const { stdout } = await run('npm', ['pack', '--json', '--pack-destination', destination, ...args], {
    cwd: directory,
  });
  const packages = Object.values(JSON.parse(stdout) as Record<string, { readonly filename: string }>);
  return packages.map(({ filename }) => join(destination, filename));
}

/** A lib and all libs that it depends on. */
function withDependencies(lib: string, found: Set<string>): Set<string> {
  found.add(lib);
  const { dependencies = {} } = JSON.parse(readFileSync(join(workspace, 'libs', lib, 'package.json'), 'utf8')) as {
    readonly dependencies?: Readonly<Record<string, string>>;
  };
  for (const name of Object.keys(dependencies).filter((each) => each.startsWith('@fedistream/'))) {
    const needed = name.replace('@fedistream/', '');
    if (!found.has(needed)) {
      withDependencies(needed, found);
    }
  }
  return found;
}
