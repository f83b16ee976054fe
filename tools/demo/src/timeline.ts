import { onEach, type DemoMessage } from './demo-message.js';
import { ownChannels, publicChannels } from './status-channels.js';
import { readBy } from './status.js';
import type { Status } from './entities.js';

const maxKept = 40;

/** The last statuses published, which later steps edit, boost or delete. */
export class Timeline {
  #recent: Status[] = [];

  /** Publishes a new status on all its channels. */
  publish(status: Status): DemoMessage[] {
    this.#recent.push(status);
    this.#recent = this.#recent.slice(-maxKept);
    return this.#send('update', status);
  }

  /** Publishes the new version of a status. */
  replace(status: Status): DemoMessage[] {
    this.#recent = this.#recent.map((known) => (known.id === status.id ? status : known));
    return this.#send('status.update', status);
  }

  /** Deletes a status. */
  remove(status: Status): DemoMessage[] {
    this.#recent = this.#recent.filter(({ id }) => id !== status.id);
    return onEach([...ownChannels(status), ...publicChannels(status)], 'delete', status.id);
  }

  /** The nth newest public status, counted from 0; the oldest one when there are not that many. */
  newest(n: number): Status | undefined {
    const candidates = this.#recent.filter(({ visibility, reblog }) => visibility === 'public' && !reblog);
    return candidates.at(-1 - n) ?? candidates[0];
  }

  #send(event: string, status: Status): DemoMessage[] {
    return [...onEach(ownChannels(status), event, readBy(status)), ...onEach(publicChannels(status), event, status)];
  }
}
