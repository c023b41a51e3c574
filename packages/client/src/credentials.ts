import type { ByteWriter } from '@quorate/interfaces';
import { beginFrame, endFrame, OpCode, writeAuthPacket, writeRequestHeader, Xid } from '@quorate/protocol';
import { ZkError } from './errors.js';

interface Credential {
  readonly scheme: string;
  readonly auth: Uint8Array;
  /** Null once the server took it, and for those given at the start. */
  waiter: { resolve(): void; reject(error: ZkError): void } | null;
}

/** The identities a connection claims: they belong to the connection, so each new one is told them all again (T65). */
export class Credentials {
  #all: Credential[] = [];
  #asked: Credential[] = [];

  /** @param out the connection's writer; null while there is none */
  add(out: ByteWriter | null, scheme: string, auth: Uint8Array): Promise<void> {
    return new Promise((resolve, reject) => {
      const credential: Credential = { scheme, auth, waiter: { resolve, reject } };
      this.#all.push(credential);
      if (out !== null) this.#write(out, credential);
    });
  }

  addQuietly(scheme: string, auth: Uint8Array): void {
    this.#all.push({ scheme, auth, waiter: null });
  }

  /** Tells a new connection everything. */
  writeAll(out: ByteWriter): void {
    this.#asked = [];
    for (const credential of this.#all) this.#write(out, credential);
  }

  /**
   * Takes the server's answer to the oldest one asked.
   * @returns the error when one was refused that nobody waits for: the client cannot go on as the one it claims to be
   */
  answer(err: number): ZkError | undefined {
    const credential = this.#asked.shift();
    if (credential === undefined) return undefined;
    const waiter = credential.waiter;
    credential.waiter = null;
    if (err === 0) {
      waiter?.resolve();
      return undefined;
    }
    this.#all = this.#all.filter((other) => other !== credential);
    const detail = `the server refuses scheme "${credential.scheme}"`;
    const error = new ZkError(err, '', detail);
    if (waiter === null) return error;
    waiter.reject(error);
    return undefined;
  }

  /** The session is over. */
  end(error: ZkError): void {
    for (const credential of this.#all) credential.waiter?.reject(error);
    this.#all = [];
    this.#asked = [];
  }

  #write(out: ByteWriter, credential: Credential): void {
    const begun = beginFrame(out);
    writeRequestHeader(out, Xid.auth, OpCode.auth);
    writeAuthPacket(out, credential.scheme, credential.auth);
    endFrame(out, begun);
    this.#asked.push(credential);
  }
}
