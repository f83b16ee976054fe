import { dockerAnswers } from './docker.js';
import { fromDebian, type DebianProgram } from './debian.js';
import { findExecutable, type Executable } from './executable.js';
import type { Progress } from './progress.js';

/** Where servers come from, in the order in which that is tried. */
const sources = ['system', 'debian', 'docker'] as const;

/** `system`: installed on this machine; `debian`: fetched from Debian's packages, not installed; `docker`: a container. */
export type Source = (typeof sources)[number];

/** How to find or get a server. */
export interface Program extends DebianProgram {
  /** The names it goes by on PATH. */
  readonly names: readonly string[];
  /** Directories beside PATH in which systems keep it. */
  readonly directories: readonly string[];
  /** What to install, and which variable would do instead. */
  readonly advice: string;
}

/** The server is nowhere on this machine and could not be got; the message says what to install. */
export class MissingServerError extends Error {
  override readonly name = 'MissingServerError';
}

/**
 * An executable for the server, or `docker` when only a container can be had.
 *
 * @param from only these sources; `SERVICES_FROM` (names separated by commas) when absent, and all if that is not set
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
      progress(`${program.name}: could not be had from Debian's packages`);
    });
    if (fetched) {
      return fetched;
    }
  }
  if (from.includes('docker') && (await dockerAnswers())) {
    return 'docker';
  }
  throw new MissingServerError(
    [`${program.name} was not found, and could not be got. ${program.advice}`, ...reasons].join('\n'),
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
