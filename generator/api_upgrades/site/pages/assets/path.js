// Any version to any other: pickers, checklist, and what every part becomes, composed from data about runs of versions.
// Nothing from the address or from storage is ever inserted as markup. The reader's own version and the loading of data
// are the site's script's, which has run before this one.
(function () {
  "use strict";

  const api = window.apiUpgrades;
  const SEVERITIES = ["breaking", "risky", "additive", "neutral"];
  const MARK = /\ue000/g; // stands for the version in the texts of requests
  const same = (one, other) => JSON.stringify(one) === JSON.stringify(other);

  // ---- What a part becomes. `data` is about all versions, `part` one part's; versions are indexes.

  // The run of a part that a version is in: its start, contents, name and revision.
  const runAt = (data, number, version) => data.parts[number].runs.filter(([start]) => start <= version).pop() || [0, -1];
  const runsOf = (data, number, ...versions) => versions.map((version) => runAt(data, number, version));

  // The numbers of the parts that may differ: those with other contents, by something that they hold themselves.
  function differing(data, from, to) {
    return [...data.parts.keys()].filter((number) => {
      const [was, now] = runsOf(data, number, from, to);
      return was[3] !== now[3] && !same(was.slice(1, 3), now.slice(1, 3));
    });
  }

  function nameOf(data, number, from, to) {
    const [was, now] = runsOf(data, number, from, to);
    return (now[1] < 0 ? was : now)[2];
  }

  // The texts that differ, as [key, lines]; a line is [sign, text].
  function textsOf(data, part, number, from, to) {
    const [was, now] = runsOf(data, number, from, to).map(([, index]) => (part.contents[index] || {}).texts || {});
    return Object.keys({ ...now, ...was })
      .filter((key) => now[key] !== was[key])
      .map((key) => [key, linesOf(part.texts[key], was[key], now[key], data.versions[from].id, data.versions[to].id)]);
  }

  // Two of some texts that are woven into one list of lines: what stands in only one of them went or came.
  function linesOf(woven, was, now, oldId, newId) {
    const result = [];
    const [gone, come] = [[], []];
    const bare = (text) => text.replace(/,$/, "");
    const settle = () => {
      while (gone.length && come.length && bare(gone[0]) === bare(come[0])) gone.shift(), result.push([" ", come.shift()]);
      result.push(...gone.splice(0).map((text) => ["-", text]), ...come.splice(0).map((text) => ["+", text]));
    };
    for (const line of woven) {
      const [text, first, end, commas = []] = Array.isArray(line) ? line : [line, 0, Infinity];
      const whole = (number, id) => text.replace(MARK, id) + (commas.includes(number) ? "," : "");
      const [isOld, isNew] = [was, now].map((number) => number >= first && number < end);
      if (isOld && isNew && text.search(MARK) < 0) settle(), result.push([" ", whole(now)]);
      else {
        if (isOld) gone.push(whole(was, oldId));
        if (isNew) come.push(whole(now, newId));
      }
    }
    settle();
    return result;
  }

  // The lines in blocks, [whether it is folded, lines]: a line around each change and the way to it are shown.
  function fold(lines) {
    const isSame = (line) => !line || line[0] === " ";
    if (lines.every(isSame)) return [[false, lines]];
    const shown = lines.map((_, k) => !k || ![k - 1, k, k + 1].every((near) => isSame(lines[near])));
    for (const side of "-+") {
      let open = [];
      lines.forEach(([sign, text], k) => {
        if (!text.trim() || (sign !== " " && sign !== side)) return;
        const indent = text.search(/\S/);
        open = open.filter(([outer]) => outer < indent);
        if (sign === side) for (const [, opener] of open) shown[opener] = true;
        open.push([indent, k]);
      });
    }
    const blocks = [];
    for (let start = 0, end; start < lines.length; start = end) {
      for (end = start; end < lines.length && shown[end] === shown[start]; ) end++;
      const run = lines.slice(start, end);
      const isFolded = !shown[start] && run.length > 2;
      const last = blocks[blocks.length - 1];
      if (last && !isFolded && !last[0]) last[1].push(...run);
      else blocks.push([isFolded, run]);
    }
    return blocks;
  }

  // The places of a part that differ: {name, words, rank}. Words are text, or [code]; rank 0 is the worst severity.
  function placesOf(data, part, number, from, to) {
    const { kind } = data.parts[number];
    const [was, now] = runsOf(data, number, from, to);
    const [before, after] = [was, now].map(([, index]) => part.contents[index]);
    const [old, rows] = [before, after].map((content) => (content ? part.rows[content.rows] : []));
    const [low, high] = [Math.min(from, to), Math.max(from, to)];
    const places = new Map();
    const matches = new Map(); // rows of one place at both ends: of the same identity, else of the same name

    // What a rule says of a place, by its own words or by others.
    function say({ at: name, in: directions }, rule, was, is, words = data.rules[rule][1], facet) {
      const place = places.get(name) || { name, words: [], rank: 3 };
      const values = { before: was, after: is, facet };
      const pieces = words.split(/\{(\w+)\}/).flatMap((text, k) => (k % 2 ? coded(values[text]) : text));
      if (!place.words.some((one) => same(one, pieces))) place.words.push(pieces);
      for (const one of directions || (before || after).sent + (after || before).sent) {
        place.rank = Math.min(place.rank, data.rules[rule][0][one]);
      }
      places.set(name, place);
    }

    // Where a place is that went to another object at some time: since when, its name there, and its row.
    const whereabouts = (row, version) => (part.moved[row.id] || []).filter(([start]) => start <= version).pop() || [];
    const sortOf = (row) => row.sort || "property";
    const typeOf = (row, version) => (row.type || []).map((one) => (one > -1 ? runAt(data, one, version)[2] : one)).join("");

    // What is inside of a place is told of only where the place itself is the same kind of thing at both ends.
    function isWithin(row, all) {
      const holder = all[row.up];
      return !holder || (matches.has(holder) && isAlike(holder, matches.get(holder)) && isWithin(holder, all));
    }

    function compare(row, was) {
      if (row.up >= 0 && (!matches.has(row) || matches.get(rows[row.up]) !== old[was.up])) say(row, "property-moved", whereabouts(row, from)[1] || was.at);
      else if (row.name !== was.name) say(row, row.sort && row.status ? "status-changed" : sortOf(row) + "-renamed", was.name);
      const isOther = !isAlike(row, was);
      if (isOther) say(row, typeRule(row, was), typeOf(was, from), typeOf(row, to));
      const [facts, oldFacts] = [row, was].map((one) => one.facts || {});
      for (const facet of Object.keys({ ...oldFacts, ...facts })) {
        const [isLimit, ...rules] = data.facets[facet];
        const [one, other] = [oldFacts[facet], facts[facet]];
        if (same(one, other) || (isLimit && isOther)) continue;
        const sort = one === undefined ? 0 : other === undefined ? 1 : other < one ? 3 : 2;
        say(row, rules[sort], one, other, isLimit ? data.limits[sort] : undefined, facet);
      }
      if (!isOther) compareValues(row, was.values, row.values);
    }

    function compareValues(row, was, is) {
      if (!was || !is) {
        if (was || is) say(row, is ? "enum-introduced" : was.length === 1 ? "constant-lifted" : "enum-lifted", was, is);
        return;
      }
      const moves = part.values.filter(([id, step]) => id === row.id && step > low && step <= high).map(([, , ...names]) => names);
      if (from > to) moves.reverse().forEach((names) => names.reverse());
      const newer = was.map((value) => moves.reduce((name, [one, other]) => (name === one ? other : name), value));
      for (const value of is) if (!was.includes(value) && !newer.includes(value)) say(row, "enum-value-added", 0, value);
      was.forEach((value, k) => {
        if (newer[k] !== value) say(row, "enum-value-renamed", value, newer[k]);
        else if (!is.includes(value)) say(row, was.length === 1 ? "constant-removed" : "enum-value-removed", value);
      });
    }

    if (!before || !after) say({ at: "", in: (old[0] || rows[0]).in }, kind + (before ? "-removed" : "-added"));
    else {
      if (was[2] !== now[2]) say(rows[0], kind + (kind === "operation" ? "-moved" : "-renamed"), was[2]);
      for (const key of ["id", "at"]) {
        const byKey = new Map(old.filter((row) => !matches.has(row)).map((row) => [row[key], row]));
        for (const row of rows) {
          const match = byKey.get(row[key]);
          if (match && !matches.has(row)) matches.set(row, match).set(match, row);
        }
      }
      for (const row of rows) {
        if (!isWithin(row, rows)) continue;
        const was = matches.get(row) || whereabouts(row, from)[2];
        const rule = sortOf(row) + "-added";
        const needed = data.rules["required-" + rule] && (row.facts || {}).required ? "required-" + rule : rule;
        const isAsked = (row.in || after.sent).includes("0");
        if (was) compare(row, was);
        else if (!row.item) say(row, needed, 0, typeOf(row, to), data.rules[isAsked ? needed : rule][1]);
      }
      for (const row of old) {
        if (matches.has(row) || row.item || !isWithin(row, old) || whereabouts(row, to)[2]) continue;
        say(row, sortOf(row) + "-removed", typeOf(row, from));
      }
    }
    return [...places.values()];
  }

  function coded(value) {
    if (!Array.isArray(value)) return [[typeof value === "string" ? value : value === undefined ? "nothing" : JSON.stringify(value)]];
    return value.flatMap((one, k) => [k ? (k === value.length - 1 ? " and " : ", ") : "", ...coded(one)]);
  }

  // Whether two rows are of one type. Behind a reference on one side only, the types that it leads to count.
  const isAlike = (row, was) => (row.ref > -1 && was.ref > -1 ? row.ref === was.ref : same(row.kinds, was.kinds));

  function typeRule(row, was) {
    if (same(row.type, ["list of ", ...(was.type || [])])) return "property-became-list";
    const [is, had] = [row, was].map(({ kinds = [] }) => kinds);
    const covers = (wide, narrow) => narrow.every((one) => wide.includes(one) || (one === "integer" && wide.includes("number")));
    const isOther = row.ref > -1 && was.ref > -1;
    if (!isOther && (!is.length || (had.length && covers(is, had)))) return "type-widened";
    return !isOther && (!had.length || covers(had, is)) ? "type-narrowed" : "type-changed";
  }

  // ---- The page. What it says of a change stands in its template, made by the generator.

  function make(name, attributes, ...children) {
    const made = document.createElement(name);
    for (const key in attributes) made.setAttribute(key, attributes[key]);
    made.append(...children);
    return made;
  }

  const mark = (rank) => make("span", { class: "au-mark au-" + SEVERITIES[rank] }, SEVERITIES[rank]);
  const named = (version) => (version === "unreleased" ? "Upcoming" : version);
  const code = (text) => make("code", {}, text);
  const count = (number, word) => `${number} ${word}${number === 1 ? "" : "s"}`;

  function coloured(text) {
    return text.split(/("(?:[^"\\]|\\.)*"(?=:)|"(?:[^"\\]|\\.)*"|\b(?:true|false|null)\b|-?\d[\d.eE+-]*)/).map((piece, k, all) => {
      if (k % 2 === 0) return piece;
      const kind = piece[0] === '"' ? (all[k + 1][0] === ":" ? "nt" : "s2") : /\d/.test(piece) ? "mi" : "kc";
      return make("span", { class: kind }, piece);
    });
  }

  function lineOf([sign, text]) {
    const [tag, word] = { "-": ["del", "removed: "], "+": ["ins", "added: "] }[sign] || ["span"];
    const line = make(tag, { class: "au-line" }, ...(/^[ {}[\]"]/.test(text) ? coloured(text) : [text]), "\n");
    if (word) line.prepend(make("span", { class: "au-hidden" }, word));
    return line;
  }

  function diffBlock(lines) {
    return make("div", { class: "au-diff highlight no-copy", tabindex: 0 }, ...fold(lines).map(([isFolded, run]) => {
      const shown = make("pre", {}, make("code", {}, ...run.map(lineOf)));
      return isFolded ? make("details", {}, make("summary", {}, `${run.length} unchanged lines`), shown) : shown;
    }));
  }

  // A fold whose content is made when it is first opened.
  function unfolding(summary, isOpen, content) {
    const made = make("details", { class: "au-more" }, make("summary", {}, summary));
    made.addEventListener("toggle", () => made.append(...content()), { once: true });
    made.open = isOpen;
    return made;
  }

  const kept = {}; // what the browser refuses to keep, for as long as the page is open

  function recall(key) {
    try {
      return new Set(JSON.parse(localStorage.getItem(key) || kept[key] || "[]"));
    } catch {
      return new Set(JSON.parse(kept[key] || "[]"));
    }
  }

  function keep(key, done) {
    kept[key] = JSON.stringify([...done]);
    try { localStorage.setItem(key, kept[key]); } catch { /* refused */ }
  }

  function start(page) {
    const { root, counted, latest } = page.dataset;
    const [form, said, shown, others, progress, list, parts] = ["form", ".au-path-said", ".au-path-shown", ".au-path-static",
      ".au-path-progress", ".au-path-list", ".au-path-parts"].map((selector) => page.querySelector(selector));
    const fields = form.elements;
    const ids = [...fields.from.options].map(({ value }) => value).filter(Boolean).reverse();
    const files = {};
    const life = new AbortController();
    let observer;
    let turn = 0;
    if (api.leavePath) api.leavePath(); // the page before, where the theme loads pages instantly
    api.leavePath = () => life.abort();

    function load(file, name) {
      const address = `${root}upgrades/path/${file}.js`;
      files[file] = files[file] || api.load(address).then(() => {
        const data = api[name];
        delete api[name];
        if (!data) throw new Error(address);
        return data;
      });
      return files[file];
    }

    // Does what needs data. Where it doesn't arrive, says so in its place and offers to try again.
    function fill(place, file, doing) {
      return doing().catch((error) => {
        delete files[file];
        const again = make("button", { type: "button" }, "Try again");
        again.onclick = () => fill(place, file, doing);
        place.replaceChildren(make("p", { class: "au-path-note", role: "alert" }, `What belongs here did not arrive (${error.message}). `, again));
      });
    }

    function show() {
      const asked = new URLSearchParams(location.search);
      const notes = [];
      const pick = (name, what, otherwise) => {
        const value = asked.has(name) ? asked.get(name) : otherwise;
        fields[name].value = value;
        if (fields[name].value !== value) {
          fields[name].value = "";
          notes.push(`There is no ${what} \u201c${value}\u201d.`);
        }
        return fields[name].value;
      };
      const mine = asked.get("version");
      if (ids.includes(mine)) api.setVersion(root, mine);
      else if (mine) notes.push(`There is no version \u201c${mine}\u201d.`);
      const known = api.version(root);
      const from = pick("from", "version", ids.includes(known) ? known : "");
      const to = pick("to", "version", latest);
      const resource = pick("resource", "resource", "");
      const [first, last] = [from, to].map((id) => ids.indexOf(id));
      const isPath = from && to && from !== to;
      fields.breaking.checked = asked.has("breaking");
      fields.mine.hidden = !from;
      fields.mine.textContent = named(from) + " is my version";
      fields.mine.ariaPressed = from === known;
      if (!from) notes.push("Choose the version that you call now.");
      else if (!to) notes.push("Choose the version that you want to move to.");
      else if (!isPath) notes.push(`Both are ${named(from)}: there is nothing to do. Choose another version.`);
      else if (first > last) notes.push(`This is the way back, for ${named(from)} is newer than ${named(to)}. What each change asked for is to be taken back, the newest first.`);
      said.replaceChildren(...notes.map((note) => make("p", { class: "au-path-note" }, note)));
      shown.hidden = !isPath;
      others.hidden = isPath;
      if (observer) observer.disconnect();
      turn++;
      if (!isPath) return;
      const changes = fillList(first, last, resource);
      fill(parts, "index", () => fillParts(first, last, resource, changes));
    }

    // The checklist. Gives its items, and those that the resource alone leaves out: what they did reaches other parts too.
    function fillList(first, last, resource) {
      const isBack = first > last;
      const key = `api-upgrades:${new URL(root, location.href).pathname}:${ids[first]}:${ids[last]}`;
      const done = recall(key);
      const [ranks, touched, changes] = [[], new Set(), []];
      const sections = [...page.querySelector("template").content.children].slice(Math.min(first, last), Math.max(first, last));
      list.replaceChildren(...(isBack ? sections.reverse() : sections).map((section) => document.importNode(section, true)));
      for (const section of list.querySelectorAll("section")) {
        const items = [...section.querySelectorAll("[data-severity]")].map((item) => {
          const { severity, back, resources } = item.dataset;
          const rank = SEVERITIES.indexOf(isBack ? back : severity);
          item.querySelector(".au-mark").replaceWith(mark(rank));
          for (const note of item.querySelectorAll(".au-path-back")) note.hidden = !isBack;
          return { item, rank, own: resources.split("|").filter(Boolean) };
        }).filter(({ rank }) => !rank || !fields.breaking.checked).sort((one, other) => one.rank - other.rank);
        changes.push(...items.map(({ item }) => item));
        const wanted = items.filter(({ own }) => !resource || own.includes(resource));
        for (const { rank, own } of wanted) {
          ranks.push(rank);
          own.forEach((name) => touched.add(name));
        }
        section.querySelector("ul").replaceChildren(...wanted.map(({ item }) => item));
        if (!wanted.length) section.remove();
      }
      const numbers = counted.split("|").map((word, rank) => [ranks.filter((one) => one === rank).length, word]);
      const words = [...numbers, [touched.size, "resource"]].filter(([number]) => number).map((pair) => count(...pair));
      said.append(make("p", { class: "au-counts" }, words.join(", ") || "No changes"));
      const boxes = [...list.querySelectorAll("input")];
      const tell = () => {
        progress.firstElementChild.textContent = `${boxes.filter((box) => box.checked).length} of ${boxes.length} done`;
      };
      for (const box of boxes) box.checked = done.has(box.id);
      list.onchange = () => {
        for (const box of boxes) done[box.checked ? "add" : "delete"](box.id);
        keep(key, done);
        tell();
      };
      progress.lastElementChild.onclick = () => {
        for (const box of boxes) box.checked = false;
        list.onchange();
      };
      progress.hidden = !boxes.length;
      tell();
      return changes;
    }

    async function fillParts(first, last, resource, changes) {
      const mine = turn;
      parts.replaceChildren();
      const data = await load("index", "path");
      if (mine !== turn) return;
      const by = data.parts.map((_, number) => changes.filter((item) => data.changes[item.querySelector("input").id].includes(number)));
      const numbers = differing(data, first, last).filter((number) => by[number].length || !fields.breaking.checked);
      observer = new IntersectionObserver((entries) => {
        for (const { target, isIntersecting } of entries) {
          if (!isIntersecting) continue;
          observer.unobserve(target);
          target.fill();
        }
      }, { rootMargin: "600px" });
      data.resources.forEach(({ name, file }, index) => {
        const own = numbers.filter((number) => data.parts[number].resource === index);
        if (!own.length || (resource && resource !== name)) return;
        const place = make("div", {}, own.map((number) => nameOf(data, number, first, last)).join(", "));
        parts.append(make("h3", {}, name), place);
        file = "resources/" + file;
        place.fill = () => fill(place, file, async () => {
          const found = await load(file, "pathResource");
          place.replaceChildren(...own.flatMap((number) => partView(data, found[number], number, first, last, by[number])));
          place.append(...[...place.children].filter((one) => one.open === false)); // those that differ only by what they hold
        });
        observer.observe(place);
      });
      if (!parts.firstChild) parts.append("No operation, object or webhook differs.");
    }

    function partView(data, part, number, first, last, items) {
      const places = placesOf(data, part, number, first, last).filter(({ rank }) => !rank || !fields.breaking.checked);
      const texts = textsOf(data, part, number, first, last);
      if (!places.length && !texts.length) return [];
      const [[, was], [, now]] = runsOf(data, number, first, last);
      const { at, by } = part.contents[now < 0 ? was : now];
      const version = ids[now < 0 ? first : last];
      const href = `${root}reference/${encodeURIComponent(version)}/${at.replace("#", data.index + "#")}`;
      const beside = make("p", { class: "au-also" }, make("a", { href }, "Reference of " + named(version)));
      items.forEach((item, k) => {
        const link = make("a", { href: item.querySelector("a").getAttribute("href") });
        link.append(...item.querySelector(".au-path-title").cloneNode(true).childNodes);
        beside.append(k ? "; " : ". Changed by: ", link);
      });
      const titles = { object: "Object", payload: "Payload", request: by || "Request" };
      const shown = texts.map(([key, lines], k) => unfolding(titles[key] || "Response " + key, !k && !by, () => [diffBlock(lines)]));
      const name = code(nameOf(data, number, first, last));
      if (!places.length) return [unfolding(name, false, () => [beside, ...shown])];
      return [make("section", { class: "au-path-part" }, make("h4", {}, name), beside, make("ul", { class: "au-changes" },
        ...places.map(({ name, words, rank }) => make("li", {}, mark(rank), " ", name ? code(name) : "It", " ",
          ...words.flatMap((pieces, k) => [k ? "; " : "", ...pieces.map((one) => (Array.isArray(one) ? code(one) : one))])))), ...shown)];
    }

    function go() {
      const search = new URLSearchParams();
      for (const name of ["from", "to", "resource"]) if (fields[name].value) search.set(name, fields[name].value);
      if (fields.breaking.checked) search.set("breaking", "");
      history.pushState(null, "", "?" + search);
      show();
    }

    form.hidden = false;
    form.onchange = go;
    fields.swap.onclick = () => {
      [fields.from.value, fields.to.value] = [fields.to.value, fields.from.value];
      go();
    };
    fields.mine.onclick = () => {
      const isMine = fields.mine.ariaPressed === "true";
      api.setVersion(root, isMine ? "" : fields.from.value);
      fields.mine.ariaPressed = !isMine;
    };
    addEventListener("popstate", () => page.isConnected && show(), { signal: life.signal });
    show();
  }

  api.paths = { fold, differing, textsOf, placesOf, runAt };
  const page = document.querySelector(".au-path");
  if (page) start(page);
})();
