/* One search over the whole page: every word must be in a thing's text. */
const search = { words: [], listeners: [] };

/* Text of anything that can be found, made once. */
const haystacks = new WeakMap();
function haystack(thing, parts) {
  let text = haystacks.get(thing);
  if (text === undefined) {
    text = parts().filter(Boolean).join("\n").toLowerCase();
    haystacks.set(thing, text);
  }
  return text;
}

const isSearching = () => search.words.length > 0;
const isFound = (thing, parts) => {
  const text = haystack(thing, parts);
  return search.words.every((word) => text.includes(word));
};

/* Listeners draw again and return how many things they found. */
function searchFor(text) {
  search.words = text.toLowerCase().split(/\s+/).filter(Boolean);
  const found = search.listeners.reduce((sum, listener) => sum + listener(), 0);
  byId("found").textContent = isSearching() ? `${count(found)} found` : "";
}

/* A list that is drawn anew for every search. make(thing) gives a row; parts(thing) its texts. */
function searchable(list, parts, portion, make, into) {
  const draw = () => {
    const found = isSearching() ? list.filter((thing) => isFound(thing, () => parts(thing))) : list;
    into.replaceChildren();
    const more = inPortions(found, portion, make, into);
    into.parentElement.querySelector(":scope > .more")?.remove();
    into.after(more);
    return found.length;
  };
  search.listeners.push(draw);
  draw();
}

let searchTimer = 0;
byId("search").addEventListener("input", (event) => {
  clearTimeout(searchTimer);
  searchTimer = setTimeout(() => searchFor(event.target.value), 80);
});
