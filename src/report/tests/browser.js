// Looks at every frame as a reader would, and leaves what is wrong as the only text of the document.
const found = [];

function rgba(text) {
  const parts = (text.match(/[\d.]+/g) || []).map(Number);
  return parts.length < 3 ? [0, 0, 0, 0] : [parts[0], parts[1], parts[2], parts.length > 3 ? parts[3] : 1];
}

function over(top, below) {
  const mix = (i) => top[i] * top[3] + below[i] * (1 - top[3]);
  return [mix(0), mix(1), mix(2), 1];
}

// Relative luminance and contrast after WCAG 2.
function luminance(colour) {
  const part = (c) => (c / 255 <= 0.04045 ? c / 255 / 12.92 : ((c / 255 + 0.055) / 1.055) ** 2.4);
  return 0.2126 * part(colour[0]) + 0.7152 * part(colour[1]) + 0.0722 * part(colour[2]);
}

function contrast(a, b) {
  const [one, other] = [luminance(a) + 0.05, luminance(b) + 0.05];
  return Math.max(one, other) / Math.min(one, other);
}

function words(node) {
  return node.textContent.trim().replace(/\s+/g, " ").slice(0, 60);
}

function behind(element, view) {
  const layers = [];
  for (let node = element; node; node = node.parentElement) {
    layers.push(rgba(view.getComputedStyle(node).backgroundColor));
  }
  return layers.reverse().reduce((below, layer) => over(layer, below), [255, 255, 255, 1]);
}

function pages(name, doc, view) {
  const root = doc.documentElement;
  const say = (what) => found.push(`${name}: ${what}`);
  if (root.scrollWidth > root.clientWidth) {
    say(`the page is ${root.scrollWidth} px wide in ${root.clientWidth}`);
  }
  const texts = [...doc.body.querySelectorAll("*")].filter((element) =>
    !element.closest("svg") && [...element.childNodes].some((n) => n.nodeType === 3 && n.data.trim()));
  for (const element of texts) {
    const style = view.getComputedStyle(element);
    if (element.tagName === "CAPTION") continue;
    const ratio = contrast(over(rgba(style.color), behind(element, view)), behind(element, view));
    if (ratio < 4.5) say(`contrast ${ratio.toFixed(2)} of "${words(element)}"`);
    const box = element.getBoundingClientRect();
    if (!element.closest(".scroll") && (box.right > root.clientWidth + 1 || box.left < -1)) {
      say(`outside of the page: "${words(element)}"`);
    }
    if (style.overflowX !== "visible" && element.scrollWidth > element.clientWidth + 1) {
      say(`cut: "${words(element)}"`);
    }
  }
  return texts.length;
}

// Everything filled of a chart, in the order it is drawn: its box, its colour, and the texts before it.
function filled(svg, view) {
  const shapes = [];
  let texts = 0;
  for (const shape of svg.querySelectorAll("rect, circle, polygon, text")) {
    if (shape.tagName === "text") {
      texts += 1;
      continue;
    }
    const style = view.getComputedStyle(shape);
    if (style.fill === "none") continue;
    const fill = rgba(style.fill);
    fill[3] *= Number(style.fillOpacity) * Number(style.opacity);
    shapes.push({ shape, fill, box: shape.getBBox(), texts });
  }
  return shapes;
}

// What a letter at a place stands on: everything filled that was drawn before it.
function ground(svg, shapes, number, x, y, view) {
  let colour = behind(svg, view);
  const point = svg.createSVGPoint();
  [point.x, point.y] = [x, y];
  for (const { shape, fill, box, texts } of shapes) {
    const within = x >= box.x && x <= box.x + box.width && y >= box.y && y <= box.y + box.height;
    if (texts <= number && within && shape.isPointInFill(point)) colour = over(fill, colour);
  }
  return colour;
}

function charts(name, doc, view) {
  let count = 0;
  for (const [index, svg] of [...doc.querySelectorAll("svg")].entries()) {
    const title = `${name}: chart ${index + 1}`;
    const whole = svg.viewBox.baseVal;
    const boxes = [];
    const shapes = filled(svg, view);
    for (const text of svg.querySelectorAll("text")) {
      count += 1;
      const box = text.getBBox();
      const slack = whole.width / 1200;
      if (box.x < -slack || box.x + box.width > whole.width + slack || box.y + box.height > whole.height + slack) {
        found.push(`${title}: outside: "${words(text)}"`);
      }
      const [x, y] = [box.x + box.width / 2, box.y + box.height / 2];
      const below = ground(svg, shapes, boxes.length, x, y, view);
      const ratio = contrast(rgba(view.getComputedStyle(text).fill), below);
      if (ratio < 4.5) found.push(`${title}: contrast ${ratio.toFixed(2)} of "${words(text)}"`);
      // A line's box is higher than its letters.
      const inner = { x: box.x, y: box.y + box.height * 0.22, w: box.width, h: box.height * 0.56, text };
      for (const other of boxes) {
        const across = Math.min(inner.x + inner.w, other.x + other.w) - Math.max(inner.x, other.x);
        const down = Math.min(inner.y + inner.h, other.y + other.h) - Math.max(inner.y, other.y);
        if (across > 2 * slack && down > 2 * slack) {
          found.push(`${title}: "${words(other.text)}" and "${words(text)}" lie on each other`);
        }
      }
      boxes.push(inner);
    }
  }
  return count;
}

addEventListener("load", () => {
  const seen = [];
  for (const frame of document.querySelectorAll("iframe")) {
    const [doc, view] = [frame.contentDocument, frame.contentWindow];
    const texts = pages(frame.title, doc, view);
    // Charts are the same at every width.
    const letters = frame.dataset.charts ? charts(frame.title, doc, view) : 0;
    seen.push(`seen ${frame.title} ${view.innerWidth} px, ${texts} texts, ${letters} in charts`);
  }
  const dark = matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light";
  const list = document.createElement("pre");
  list.textContent = ["FOUND", dark, ...seen, ...found.map((one) => `wrong ${one}`), "END"].join("\n");
  document.body.replaceChildren(list);
});
