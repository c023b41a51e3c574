import { ByteWriter, type Zxid } from '@quorate/interfaces';
import { beginFrame, endFrame, KeeperState, writeReplyHeader, writeWatcherEvent, Xid } from '@quorate/protocol';
import type { WatchEventType } from '@quorate/znode';

/** Watch events as frames. One event goes to many watchers in a row, so the last one is kept encoded. */
export class EventFrames {
  readonly #writer = new ByteWriter(512);
  #type = 0;
  #path = '';
  #zxid: Zxid | -1 = -1;
  #frame: Uint8Array = new Uint8Array(0);

  /** Valid until the next call. @param zxid of the txn that fired, -1 for catch-up events (zk-client-spec 1.4) */
  encode(type: WatchEventType, path: string, zxid: Zxid | -1): Uint8Array {
    if (type === this.#type && zxid === this.#zxid && path === this.#path) return this.#frame;
    const out = this.#writer;
    out.rewind(0);
    const begun = beginFrame(out);
    writeReplyHeader(out, Xid.notification, zxid, 0);
    writeWatcherEvent(out, type, KeeperState.syncConnected, path);
    endFrame(out, begun);
    this.#type = type;
    this.#path = path;
    this.#zxid = zxid;
    this.#frame = out.peek();
    return this.#frame;
  }
}
