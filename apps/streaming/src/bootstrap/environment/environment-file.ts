import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { parse } from 'dotenv';
import type { EnvironmentTexts } from './environment.js';

/** Mastodon's environment file. */
export interface EnvironmentFile {
  readonly path: string;
  /** `undefined` when the file cannot be read. */
  readonly texts: EnvironmentTexts | undefined;
  /** Why the file cannot be read, as `EACCES`; `ENOENT` is the usual case of no file. */
  readonly failure: string | undefined;
}

/**
 * Reads the file that Mastodon's streaming server reads, with the same parser: `.env.production` if NODE_ENV is
 * `production`, else `.env`. A missing or unreadable file is no error, as there.
 *
 * @param directory where the file is searched: the working directory
 */
export function readEnvironmentFile(process: EnvironmentTexts, directory: string): EnvironmentFile {
  const path = resolve(directory, process['NODE_ENV'] === 'production' ? '.env.production' : '.env');
  try {
    return { path, texts: parse(readFileSync(path)), failure: undefined };
  } catch (failure) {
    return { path, texts: undefined, failure: (failure as NodeJS.ErrnoException).code ?? String(failure) };
  }
}

/**
 * The variables of the file and of the process. One that the process has, even if it is empty, wins. NODE_ENV of the file
 * does not count: it would have chosen the file.
 */
export function mergeEnvironments(process: EnvironmentTexts, file: EnvironmentFile): EnvironmentTexts {
  const ofFile = Object.entries(file.texts ?? {}).filter(([name]) => name !== 'NODE_ENV');
  return { ...Object.fromEntries(ofFile), ...process };
}
