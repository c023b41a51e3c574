import type { Socket } from 'node:net';
import { TLSSocket } from 'node:tls';

const EMAIL = 'emailAddress=';
const EMAIL_OID = '1.2.840.113549.1.9.1';

/** An attribute that RFC 2253 has no keyword for: its OID and the hexadecimal DER of an IA5String, as Java prints it. */
function emailAttribute(address: string): string {
  const bytes = Buffer.from(address, 'latin1');
  if (bytes.length > 127) return `${EMAIL_OID}=${address}`;
  return `${EMAIL_OID}=#16${Buffer.of(bytes.length).toString('hex')}${bytes.toString('hex')}`;
}

/**
 * The subject in RFC 2253 form: most specific attribute first. Node prints one relative name per line, least specific
 * first, values escaped as RFC 2253 wants them.
 */
export function distinguishedName(subject: string): string {
  return subject
    .split('\n')
    .filter((line) => line !== '')
    .reverse()
    .map((line) =>
      line
        .split(' + ')
        .map((part) => (part.startsWith(EMAIL) ? emailAttribute(part.slice(EMAIL.length)) : part))
        .join('+'),
    )
    .join(',');
}

/** The subject of the certificate that the other side proved to own; undefined without TLS, certificate or trust in it. */
export function peerSubject(socket: Socket): string | undefined {
  if (!(socket instanceof TLSSocket) || !socket.authorized) return undefined;
  const subject = socket.getPeerX509Certificate()?.subject;
  return subject ? distinguishedName(subject) : undefined;
}
