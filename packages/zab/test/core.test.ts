import { makeZxid, ZXID_ZERO, type Zxid } from '@quorate/interfaces';
import { expect, test } from 'vitest';
import { type CoreRecovery, createCore, nextDeadline, repairEpochs, startCore, step } from '../src/core/core.js';
import { statusOf } from '../src/core/status.js';
import type { CoreConfig, CoreEvent, CoreState, Effect, LearnerInfo, Notification, Vote } from '../src/core/types.js';

const CONFIG: CoreConfig = {
  id: 1,
  voters: [1, 2, 3],
  observers: [4],
  initMs: 1000,
  syncMs: 500,
  pingMs: 50,
  settleMs: 20,
  notifyMs: 200,
  windowBytes: 1 << 20,
};

const EMPTY: CoreRecovery = {
  epochs: { acceptedEpoch: 0, promisedTo: 0, currentEpoch: 0 },
  base: ZXID_ZERO,
  last: ZXID_ZERO,
  table: [],
  committed: ZXID_ZERO,
  applied: ZXID_ZERO,
  snapshot: ZXID_ZERO,
};

/** A core and what it has asked for since the last look. */
class Bench {
  readonly state: CoreState;
  now = 0;
  effects: Effect[] = [];

  constructor(recovery: Partial<CoreRecovery> = {}, config: Partial<CoreConfig> = {}) {
    this.state = createCore({ ...CONFIG, ...config }, { ...EMPTY, ...recovery });
    this.effects = startCore(this.state, 0);
  }

  give(event: CoreEvent): Effect[] {
    this.effects = step(this.state, event, this.now);
    return this.effects;
  }

  /** Everything asked of the disk so far is done. */
  persist(): Effect[] {
    return this.give({ type: 'persisted', ticket: this.state.tickets });
  }

  of<T extends Effect['type']>(type: T): Extract<Effect, { type: T }>[] {
    return this.effects.filter((effect): effect is Extract<Effect, { type: T }> => effect.type === type);
  }

  sent(): string[] {
    const out: string[] = [];
    for (const effect of this.effects) {
      if (effect.type === 'sendToLearner' || effect.type === 'sendToLeader') out.push(effect.message.type);
    }
    return out;
  }

  hear(from: number, vote: Vote | null, state: Notification['state'] = 'looking', round = this.state.round): void {
    this.give({ type: 'notification', from, notification: { state, round, vote } });
  }

  get stage(): string {
    const role = this.state.role;
    return role.role === 'looking' ? 'looking' : `${role.role} ${role.stage}`;
  }
}

function info(id: number, part: Partial<LearnerInfo> = {}): LearnerInfo {
  return {
    id,
    kind: id === 4 ? 'observer' : 'voter',
    acceptedEpoch: 0,
    currentEpoch: 0,
    base: ZXID_ZERO,
    last: ZXID_ZERO,
    epochs: [],
    ...part,
  };
}

const OWN: Vote = { leader: 1, zxid: ZXID_ZERO, epoch: 0 };

/** Server 1 made leader by the verdict, with server 2 on link 12. */
function leading(recovery: Partial<CoreRecovery> = {}): Bench {
  const bench = new Bench(recovery);
  bench.give({ type: 'verdict', leader: 1 });
  return bench;
}

function serving(): Bench {
  const bench = leading();
  bench.give({ type: 'fromLearner', link: 12, message: { type: 'followerInfo', info: info(2) } });
  bench.persist();
  bench.give({
    type: 'fromLearner',
    link: 12,
    message: { type: 'ackEpoch', counted: true, currentEpoch: 0, last: ZXID_ZERO },
  });
  bench.persist();
  bench.give({ type: 'fromLearner', link: 12, message: { type: 'ackNewLeader', epoch: 1 } });
  expect(bench.stage).toBe('leading serving');
  return bench;
}

test('election: decides at once when every voter that can be reached agrees', () => {
  const bench = new Bench();
  bench.give({ type: 'reachable', peer: 2, reachable: true });
  bench.hear(2, OWN);
  expect(bench.stage).toBe('leading collecting');
});

test('election: waits the settle time for a reachable voter that has not agreed, no longer', () => {
  const bench = new Bench();
  bench.give({ type: 'reachable', peer: 3, reachable: true });
  bench.hear(2, OWN);
  expect(bench.stage).toBe('looking');
  expect(nextDeadline(bench.state)).toBe(20);
  bench.now = 20;
  bench.give({ type: 'tick' });
  expect(bench.stage).toBe('leading collecting');
});

