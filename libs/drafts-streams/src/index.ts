import { streamModule, type Environment } from '@fedistream/stream-kit';
import { draftChannel } from './drafts-sync.contract.js';
import { draftsSync } from './drafts-sync.stream.js';
import { DraftsModule, type DraftsSettings } from './drafts.module.js';

export * from './drafts-sync.contract.js';

function settings({ DRAFTS_DATABASE_URL: databaseUrl = '' }: Environment): DraftsSettings {
  if (!/^postgres(?:ql)?:\/\//.test(databaseUrl)) {
    throw new Error('DRAFTS_DATABASE_URL must be a URL that begins with postgresql://');
  }
  return { databaseUrl };
}

/** The streams of team-drafts, with a table of the team's own. */
export default streamModule({
  name: 'drafts',
  owner: 'team-drafts',
  kit: '^1',
  settings,
  imports: (given) => [DraftsModule.forRoot(given)],
  families: [draftChannel],
  streams: [draftsSync],
});
