// Any version to any other: pickers, checklist, and what every part becomes, composed from data about runs of versions.
// Nothing from the address or from storage is ever inserted as markup. Copy buttons, the reader's own version and the
// loading of data are the site's script's, which has run before this one.
(function () {
  "use strict";

  const api = window.apiUpgrades;
  const SEVERITIES = ["breaking", "risky", "additive", "neutral"];
  const MARK = "\ue000"; // stands for the version in the texts of requests
  const same = (one, other) => JSON.stringify(one) === JSON.stringify(other);

  // ---- What a part becomes. `data` is about all versions, `part` one part's; versions are indexes.

  const runAt = (data, number, version) => data.parts[number].runs.filter(([start]) => start <= version).pop() || [0, -1, "", ""];

  // The numbers of the parts that may differ: those with other contents, by something that they hold themselves.
  function differing(data, from, to) {
    return [...data.parts.keys()].filter((number) => {
      const [was, now] = [from, to].map((version) => runAt(data, number, version));
      return was[3] !== now[3] && !same(was.slice(1, 3), now.slice(1, 3));
    });
  }

  // The texts that differ, as [key, lines]; a line is [sign, text].
  function textsOf(data, part, number, from, to) {
    const ends = [from, to].map((version) => [(part.contents[runAt(data, number, version)[1]] || {}).texts || {}, data.versions[version].id]);
    const [was, now] = ends;
    return Object.keys({ ...now[0], ...was[0] })
      .filter((key) => now[0][key] !== was[0][key])
      .map((key) => [key, linesOf(part.texts[key], ...ends.map(([texts, id]) => [texts[key], id]))]);
  }

  // Two of some texts that are woven into one list of lines: what stands in only one of them went or came.
  function linesOf(woven, [was, oldId], [now, newId]) {
    const result = [];
    const [gone, come] = [[], []];
    const equal = () => gone.length && come.length && gone[0].replace(/,$/, "") === come[0].replace(/,$/, "");
    const settle = () => {
      while (equal()) result.push([" ", come.shift()], gone.shift() && 0);
      gone.splice(0).forEach((text) => result.push(["-", text]));
      come.splice(0).forEach((text) => result.push(["+", text]));
    };
    for (const line of woven) {
      const [text, first, end, commas] = Array.isArray(line) ? line : [line, 0, Infinity];
      const isIn = (number) => number >= first && number < end;
      const full = (number, id) => text.replaceAll(MARK, id) + (commas && commas.includes(number) ? "," : "");
      const differs = text.includes(MARK);
      if (isIn(was) && isIn(now) && !differs) settle(), result.push([" ", full(now)]);
      else {
        if (isIn(was)) gone.push(full(was, oldId));
        if (isIn(now)) come.push(full(now, newId));
      }
    }
    settle();
    return result;
  }

  // The lines in blocks, [whether it is folded, lines]: a line around each change and the way to it are shown.
  function fold(lines) {
    if (lines.every(([sign]) => sign === " ")) return [[false, lines]];
    const shown = lines.map((_, k) => k === 0 || [k - 1, k, k + 1].some((near) => lines[near] && lines[near][0] !== " "));
    for (const side of "-+") {
      const open = [];
      lines.forEach(([sign, text], k) => {
        if ((sign !== " " && sign !== side) || !text.trim()) return;
        const indent = text.length - text.trimStart().length;
        while (open.length && open[open.length - 1][0] >= indent) open.pop();
        if (sign !== " ") open.forEach(([, opener]) => { shown[opener] = true; });
        open.push([indent, k]);
      });
    }
    const blocks = [];
    for (let start = 0, end; start < lines.length; start = end) {
      end = start;
      while (end < lines.length && shown[end] === shown[start]) end++;
      const folded = !shown[start] && end - start >= 3;
      const last = blocks[blocks.length - 1];
      if (last && !folded && !last[0]) last[1].push(...lines.slice(start, end));
      else blocks.push([folded, lines.slice(start, end)]);
    }
    return blocks;
  }

  // The places of a part that differ: {name, words, rank}. Words are text, or [code]; rank 0 is the worst severity.
  function placesOf(data, part, number, from, to) {
    const { kind } = data.parts[number];
    const [[, was, oldName], [, now, newName]] = [runAt(data, number, from), runAt(data, number, to)];
    const [before, after] = [part.contents[was] || {}, part.contents[now] || {}];
    const places = new Map();
    // What a rule says of a place, by the rule's words, or by others.
    const say = (name, rule, values, words = rule) => {
      if (!places.has(name)) places.set(name, { name, words: [], rank: 3 });
      const place = places.get(name);
      const pieces = (data.rules[words] || [0, words])[1].split(/\{(\w+)\}/).flatMap((text, k) => (k % 2 ? coded(values[text]) : text));
      if (!place.words.some((one) => same(one, pieces))) place.words.push(pieces);
      for (const one of directions(name)) place.rank = Math.min(place.rank, +data.rules[rule][0][one] || 0);
    };
    const directions = (name) =>
      kind === "schema" ? [...(before.sent || []), ...(after.sent || [])] : [kind === "webhook" ? 2 : name.startsWith("response") ? 1 : 0];
    if (was < 0 || now < 0) say("", kind + (was < 0 ? "-added" : "-removed"));
    else {
      if (oldName !== newName) say("", kind + (kind === "operation" ? "-moved" : "-renamed"), { before: oldName });
      compareRows(data, part, part.rows[before.rows], part.rows[after.rows], from, to, say, directions);
    }
    return [...places.values()];
  }

  function coded(value) {
    if (!Array.isArray(value)) return [[typeof value === "string" ? value : value === undefined ? "nothing" : JSON.stringify(value)]];
    return value.flatMap((one, k) => [k ? (k === value.length - 1 ? " and " : ", ") : "", ...coded(one)]);
  }

  function compareRows(data, part, old, now, from, to, say, directions) {
    const [low, high] = [Math.min(from, to), Math.max(from, to)];
    const ofRow = (moves, row) => moves.filter(([id, step]) => id === row.id && step > low && step <= high);
    const older = new Map(); // by the newer row: the one of the same identity, else the one of the same name
    const newer = new Map();
    for (const key of ["id", "at"]) {
      const byKey = new Map(old.filter((row) => !newer.has(row)).map((row) => [row[key], row]));
      for (const row of now) {
        const before = byKey.get(row[key]);
        if (before && !older.has(row)) older.set(row, before), newer.set(before, row);
      }
    }
    const typeOf = (row, version) => (row.type || []).map((one) => (one > -1 ? runAt(data, one, version)[2] : one)).join("");
    // What is inside of a place is told of only where the place itself is the same kind of thing at both ends.
    const within = (rows, row, other) => {
      const holder = rows[row.up];
      return !holder || (other.has(holder) && isAlike(holder, other.get(holder)) && within(rows, holder, other));
    };
    const lone = (rows, other) => rows.filter((row) => !other.has(row) && !/[\]}]$/.test(row.at) && within(rows, row, other));
    const sortOf = (row) => row.sort || "property";
    for (const row of now) if (older.has(row) && within(now, row, older)) compareRow(row, older.get(row));
    for (const row of lone(now, older)) {
      const moves = ofRow(part.moves, row);
      const rule = sortOf(row) + "-added";
      const needed = "required-" + rule;
      const isNeeded = (row.facts || {}).required && data.rules[needed];
      if (moves.length) say(row.at, "property-moved", { before: from < to ? moves[0][2] : moves.pop()[3] });
      else say(row.at, isNeeded ? needed : rule, { after: typeOf(row, to) }, isNeeded && directions(row.at).includes(0) ? needed : rule);
    }
    for (const row of lone(old, newer)) {
      if (!ofRow(part.moves, row).length) say(row.at, sortOf(row) + "-removed", { before: typeOf(row, from) });
    }

    function compareRow(row, before) {
      const sort = sortOf(row);
      const tell = (rule, before, after) => say(row.at, rule, { before, after });
      if (row.up >= 0 && older.get(now[row.up]) !== old[before.up]) tell("property-moved", before.at);
      else if (row.name !== before.name) tell(/response/.test(sort) ? "status-changed" : sort + "-renamed", before.name);
      if (!isAlike(row, before)) {
        const toList = same(row.type, ["list of ", ...(before.type || [])]);
        tell(toList ? "property-became-list" : typeRule(row, before), typeOf(before, from), typeOf(row, to));
      }
      compareFacts(row, row.facts || {}, before.facts || {}, !isAlike(row, before));
    }

    function compareFacts(row, is, was, isOther) {
      const list = now.find(({ at }) => at === row.at.replace(/(\[\])+$/, "")); // of which the values of its items are told
      const moves = ofRow(part.values, list).map(([, , ...names]) => names);
      if (from > to) moves.reverse().forEach((names) => names.reverse());
      const newName = (value) => moves.reduce((name, [older, newer]) => (name === older ? newer : name), value);
      const renamed = Object.keys(was).filter((key) => key[0] === "=" && newName(was[key]) !== was[key]);
      for (const key of new Set([...Object.keys(was), ...Object.keys(is)])) {
        const [before, after] = [was[key], is[key]];
        const [, sign, facet] = /^(=|<|>|media |x-(?=.)|)(.*)$/.exec(key);
        const isNamed = key in data.facets;
        const rules = data.facets[isNamed ? key : sign];
        const isValue = sign === "=";
        if (same(before, after) || (isOther && (!isNamed || key === "enum"))) continue;
        if (isValue && (!is.enum || !was.enum || renamed.some((one) => newName(was[one]) === after))) continue;
        const change = before === undefined ? 0 : after === undefined ? 1 : 2;
        const isLess = change === 2 && after < before;
        let rule = rules[change];
        if (isLess && /[<>]/.test(sign)) rule = rules[rule === rules[0] ? 1 : 0];
        const values = { before, after, facet: sign === "x-" ? key : facet };
        const place = isValue || key === "enum" ? list.at : row.at;
        if (renamed.includes(key)) say(place, rules[2], { before, after: newName(before) });
        else if (rule) say(place, rule, values, isNamed || isValue || sign[0] === "m" ? rule : data.limits[change]);
      }
    }
  }

  // Whether two rows are of one type. Behind a reference on one side only, the types that it leads to count.
  const isAlike = (row, before) => (row.ref > -1 && before.ref > -1 ? row.ref === before.ref : same(row.kinds, before.kinds));

  function typeRule({ kinds: now = [], ref }, { kinds: was = [], ref: oldRef }) {
    const covers = (wide, narrow) => narrow.every((one) => wide.includes(one) || (one === "integer" && wide.includes("number")));
    if (ref > -1 && oldRef > -1) return "type-changed";
    if (!now.length || (was.length && covers(now, was))) return "type-widened";
    return !was.length || covers(was, now) ? "type-narrowed" : "type-changed";
  }

  // ---- The page. What it says of a change stands in its template, made by the generator.

  function make(name, attributes, ...children) {
    const made = document.createElement(name);
    for (const key in attributes) made.setAttribute(key, attributes[key]);
    made.append(...children);
    return made;
  }

  const mark = (severity) => make("span", { class: "au-mark au-" + severity }, severity);
  const count = (number, one) => `${number} ${one}${number === 1 ? "" : "s"}`;
  const inCode = (pieces) => pieces.map((one) => (Array.isArray(one) ? make("code", {}, one[0]) : one));

  function coloured(text) {
    const result = [];
    let end = 0;
    for (const found of text.matchAll(/("(?:[^"\\]|\\.)*")(\s*:)?|\b(?:true|false|null)\b|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/g)) {
      const [all, string, colon] = found;
      const kind = string ? (colon ? "nt" : "s2") : /\d/.test(all) ? "mi" : "kc";
      result.push(text.slice(end, found.index), make("span", { class: kind }, string || all), colon || "");
      end = found.index + all.length;
    }
    return [...result, text.slice(end)];
  }

  function diffBlock(all) {
    const box = make("div", { class: "au-diff highlight no-copy", tabindex: 0 });
    for (const [folded, lines] of fold(all)) {
      const pre = make("pre", {}, make("code", {}, ...lines.map(([sign, text]) => {
        const [tag, word] = { "-": ["del", "removed: "], "+": ["ins", "added: "], " ": ["span", ""] }[sign];
        const shown = /^[ {}[\]"]/.test(text) ? coloured(text) : [text];
        return make(tag, { class: "au-line" }, ...(word ? [make("span", { class: "au-hidden" }, word)] : []), ...shown, "\n");
      })));
      box.append(folded ? make("details", {}, make("summary", {}, `${lines.length} unchanged lines`), pre) : pre);
    }
    return box;
  }

  // A fold whose content is made when it is first opened.
  function unfolding(summary, isOpen, content) {
    const fold = make("details", { class: "au-more" }, make("summary", {}, ...summary));
    fold.addEventListener("toggle", () => fold.append(...content()), { once: true });
    fold.open = isOpen;
    return fold;
  }

  const kept = new Map(); // what the browser refuses to keep, for as long as the page is open

  function recall(key) {
    try {
      const found = JSON.parse(localStorage.getItem(key));
      if (Array.isArray(found)) return found;
    } catch { /* refused, or not ours */ }
    return kept.get(key) || [];
  }

  function keep(key, value) {
    kept.set(key, value);
    try { localStorage.setItem(key, JSON.stringify(value)); } catch { /* refused */ }
  }

  function start(page) {
    const { root } = page.dataset;
    const one = (selector) => page.querySelector(selector);
    const [form, said, shown, list, parts] = ["form", ".au-path-said", ".au-path-shown", ".au-path-list", ".au-path-parts"].map(one);
    const fields = form.elements;
    const ids = [...fields.from.options].map(({ value }) => value).filter(Boolean).reverse();
    const files = new Map();
    const life = new AbortController();
    let observer;
    let turn = 0;
    if (api.leavePath) api.leavePath();
    api.leavePath = () => life.abort();

    function load(file, name) {
      if (!files.has(file)) {
        const address = `${root}upgrades/path/${file}.js`;
        files.set(file, api.load(address).then(() => {
          const data = api[name];
          delete api[name];
          if (!data) throw new Error(address);
          return data;
        }));
        files.get(file).catch(() => files.delete(file));
      }
      return files.get(file);
    }

    // Runs what needs data. Where it doesn't arrive, says so in its place and offers to try again.
    function filled(place, making) {
      making().catch((error) => {
        const again = make("button", { type: "button" }, "Try again");
        again.addEventListener("click", () => { place.replaceChildren(); filled(place, making); });
        place.replaceChildren(make("p", { class: "au-path-fault", role: "alert" }, `What belongs here did not arrive (${error.message}). `, again));
      });
    }

    function show() {
      if (!page.isConnected) return life.abort();
      const asked = new URLSearchParams(location.search);
      const notes = [];
      const picked = (name, what, otherwise) => {
        const value = asked.has(name) ? asked.get(name) : otherwise;
        const isKnown = [...fields[name].options].some((option) => option.value === value);
        if (!isKnown) notes.push(`There is no ${what} \u201c${value}\u201d.`);
        return (fields[name].value = isKnown ? value : "");
      };
      const mine = asked.get("version");
      if (ids.includes(mine)) api.setVersion(root, mine);
      else if (mine) notes.push(`There is no version \u201c${mine}\u201d.`);
      const remembered = api.version(root);
      const from = picked("from", "version", ids.includes(remembered) ? remembered : "");
      const to = picked("to", "version", ids[ids.length - 1]);
      const resource = picked("resource", "resource", "");
      fields.breaking.checked = asked.has("breaking");
      fields.mine.hidden = !from;
      fields.mine.textContent = `${from} is my version`;
      fields.mine.setAttribute("aria-pressed", from === remembered);
      const [start, end] = [ids.indexOf(from), ids.indexOf(to)];
      const isPath = from && to && from !== to;
      if (!from || !to) notes.push(from ? "Choose the version that you want to move to." : "Choose the version that you call now.");
      else if (!isPath) notes.push(`Both are ${from}: there is nothing to do. Choose another version.`);
      else if (start > end) notes.push(`${from} is newer than ${to}: this is the way back. What each change asked for is to be taken back, the newest first.`);
      said.replaceChildren(...notes.map((note) => make("p", { class: "au-path-note" }, note)));
      shown.hidden = !isPath;
      one(".au-path-static").hidden = isPath;
      if (observer) observer.disconnect();
      turn++;
      if (!isPath) return;
      const reaching = fillList(start, end, resource);
      filled(parts, () => fillParts(start, end, resource, reaching));
    }

    // The checklist; gives the changes by which parts differ, as [id, link], filtered by "breaking only" alone.
    function fillList(start, end, resource) {
      const isBack = start > end;
      const key = `api-upgrades:${new URL(root, location.href).pathname}:${ids[start]}:${ids[end]}`;
      const done = new Set(recall(key));
      const [counts, touched, changes, boxes] = [{}, new Set(), [], []];
      const told = () => {
        one(".au-path-progress").firstElementChild.textContent = `${boxes.filter((box) => box.checked).length} of ${boxes.length} done.`;
      };
      const sections = [...one("template").content.children].slice(Math.min(start, end), Math.max(start, end));
      list.replaceChildren();
      for (const section of (isBack ? sections.reverse() : sections).map((one) => document.importNode(one, true))) {
        const items = [...section.querySelectorAll("li[data-id]")].filter((item) => {
          const { id, severity, back, resources } = item.dataset;
          const worst = isBack ? back : severity;
          item.dataset.severity = worst;
          item.querySelector(".au-mark").replaceWith(mark(worst));
          if (fields.breaking.checked && worst !== "breaking") return false;
          changes.push([id, item]);
          if (resource && !resources.split("|").includes(resource)) return false;
          counts[worst] = (counts[worst] || 0) + 1;
          resources.split("|").filter(Boolean).forEach((one) => touched.add(one));
          for (const note of item.querySelectorAll(".au-path-back")) note.hidden = !isBack;
          const box = item.querySelector("input");
          boxes.push(box);
          box.checked = done.has(id);
          box.addEventListener("change", () => {
            done[box.checked ? "add" : "delete"](id);
            keep(key, [...done]);
            told();
          });
          return true;
        });
        const rank = (item) => SEVERITIES.indexOf(item.dataset.severity);
        section.querySelector(".au-path-todo").replaceChildren(...items.sort((one, other) => rank(one) - rank(other)));
        if (items.length) list.append(section);
      }
      const words = { breaking: "breaking change", risky: "risky change", additive: "addition", neutral: "neutral change" };
      const numbers = SEVERITIES.filter((one) => counts[one]).map((one) => count(counts[one], words[one]));
      if (touched.size) numbers.push(count(touched.size, "resource"));
      said.append(make("p", { class: "au-counts" }, numbers.join(", ") || "No changes."));
      one(".au-path-progress").hidden = !boxes.length;
      one(".au-path-progress button").onclick = () => {
        boxes.forEach((box) => { box.checked = false; });
        done.clear();
        keep(key, []);
        told();
      };
      told();
      return changes;
    }

    async function fillParts(start, end, resource, changes) {
      const mine = turn;
      parts.replaceChildren();
      const data = await load("index", "path");
      if (mine !== turn) return;
      const reaching = new Map(data.parts.map(() => []).entries());
      for (const [id, item] of changes) {
        for (const number of (data.changes.find((change) => change.id === id) || { parts: [] }).parts) reaching.get(number).push(item);
      }
      const numbers = differing(data, start, end).filter((number) => !fields.breaking.checked || reaching.get(number).length);
      observer = new IntersectionObserver((entries) => {
        for (const { target, isIntersecting } of entries) {
          if (isIntersecting) observer.unobserve(target), target.fill();
        }
      }, { rootMargin: "600px" });
      data.resources.forEach(({ name, file }, index) => {
        const own = numbers.filter((number) => data.parts[number].resource === index);
        if (!own.length || (resource && resource !== name)) return;
        const place = make("div", {}, own.map((number) => nameOf(data, number, start, end)).join(", "));
        parts.append(make("h3", {}, name), place);
        place.fill = () => filled(place, async () => {
          const found = await load("resources/" + file, "pathResource");
          place.replaceChildren(...own.flatMap((number) => partView(data, found[number], number, start, end, reaching.get(number))));
          place.append(...place.querySelectorAll(":scope > details")); // what differs only by what it holds comes last
        });
        observer.observe(place);
      });
      if (!parts.firstChild) parts.append(make("p", {}, "No operation, object or webhook differs."));
    }

    function partView(data, part, number, start, end, items) {
      const places = placesOf(data, part, number, start, end).filter(({ rank }) => !rank || !fields.breaking.checked);
      const texts = textsOf(data, part, number, start, end);
      if (!places.length && !texts.length) return [];
      const name = make("code", {}, nameOf(data, number, start, end));
      const [, now] = runAt(data, number, end);
      const content = part.contents[now] || part.contents[runAt(data, number, start)[1]];
      const [slug, hash] = content.at.split("#");
      const version = ids[now < 0 ? start : end];
      const reference = make("a", { href: `${root}reference/${encodeURIComponent(version)}/${slug}${data.index}#${hash}` }, `Reference of ${version}`);
      const titles = { object: "Object", payload: "Payload", request: content.by || "Request" };
      const shown = texts.map(([key, lines], index) =>
        unfolding([titles[key] || "Response " + key], !index, () => [diffBlock(lines)]));
      const by = items.flatMap((item) => {
        const link = make("a", { href: item.querySelector("a").getAttribute("href") });
        link.append(...item.querySelector(".au-path-title").cloneNode(true).childNodes);
        return [" ", link, ";"];
      });
      const beside = make("p", { class: "au-also" }, reference, ...(by.length ? [". Changed by", ...by.slice(0, -1)] : []), ".");
      if (!places.length) return [unfolding([name], false, () => [beside, ...shown])];
      const list = make("ul", { class: "au-changes" }, ...places.map(({ name, words, rank }) => make("li", {}, mark(SEVERITIES[rank]), " ",
        ...(name ? [make("code", {}, name), " "] : ["It "]), ...words.flatMap((one, k) => [k ? "; " : "", ...inCode(one)]))));
      return [make("section", { class: "au-path-part" }, make("h4", {}, name), beside, list, ...shown)];
    }

    function go() {
      const search = new URLSearchParams();
      for (const name of ["from", "to", "resource"]) if (fields[name].value) search.set(name, fields[name].value);
      if (fields.breaking.checked) search.set("breaking", "");
      try {
        history.pushState(null, "", "?" + search);
      } catch { // from disk, some browsers allow no other address
        location.search = search;
      }
      show();
    }

    form.hidden = false;
    form.addEventListener("change", go);
    form.addEventListener("submit", (event) => event.preventDefault());
    fields.swap.addEventListener("click", () => {
      [fields.from.value, fields.to.value] = [fields.to.value, fields.from.value];
      go();
    });
    fields.mine.addEventListener("click", () => {
      const isMine = api.version(root) === fields.from.value;
      api.setVersion(root, isMine ? "" : fields.from.value);
      fields.mine.setAttribute("aria-pressed", !isMine);
    });
    addEventListener("popstate", show, { signal: life.signal });
    show();
  }

  const nameOf = (data, number, start, end) => runAt(data, number, runAt(data, number, end)[1] < 0 ? start : end)[2];

  api.paths = { fold, differing, textsOf, placesOf, runAt };
  const page = document.querySelector(".au-path");
  if (page) start(page);
})();
