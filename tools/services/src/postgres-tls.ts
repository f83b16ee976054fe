import { chown, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { makeCertificate, type Certificate } from './certificate.js';
import type { User } from './unprivileged.js';

/**
 * Creates the certificate of a PostgreSQL, and its rules for clients: the superuser may connect without TLS, also for
 * replication; every other role only with TLS.
 *
 * @param directory gets the files
 * @param user runs the server, and becomes the owner of its key
 */
export async function postgresTls(
  directory: string,
  superuser: string,
  user: User | undefined,
): Promise<{ readonly certificate: Certificate; readonly settings: Readonly<Record<string, string>> }> {
  const certificate = await makeCertificate(directory);
  if (user) {
    await chown(certificate.keyFile, user.uid, user.gid);
  }
  const rules = join(directory, 'pg_hba.conf');
  await writeFile(
    rules,
    [`host all,replication ${superuser} 127.0.0.1/32 trust`, 'hostssl all all 127.0.0.1/32 trust', ''].join('\n'),
  );
  return {
    certificate,
    settings: {
      ssl: 'on',
      ssl_cert_file: certificate.certFile,
      ssl_key_file: certificate.keyFile,
      hba_file: rules,
    },
  };
}
