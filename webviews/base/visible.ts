// Text from a capture as it is shown: characters that hide, or turn the reading direction round, are written out, so that a name cannot pass for another.

/** Controls, zero-width characters, direction marks and overrides, line and paragraph separators, byte order mark. */
const HIDDEN = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ufff9-\ufffb]/g;

/** `a\u202eb` with the escape spelled out; tabs and line ends stay. */
export function visibleText(text: string): string {
  return text.replace(HIDDEN, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`);
}
