/** What a text must not say, and what it says instead. */
export interface Word {
  /** Matches every form of it, with the flags `gi`. A blank stands for any number of blanks, or the end of a line. */
  readonly pattern: RegExp;
  /** The better form, completing "write ...". */
  readonly better: string;
  /** Whether names in code must not contain it either: `NeedleTable`, `theCrowd`. */
  readonly inNames?: boolean;
}

const actor = 'the actor: client, viewer, publisher, subscriber, operator, caller, server';
const clause = `${actor}, or "viewers that ..."`;

/**
 * The dialect that this code base has left behind, with the field's terms. A word is here when a reader who knows NestJS,
 * RxJS and WebSocket has to translate it. English has other uses for some of these words: say those in other words, too.
 */
export const words: readonly Word[] = [
  { pattern: /\b(some|no|any|every)body\b/gi, better: actor },
  { pattern: /\b(some|any|every) ?one(?=['\s.,;:!?)]|$)(?! (of|time|way|such|or)\b)/gi, better: actor },
  { pattern: /\bwho(m|so)?ever\b/gi, better: clause },

  // Clauses without a noun: "Who does not read is cut off". A question may begin with who.
  { pattern: /(?<=^\s*|[.:;] )who (?![^.?]*\?)/gi, better: clause },
  { pattern: /\b(of|for|from|to|with|by|than|about|those|all|and|or|but|only) who\b/gi, better: clause },

  { pattern: /\bneedles?\b/gi, better: 'pattern', inNames: true },
  { pattern: /\bhaystacks?\b/gi, better: 'text', inNames: true },
  { pattern: /\bcrowds?\b/gi, better: 'large blocklist, many viewers, many clients', inNames: true },
  { pattern: /\benem(y|ies)\b/gi, better: 'blocker, blocked account', inNames: true },
  { pattern: /\bhearings?\b/gi, better: 'rule input, evaluation', inNames: true },
  { pattern: /\bverdicts?\b/gi, better: 'rule result, decision', inNames: true },
  { pattern: /\boutlets?\b/gi, better: 'fan-out, publisher', inNames: true },
  { pattern: /\bshel(f|ves)\b/gi, better: 'multimap, index', inNames: true },
  { pattern: /\bcork(er|ers)\b/gi, better: 'corked write', inNames: true },
  { pattern: /\bfetch ?dogs?\b/gi, better: 'cleanup process', inNames: true },
  { pattern: /\bheld ?tables?\b/gi, better: 'table lock', inNames: true },
  { pattern: /\bwaiting (lines?|rooms?)\b/gi, better: 'queue', inNames: true },
  { pattern: /\bquestions together\b/gi, better: 'query batcher', inNames: true },
  { pattern: /\bviewership\b/gi, better: 'viewer set', inNames: true },
  { pattern: /\benduring\b/gi, better: 'reconnecting', inNames: true },
  { pattern: /\boccasionally( each)?\b/gi, better: 'rate-limited, log throttle', inNames: true },

  { pattern: /\b(event|redis|memory) ?feeds?\b|\bfeed servers?\b/gi, better: 'broker', inNames: true },
  { pattern: /(?<!\bline )\b(broken|breaks?|breaking) in\b(?! (the|a|an|this|that|one|two)\b)/gi, better: 'warmed up' },
  { pattern: /\bpart(ed|s|ing)? with (?!(a|the) )/gi, better: 'block, mute' },
  { pattern: /\bhas parted\b|\bhave parted\b/gi, better: 'block, mute' },
  { pattern: /\b(is|are|was|were|be|been|being) told of\b/gi, better: 'is notified of, receives, sees' },
  { pattern: /\b(every )?now and then\b/gi, better: 'rate-limited, at intervals (say which)' },
  { pattern: /\bcut off\b/gi, better: 'disconnected, truncated' },
  { pattern: /\bbystanders?\b/gi, better: 'other clients', inNames: true },

  { pattern: /\banew\b/gi, better: 'again' },
  { pattern: /\b(go|goes|going|went) on\b(?! to\b)/gi, better: 'continue, run' },
  { pattern: /\bgather(s|ed|ing)?\b/gi, better: 'batch, batch delay, collect', inNames: true },
  { pattern: /\bnewcomers?\b/gi, better: 'new client, new connection, new subscription' },
  {
    pattern: /\bbehind (this|that|an?|the|one|its)( own)? (position|event|marker|fence|message|greeting)s?\b/gi,
    better: 'after: behind is a place',
  },
  { pattern: /\bmoods?\b/gi, better: 'behaviour, delay, fault', inNames: true },
  { pattern: /\bhandful\b/gi, better: 'few' },
  { pattern: /\b(let|lets|letting) out\b/gi, better: 'emit, deliver' },
  { pattern: /\b(be|been) (got|had)\b(?! to\b)/gi, better: 'available, fetched' },
  { pattern: /\b(set|sets|setting) apart\b/gi, better: 'hide from, exclude' },
  { pattern: /\bturn(s|ed)? (us|it|them|clients?|viewers?) away\b/gi, better: 'refuse' },
  { pattern: /\blast words\b/gi, better: 'last lines of its output' },
  { pattern: /\bone['’]s own\b/gi, better: 'its own, a new one' },
];
