// From the rectangles of the nodes to the points through which each wire runs. The stage flows across or, where it is
// narrow, down; the plan is made along that flow (u) and beside it (v).

const FAN = 10; // px between two lanes where they leave the client, if the stage flows down
const OUTSIDE = 6; // px beside a card, for a wire that passes it
const APART = 8; // px between the wires of one replica

/** The wires by name ("app-1>redis"), each as a list of points; down: whether the stage flows down. */
export function plan(floor, down) {
  const { left, top } = floor.getBoundingClientRect();
  const boxOf = (node) => {
    if (!node?.getClientRects().length) return null; // left out
    const box = node.getBoundingClientRect();
    const [x0, x1, y0, y1] = [box.left - left, box.right - left, box.top - top, box.bottom - top];
    return down ? { u0: y0, u1: y1, v0: x0, v1: x1 } : { u0: x0, u1: x1, v0: y0, v1: y1 };
  };
  const [client, balancer, redis, users, reports] = ["client", "balancer", "redis", "users", "reports"].map((name) => (
    floor.querySelector(`[data-node="${name}"]`)
  ));
  const door = boxOf(balancer);
  const film = floor.dataset.film !== undefined;
  const lines = new Map();
  const wire = (name, ...points) => lines.set(name, points.map(([u, v]) => (down ? { x: v, y: u } : { x: u, y: v })));

  const second = boxOf(reports);
  // The client, and in a film another one. Each row of a client has a wire of its own; a row that is left out has none.
  for (const [name, node] of [["client", client], ["other", floor.querySelector('[data-node="other"]')]]) {
    const from = boxOf(node);
    if (!from) continue;
    const lanes = [node.querySelector("header"), ...node.querySelectorAll("li[data-scheme]")].filter(boxOf);
    lanes.forEach((lane, i) => {
      const v = down ? middle(from) + (i - lanes.length / 2) * FAN : middle(boxOf(lane));
      const row = `${name}/${lane.dataset.scheme ?? ""}`;
      if (door) wire(`${row}>balancer`, [from.u1, v], [door.u0, middle(door)]);
      if (second && film) wire(`${row}>reports`, [from.u1, v], [second.u0, middle(second)]);
    });
  }
  if (door && second && (film || !down)) wire("reports>balancer", [(second.u0 + second.u1) / 2, second.v0], [(door.u0 + door.u1) / 2, door.v1]);
  const replicas = [...floor.querySelectorAll(".replica")].map((node) => ({ name: node.dataset.node, box: boxOf(node) })).filter(({ box }) => box);
  const rows = rowsOf(replicas.map(({ box }) => box));
  for (const { name, box } of replicas) {
    if (door) wire(`balancer>${name}`, [door.u1, middle(door)], ...past(rows.filter((row) => row.u1 < box.u0), box), [box.u0, middle(box)]);
    for (const [store, node, side] of [["redis", redis, -1], ["users", users, 1]]) {
      const to = boxOf(node);
      if (to) wire(`${name}>${store}`, [box.u1, middle(box) + side * APART], ...past(rows.filter((row) => row.u0 > box.u1), box), [to.u0, middle(to)]);
    }
  }
  return lines;
}

const middle = ({ v0, v1 }) => (v0 + v1) / 2;

/** Cards that stand at the same place in the flow are one row. */
function rowsOf(boxes) {
  const rows = [];
  for (const box of boxes) {
    const row = rows.find(({ u0, u1 }) => box.u0 < u1 && box.u1 > u0);
    if (row) row.boxes.push(box);
    else rows.push({ u0: box.u0, u1: box.u1, boxes: [box] });
  }
  return rows;
}

/** The points of a way between the cards of the rows that lie in it, as near to its own card as can be. */
function past(rows, card) {
  return rows.flatMap(({ u0, u1, boxes }) => {
    const gaps = boxes.flatMap(({ v0, v1 }) => [v0 - OUTSIDE, v1 + OUTSIDE]);
    const v = gaps.reduce((best, gap) => (Math.abs(gap - middle(card)) < Math.abs(best - middle(card)) ? gap : best));
    return [[u0, v], [u1, v]];
  });
}
