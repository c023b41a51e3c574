import type { Clock } from '@quorate/interfaces';
import { Container } from 'typedi';
import { expect, expectTypeOf, test } from 'vitest';
import { bind, bindValue } from '../src/bind.js';
import { CompositionRoot } from '../src/composition-root.js';
import { CLOCK, LOG_STORE, PEER_TRANSPORT, SERVER, type ServiceToken, TRANSPORT, token } from '../src/tokens.js';

const A: ServiceToken<{ readonly a: string }> = token('A');
const B: ServiceToken<{ readonly b: string }> = token('B');
const C: ServiceToken<{ readonly c: string }> = token('C');

test('a factory gets the services it needs, typed, in the order it names them', async () => {
  const root = await CompositionRoot.create(
    [
      bind(C, [B, A], (b, a) => {
        expectTypeOf(b).toEqualTypeOf<{ readonly b: string }>();
        expectTypeOf(a).toEqualTypeOf<{ readonly a: string }>();
        return { c: b.b + a.a };
      }),
      bind(B, [A], ({ a }) => ({ b: `b${a}` })),
      bindValue(A, { a: 'a' }),
    ],
    [C],
  );
  expect(root.get(C)).toEqual({ c: 'baa' });
  expect(root.get(A)).toEqual({ a: 'a' });
  await root.dispose();
});

test('a factory of another type than its token’s does not compile', () => {
  const clock = {} as Clock;
  // @ts-expect-error a Clock is no LogStore
  bindValue(LOG_STORE, clock);
  // @ts-expect-error a Clock is no Transport
  bind(TRANSPORT, [CLOCK], (given) => given);
  // @ts-expect-error two services where one is named
  bind(CLOCK, [CLOCK], (given, _other: Clock) => given);
  expect(bind(CLOCK, [CLOCK], (given) => given).token).toBe(CLOCK);
});

test('all missing tokens are named at once, and who needs them, before anything is made', async () => {
  let made = 0;
  const bindings = [
    bind(SERVER, [A, CLOCK, TRANSPORT], () => {
      throw new Error('must not be made');
    }),
    bind(A, [PEER_TRANSPORT], () => {
      made += 1;
      return { a: '' };
    }),
  ];
  await expect(CompositionRoot.create(bindings, [SERVER, LOG_STORE])).rejects.toMatchObject({
    code: 'BAD_CONFIG',
    message:
      'cannot compose: nothing is bound to PEER_TRANSPORT (needed by A), CLOCK (needed by SERVER), TRANSPORT (needed by SERVER), LOG_STORE: add a bind(…) for each',
  });
  expect(made).toBe(0);
});

test('a cycle is named, not a stack overflow', async () => {
  const bindings = [
    bind(A, [B], ({ b }) => ({ a: b })),
    bind(B, [C], ({ c }) => ({ b: c })),
    bind(C, [A], ({ a }) => ({ c: a })),
  ];
  await expect(CompositionRoot.create(bindings, [A])).rejects.toMatchObject({
    code: 'BAD_CONFIG',
    message: 'cannot compose: A → B → C → A need each other: one of them must do without',
  });
});

test('each service is made once, eagerly, and only what the roots need', async () => {
  const made: string[] = [];
  const bindings = [
    bind(A, [], () => {
      made.push('A');
      return { a: '' };
    }),
    bind(B, [A], () => {
      made.push('B');
      return { b: '' };
    }),
    bind(C, [A, B], () => {
      made.push('C');
      return { c: '' };
    }),
    bind(LOG_STORE, [], () => {
      throw new Error('nobody needs it');
    }),
  ];
  const root = await CompositionRoot.create(bindings, [C]);
  expect(made).toEqual(['A', 'B', 'C']);
  expect(root.get(C)).toBe(root.get(C));
  expect(made).toEqual(['A', 'B', 'C']);
  expect(() => root.get(LOG_STORE)).toThrow('there is no LOG_STORE here');
  await root.dispose();
});

