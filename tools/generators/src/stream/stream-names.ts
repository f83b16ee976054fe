/** What a stream's name is called in other places. */
export interface StreamNames {
  /** The name that clients subscribe to: `admin:reports`. */
  readonly name: string;
  /** `adminReports`. */
  readonly constName: string;
  /** The beginning of its files' names: `admin-reports`. */
  readonly fileName: string;
  /** `/api/v1/streaming/admin/reports`. */
  readonly path: string;
}

const form = /^[a-z][a-z0-9]*(?:[_-][a-z0-9]+)*(?::[a-z0-9]+(?:[_-][a-z0-9]+)*)*$/;

/** What the kit's `reserved-names.ts` says; a tool must not import the kit, so a test compares them. */
const reserved = ['health'];

/**
 * Derives the names of everything that a new stream consists of.
 *
 * @throws Error saying what is wrong with the name and what a good one looks like
 */
export function streamNames(name: string): StreamNames {
  if (!form.test(name)) {
    throw new Error(
      `"${name}" cannot be a stream's name: it takes words of a-z, 0-9, _ and - that begin with a letter, joined by ":", as in admin:reports`,
    );
  }
  if (reserved.includes(name)) {
    throw new Error(`"${name}" cannot be a stream's name: /api/v1/streaming/${name} is the server's own`);
  }
  const words = name.split(/[:_-]/);
  const camel = words
    .map((word, index) => (index === 0 ? word : word.charAt(0).toUpperCase() + word.slice(1)))
    .join('');
  return {
    name,
    constName: words.length === 1 ? `${camel}Stream` : camel,
    fileName: words.join('-'),
    path: `/api/v1/streaming/${name.replaceAll(':', '/')}`,
  };
}
