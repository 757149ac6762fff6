/** Where a program writes. */
export interface ProgramOutput {
  write(text: string): unknown;
  /** Whether a person is looking at it, on a terminal. Default: no. */
  readonly isTTY?: boolean | undefined;
  /** Width of the terminal in characters. */
  readonly columns?: number | undefined;
}

/** What surrounds the program, so that tests and other programs can bring their own. */
export interface ProgramIo {
  /** Takes the report. */
  readonly stdout: ProgramOutput;
  /** Takes the progress and what went wrong. */
  readonly stderr: ProgramOutput;
  /** Paths on the command line are taken from here. */
  readonly cwd: string;
  /** 1: the server failed a check; 2: the run could not take place. Not called when all is well. */
  setExitStatus(status: 1 | 2): void;
}

/** The surroundings of this process. */
export function processIo(): ProgramIo {
  return {
    stdout: process.stdout,
    stderr: process.stderr,
    cwd: process.cwd(),
    setExitStatus: (status) => {
      process.exitCode = status;
    },
  };
}
