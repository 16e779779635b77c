// One way from node to node: a smooth curve, measured once, so that a dot moves along it evenly. Traffic keeps to the
// right, so that those who come and those who go do not meet.

const STEPS = 40; // points of a measured curve
const FINE = 12; // points of each of its pieces before it is measured
const BESIDE = 4; // px from the middle

export class Route {
  d;
  #points;

  /** points: the first and the last, and those between; down: whether it begins and ends upright or level. */
  constructor(points, down) {
    const pieces = points.slice(1).map((to, i) => curve(points[i], to, down));
    this.d = `M${at(points[0])}` + pieces.map(([, a, b, to]) => `C${at(a)} ${at(b)} ${at(to)}`).join("");
    this.#points = measured(pieces.flatMap((piece, i) => sampled(piece, i > 0)));
  }

  /** The point at a part from 0 to 1 of the way; back: when it is gone the other way. */
  at(part, back) {
    const place = Math.min(1, Math.max(0, back ? 1 - part : part)) * STEPS;
    const i = Math.min(STEPS - 1, Math.floor(place));
    const [from, to] = [this.#points[i], this.#points[i + 1]];
    const rest = place - i;
    const [dx, dy] = [to.x - from.x, to.y - from.y];
    const side = ((back ? -1 : 1) * BESIDE) / (Math.hypot(dx, dy) || 1);
    return { x: from.x + dx * rest - dy * side, y: from.y + dy * rest + dx * side };
  }
}

const at = ({ x, y }) => `${x.toFixed(1)} ${y.toFixed(1)}`;

function curve(from, to, down) {
  if (down) {
    const bend = (to.y - from.y) / 2;
    return [from, { x: from.x, y: from.y + bend }, { x: to.x, y: to.y - bend }, to];
  }
  const bend = (to.x - from.x) / 2;
  return [from, { x: from.x + bend, y: from.y }, { x: to.x - bend, y: to.y }, to];
}

function sampled([p, a, b, q], skipFirst) {
  const points = [];
  for (let i = skipFirst ? 1 : 0; i <= FINE; i++) {
    const t = i / FINE;
    const s = 1 - t;
    const mix = (k) => s * s * s * p[k] + 3 * s * s * t * a[k] + 3 * s * t * t * b[k] + t * t * t * q[k];
    points.push({ x: mix("x"), y: mix("y") });
  }
  return points;
}

/** The same curve by points that are equally far from each other. */
function measured(points) {
  const lengths = [0];
  for (let i = 1; i < points.length; i++) lengths.push(lengths[i - 1] + Math.hypot(points[i].x - points[i - 1].x, points[i].y - points[i - 1].y));
  const even = [];
  for (let k = 0, i = 1; k <= STEPS; k++) {
    const wanted = (lengths.at(-1) * k) / STEPS;
    while (i < points.length - 1 && lengths[i] < wanted) i++;
    const rest = (wanted - lengths[i - 1]) / (lengths[i] - lengths[i - 1] || 1);
    even.push({ x: points[i - 1].x + (points[i].x - points[i - 1].x) * rest, y: points[i - 1].y + (points[i].y - points[i - 1].y) * rest });
  }
  return even;
}