test('election: a better vote is adopted and passed on; order is epoch, zxid, id', () => {
  const bench = new Bench({ last: makeZxid(1, 5), table: [{ epoch: 1, last: makeZxid(1, 5) }] });
  const better: Vote = { leader: 3, zxid: makeZxid(1, 2), epoch: 2 };
  bench.hear(3, better);
  expect(bench.of('notify').map((effect) => effect.notification.vote)).toEqual([better, better]);
  expect(bench.stage).toBe('following dialling');
});

test('election: a vote of an older round is answered and not counted', () => {
  const bench = new Bench();
  bench.hear(2, OWN, 'looking', 0);
  expect(bench.stage).toBe('looking');
  expect(bench.of('notify')).toHaveLength(1);
});

test('election: no vote leaves before the log is on disk (ReportedPosition)', () => {
  const bench = serving();
  bench.give({ type: 'propose', last: makeZxid(1, 1) });
  bench.now = 501;
  bench.give({ type: 'tick' });
  expect(bench.stage).toBe('looking');
  expect(bench.of('notify')).toEqual([]);
  bench.persist();
  expect(bench.of('notify')[0]!.notification.vote).toEqual({ leader: 1, zxid: makeZxid(1, 1), epoch: 1 });
});

test('discovery: LEADERINFO leaves only after the leader has its own promise on disk (ZOOKEEPER-1291)', () => {
  const bench = leading({ epochs: { acceptedEpoch: 4, promisedTo: 3, currentEpoch: 4 } });
  bench.give({ type: 'fromLearner', link: 12, message: { type: 'followerInfo', info: info(2, { acceptedEpoch: 6 }) } });
  expect(bench.of('saveState')[0]!.state).toEqual({ acceptedEpoch: 7, promisedTo: 1, currentEpoch: 4 });
  expect(bench.sent()).toEqual([]);
  bench.persist();
  expect(bench.of('sendToLearner')[0]!.message).toEqual({ type: 'leaderInfo', epoch: 7 });
});

test('discovery: observers do not count towards an epoch (ZOOKEEPER-2959)', () => {
  const bench = leading();
  bench.give({ type: 'fromLearner', link: 14, message: { type: 'followerInfo', info: info(4) } });
  expect(bench.stage).toBe('leading collecting');
});

test('discovery: an epoch ack that was promised to somebody else does not count', () => {
  const bench = leading();
  bench.give({ type: 'fromLearner', link: 12, message: { type: 'followerInfo', info: info(2) } });
  bench.persist();
  bench.give({
    type: 'fromLearner',
    link: 12,
    message: { type: 'ackEpoch', counted: false, currentEpoch: 0, last: ZXID_ZERO },
  });
  expect(bench.stage).toBe('leading proposingEpoch');
});

test('discovery: a follower that is ahead ends the leadership before it begins (LeaderCompleteness)', () => {
  const bench = leading();
  const ahead = info(2, { last: makeZxid(1, 1), epochs: [{ epoch: 1, last: makeZxid(1, 1) }] });
  bench.give({ type: 'fromLearner', link: 12, message: { type: 'followerInfo', info: ahead } });
  bench.persist();
  bench.give({
    type: 'fromLearner',
    link: 12,
    message: { type: 'ackEpoch', counted: true, currentEpoch: 0, last: ahead.last },
  });
  expect(bench.stage).toBe('looking');
});

test("broadcast: a commit needs a quorum of disks, the leader's own being one of them only once it is synced", () => {
  const bench = serving();
  const txn = makeZxid(1, 1);
  bench.give({ type: 'propose', last: txn });
  expect(bench.of('replicate')[0]).toMatchObject({ link: 12, after: ZXID_ZERO, through: txn });
  bench.give({ type: 'replicated', link: 12, last: txn, bytes: 100, commit: ZXID_ZERO, blocked: false });
  bench.give({ type: 'fromLearner', link: 12, message: { type: 'ack', zxid: txn } });
  expect(bench.state.committed).toBe(ZXID_ZERO);
  bench.persist();
  expect(bench.state.committed).toBe(txn);
  expect(bench.of('apply')).toEqual([{ type: 'apply', zxid: txn }]);
});

test('broadcast: nothing is sent beyond the window; an ack opens it again', () => {
  const bench = serving();
  bench.give({ type: 'propose', last: makeZxid(1, 1) });
  bench.give({ type: 'replicated', link: 12, last: makeZxid(1, 1), bytes: 1 << 20, commit: ZXID_ZERO, blocked: false });
  bench.give({ type: 'propose', last: makeZxid(1, 2) });
  expect(bench.of('replicate')).toEqual([]);
  bench.give({ type: 'fromLearner', link: 12, message: { type: 'ack', zxid: makeZxid(1, 1) } });
  expect(bench.of('replicate')).toHaveLength(1);
});

