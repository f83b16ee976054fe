import { onTestFinished } from 'vitest';

import type { StreamClient } from '../support/index.js';

/** Closes the client at the end of the running test, so that the next test starts without it. */
export async function closeAfterTest<Client extends StreamClient>(opening: Promise<Client>): Promise<Client> {
  const client = await opening;
  onTestFinished(() => client.close());
  return client;
}