test('of several bindings of one token the last counts', async () => {
  const root = await CompositionRoot.create(
    [bindValue(A, { a: 'first' }), bind(B, [A], ({ a }) => ({ b: a })), bindValue(A, { a: 'last' })],
    [B],
  );
  expect(root.get(B)).toEqual({ b: 'last' });
  await root.dispose();
});

test('services are ended last made first, each awaited, once', async () => {
  const events: string[] = [];
  const ending = (name: string) => async (): Promise<void> => {
    events.push(`${name} ends`);
    await new Promise<void>((resolve) => setImmediate(resolve));
    events.push(`${name} ended`);
  };
  const root = await CompositionRoot.create(
    [
      bind(A, [], () => ({ a: '' }), ending('A')),
      bind(B, [A], () => ({ b: '' }), ending('B')),
      bind(C, [B], () => ({ c: '' }), ending('C')),
    ],
    [C],
  );
  await Promise.all([root.dispose(), root.dispose()]);
  await root[Symbol.asyncDispose]();
  expect(events).toEqual(['C ends', 'C ended', 'B ends', 'B ended', 'A ends', 'A ended']);
  expect(() => root.get(A)).toThrowError(expect.objectContaining({ code: 'BAD_CONFIG' }));
});

test('when a factory throws, what was made before it is ended, and its error is thrown', async () => {
  const ended: string[] = [];
  const failure = new Error('no disk');
  const bindings = [
    bind(
      A,
      [],
      () => ({ a: '' }),
      () => void ended.push('A'),
    ),
    bind(
      B,
      [A],
      () => ({ b: '' }),
      () => void ended.push('B'),
    ),
    bind(
      C,
      [B],
      () => {
        throw failure;
      },
      () => void ended.push('C'),
    ),
  ];
  await expect(CompositionRoot.create(bindings, [C])).rejects.toBe(failure);
  expect(ended).toEqual(['B', 'A']);
});

test('a service that cannot be ended keeps nobody else from it, and is named', async () => {
  const ended: string[] = [];
  const root = await CompositionRoot.create(
    [
      bind(
        A,
        [],
        () => ({ a: '' }),
        () => void ended.push('A'),
      ),
      bind(
        B,
        [A],
        () => ({ b: '' }),
        () => Promise.reject(new Error('busy')),
      ),
      bind(
        C,
        [B],
        () => ({ c: '' }),
        () => {
          throw new Error('stuck');
        },
      ),
    ],
    [C],
  );
  await expect(root.dispose()).rejects.toMatchObject({
    message: 'C could not be ended: stuck; B could not be ended: busy',
  });
  expect(ended).toEqual(['A']);
});

test('every composition has a container of its own; the global one is never touched', async () => {
  // The library counts its containers in a private field only.
  const instances = (): number => (Container as unknown as { instances: unknown[] }).instances.length;
  const before = instances();
  const first = await CompositionRoot.create([bindValue(A, { a: 'first' })], [A]);
  const second = await CompositionRoot.create([bindValue(A, { a: 'second' })], [A]);
  expect([first.get(A).a, second.get(A).a]).toEqual(['first', 'second']);
  expect(Container.has(A)).toBe(false);
  expect(instances()).toBe(before + 2);
  await first.dispose();
  expect(second.get(A).a).toBe('second');
  await second.dispose();
  expect(instances()).toBe(before);
});

test('a method named destroy is not called behind the owner’s back', async () => {
  let destroyed = 0;
  const withDestroy: ServiceToken<{ destroy(): void }> = token('WITH_DESTROY');
  const root = await CompositionRoot.create(
    [bind(withDestroy, [], () => ({ destroy: () => (destroyed += 1) }))],
    [withDestroy],
  );
  await root.dispose();
  expect(destroyed).toBe(0);
});

test('a token without a name still makes a sentence', async () => {
  const anonymous: ServiceToken<string> = token('');
  await expect(CompositionRoot.create([], [anonymous])).rejects.toThrow('nothing is bound to a token without a name');
});
