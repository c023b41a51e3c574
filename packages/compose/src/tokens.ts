import type { Clock, LogStore, SnapshotStore, StateMachineFactory, Transport } from '@quorate/interfaces';
import type { CoordinationServer, CoordinationServerOptions, ZNodeTree } from '@quorate/server';
import { Token } from 'typedi';

/** A typedi token that only a `T` fits. */
export interface ServiceToken<T> extends Token<T> {
  /** Never there; makes tokens of different types different types. */
  readonly fits?: (value: T) => T;
}

/** Any token: only its identity and name are looked at. */
export type AnyToken = Token<unknown>;

/** The type of the service behind a token. */
export type ServiceOf<K> = K extends ServiceToken<infer T> ? T : never;

/** @param name appears in error messages */
export function token<T>(name: string): ServiceToken<T> {
  return new Token<T>(name);
}

/** What a missing or circular binding is called in error messages. */
export function nameOf(key: AnyToken): string {
  return key.name || 'a token without a name';
}

/** How a server makes its engine; `@quorate/zab`'s `Peer` by default. */
export type PeerFactory = NonNullable<CoordinationServerOptions['createEngine']>;

export const CLOCK: ServiceToken<Clock> = token('CLOCK');
/** Carries clients. */
export const TRANSPORT: ServiceToken<Transport> = token('TRANSPORT');
/** Carries elections and replication. */
export const PEER_TRANSPORT: ServiceToken<Transport> = token('PEER_TRANSPORT');
export const LOG_STORE: ServiceToken<LogStore> = token('LOG_STORE');
export const SNAPSHOT_STORE: ServiceToken<SnapshotStore> = token('SNAPSHOT_STORE');
export const STATE_MACHINE: ServiceToken<StateMachineFactory<ZNodeTree>> = token('STATE_MACHINE');
export const PEER: ServiceToken<PeerFactory> = token('PEER');
export const SERVER: ServiceToken<CoordinationServer> = token('SERVER');
