// What errors of the system mean, for people.

/** The reason in words, without a full stop. */
export function reasonOf(error: unknown): string {
  const code = (error as { code?: unknown } | null)?.code;
  if (code === 'ENOENT') return 'there is no such file';
  if (code === 'EACCES' || code === 'EPERM') return 'reading it is not permitted';
  if (code === 'EISDIR') return 'it is a folder';
  if (code === 'ENOSPC') return 'the disk is full';
  if (code === 'EROFS') return 'the disk is read-only';
  if (code === 'Z_BUF_ERROR') return 'its compressed data end too early';
  return error instanceof Error ? error.message.replace(/\.$/, '') : String(error);
}
