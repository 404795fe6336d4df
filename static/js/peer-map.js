// The peer map, to be moved with the mouse, and with the buttons below it by keyboard.
//
// The drawing that the server made is there already; this lays the same people and links into Cytoscape. Without
// scripts, on paper, or when Cytoscape fails, the drawing stays. Each move is saved at once; of two the last one stays.

import { post } from "./session.js";

const WIDTH = 1000;
const HEIGHT = 700;
const STEP = 4;
const WAYS = { left: [-STEP, 0], right: [STEP, 0], up: [0, -STEP], down: [0, STEP] };
const SHAPES = { circle: "ellipse", ring: "ellipse", diamond: "diamond", hexagon: "hexagon", square: "rectangle" };
const FILLS = { circle: "#1d70b8", ring: "#ffffff", diamond: "#b5120b", hexagon: "#4c2c92", square: "#00643a" };

const STYLE = [
  {
    selector: "node",
    style: {
      width: 36, height: 36, label: "data(label)", "font-size": 12, "text-valign": "bottom", "text-margin-y": 4,
      "text-outline-color": "#ffffff", "text-outline-width": 2, "border-width": 2, "border-color": "#0b0c0c",
      shape: (node) => SHAPES[node.data("shape")],
      "background-color": (node) => FILLS[node.data("shape")],
    },
  },
  {
    selector: "edge",
    style: {
      width: 2.5, "line-color": "data(colour)", "target-arrow-color": "data(colour)", "curve-style": "bezier",
      label: "data(label)", "font-size": 13, "text-outline-color": "#ffffff", "text-outline-width": 2,
    },
  },
  { selector: "edge.one-way", style: { "target-arrow-shape": "triangle" } },
  { selector: "edge.dashed", style: { "line-style": "dashed" } },
  { selector: ".faded", style: { opacity: 0.4 } },
  { selector: "node:selected, node.picked", style: { "border-width": 5, "border-color": "#ffdd00" } },
];

// A person and the name below stay inside the drawing: the same bounds as the server's.
function within({ x, y }) {
  return {
    x: Math.min(Math.max(x, 0.05 * WIDTH), 0.95 * WIDTH),
    y: Math.min(Math.max(y, 0.04 * HEIGHT), 0.93 * HEIGHT),
  };
}

class PeerMap {
  constructor(root) {
    this.root = root;
    this.status = document.querySelector("[data-peer-map-status]");
    this.form = document.querySelector("[data-peer-map-form]");
    this.box = document.createElement("div");
    this.box.className = "app-peer-map__live";
    this.box.dataset.drawn = "";
    root.append(this.box);
    const name = root.querySelector("title")?.textContent || "Peer map";
    this.box.setAttribute("role", root.dataset.move ? "application" : "img");
    this.box.setAttribute("aria-label", root.dataset.move ? `${name}. The arrow keys move whom you chose.` : name);
    root.classList.add("app-peer-map--live"); // before it draws: a hidden box has no size
    this.graph = window.cytoscape({
      container: this.box,
      elements: JSON.parse(root.dataset.elements),
      style: STYLE,
      layout: { name: "preset", fit: false },
      userPanningEnabled: false,
      autoungrabify: !root.dataset.move,
      userZoomingEnabled: false, // the page scrolls
      boxSelectionEnabled: false,
    });
    this.moved = new Set();
    this.show();
    this.graph.on("tap", "node", (event) => this.pick(event.target));
    if (root.dataset.move) {
      this.graph.on("dragfree", "node", (event) => this.save(event.target));
      this.form?.addEventListener("submit", (event) => this.step(event));
      this.form?.person.addEventListener("change", () => this.pick(this.chosen()));
      this.box.tabIndex = 0;
      this.box.addEventListener("keydown", (event) => this.press(event));
    }
    window.addEventListener("resize", () => this.show());
  }

  // The whole frame, as the server draws it: nobody jumps when somebody is moved.
  show() {
    this.graph.resize();
    const zoom = Math.min(this.graph.width() / WIDTH, this.graph.height() / HEIGHT);
    this.graph.viewport({ zoom, pan: { x: (this.graph.width() - WIDTH * zoom) / 2, y: 0 } });
  }

  chosen() {
    return this.graph.getElementById(this.form.person.value);
  }

  pick(node) {
    this.graph.nodes().removeClass("picked");
    node.addClass("picked");
    this.bring(node);
    if (this.form) {
      this.form.person.value = node.id();
    }
    for (const row of document.querySelectorAll(".app-picked")) {
      row.classList.remove("app-picked");
    }
    document.getElementById(`person-${node.id()}`)?.classList.add("app-picked");
    this.say(`${node.data("label")} is marked in the list below.`);
  }

  // On a narrow screen the frame shows a part of the map: that in which the chosen one stands.
  bring(node) {
    const { x } = node.renderedPosition();
    const { scrollLeft, clientWidth } = this.root;
    if (x < scrollLeft + 40 || x > scrollLeft + clientWidth - 40) {
      this.root.scrollLeft = x - clientWidth / 2;
    }
  }

  step(event) {
    const way = WAYS[event.submitter?.value];
    if (way) {
      event.preventDefault();
      this.go(way);
    }
  }

  // The arrow keys, while the map has the focus.
  press(event) {
    const way = WAYS[event.key.replace("Arrow", "").toLowerCase()];
    if (way && event.key.startsWith("Arrow") && !event.ctrlKey && !event.altKey && !event.metaKey) {
      event.preventDefault();
      this.go(way);
    }
  }

  go(way) {
    const node = this.chosen();
    const { x, y } = node.position();
    node.position({ x: x + (way[0] * WIDTH) / 100, y: y + (way[1] * HEIGHT) / 100 });
    this.pick(node);
    this.save(node);
  }

  // Only who was moved here is put elsewhere: others may have been moved by somebody else meanwhile.
  save(node) {
    node.position(within(node.position()));
    this.moved.add(node.id());
    clearTimeout(this.waits);
    this.say("Saving…");
    this.waits = setTimeout(() => this.send(), 400);
  }

  async send() {
    const sent = new URLSearchParams();
    const moved = this.moved;
    this.moved = new Set();
    this.graph.nodes().forEach((node) => {
      const { x, y } = node.position();
      if (moved.has(node.id()) || !node.data("placed")) {
        const word = moved.has(node.id()) ? "place" : "drawn"; // who had no place yet keeps where they were drawn
        sent.set(`${word}-${node.id()}`, `${((x / WIDTH) * 100).toFixed(2)},${((y / HEIGHT) * 100).toFixed(2)}`);
      }
    });
    let status = 0;
    try {
      ({ status } = await post(this.root.dataset.move, sent));
      this.say(status === 200 ? "The arrangement is saved." : "The arrangement is not saved. Load the page again.");
    } catch {
      this.say("The arrangement is not saved: there is no connection. Move somebody again when there is.");
    }
    if (status !== 200) {
      moved.forEach((id) => this.moved.add(id)); // goes with the next one
    }
  }

  say(words) {
    if (this.status) {
      this.status.textContent = words;
    }
  }
}

window.addEventListener("DOMContentLoaded", () => {
  for (const root of document.querySelectorAll("[data-peer-map]")) {
    if (window.cytoscape) {
      try {
        new PeerMap(root);
      } catch (error) {
        root.classList.remove("app-peer-map--live"); // the server's drawing stays
        throw error;
      }
    }
  }
});
