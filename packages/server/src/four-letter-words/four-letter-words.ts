import { conf, dirs } from './configuration-words.js';
import { dump } from './dump-word.js';
import { envi } from './environment-word.js';
import { mntr } from './monitor-word.js';
import { cons, crst, isro, ruok, srst, srvr, stat } from './status-words.js';
import type { ServerView } from './view.js';
import { wchc, wchp, wchs } from './watch-words.js';

interface Word {
  readonly name: string;
  readonly answer: (view: ServerView) => string;
  /** Answered by a server that serves nobody, too. */
  readonly always: boolean;
}

/** Java's default trace mask. */
const TRACE_MASK = '306';

const WORDS: readonly Word[] = [
  { name: 'conf', answer: conf, always: false },
  { name: 'cons', answer: cons, always: false },
  { name: 'crst', answer: crst, always: false },
  { name: 'dirs', answer: dirs, always: false },
  { name: 'dump', answer: dump, always: false },
  { name: 'envi', answer: envi, always: true },
  { name: 'gtmk', answer: () => TRACE_MASK, always: true },
  { name: 'isro', answer: isro, always: true },
  { name: 'mntr', answer: mntr, always: false },
  { name: 'ruok', answer: ruok, always: true },
  { name: 'srst', answer: srst, always: false },
  { name: 'srvr', answer: srvr, always: false },
  { name: 'stat', answer: stat, always: false },
  { name: 'wchc', answer: wchc, always: false },
  { name: 'wchp', answer: wchp, always: false },
  { name: 'wchs', answer: wchs, always: false },
];

/** Four ASCII characters as the unsigned number they are at the beginning of a stream. */
export function codeOf(word: string): number {
  let code = 0;
  for (let i = 0; i < 4; i++) code = code * 256 + word.charCodeAt(i);
  return code;
}

const BY_CODE: ReadonlyMap<number, Word> = new Map(WORDS.map((word) => [codeOf(word.name), word]));

const NOT_SERVING = 'This ZooKeeper instance is not currently serving requests\n';

/** Answers the four-letter words of operators (zk-client-spec 3.1): plain text, then the connection closes. */
export class FourLetterWords {
  readonly #view: ServerView;
  readonly #allowed: ReadonlySet<string>;

  constructor(view: ServerView, whitelist: readonly string[]) {
    this.#view = view;
    const all = whitelist.includes('*');
    // `srvr` answers whatever the list says (T71).
    this.#allowed = new Set(all ? WORDS.map(({ name }) => name) : [...whitelist, 'srvr']);
  }

  /** @param code the first four bytes of a connection; undefined comes back when they are no word, but the length of a frame */
  answer(code: number): string | undefined {
    const word = BY_CODE.get(code);
    if (word === undefined) return undefined;
    if (!this.#allowed.has(word.name)) return `${word.name} is not executed because it is not in the whitelist.\n`;
    if (!word.always && !this.#view.context.serving) return NOT_SERVING;
    return word.answer(this.#view);
  }
}
