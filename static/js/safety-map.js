// A safety map that can be enlarged, pointed at and, where a pin is placed, moved upon with the arrow keys.
//
// The drawing that the server made is there already, with a link for each pin; this lays the same picture or the tiles
// of an area, the grid and the pins into Leaflet. Without scripts, on paper, or when Leaflet fails, the drawing stays.
// Places are hundredths of the width and height from the upper left.

const L = window.L;
const LETTERS = "ABCDEFGHIJKLMNOPQRST";
const SVG = "http://www.w3.org/2000/svg";
const WIDTH = 1000;
const FEW = 60; // so many pins are steps of the Tab key; of more, the list below the map is
const TRIES = 3; // tiles that do not come before the map does without them

function squareOf(x, y) {
  const [column, row] = [x, y].map((part) => Math.min(Math.floor(part / 5), 19));
  return `${LETTERS[column]}${row + 1}`;
}

function placeOf(square) {
  const found = /^\s*([A-T])\s*(0?[1-9]|1[0-9]|20)\s*$/i.exec(square);
  return found && [(LETTERS.indexOf(found[1].toUpperCase()) + 0.5) * 5, (Number(found[2]) - 0.5) * 5];
}

function element(name, attributes) {
  const made = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) {
    made.setAttribute(key, value);
  }
  return made;
}

// The sign of a pin: a diamond for harm, a circle for safety, white where it is ended.
function sign(kind, number, ended) {
  const colour = kind === "harm" ? "#b5120b" : "#00643a";
  const svg = element("svg", { viewBox: "-20 -20 40 40", width: 30, height: 30, "aria-hidden": "true" });
  const look = { fill: ended ? "#ffffff" : colour, stroke: ended ? colour : "#ffffff", "stroke-width": 2 };
  svg.append(kind === "harm" ? element("path", { d: "M0 -18l18 18l-18 18l-18 -18z", ...look }) : element("circle", { r: 15, ...look }));
  const text = element("text", {
    y: 5, "text-anchor": "middle", "font-size": 14, "font-weight": "bold", fill: ended ? "#0b0c0c" : "#ffffff",
  });
  text.textContent = number;
  svg.append(text);
  return svg;
}

function link(href, words) {
  const made = document.createElement("a");
  made.href = href;
  made.className = "govuk-link";
  made.textContent = words;
  return made;
}

class SafetyMap {
  constructor(root) {
    this.root = root;
    this.drawing = root.querySelector("svg");
    this.status = document.querySelector("[data-safety-status]");
    this.placing = "placing" in root.dataset;
    const [south, west, north, east] = (root.dataset.bounds ?? "").split(",").map(Number);
    this.isArea = Boolean(root.dataset.tiles);
    this.edges = this.isArea
      ? { top: north, bottom: south, left: west, right: east }
      : { top: 0, bottom: -Number(root.dataset.height), left: 0, right: WIDTH };
    this.draw();
    this.pins();
    if (this.placing) {
      this.place();
    } else if (root.dataset.add) {
      this.map.on("click", (event) => this.offer(event.latlng));
    }
  }

  at(x, y) {
    const { top, bottom, left, right } = this.edges;
    return L.latLng(top + ((bottom - top) * y) / 100, left + ((right - left) * x) / 100);
  }

  from(latlng) {
    const { top, bottom, left, right } = this.edges;
    const part = (value) => Math.round(Math.min(Math.max(value * 100, 0), 100) * 100) / 100;
    return [part((latlng.lng - left) / (right - left)), part((latlng.lat - top) / (bottom - top))];
  }

  draw() {
    this.box = document.createElement("div");
    this.box.className = "app-safety__leaflet";
    this.box.dataset.drawn = "";
    this.box.style.aspectRatio = `${WIDTH} / ${this.drawing.viewBox.baseVal.height}`;
    this.root.append(this.box);
    this.root.classList.add("app-safety__map--live");
    const bounds = L.latLngBounds(this.at(0, 100), this.at(100, 0));
    this.map = L.map(this.box, {
      crs: this.isArea ? L.CRS.EPSG3857 : L.CRS.Simple,
      keyboard: !this.placing,
      zoomSnap: 0.25,
      zoomDelta: 0.5,
      minZoom: this.isArea ? 0 : -6,
      maxZoom: this.isArea ? 19 : 4,
      zoomAnimation: false,
      fadeAnimation: false,
      markerZoomAnimation: false,
      scrollWheelZoom: false, // the page scrolls
      attributionControl: this.isArea,
      maxBounds: bounds.pad(0.2),
    });
    this.map.attributionControl?.setPrefix(false);
    const fit = () => {
      this.map.setMinZoom(this.isArea ? 0 : -6);
      this.map.fitBounds(bounds);
      this.map.setMinZoom(this.map.getZoom() - 0.5);
    };
    fit();
    this.map.on("resize", fit); // a telephone that is turned
    if (this.isArea) {
      this.tiles(bounds);
    } else {
      const picture = this.drawing.querySelector("[data-picture]");
      if (picture) {
        L.imageOverlay(picture.getAttribute("href"), bounds).addTo(this.map);
      }
    }
    const grid = element("svg", { viewBox: this.drawing.getAttribute("viewBox"), preserveAspectRatio: "none", "aria-hidden": "true" });
    grid.append(this.drawing.querySelector("[data-grid]").cloneNode(true));
    L.svgOverlay(grid, bounds).addTo(this.map);
    const name = this.drawing.querySelector("title").textContent;
    this.box.setAttribute("role", this.placing ? "application" : "region");
    this.box.setAttribute("aria-label", this.placing ? `${name}. The arrow keys move the cross-hair.` : name);
    this.box.tabIndex = 0;
  }

