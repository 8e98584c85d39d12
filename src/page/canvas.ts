/** A canvas that is as large as its place, sharp on every screen, and drawn again once for all changes of a moment. */
export interface Drawing {
  readonly canvas: HTMLCanvasElement;
  /** In pixels of the style sheet. */
  readonly size: { readonly width: number; readonly height: number };
  redraw(): void;
}

export function makeDrawing(
  canvas: HTMLCanvasElement,
  draw: (context: CanvasRenderingContext2D, size: Drawing["size"]) => void,
  onResize: () => void = () => {},
): Drawing {
  const context = canvas.getContext("2d");
  if (context === null) throw new Error("this browser draws no pictures");
  let size = { width: 0, height: 0 };
  let isAsked = false;
  const redraw = () => {
    if (isAsked) return;
    isAsked = true;
    requestAnimationFrame(() => {
      isAsked = false;
      const ratio = devicePixelRatio;
      const [width, height] = [Math.round(size.width * ratio), Math.round(size.height * ratio)];
      if (canvas.width !== width) canvas.width = width;
      if (canvas.height !== height) canvas.height = height;
      context.setTransform(ratio, 0, 0, ratio, 0, 0);
      context.clearRect(0, 0, size.width, size.height);
      if (width > 0 && height > 0) draw(context, size);
    });
  };
  new ResizeObserver(() => {
    const { clientWidth: width, clientHeight: height } = canvas;
    if (width === size.width && height === size.height) return;
    size = { width, height };
    onResize();
    redraw();
  }).observe(canvas);
  return {
    canvas,
    get size() {
      return size;
    },
    redraw,
  };
}
