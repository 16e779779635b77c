// Where each tile stands: in one row for each lane, and in it at the replica that answered last. Those who have to log in
// again lie at the foot of their row. It knows no canvas and no page.

const FOOT = 0.22; // of a row, for those who have fallen
const GAP = 8; // px
const LARGEST = 56; // px, of a tile without a name
const NAMED = 4.2; // how much wider than high a tile with a name is
const LOWEST = 26; // px, of a tile with a name

/** "out app-2" is {is: "out", replica: "app-2"}. */
export function stateOf(text) {
  const [is, replica = ""] = text.split(" ");
  return { is, replica };
}

/**
 * @param size {width, height} @param lanes how many @param replicas their names @param people {name, lanes}
 * @returns {cells: [{x, y, width, height, replica, lane}], tiles: [{x, y, width, height, is, replica, lane, person}]}
 */
export function layOut({ width, height }, lanes, replicas, people) {
  const cells = [];
  const tiles = [];
  const row = height / Math.max(lanes, 1);
  const column = width / Math.max(replicas.length, 1);
  for (let lane = 0; lane < lanes; lane++) {
    const stands = new Map(replicas.map((name) => [name, []]));
    const fallen = [];
    for (const [person, { lanes: texts }] of people.entries()) {
      const { is, replica } = stateOf(texts[lane]);
      if (is) (is === "out" || !stands.has(replica) ? fallen : stands.get(replica)).push({ person, is, replica });
    }
    const most = Math.max(...[...stands.values()].map((there) => there.length), 1);
    for (const [i, name] of replicas.entries()) {
      const cell = { x: i * column + GAP / 2, y: lane * row + GAP / 2, width: column - GAP, height: row * (1 - FOOT) - GAP, replica: name, lane };
      cells.push(cell);
      pack(cell, stands.get(name), most, tiles, lane);
    }
    pack({ x: GAP / 2, y: (lane + 1 - FOOT) * row, width: width - GAP, height: row * FOOT - GAP / 2 }, fallen, fallen.length, tiles, lane);
  }
  return { cells, tiles };
}

/** Packs people into a box. All boxes of a lane use the size in which most of them would fit. */
function pack(box, there, most, tiles, lane) {
  const inner = { x: box.x + GAP / 2, y: box.y + GAP / 2, width: box.width - GAP, height: box.height - GAP };
  const { width, height, columns } = sizeFor(inner, most);
  for (const [i, one] of there.entries()) {
    tiles.push({ ...one, lane, x: inner.x + (i % columns) * width, y: inner.y + Math.floor(i / columns) * height, width: width - 3, height: height - 3 });
  }
}

function sizeFor({ width, height }, count) {
  for (let size = LARGEST; size >= LOWEST; size -= 2) {
    const columns = Math.floor(width / (size * NAMED));
    if (columns > 0 && columns * Math.floor(height / size) >= count) return { width: size * NAMED, height: size, columns };
  }
  let size = LARGEST;
  while (size > 4 && Math.floor(width / size) * Math.floor(height / size) < count) size -= 0.5;
  return { width: size, height: size, columns: Math.max(Math.floor(width / size), 1) };
}
