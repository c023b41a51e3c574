import type { Millis } from '@quorate/interfaces';
import type { ServerId } from '../peer-api.js';
import type { Effect, LeaderMessage, LearnerMessage, LinkId } from './types.js';

/** A change of role that a handler asks for; carried out when the handler has returned. */
export type Transition =
  | { readonly to: 'looking'; readonly why: string }
  | { readonly to: 'leading' }
  | { readonly to: 'learning'; readonly leader: ServerId };

/** What a handler writes into: effects in the order in which they must happen. */
export class Out {
  effects: Effect[] = [];
  now: Millis = 0;
  next: Transition | null = null;

  add(effect: Effect): void {
    this.effects.push(effect);
  }

  toLearner(link: LinkId, message: LeaderMessage): void {
    this.effects.push({ type: 'sendToLearner', link, message });
  }

  toLeader(link: LinkId, message: LearnerMessage): void {
    this.effects.push({ type: 'sendToLeader', link, message });
  }

  close(link: LinkId, reason: string): void {
    this.effects.push({ type: 'close', link, reason });
  }

  /** The first request wins: what a handler finds later is about a role that has ended. */
  become(transition: Transition): void {
    this.next ??= transition;
  }

  look(why: string): void {
    this.become({ to: 'looking', why });
  }
}
