import type { CoordinationServer } from '@quorate/server';
import type { PeerStatus } from '@quorate/zab';

/** What a server is doing, in a few words; the same words as long as nothing worth telling changed. */
function wordsFor({ role, serving, leader, epoch }: PeerStatus): string {
  if (role === 'looking') return 'looking for a leader';
  if (role === 'leading') return serving ? `leading, epoch ${epoch}` : 'about to lead: waits for a quorum';
  const as = role === 'observing' ? 'observing' : 'following';
  return serving ? `${as} server ${leader ?? '?'}, epoch ${epoch}` : `${as} server ${leader ?? '?'}: catching up`;
}

/** Tells each change of a server's role. */
export function tellRoles(server: CoordinationServer, tell: (text: string) => void): void {
  let last = '';
  server.observables.status$.subscribe((status) => {
    const words = wordsFor(status);
    if (words === last) return;
    last = words;
    tell(words);
  });
}
