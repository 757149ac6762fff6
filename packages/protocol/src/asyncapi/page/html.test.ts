import { expect, test } from "vitest";
import { html, joined } from "./html.ts";

test("values are escaped, in text and in attributes", () => {
  const value = `<b title='x'>"&`;
  expect(String(html`<p title="${value}">${value}</p>`)).toBe(
    '<p title="&#60;b title=&#39;x&#39;&#62;&#34;&#38;">&#60;b title=&#39;x&#39;&#62;&#34;&#38;</p>',
  );
});

test("HTML inside of HTML is not escaped again", () => {
  expect(String(html`<p>${html`<b>${"<"}</b>`}</p>`)).toBe("<p><b>&#60;</b></p>");
});

test("lists are their items, and undefined is nothing", () => {
  expect(String(html`${["<", html`<br>`, [1, undefined]]}${undefined}`)).toBe("&#60;<br>1");
});

test("items are joined with text between them", () => {
  expect(String(html`${joined(["a", "b", "c"], " & ")}`)).toBe("a &#38; b &#38; c");
  expect(joined([], ", ")).toEqual([]);
});
