// The timeline as a picture to be saved: what is in view, with the names of its lanes, as pixels or as shapes.
import type { Theme } from '../base/theme.ts';
import { visibleText } from '../base/visible.ts';
import { Painter } from './draw.ts';
import type { Scene } from './draw.ts';
import { AXIS_CSS, lanesInView } from './layout.ts';
import { SvgSurface } from './svgSurface.ts';
import type { Surface } from './svgSurface.ts';

export interface PictureFrame { readonly title: string; readonly theme: Theme; readonly widthCss: number; readonly heightCss: number; readonly labelsCss: number }
/** Sharp in print and on dense screens. */
const PNG_RATIO = 2;
const INDENT_CSS = 14, PADDING_CSS = 8;

/** PNG as bytes, SVG as text. */
export async function makePicture(format: 'png' | 'svg', scene: Scene, frame: PictureFrame): Promise<Uint8Array | string> {
  const { widthCss, heightCss, labelsCss, theme } = frame;
  if (widthCss <= 0 || heightCss <= 0) throw new Error('There is nothing in view to make a picture of.');
  if (format === 'svg') {
    const marks = new SvgSurface(), labels = new SvgSurface();
    const painter = new Painter(document.createElement('canvas'), theme, marks, 1);
    painter.resize(widthCss, heightCss);
    painter.draw(scene);
    drawLabels(labels, scene, frame);
    return labels.file(labelsCss + widthCss, heightCss, frame.title, { surface: marks, x: labelsCss });
  }
  const marks = document.createElement('canvas'), whole = document.createElement('canvas');
  const painter = new Painter(marks, theme, marks.getContext('2d', { alpha: false })!, PNG_RATIO);
  painter.resize(widthCss, heightCss);
  painter.draw(scene);
  whole.width = Math.round((labelsCss + widthCss) * PNG_RATIO);
  whole.height = Math.round(heightCss * PNG_RATIO);
  const context = whole.getContext('2d', { alpha: false })!;
  context.scale(PNG_RATIO, PNG_RATIO);
  drawLabels(context, scene, frame);
  context.drawImage(marks, labelsCss, 0, widthCss, heightCss);
  const blob = await new Promise<Blob | null>((resolve) => whole.toBlob(resolve, 'image/png'));
  if (!blob) throw new Error('The browser could not make the picture: it may be too large.');
  return new Uint8Array(await blob.arrayBuffer());
}

/** The lanes' names, as the tree beside the canvas shows them. */
function drawLabels(c: Surface, scene: Scene, { title, theme, heightCss, labelsCss }: PictureFrame): void {
  c.fillStyle = theme.background;
  c.fillRect(0, 0, labelsCss, heightCss);
  c.textBaseline = 'middle';
  c.textAlign = 'left';
  const write = (text: string, x: number, y: number): void => {
    const shown = visibleText(text), roomCss = labelsCss - PADDING_CSS - x;
    let fits = shown.length;
    while (fits > 1 && c.measureText(fits < shown.length ? `${shown.slice(0, fits)}…` : shown).width > roomCss) fits--;
    if (roomCss > 0) c.fillText(fits < shown.length ? `${shown.slice(0, fits)}…` : shown, x, y);
  };
  for (const place of lanesInView(scene.layout, scene.scrollCss, heightCss - AXIS_CSS)) {
    const topCss = AXIS_CSS + place.topCss - scene.scrollCss;
    if (topCss < AXIS_CSS - 1) continue;
    c.font = `12px ${theme.font}`;
    c.fillStyle = theme.foreground;
    const x = PADDING_CSS + place.depth * INDENT_CSS;
    write(place.lane.detail === '' ? place.lane.label : `${place.lane.label}  ${place.lane.detail}`, x, topCss + place.heightCss / 2);
    c.fillStyle = theme.line;
    c.fillRect(0, topCss + place.heightCss - 1, labelsCss, 1);
  }
  c.font = `600 12px ${theme.font}`;
  c.fillStyle = theme.foreground;
  write(title, PADDING_CSS, AXIS_CSS / 2);
  c.fillStyle = theme.line;
  c.fillRect(0, AXIS_CSS - 1, labelsCss, 1);
  c.fillRect(labelsCss - 1, 0, 1, heightCss);
}
