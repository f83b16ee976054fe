import { demoUser, writer, writers } from './people.js';
import { Bag, type Random } from './random.js';
import { announcements, directMessages, editNotes, privatePosts, replies } from './texts.js';
import { Snowflakes } from './snowflakes.js';
import {
  announcement,
  announcementEnd,
  directMessageFrom,
  filtersChanged,
  notificationFrom,
  reaction,
  type Moment,
} from './social.js';
import { boostOf, edited, statusOf } from './status.js';
import { Timeline } from './timeline.js';
import type { DemoMessage } from './demo-message.js';
import type { Status } from './entities.js';

/** Makes the messages that are published together, in this order. */
type Step = () => DemoMessage[];
type Origin = 'local' | 'remote';

const millisecondsPerHour = 3_600_000;

/**
 * An endless sequence of steps. Their order is the same in each round, so a client of any stream receives an event within one
 * round. Authors and texts are random.
 */
export class DemoScript {
  readonly #random: Random;
  readonly #now: () => number;
  readonly #ids = new Snowflakes();
  readonly #timeline = new Timeline();
  readonly #authors: Bag<(typeof writers)[number]>;
  readonly #ownStatus: Status;
  readonly #round: readonly Step[];
  #position = 0;
  #announcementId = '0';

  /** @param now the clock, in ms since 1970 */
  constructor(random: Random, now: () => number) {
    this.#random = random;
    this.#now = now;
    this.#authors = this.#bag(writers.filter(({ bot }) => !bot));
    const written = now() - millisecondsPerHour;
    this.#ownStatus = statusOf(demoUser, demoUser.drafts[0], { id: this.#ids.next(written), at: written });
    this.#round = this.#makeRound();
  }

  /** The number of steps in a round. */
  get roundLength(): number {
    return this.#round.length;
  }

  /** The next step. */
  next(): DemoMessage[] {
    const step = this.#round[this.#position % this.#round.length];
    this.#position += 1;
    return step?.() ?? [];
  }

  /** Deletions and edits come a few steps after their status, so that a client receives it first. */
  #makeRound(): Step[] {
    const localPost = this.#posts('local', false);
    const remotePost = this.#posts('remote', false);
    const localPicture = this.#posts('local', true);
    const remotePicture = this.#posts('remote', true);
    const directMessage = this.#directMessages();
    const react = (name: string, count: number) => () =>
      reaction({ name, count, announcement_id: this.#announcementId });
    return [
      localPost,
      remotePicture,
      this.#mentions(),
      remotePost,
      () => this.#edit(),
      localPicture,
      this.#announcements(),
      remotePost,
      directMessage,
      () => this.#notify('favourite'),
      localPost,
      react('🎉', 1),
      remotePicture,
      () => this.#delete(),
      remotePost,
      () => this.#boost(),
      () => this.#notify('reblog'),
      localPicture,
      this.#privatePosts(),
      react('🎉', 2),
      localPost,
      directMessage,
      filtersChanged,
      remotePost,
      () => this.#notify('follow'),
      react('🐈', 1),
      remotePicture,
      () => announcementEnd(this.#announcementId),
    ];
  }

  #bag<T>(items: readonly T[]): Bag<T> {
    return new Bag(items, this.#random);
  }

  #moment(): Moment {
    const at = this.#now();
    return { id: this.#ids.next(at), at };
  }

  #posts(origin: Origin, withPicture: boolean): Step {
    const candidates = writers
      .filter(({ domain }) => (domain === null) === (origin === 'local'))
      .flatMap((author) => author.drafts.map((draft) => ({ author, draft })))
      .filter(({ draft }) => (draft.picture !== undefined) === withPicture);
    const bag = this.#bag(candidates);
    return () => {
      const { author, draft } = bag.draw();
      return this.#timeline.publish(statusOf(author, draft, this.#moment()));
    };
  }

  #privatePosts(): Step {
    const bag = this.#bag(privatePosts);
    return () => {
      const { from, text } = bag.draw();
      const status = statusOf(writer(from), { text }, { ...this.#moment(), visibility: 'private' });
      return this.#timeline.publish(status);
    };
  }

  #mentions(): Step {
    const bag = this.#bag(replies);
    return () => {
      const { from, text } = bag.draw();
      const author = writer(from);
      const status = statusOf(author, { text }, { ...this.#moment(), visibility: 'unlisted' });
      return [...this.#timeline.publish(status), ...notificationFrom(author, 'mention', status, this.#moment())];
    };
  }

  #directMessages(): Step {
    const bag = this.#bag(directMessages);
    return () => {
      const { from, text } = bag.draw();
      return directMessageFrom(writer(from), text, this.#moment());
    };
  }

  #announcements(): Step {
    const bag = this.#bag(announcements);
    return () => {
      const moment = this.#moment();
      this.#announcementId = moment.id;
      return announcement(bag.draw(), moment);
    };
  }

  #notify(type: 'favourite' | 'reblog' | 'follow'): DemoMessage[] {
    const status = type === 'follow' ? undefined : this.#ownStatus;
    return notificationFrom(this.#authors.draw(), type, status, this.#moment());
  }

  #edit(): DemoMessage[] {
    const status = this.#timeline.newest(1);
    const note = editNotes[status?.language ?? ''];
    return status && note ? this.#timeline.replace(edited(status, note, this.#now())) : [];
  }

  #delete(): DemoMessage[] {
    const status = this.#timeline.newest(2);
    return status ? this.#timeline.remove(status) : [];
  }

  #boost(): DemoMessage[] {
    const status = this.#timeline.newest(3);
    return status ? this.#timeline.publish(boostOf(this.#authors.draw(), status, this.#moment())) : [];
  }
}