test('broadcast: an ack of more than was sent closes the link', () => {
  const bench = serving();
  bench.give({ type: 'fromLearner', link: 12, message: { type: 'ack', zxid: makeZxid(1, 9) } });
  expect(bench.of('close')).toHaveLength(1);
});

test('a message that is not legal in its stage closes the link (MessageLegality)', () => {
  const bench = leading();
  bench.give({ type: 'fromLearner', link: 12, message: { type: 'followerInfo', info: info(2) } });
  bench.give({ type: 'fromLearner', link: 12, message: { type: 'ackNewLeader', epoch: 1 } });
  expect(bench.of('close').map((effect) => effect.link)).toEqual([12]);
});

test('a leader back from a pause longer than the sync limit looks before it handles anything', () => {
  const bench = serving();
  bench.now = 10_000;
  bench.give({ type: 'propose', last: makeZxid(1, 1) });
  expect(bench.stage).toBe('looking');
  expect(bench.of('append')).toEqual([]);
});

test('a lost follower costs the leadership after one tick, not at once', () => {
  const bench = serving();
  bench.give({ type: 'linkClosed', link: 12 });
  expect(bench.stage).toBe('leading serving');
  bench.now = 100;
  bench.give({ type: 'tick' });
  expect(bench.stage).toBe('looking');
});

test('barrier: answered by a ping round that began after it, not by one under way', () => {
  const bench = serving();
  bench.now = 50;
  bench.give({ type: 'tick' });
  bench.give({ type: 'barrier', sequence: 1 });
  bench.give({ type: 'fromLearner', link: 12, message: { type: 'pong', sequence: 1 } });
  expect(bench.of('barrierDone')).toEqual([]);
  bench.give({ type: 'turnEnd' });
  expect(bench.sent()).toEqual(['ping']);
  bench.give({ type: 'fromLearner', link: 12, message: { type: 'pong', sequence: 2 } });
  expect(bench.of('barrierDone')).toEqual([{ type: 'barrierDone', sequence: 1, zxid: ZXID_ZERO }]);
});

/** Server 1 follows server 2 on link 21 and has answered LEADERINFO of epoch 3. */
function following(recovery: Partial<CoreRecovery> = {}): Bench {
  const bench = new Bench(recovery);
  bench.give({ type: 'verdict', leader: 2 });
  bench.give({ type: 'dialled', link: 21, generation: bench.state.generation });
  expect(bench.sent()).toEqual(['followerInfo']);
  bench.give({ type: 'fromLeader', link: 21, message: { type: 'leaderInfo', epoch: 3 } });
  return bench;
}

test('follower: ACKEPOCH only after the promise is on disk', () => {
  const bench = following();
  expect(bench.sent()).toEqual([]);
  expect(bench.of('saveState')[0]!.state).toEqual({ acceptedEpoch: 3, promisedTo: 2, currentEpoch: 0 });
  bench.persist();
  expect(bench.of('sendToLeader')[0]!.message).toMatchObject({ type: 'ackEpoch', counted: true });
});

test('follower: the same epoch is promised to one leader only', () => {
  const epochs = { acceptedEpoch: 3, promisedTo: 3, currentEpoch: 2 };
  const bench = following({ epochs });
  expect(bench.of('sendToLeader')[0]!.message).toMatchObject({ type: 'ackEpoch', counted: false });
  const again = following({ epochs: { ...epochs, promisedTo: 2 } });
  expect(again.of('sendToLeader')[0]!.message).toMatchObject({ type: 'ackEpoch', counted: true });
});

test('follower: an epoch below its promise is refused', () => {
  const bench = following({ epochs: { acceptedEpoch: 4, promisedTo: 3, currentEpoch: 2 } });
  expect(bench.stage).toBe('looking');
});

test('follower: NEWLEADER is acked after history and epoch are on disk, in this order (ZOOKEEPER-3911, 4643, 4646)', () => {
  const bench = following();
  bench.persist();
  bench.give({ type: 'fromLeader', link: 21, message: { type: 'diff' } });
  const last = makeZxid(2, 7);
  bench.give({ type: 'batch', link: 21, previous: ZXID_ZERO, last, commit: ZXID_ZERO });
  bench.give({ type: 'fromLeader', link: 21, message: { type: 'newLeader', epoch: 3 } });
  expect(bench.effects.map((effect) => effect.type)).toEqual(['saveState', 'persist']);
  bench.persist();
  expect(bench.sent()).toEqual(['ackNewLeader', 'ack']);
});

test('follower: a gap in what is sent ends the role (LogContiguity)', () => {
  const bench = following();
  bench.persist();
  bench.give({ type: 'fromLeader', link: 21, message: { type: 'diff' } });
  bench.give({ type: 'batch', link: 21, previous: makeZxid(2, 1), last: makeZxid(2, 2), commit: ZXID_ZERO });
  expect(bench.stage).toBe('looking');
});

