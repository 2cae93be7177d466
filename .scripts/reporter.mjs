// A reporter for Node's test runner that counts, and keeps what failed and what was left out and why; one JSON document at the end.
export default async function* report(source) {
  const result = { passed: 0, failed: [], skipped: [] };
  for await (const { type, data } of source) {
    if (type !== 'test:pass' && type !== 'test:fail') continue;
    // A suite is what its tests are; a file that could not even be loaded is a failure of its own.
    if (data.details?.type === 'suite' && type === 'test:pass') continue;
    const where = data.file ?? data.name;
    if (data.skip !== undefined || data.todo !== undefined) {
      result.skipped.push({ name: data.name, file: where, because: typeof data.skip === 'string' && data.skip !== '' ? data.skip : 'no reason is given' });
    } else if (type === 'test:pass') result.passed++;
    else if (!/subtests? failed/.test(String(data.details?.error?.message ?? ''))) result.failed.push({ name: data.name, file: where });
  }
  yield JSON.stringify(result);
}
