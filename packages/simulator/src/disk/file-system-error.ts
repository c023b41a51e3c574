const REASONS = {
  EBADF: 'bad file descriptor',
  EEXIST: 'file already exists',
  EIO: 'i/o error',
  EISDIR: 'illegal operation on a directory',
  ENOENT: 'no such file or directory',
  ENOSPC: 'no space left on device',
  ENOTDIR: 'not a directory',
  ENOTEMPTY: 'directory not empty',
} as const;

export type FileSystemErrorCode = keyof typeof REASONS;

/** What a system call would report, in Node's wording. */
export class FileSystemError extends Error {
  readonly code: FileSystemErrorCode;

  constructor(code: FileSystemErrorCode, call: string, path: string) {
    super(`${code}: ${REASONS[code]}, ${call} '${path}'`);
    this.name = 'FileSystemError';
    this.code = code;
  }
}
