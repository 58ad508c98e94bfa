// The technician's pages: a pad to sign on, and the place of a check-in where the telephone tells it.
"use strict";

function preparePad(canvas) {
  const field = document.getElementById(canvas.dataset.for);
  const ink = canvas.getContext("2d");
  let last = null;
  const scale = window.devicePixelRatio || 1;
  canvas.width = canvas.clientWidth * scale;
  canvas.height = canvas.clientHeight * scale;
  ink.scale(scale, scale);
  ink.lineWidth = 2.4;
  ink.lineCap = "round";
  ink.lineJoin = "round";
  ink.strokeStyle = "#12202f";

  const at = (event) => {
    const box = canvas.getBoundingClientRect();
    return [event.clientX - box.left, event.clientY - box.top];
  };
  canvas.addEventListener("pointerdown", (event) => {
    canvas.setPointerCapture(event.pointerId);
    last = at(event);
  });
  canvas.addEventListener("pointermove", (event) => {
    if (!last) return;
    const here = at(event);
    ink.beginPath();
    ink.moveTo(...last);
    ink.lineTo(...here);
    ink.stroke();
    last = here;
  });
  const lift = () => {
    if (!last) return;
    last = null;
    field.value = canvas.toDataURL("image/png");
  };
  canvas.addEventListener("pointerup", lift);
  canvas.addEventListener("pointercancel", lift);
  const clear = document.getElementById(canvas.dataset.clear);
  clear.addEventListener("click", () => {
    ink.clearRect(0, 0, canvas.width, canvas.height);
    field.value = "";
  });
}

function fillPlace() {
  const fields = document.querySelectorAll("[data-place]");
  if (!fields.length || !navigator.geolocation) return;
  navigator.geolocation.getCurrentPosition(
    ({ coords }) => {
      const known = { lat: coords.latitude, lon: coords.longitude, accuracy_m: coords.accuracy };
      for (const field of fields) field.value = known[field.dataset.place];
    },
    () => {}, // without a place the check-in counts, too
    { maximumAge: 60000, timeout: 15000 },
  );
}

document.addEventListener("DOMContentLoaded", () => {
  document.querySelectorAll("canvas.pad").forEach(preparePad);
  fillPlace();
});
