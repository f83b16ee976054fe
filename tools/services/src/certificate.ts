import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';

import { MissingServerError } from './source.js';

const run = promisify(execFile);

/** A self-signed certificate for 127.0.0.1 and localhost, for servers and clients, and its own authority. */
export interface Certificate {
  readonly certFile: string;
  readonly keyFile: string;
}

/**
 * Creates a certificate that is valid for two days, with the program `openssl`.
 *
 * @param directory gets the files of certificate and key
 * @throws MissingServerError when `openssl` is not installed
 */
export async function makeCertificate(directory: string): Promise<Certificate> {
  const certFile = join(directory, 'certificate.pem');
  const keyFile = join(directory, 'key.pem');
  const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-keyout', keyFile];
  const names = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost,IP:127.0.0.1'];
  try {
    await run('openssl', ['req', '-x509', ...key, ...names, '-days', '2', '-out', certFile]);
  } catch (error) {
    throw (error as NodeJS.ErrnoException).code === 'ENOENT'
      ? new MissingServerError('openssl was not found, which creates certificates. Install openssl.')
      : error;
  }
  return { certFile, keyFile };
}