  tiles(bounds) {
    let failed = 0;
    const layer = L.tileLayer(this.root.dataset.tiles, { attribution: this.root.dataset.attribution, maxZoom: 19, bounds });
    layer.on("tileerror", () => {
      failed += 1;
      if (failed === TRIES) {
        layer.setOpacity(0); // removing it would put data: pictures in the place of its tiles, which the policy forbids
        this.say("The map server does not answer. The grid and the pins are shown without it; their places are right.");
      }
    });
    layer.addTo(this.map);
  }

  pins() {
    const pins = [...this.drawing.querySelectorAll("[data-pin]")];
    for (const pin of pins) {
      const { kind, number } = pin.dataset;
      const words = pin.querySelector("title").textContent;
      const height = this.drawing.viewBox.baseVal.height;
      const marker = L.marker(this.at(pin.dataset.x / (WIDTH / 100), pin.dataset.y / (height / 100)), {
        icon: L.divIcon({ className: "app-safety__pin", html: sign(kind, number, "ended" in pin.dataset), iconSize: [30, 30] }),
        interactive: !this.placing,
        keyboard: !this.placing && pins.length <= FEW,
        title: words,
        alt: words,
      }).addTo(this.map);
      if (!this.placing) {
        marker.getElement().setAttribute("aria-label", words);
        const told = document.createElement("div");
        const said = document.createElement("p");
        said.textContent = words;
        told.append(said, link(pin.getAttribute("href"), `Open pin ${number}`));
        marker.bindPopup(told);
      }
    }
  }

  // On the map's own page: what is pointed at can become a pin.
  offer(latlng) {
    const [x, y] = this.from(latlng);
    const words = `Add a pin here, in square ${squareOf(x, y)}`;
    L.popup().setLatLng(latlng).setContent(link(`${this.root.dataset.add}?x=${x}&y=${y}`, words)).openOn(this.map);
  }

  // On the page of a pin: the cross-hair, and the fields that it fills.
  place() {
    this.fields = Object.fromEntries(["x", "y", "square"].map((name) => [name, document.getElementById(`id_${name}`)]));
    const given = this.fields.x.value && this.fields.y.value ? [Number(this.fields.x.value), Number(this.fields.y.value)] : null;
    this.point = (given ?? placeOf(this.fields.square.value)) ?? [50, 50];
    const cross = element("svg", { viewBox: "-30 -30 60 60", width: 60, height: 60, "aria-hidden": "true" });
    for (const [stroke, width] of [["#ffffff", 8], ["#0b0c0c", 3]]) {
      cross.append(element("path", { d: "M-28 0H-7M7 0H28M0 -28V-7M0 7V28", stroke, "stroke-width": width, fill: "none" }));
      cross.append(element("circle", { r: 12, stroke, "stroke-width": width, fill: "none" }));
    }
    const icon = L.divIcon({ className: "app-safety__cross", html: cross, iconSize: [60, 60] });
    this.cross = L.marker(this.at(...this.point), { icon, interactive: false, keyboard: false, zIndexOffset: 9000 }).addTo(this.map);
    this.map.on("click", (event) => this.move(...this.from(event.latlng)));
    this.box.addEventListener("keydown", (event) => this.key(event));
    this.fields.square.addEventListener("input", () => {
      const place = placeOf(this.fields.square.value);
      if (place) {
        this.fields.x.value = this.fields.y.value = "";
        this.point = place;
        this.cross.setLatLng(this.at(...place));
      }
    });
  }

  key(event) {
    const step = event.shiftKey ? 5 : 0.5;
    const way = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[event.key];
    if (event.target !== this.box || event.altKey || event.ctrlKey || event.metaKey) {
      return;
    }
    if (way) {
      event.preventDefault();
      this.move(this.point[0] + way[0] * step, this.point[1] + way[1] * step);
      this.map.panInside(this.at(...this.point), { padding: [40, 40], animate: false });
    } else if (event.key === "Enter") {
      event.preventDefault();
      this.move(...this.point);
      document.querySelector('[name="kind"]').focus();
    }
  }

  move(x, y) {
    const inside = (value) => Math.round(Math.min(Math.max(value, 0), 100) * 100) / 100;
    this.point = [inside(x), inside(y)];
    this.cross.setLatLng(this.at(...this.point));
    [this.fields.x.value, this.fields.y.value] = this.point.map(String);
    const square = squareOf(...this.point);
    if (this.fields.square.value !== square) {
      this.fields.square.value = square;
      this.say(`Square ${square}`);
    }
    this.fields.square.form.dispatchEvent(new Event("input", { bubbles: true })); // so that it is kept
  }

  say(words) {
    this.status.textContent = words;
  }
}

for (const root of document.querySelectorAll("[data-safety-map]")) {
  if (L) {
    new SafetyMap(root);
  }
}
