import { dockerAnswers } from './docker.js';
import { fromDebian, type DebianProgram } from './debian.js';
import { findExecutable, type Executable } from './executable.js';
import type { Progress } from './progress.js';

/** The sources of server programs, in the order in which they are tried. */
const sources = ['system', 'debian', 'docker'] as const;

/** `system`: installed on this machine; `debian`: fetched from Debian's packages, not installed; `docker`: a container. */
export type Source = (typeof sources)[number];

/** A server program, and how to find or fetch it. */
export interface Program extends DebianProgram {
  /** Its names on PATH. */
  readonly names: readonly string[];
  /** Further directories in which systems install it. */
  readonly directories: readonly string[];
  /** Tells the developer what to install, or which variable to set instead. */
  readonly advice: string;
}

/** A server program is neither installed nor available from another source. The message says what to install. */
export class MissingServerError extends Error {
  override readonly name = 'MissingServerError';
}

/**
 * Finds or fetches the executable of a server; `docker` if only a container is available.
 *
 * @param from the sources; by default those of `SERVICES_FROM` (names separated by commas), or all if it is not set
 * @throws MissingServerError
 */
export async function findOrGet(
  program: Program,
  progress: Progress,
  from: readonly Source[] = fromEnvironment(),
): Promise<Executable | 'docker'> {
  const reasons: string[] = [];
  const installed = from.includes('system') ? findExecutable(program.names, program.directories) : undefined;
  if (installed) {
    return installed;
  }
  if (from.includes('debian')) {
    const fetched = await fromDebian(program, progress).catch((error: unknown) => {
      reasons.push(`Debian's packages: ${lastLines(error)}`);
      progress(`${program.name}: not available from Debian's packages`);
    });
    if (fetched) {
      return fetched;
    }
  }
  if (from.includes('docker') && (await dockerAnswers())) {
    return 'docker';
  }
  throw new MissingServerError(
    [`${program.name} was not found, and could not be fetched. ${program.advice}`, ...reasons].join('\n'),
  );
}

function fromEnvironment(): readonly Source[] {
  const names = process.env['SERVICES_FROM']?.split(',') ?? [];
  const unknown = names.find((name) => !isSource(name));
  if (unknown !== undefined) {
    throw new Error(`SERVICES_FROM=${names.join(',')}: "${unknown}" is none of ${sources.join(', ')}.`);
  }
  return names.length === 0 ? sources : names.filter(isSource);
}

function isSource(name: string): name is Source {
  return (sources as readonly string[]).includes(name);
}

function lastLines(error: unknown): string {
  const { stderr, message } = error as { stderr?: unknown; message?: unknown };
  const text = typeof stderr === 'string' && stderr.trim() !== '' ? stderr : String(message);
  return text.trim().split('\n').slice(-3).join(' ');
}