test('follower: applies what is committed and on its own disk, not more (ApplyAfterDurable)', () => {
  const bench = following();
  bench.persist();
  bench.give({ type: 'fromLeader', link: 21, message: { type: 'diff' } });
  const last = makeZxid(2, 2);
  bench.give({ type: 'batch', link: 21, previous: ZXID_ZERO, last, commit: last });
  expect(bench.of('apply')).toEqual([]);
  bench.give({ type: 'turnEnd' });
  bench.persist();
  expect(bench.of('apply')).toEqual([{ type: 'apply', zxid: last }]);
});

test('follower: serves when everything that UPTODATE vouched for is applied (ZOOKEEPER-3023)', () => {
  const bench = following();
  bench.persist();
  bench.give({ type: 'fromLeader', link: 21, message: { type: 'diff' } });
  const last: Zxid = makeZxid(2, 2);
  bench.give({ type: 'batch', link: 21, previous: ZXID_ZERO, last, commit: ZXID_ZERO });
  bench.give({ type: 'fromLeader', link: 21, message: { type: 'newLeader', epoch: 3 } });
  bench.persist();
  bench.give({ type: 'fromLeader', link: 21, message: { type: 'upToDate', commit: last } });
  expect(statusOf(bench.state).serving).toBe(false);
  bench.give({ type: 'applied', zxid: last });
  expect(statusOf(bench.state).serving).toBe(true);
});

test('follower: TRUNC forgets, on disk, before anything follows it', () => {
  const table = [{ epoch: 2, last: makeZxid(2, 9) }];
  const bench = following({
    last: makeZxid(2, 9),
    table,
    epochs: { acceptedEpoch: 2, promisedTo: 3, currentEpoch: 2 },
    committed: makeZxid(2, 3),
    applied: makeZxid(2, 3),
  });
  bench.persist();
  bench.give({ type: 'fromLeader', link: 21, message: { type: 'trunc', zxid: makeZxid(2, 4) } });
  expect(bench.effects.map((effect) => effect.type)).toEqual(['truncate', 'persist']);
  const last = makeZxid(2, 4);
  expect(bench.state.log).toMatchObject({ last, durable: last, table: [{ epoch: 2, last }] });
});

test('follower: a ping before the TRUNC commits nothing of a stray tail (PrefixConsistency)', () => {
  const bench = following({
    last: makeZxid(1, 10),
    table: [{ epoch: 1, last: makeZxid(1, 10) }],
    epochs: { acceptedEpoch: 1, promisedTo: 3, currentEpoch: 1 },
    committed: makeZxid(1, 4),
    applied: makeZxid(1, 4),
  });
  bench.persist();
  bench.give({ type: 'fromLeader', link: 21, message: { type: 'ping', sequence: 1, commit: makeZxid(2, 5) } });
  expect(bench.effects.map((effect) => effect.type)).toEqual(['sendToLeader']);
  bench.give({ type: 'fromLeader', link: 21, message: { type: 'trunc', zxid: makeZxid(1, 4) } });
  expect(bench.state.log.last).toBe(makeZxid(1, 4));
});

test('follower: a TRUNC below what is committed here is refused, loudly (CommittedNeverTruncated)', () => {
  const bench = following({
    last: makeZxid(2, 9),
    table: [{ epoch: 2, last: makeZxid(2, 9) }],
    epochs: { acceptedEpoch: 2, promisedTo: 3, currentEpoch: 2 },
    committed: makeZxid(2, 9),
    applied: makeZxid(2, 9),
  });
  bench.persist();
  expect(() => bench.give({ type: 'fromLeader', link: 21, message: { type: 'trunc', zxid: makeZxid(2, 4) } })).toThrow(
    /TRUNC/,
  );
});

test('epochs are repaired upwards from the log, never down (zab-spec 5.5 #1)', () => {
  const state = { acceptedEpoch: 5, promisedTo: 2, currentEpoch: 3 };
  expect(repairEpochs(state, makeZxid(5, 1))).toEqual({ acceptedEpoch: 5, promisedTo: 2, currentEpoch: 5 });
  expect(repairEpochs(state, makeZxid(6, 1))).toEqual({ acceptedEpoch: 6, promisedTo: 0, currentEpoch: 6 });
  expect(repairEpochs(state, makeZxid(3, 9))).toBe(state);
});

test('the state is plain data: a clone steps like the original', () => {
  const bench = serving();
  const clone = structuredClone(bench.state);
  const event: CoreEvent = { type: 'propose', last: makeZxid(1, 1) };
  expect(step(clone, event, 5)).toEqual(step(bench.state, event, 5));
  expect(clone).toEqual(bench.state);
});
