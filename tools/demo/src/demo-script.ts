import { demoUser, writer, writers } from './people.js';
import { Bag, type Random } from './random.js';
import { announcements, directMessages, editNotes, quietPosts, replies } from './small-talk.js';
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

/** What happens at one moment: messages that are published together, in this order. */
type Scene = () => DemoMessage[];
type Origin = 'local' | 'remote';

const millisecondsPerHour = 3_600_000;

/**
 * What happens, scene after scene, without end. The order of the scenes is the same in each round, so that a client that opens
 * a stream sees something of it within one round; chance chooses the writer and the text.
 */
export class DemoScript {
  readonly #random: Random;
  readonly #now: () => number;
  readonly #ids = new Snowflakes();
  readonly #timeline = new Timeline();
  readonly #people: Bag<(typeof writers)[number]>;
  readonly #ownStatus: Status;
  readonly #round: readonly Scene[];
  #position = 0;
  #announcementId = '0';

  /** @param now milliseconds since 1970 */
  constructor(random: Random, now: () => number) {
    this.#random = random;
    this.#now = now;
    this.#people = this.#bag(writers.filter(({ bot }) => !bot));
    const written = now() - millisecondsPerHour;
    this.#ownStatus = statusOf(demoUser, demoUser.drafts[0], { id: this.#ids.next(written), at: written });
    this.#round = this.#rehearse();
  }

  /** How many scenes a round has. */
  get roundLength(): number {
    return this.#round.length;
  }

  /** The next scene. */
  next(): DemoMessage[] {
    const scene = this.#round[this.#position % this.#round.length];
    this.#position += 1;
    return scene?.() ?? [];
  }

  /** Deletes and edits come a few scenes after what they concern, so that one sees it change. */
  #rehearse(): Scene[] {
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
      this.#quietPosts(),
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

  #posts(origin: Origin, withPicture: boolean): Scene {
    const pieces = writers
      .filter(({ domain }) => (domain === null) === (origin === 'local'))
      .flatMap((author) => author.drafts.map((draft) => ({ author, draft })))
      .filter(({ draft }) => (draft.picture !== undefined) === withPicture);
    const bag = this.#bag(pieces);
    return () => {
      const { author, draft } = bag.draw();
      return this.#timeline.publish(statusOf(author, draft, this.#moment()));
    };
  }

  #quietPosts(): Scene {
    const bag = this.#bag(quietPosts);
    return () => {
      const { from, text } = bag.draw();
      const status = statusOf(writer(from), { text }, { ...this.#moment(), visibility: 'private' });
      return this.#timeline.publish(status);
    };
  }

  #mentions(): Scene {
    const bag = this.#bag(replies);
    return () => {
      const { from, text } = bag.draw();
      const author = writer(from);
      const status = statusOf(author, { text }, { ...this.#moment(), visibility: 'unlisted' });
      return [...this.#timeline.publish(status), ...notificationFrom(author, 'mention', status, this.#moment())];
    };
  }

  #directMessages(): Scene {
    const bag = this.#bag(directMessages);
    return () => {
      const { from, text } = bag.draw();
      return directMessageFrom(writer(from), text, this.#moment());
    };
  }

  #announcements(): Scene {
    const bag = this.#bag(announcements);
    return () => {
      const moment = this.#moment();
      this.#announcementId = moment.id;
      return announcement(bag.draw(), moment);
    };
  }

  #notify(type: 'favourite' | 'reblog' | 'follow'): DemoMessage[] {
    const status = type === 'follow' ? undefined : this.#ownStatus;
    return notificationFrom(this.#people.draw(), type, status, this.#moment());
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
    return status ? this.#timeline.publish(boostOf(this.#people.draw(), status, this.#moment())) : [];
  }
}
