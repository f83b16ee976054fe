import 'reflect-metadata';
import { demoBanner } from '@fedistream/demo';
import { startApplication } from './application.js';
import { readSettings, SettingsError, type Settings } from './config/settings.js';

const settings = settingsOrExit();
const { app, address } = await startApplication(settings);

if (settings.DEMO && settings.SOCKET === undefined) {
  process.stdout.write(`\n${demoBanner({ url: address }).join('\n')}\n\n`);
}

for (const signal of ['SIGTERM', 'SIGINT'] as const) {
  process.once(signal, () => {
    void stop();
  });
}

/** Ends gracefully, and in any case when the time for that is over. */
async function stop(): Promise<void> {
  setTimeout(() => process.exit(0), settings.SHUTDOWN_GRACE_SECONDS * 1_000).unref();
  await app.close();
  process.exit(0);
}

function settingsOrExit(): Settings {
  try {
    return readSettings(process.env);
  } catch (failure) {
    if (failure instanceof SettingsError) {
      process.stderr.write(`${failure.message}\n`);
      process.exit(1);
    }
    throw failure;
  }
}
