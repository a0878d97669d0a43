/** Lets what a redraw moves glide to its new place (first, last, invert, play), for those who like motion. */

const still = matchMedia("(prefers-reduced-motion: reduce)");

/** Calls `draw`; elements with the same `data-key` before and after glide. */
export function glide(container, draw) {
  if (still.matches || !container) return draw();
  const before = placesOf(container);
  draw();
  for (const [element, key] of keyed(container)) {
    const from = before.get(key);
    const to = element.getBoundingClientRect();
    if (!from) element.animate([{ opacity: 0 }, { opacity: 1 }], { duration: 240, easing: "ease-out" });
    else if (from.x !== to.x || from.y !== to.y) {
      element.animate(
        [{ transform: `translate(${from.x - to.x}px, ${from.y - to.y}px)` }, { transform: "none" }],
        { duration: 280, easing: "cubic-bezier(0.2, 0, 0, 1)" },
      );
    }
  }
}

const keyed = (container) =>
  Array.from(container.querySelectorAll("[data-key]"), (element) => [element, element.dataset.key]);

const placesOf = (container) =>
  new Map(keyed(container).map(([element, key]) => [key, element.getBoundingClientRect()]));
