import type { FileHandle } from '@quorate/interfaces';

/** {@link FileHandle.datasync} as a promise. */
export function datasync(handle: FileHandle): Promise<void> {
  return new Promise((resolve, reject) => {
    handle.datasync((error) => {
      if (error === null) resolve();
      else reject(error);
    });
  });
}
