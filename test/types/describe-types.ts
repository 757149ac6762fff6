import { describe, expect, it } from "vitest";
import { Compiler } from "./compiler.ts";

/** Programs that a user may write; each row begins with what it is about. */
export interface TypeCases {
  readonly right: readonly (readonly [about: string, program: string])[];
  /** With words of what the compiler says about it. */
  readonly wrong: readonly (readonly [about: string, program: string, message: string])[];
  /** With all that an editor shows at the mark. */
  readonly shownExactly: readonly (readonly [about: string, program: string, shown: string])[];
  /** An editor shows little at the mark. */
  readonly shownShortly: readonly (readonly [about: string, program: string])[];
}

/** Declares the tests of what compiles, what does not, and what an editor shows. */
export function describeTypes(subject: string, before: string, cases: TypeCases): void {
  const { right, wrong, shownExactly, shownShortly } = cases;
  const programs = [...right, ...wrong, ...shownExactly, ...shownShortly].map(([, code]) => code);
  const compiler = new Compiler(before, programs);

  describe(`of ${subject}, what is right compiles`, () => {
    it.each(right)("%s", (_about, code) => {
      expect(compiler.errors(code)).toEqual([]);
    });
  });

  describe(`of ${subject}, what is wrong does not compile`, () => {
    it.each(wrong)("%s", (_about, code, message) => {
      const errors = compiler.errors(code);
      expect(errors.join("\n")).toContain(message);
      // One mistake is one error, or two where the compiler also says what it cannot infer.
      expect(errors.length).toBeLessThanOrEqual(2);
    });
  });

  describe(`of ${subject}, an editor shows a readable type of`, () => {
    it.each(shownExactly)("%s", (_about, code, shown) => {
      expect(compiler.hover(code)).toBe(shown);
    });

    it.each(shownShortly)("%s in few lines", (_about, code) => {
      const shown = compiler.hover(code);
      expect(shown).not.toBe("");
      expect(shown.split("\n").length, shown).toBeLessThan(40);
      expect(shown.length, shown).toBeLessThan(2_000);
    });
  });
}
