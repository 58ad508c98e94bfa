// The mapping page: draws a line for each rule, and shows the rule of the line or field that is chosen.
"use strict";

const SVG = "http://www.w3.org/2000/svg";
const NARROW = window.matchMedia("(max-width: 760px)");

function made(name, facts, parent) {
  const node = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(facts)) node.setAttribute(key, value);
  parent.append(node);
  return node;
}

// A field in a closed fold is reached at the fold.
function shownPart(id) {
  const spot = document.getElementById(id);
  if (!spot || spot.offsetParent) return spot;
  const folds = [];
  for (let at = spot.parentElement; at; at = at.parentElement) if (at.matches("details:not([open])")) folds.push(at);
  return folds.length ? folds[folds.length - 1].querySelector("summary") : null;
}

function drawEnd(group, x, y, side) {
  made("polygon", { points: `${x},${y} ${x + side * 9},${y - 5} ${x + side * 9},${y + 5}` }, group);
}

function drawLine(group, from, to, row, labels) {
  const bend = Math.max(30, (to.x - from.x) * 0.45);
  const curve = `M${from.x},${from.y} C${from.x + bend},${from.y} ${to.x - bend},${to.y} ${to.x},${to.y}`;
  made("path", { d: curve, class: "reach" }, group);
  const line = made("path", { d: curve }, group);
  if (row.dataset.way !== "pull") drawEnd(group, to.x, to.y, -1);
  if (row.dataset.way !== "push") drawEnd(group, from.x, from.y, 1);
  if (!labels) return;
  const middle = line.getPointAtLength(line.getTotalLength() / 2);
  made("circle", { cx: middle.x, cy: middle.y, r: 9 }, group);
  made("text", { x: middle.x, y: middle.y }, group).textContent = row.dataset.letter;
}

function prepare(atlas) {
  const lines = document.getElementById("lines");
  const inspector = document.getElementById("inspector");
  const rows = [...document.querySelectorAll("tr[data-rule]")];
  let chosen = [];

  const point = (id, edge) => {
    const part = shownPart(id);
    if (!part) return null;
    const box = part.getBoundingClientRect();
    const around = lines.getBoundingClientRect();
    return { x: (edge === "right" ? box.right + 2 : box.left - 2) - around.left, y: box.top + box.height / 2 - around.top };
  };

  const mark = () => {
    const parts = [...lines.children, ...document.querySelectorAll(".spot.lit, tr.lit")];
    for (const part of parts) part.classList.remove("lit");
    lines.classList.toggle("chosen", chosen.length > 0);
    for (const number of chosen) {
      const row = document.getElementById(`rule-${number}`);
      row.classList.add("lit");
      lines.querySelectorAll(`g[data-rule="${number}"]`).forEach((group) => group.classList.add("lit"));
      for (const id of [...row.dataset.ours.split(" "), ...row.dataset.theirs.split(" ")])
        document.getElementById(id)?.classList.add("lit");
    }
  };

  const draw = () => {
    atlas.classList.add("drawn");
    lines.replaceChildren();
    if (NARROW.matches) return;
    for (const row of rows) {
      const group = made("g", { "data-rule": row.dataset.rule, class: row.dataset.owner }, lines);
      if (row.dataset.dashed) group.classList.add("dashed");
      let labels = true;
      for (const ours of row.dataset.ours.split(" "))
        for (const theirs of row.dataset.theirs.split(" ")) {
          const from = point(ours, "right");
          const to = point(theirs, "left");
          if (from && to) drawLine(group, from, to, row, labels);
          labels = false;
        }
      group.addEventListener("click", () => choose([row.dataset.rule]));
    }
    mark();
  };

  const choose = (numbers) => {
    chosen = chosen.join() === numbers.join() ? [] : numbers;
    const facts = chosen.map((number) => document.querySelector(`#rule-${number} .facts-of-rule`).cloneNode(true));
    inspector.replaceChildren(...facts);
    inspector.hidden = !chosen.length;
    mark();
  };

  atlas.addEventListener("click", (event) => {
    const link = event.target.closest("a[data-rules]");
    if (!link) return;
    event.preventDefault();
    choose(link.dataset.rules.split(" "));
  });
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && chosen.length) choose(chosen);
  });
  new ResizeObserver(draw).observe(atlas);
  NARROW.addEventListener("change", draw);
}

document.addEventListener("DOMContentLoaded", () => {
  const atlas = document.getElementById("atlas");
  if (atlas) prepare(atlas);
});
