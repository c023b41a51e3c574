import { connect } from 'node:net';

/** Asks a four-letter word; what came until the server closed. An unreachable server gives an empty string. */
export function fourLetter(port: number, word: string, within = 2_000): Promise<string> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    let answer = '';
    const done = () => {
      socket.destroy();
      resolve(answer);
    };
    socket.setEncoding('utf8').setTimeout(within, done);
    socket.on('connect', () => socket.write(word));
    socket.on('data', (text: string) => {
      answer += text;
    });
    socket.on('error', done).on('close', done);
  });
}

/** `mntr` as a map. */
export async function mntr(port: number): Promise<Map<string, string>> {
  const lines = (await fourLetter(port, 'mntr')).split('\n').map((line) => line.split('\t'));
  return new Map(lines.filter((parts) => parts.length >= 2).map(([key, value]) => [key!, value!.trim()]));
}

/** What a server says it is; undefined while it does not serve. */
export type Mode = 'leader' | 'follower' | 'observer' | 'standalone';

/** `Mode` and `Zxid` of `srvr`; undefined while the server does not serve. */
export async function srvr(port: number): Promise<{ mode: Mode; zxid: string } | undefined> {
  const answer = await fourLetter(port, 'srvr');
  const mode = /^Mode: (leader|follower|observer|standalone)$/m.exec(answer)?.[1];
  const zxid = /^Zxid: (0x[0-9a-f]+)$/m.exec(answer)?.[1];
  return mode === undefined || zxid === undefined ? undefined : { mode: mode as Mode, zxid };
}
