import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { HeaderCollector } from "./header-collector.ts";
import type { NativeRequest } from "./native.ts";

type Fields = readonly (readonly [string, string])[];

function request(fields: Fields): NativeRequest {
  const each = (append: (name: string, value: string) => void): void => {
    for (const [name, value] of fields) append(name, value);
  };
  return { forEach: each } as unknown as NativeRequest;
}

const field = fc.tuple(
  fc.constantFrom("host", "origin", "cookie", "x-a", "x-b"),
  fc.stringMatching(/^[!-~]{0,12}$/),
);

describe("HeaderCollector", () => {
  it("keeps the headers of each request whatever the requests before and after it had", () => {
    fc.assert(
      fc.property(fc.array(fc.array(field, { maxLength: 6 }), { maxLength: 8 }), (requests) => {
        const collector = new HeaderCollector();
        const lists = requests.map((fields) => collector.collect(request(fields)));
        for (const [index, fields] of requests.entries()) {
          const wanted = new Headers(
            fields.map(([name, value]): [string, string] => [name, value]),
          );
          for (const name of ["host", "origin", "cookie", "x-a", "x-b", "none"]) {
            expect(lists[index]?.get(name)).toBe(wanted.get(name));
          }
          expect(lists[index]?.names).toEqual(fields.map(([name]) => name));
        }
      }),
    );
  });

  it("shares the names of requests that have the same, also when others come between", () => {
    const collector = new HeaderCollector();
    const a: Fields = [
      ["host", "1"],
      ["origin", "2"],
    ];
    const b: Fields = [["host", "1"]];
    const lists = [a, b, a, b].map((fields) => collector.collect(request(fields)));
    expect(lists[2]?.names).toBe(lists[0]?.names);
    expect(lists[3]?.names).toBe(lists[1]?.names);
  });

  it("does not remember names without end", () => {
    const collector = new HeaderCollector();
    const junk = (id: number): Fields => [[`x-${id}`, "v"]];
    const first = collector.collect(request(junk(0)));
    for (let id = 1; id <= 300; id += 1) collector.collect(request(junk(id)));
    const late = collector.collect(request(junk(299)));
    expect(collector.collect(request(junk(0))).names).toBe(first.names);
    expect(collector.collect(request(junk(299))).names).not.toBe(late.names);
  });
});
