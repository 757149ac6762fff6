#!/usr/bin/env node
// In the repository and in the package alike; the built program is in dist.
import "../dist/cli/main.js";
