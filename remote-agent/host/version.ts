// The version that the build writes in.
declare const PORTHOLE_VERSION: string | undefined;
export const VERSION: string = typeof PORTHOLE_VERSION === 'string' ? PORTHOLE_VERSION : '0.0.0-source';
