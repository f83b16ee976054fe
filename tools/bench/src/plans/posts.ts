import { authors } from '../database/authors.js';
import { languages } from '../events/phrases.js';
import { Random } from '../events/random.js';
import { statusTemplate, type StatusTemplate, type StatusTraits } from '../events/status.js';

/** A status to be published, and what decides about who receives it. */
export interface Post extends StatusTraits {
  readonly status: StatusTemplate;
}

const differentPosts = 256;

/** The statuses that are published in turn: all languages and authors, a third of them with mentions. */
export const posts: readonly Post[] = makePosts();

/** The post for the event with this index. */
export function postOf(index: number): Post {
  const post = posts[index % posts.length];
  if (!post) {
    throw new RangeError(`No post for event ${index}`);
  }
  return post;
}

function makePosts(): Post[] {
  const random = new Random(0x90575);
  return Array.from({ length: differentPosts }, () => {
    const mentions = random.chance(0.3) ? Array.from({ length: 1 + random.below(2) }, () => random.pick(authors)) : [];
    const traits = { author: random.pick(authors), mentions, language: random.pick(languages) };
    return { ...traits, status: statusTemplate(traits, random) };
  });
}
