import { createPrivateKey, X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { SettingsError } from './environment/environment.js';

const parsers = { certificate: (pem: string) => new X509Certificate(pem), 'private key': createPrivateKey } as const;

/**
 * Reads a PEM file and checks what it holds: TLS would ignore an authority that it cannot parse, and fail later without
 * naming it.
 *
 * @param setting what the error message begins with
 * @throws SettingsError when the file cannot be read or holds something else
 */
export function readPem(file: string, kind: keyof typeof parsers, setting: string): string {
  let problem = 'file that can be read';
  try {
    const pem = readFileSync(file, 'utf8');
    problem = `PEM file with a ${kind}`;
    parsers[kind](pem);
    return pem;
  } catch (failure) {
    throw new SettingsError(`${setting} must be a ${problem}`, { cause: failure });
  }
}
