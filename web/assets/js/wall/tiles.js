// The tiles on a canvas: each person once on each lane. They walk to where they stand now; one that falls turns over.

import { layOut } from "./layout.js";

const WALK = 700; // ms
const FALL = 1100; // ms
const MOST_DRAWN = 2000; // pictures of tiles
const HUES = ["--slate", "--teal", "--indigo", "--plum", "--olive", "--brown"];

const still = matchMedia("(prefers-reduced-motion: reduce)");
const dark = matchMedia("(prefers-color-scheme: dark)");

export class Tiles {
  #canvas;
  #pen;
  #picture = null;
  #cells = [];
  #shown = new Map(); // "lane person" → {from, to, since, takes}
  #colours = {};
  #size = { width: 0, height: 0 };
  #drawing = false;
  #scale = 1; // pixels of the screen for each of the page
  #drawn = new Map(); // kind of tile → its picture
  frames = []; // ms that the last frames took

  constructor(canvas) {
    this.#canvas = canvas;
    this.#pen = canvas.getContext("2d");
    new ResizeObserver(() => this.#arrange(false)).observe(canvas);
    dark.addEventListener("change", () => {
      this.#drawn.clear();
      this.#arrange(false);
    });
  }

  show(picture) {
    const first = !this.#picture;
    this.#picture = picture;
    this.#arrange(!first);
  }

  #arrange(moves) {
    if (!this.#picture) return;
    const { clientWidth: width, clientHeight: height } = this.#canvas;
    const scale = Math.min(devicePixelRatio, 2);
    this.#scale = scale;
    if (this.#canvas.width !== Math.round(width * scale) || this.#canvas.height !== Math.round(height * scale)) {
      Object.assign(this.#canvas, { width: Math.round(width * scale), height: Math.round(height * scale) });
      this.#pen.scale(scale, scale);
    }
    this.#size = { width, height };
    this.#readColours();
    const { lanes, replicas, people } = this.#picture;
    const { cells, tiles } = layOut(this.#size, lanes.length, replicas.map(({ name }) => name), people);
    this.#cells = cells;
    const now = performance.now();
    const before = this.#shown;
    this.#shown = new Map();
    for (const to of tiles) {
      const id = `${to.lane} ${to.person}`;
      const was = before.get(id);
      const same = was && ["x", "y", "width", "is", "replica"].every((name) => was.to[name] === to[name]);
      if (same) this.#shown.set(id, { ...was, to });
      else {
        const falls = was && was.to.is !== "out" && to.is === "out";
        const from = was ? at(was, now) : { ...to, y: to.y - 30 };
        this.#shown.set(id, { from, to, since: now, takes: moves && !still.matches ? (falls ? FALL : WALK) : 0, falls });
      }
    }
    this.#start();
  }

  #readColours() {
    const style = getComputedStyle(this.#canvas);
    const names = ["--ink", "--sheet", "--shade", "--hair", "--pencil", "--red", "--red-wash", "--amber", "--amber-wash", ...HUES];
    this.#colours = Object.fromEntries(names.map((name) => [name, style.getPropertyValue(name)]));
  }

  #start() {
    if (this.#drawing) return;
    this.#drawing = true;
    let last = 0;
    const frame = (now) => {
      if (last) this.frames.push(now - last);
      if (this.frames.length > 600) this.frames.shift();
      last = now;
      this.#drawing = this.#draw(performance.now());
      if (this.#drawing) requestAnimationFrame(frame);
    };
    requestAnimationFrame(frame);
  }

  /** Draws everything. True: something still moves. */
  #draw(now) {
    const pen = this.#pen;
    pen.clearRect(0, 0, this.#size.width, this.#size.height);
    this.#drawCells();
    let moving = false;
    for (const tile of this.#shown.values()) {
      moving = now < tile.since + tile.takes || moving;
      this.#drawTile(tile, at(tile, now));
    }
    return moving;
  }

  #drawCells() {
    const pen = this.#pen;
    for (const { x, y, width, height, replica } of this.#cells) {
      const alive = this.#picture.replicas.find(({ name }) => name === replica)?.alive;
      pen.fillStyle = this.#colours[alive ? "--sheet" : "--shade"];
      pen.strokeStyle = alive ? this.#hue(replica) : this.#colours["--pencil"];
      pen.lineWidth = 2;
      pen.setLineDash(alive ? [] : [10, 8]);
      pen.beginPath();
      pen.roundRect(x, y, width, height, 10);
      pen.fill();
      pen.stroke();
      if (!alive) {
        pen.beginPath();
        pen.moveTo(x, y);
        pen.lineTo(x + width, y + height);
        pen.moveTo(x + width, y);
        pen.lineTo(x, y + height);
        pen.stroke();
      }
    }
    pen.setLineDash([]);
  }

  #drawTile({ to, falls }, { x, y, width, height, turn }) {
    const isOut = to.is === "out" && turn > 0.5;
    const squeeze = falls ? Math.max(Math.abs(Math.cos(turn * Math.PI)), 0.05) : 1;
    const edge = 1; // px, of the line around it
    const drawn = this.#drawnOnce(to, isOut, Math.round(width), Math.round(height), edge);
    this.#pen.drawImage(drawn, x - edge, y + (height * (1 - squeeze)) / 2 - edge, width + 2 * edge, (height + 2 * edge) * squeeze);
  }

  /** A tile as a picture. There are few kinds of tiles, and to copy a picture is faster than to draw it nine hundred times. */
  #drawnOnce(to, isOut, width, height, edge) {
    const name = width > 2 * height ? this.#picture.people[to.person].name : "";
    const hue = isOut || to.is === "unsure" ? "" : to.replica;
    const kind = [to.lane, isOut, to.is === "unsure", hue, width, height, name].join("|");
    const before = this.#drawn.get(kind);
    if (before) return before;
    if (this.#drawn.size > MOST_DRAWN) this.#drawn.clear();
    const picture = document.createElement("canvas");
    Object.assign(picture, { width: Math.ceil((width + 2 * edge) * this.#scale), height: Math.ceil((height + 2 * edge) * this.#scale) });
    const pen = picture.getContext("2d");
    pen.scale(this.#scale, this.#scale);
    pen.translate(edge + width / 2, edge + height / 2);
    pen.textBaseline = "middle";
    this.#paint(pen, to, isOut, width, height);
    this.#drawn.set(kind, picture);
    return picture;
  }

  #paint(pen, to, isOut, width, height) {
    const [ground, line, ink] = isOut ? ["--red-wash", "--red", "--red"] : to.is === "unsure" ? ["--amber-wash", "--amber", "--amber"] : ["", "", "--sheet"];
    pen.fillStyle = ground ? this.#colours[ground] : this.#hue(to.replica);
    pen.beginPath();
    const scheme = this.#picture.lanes[to.lane].scheme;
    const round = /^session-(memory|redis)$/.test(scheme); // a ticket is round, a letter is square
    pen.roundRect(-width / 2, -height / 2, width, height, round ? height / 2 : 3);
    pen.fill();
    if (line) {
      pen.strokeStyle = this.#colours[line];
      pen.lineWidth = 2;
      pen.stroke();
    }
    this.#write(pen, to, isOut, width, height, this.#colours[ink]);
  }

  #write(pen, to, isOut, width, height, ink) {
    const sign = isOut ? "✕" : to.is === "unsure" ? "?" : "";
    const named = width > 2 * height;
    if (!named && !sign) return;
    pen.fillStyle = ink;
    pen.font = `600 ${Math.round(height * 0.55)}px system-ui, "Segoe UI", Roboto, "Noto Sans", sans-serif`;
    pen.textAlign = named ? "left" : "center";
    if (!named) {
      pen.fillText(sign, 0, 0);
      return;
    }
    const room = width - height * 0.9;
    pen.fillText(fitting(pen, (sign && `${sign} `) + this.#picture.people[to.person].name, room), -width / 2 + height * 0.45, 1);
  }

  #hue(replica) {
    return this.#colours[HUES[Number(replica.split("-").pop()) % HUES.length || 0]];
  }
}

function fitting(pen, text, room) {
  if (pen.measureText(text).width <= room) return text;
  const letters = [...text];
  while (letters.length > 1 && pen.measureText(`${letters.join("")}…`).width > room) letters.pop();
  return `${letters.join("")}…`;
}

/** Where a tile is at a moment. turn: 1 when it has turned over. */
function at({ from, to, since, takes, falls }, now) {
  const part = takes ? Math.min((now - since) / takes, 1) : 1;
  const eased = falls ? part * part : 1 - (1 - part) ** 3;
  const between = (name) => from[name] + (to[name] - from[name]) * eased;
  return { ...to, x: between("x"), y: between("y"), width: between("width"), height: between("height"), turn: falls ? part : 1 };
}
