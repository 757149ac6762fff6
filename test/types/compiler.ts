import { join, resolve } from "node:path";
import ts from "typescript";

const root = resolve(import.meta.dirname, "../..");
const options: ts.CompilerOptions = {
  strict: true,
  noEmit: true,
  exactOptionalPropertyTypes: true,
  target: ts.ScriptTarget.ES2023,
  module: ts.ModuleKind.NodeNext,
  moduleResolution: ts.ModuleResolutionKind.NodeNext,
  lib: ["lib.es2023.d.ts", "lib.es2024.string.d.ts", "lib.dom.d.ts"],
  types: ["node"],
  skipLibCheck: true,
  allowImportingTsExtensions: true,
  customConditions: ["@windlass/source"],
};

const mark = "/*?*/";

/**
 * The compiler, as an editor has it, with many programs that a user may write: each is a block of one
 * file, because a program takes seconds to check and a block milliseconds.
 */
export class Compiler {
  readonly #file = join(root, "test/types/imaginary.ts");
  readonly #service: ts.LanguageService;
  readonly #text: string;
  #diagnostics: readonly ts.Diagnostic[] | undefined;

  /**
   * @param before what every program begins with
   * @param programs all that will be asked about
   */
  constructor(before: string, programs: readonly string[]) {
    const blocks = programs.map(blockOf);
    this.#text = `${before}\n${blocks.join("\n")}\nexport {};\n`;
    this.#service = ts.createLanguageService(this.#host(), ts.createDocumentRegistry());
  }

  /** What the compiler says about a program, one text per error; nothing when it is right. */
  errors(program: string): readonly string[] {
    this.#diagnostics ??= [
      ...this.#service.getSyntacticDiagnostics(this.#file),
      ...this.#service.getSemanticDiagnostics(this.#file),
    ];
    const start = this.#startOf(program);
    const end = start + program.length;
    return this.#diagnostics
      .filter((diagnostic) => (diagnostic.start ?? 0) >= start && (diagnostic.start ?? 0) < end)
      .map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, "\n"));
  }

  /** What an editor shows when the mouse rests on what follows the mark: a comment with a question mark. */
  hover(program: string): string {
    const position = this.#startOf(program) + program.indexOf(mark) + mark.length;
    const info = this.#service.getQuickInfoAtPosition(this.#file, position);
    return ts.displayPartsToString(info?.displayParts);
  }

  #startOf(program: string): number {
    const block = blockOf(program);
    return this.#text.indexOf(block) + block.indexOf(program);
  }

  #host(): ts.LanguageServiceHost {
    const { sys } = ts;
    const read = (name: string): string | undefined =>
      name === this.#file ? this.#text : sys.readFile(name);
    return {
      getCompilationSettings: () => options,
      getScriptFileNames: () => [this.#file],
      getScriptVersion: () => "1",
      getScriptSnapshot: (name) => {
        const text = read(name);
        return text === undefined ? undefined : ts.ScriptSnapshot.fromString(text);
      },
      getCurrentDirectory: () => root,
      getDefaultLibFileName: (settings) => ts.getDefaultLibFilePath(settings),
      fileExists: (name) => name === this.#file || sys.fileExists(name),
      readFile: read,
      directoryExists: (name) => sys.directoryExists(name),
      getDirectories: (name) => sys.getDirectories(name),
      realpath: (name) => sys.realpath?.(name) ?? name,
    };
  }
}

function blockOf(program: string): string {
  return `{\n${program}\n}`;
}
