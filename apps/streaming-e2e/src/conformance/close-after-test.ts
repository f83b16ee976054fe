import { onTestFinished } from 'vitest';

import type { StreamClient } from '../support/index.js';

/** Has a client leave at the end of the running test, so that nothing of it stays for the next one. */
export async function closeAfterTest<Client extends StreamClient>(opening: Promise<Client>): Promise<Client> {
  const client = await opening;
  onTestFinished(() => client.close());
  return client;
}
