import type { Millis } from '@quorate/interfaces';

/** Latencies of answered requests, in whole milliseconds as ZooKeeper counts them. */
export class Latency {
  count = 0;
  sum = 0;
  min = 0;
  max = 0;

  add(ms: Millis): void {
    const whole = ms < 1 ? 0 : Math.floor(ms);
    if (this.count === 0 || whole < this.min) this.min = whole;
    if (whole > this.max) this.max = whole;
    this.count += 1;
    this.sum += whole;
  }

  /** 0 while nothing was counted. */
  get average(): number {
    return this.count === 0 ? 0 : this.sum / this.count;
  }

  reset(): void {
    this.count = 0;
    this.sum = 0;
    this.min = 0;
    this.max = 0;
  }
}

/** What a server counts for `stat` and `mntr` (zk-client-spec 3.2). */
export class ServerStats {
  readonly latency = new Latency();
  packetsReceived = 0;
  packetsSent = 0;
  /** Requests handed to the engine and not answered yet. */
  outstanding = 0;
  connectionsRejected = 0;
  sessionlessExpired = 0;
  sessionsExpired = 0;
  authFailed = 0;
  connectionsMade = 0;
  revalidations = 0;
  /** Messages of other servers that could not be read. */
  unreadableMessages = 0;

  /** `srst`: packets and latencies begin again. */
  reset(): void {
    this.latency.reset();
    this.packetsReceived = 0;
    this.packetsSent = 0;
  }
}
