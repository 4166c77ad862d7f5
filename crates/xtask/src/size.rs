//! What the artifacts weigh, and what they may.

use crate::{process, workspace};
use anyhow::{Context, Result, bail};
use std::path::Path;
use std::process::Command;

/// Which number of an artifact is bounded.
#[derive(Clone, Copy)]
enum Bound {
    Raw(u64),
    Gzip(u64),
    None,
}

// 150,000 and 450,000 until the engine learnt to restore, to check a token's rights before anything is sent, to sign in
// with assertions and managed identities, and to tell an audit trail: a quarter more.
//
// The service is the component without the conversions from and to WIT, and with routes, problems, JSON for every
// operation and its own description.
const ARTIFACTS: [(&str, Bound); 6] = [
    ("js/entra-mfa-reset/wasm/entra_mfa_reset_bg.wasm", Bound::Gzip(187_000)),
    ("js/entra-mfa-reset/wasm/sandbox_bg.wasm", Bound::None),
    ("dist/entra-mfa-reset.wasm", Bound::Raw(570_000)),
    ("dist/entra-mfa-reset-service.wasm", Bound::Raw(640_000)),
    ("dist/entra-mfa-reset-service-env.wasm", Bound::Raw(650_000)),
    // 600,000 until engine and sandbox came a second time, inside the JavaScript, so that no bundler loses them.
    ("dist/entra-mfa-reset.tgz", Bound::Raw(850_000)),
];

/// Prints the sizes; too large is an error.
pub fn run() -> Result<()> {
    println!("{:50} {:>9} {:>9} {:>9}  budget", "bytes", "raw", "gzip", "brotli");
    let mut heavy = Vec::new();
    for (relative, bound) in ARTIFACTS {
        let [raw, gzip, brotli] = measure(&workspace::path(relative))?;
        let (budget, over) = match bound {
            Bound::Raw(most) => (format!("{most} raw"), raw > most),
            Bound::Gzip(most) => (format!("{most} gzip"), gzip > most),
            Bound::None => ("none".into(), false),
        };
        println!("{relative:50} {raw:>9} {gzip:>9} {brotli:>9}  {budget}");
        if over {
            heavy.push(relative);
        }
    }
    if !heavy.is_empty() {
        bail!(
            "over budget: {}; find out what grew, or raise the budget in crates/xtask/src/size.rs with a reason",
            heavy.join(", ")
        );
    }
    Ok(())
}

/// Raw, `gzip -9` and brotli -11, by Node, which is here anyway. `memLevel` 9 is what gzip(1) uses, too.
fn measure(path: &Path) -> Result<[u64; 3]> {
    const SCRIPT: &str = "const z = require('node:zlib'), b = require('node:fs').readFileSync(process.argv[1]);
        console.log(b.length, z.gzipSync(b, { level: 9, memLevel: 9 }).length, z.brotliCompressSync(b).length)";
    let printed = process::read(Command::new("node").args(["--eval", SCRIPT]).arg(path))
        .with_context(|| format!("{} cannot be measured; run `just build` first", workspace::shown(path)))?;
    let numbers: Vec<u64> = printed.split(' ').filter_map(|number| number.parse().ok()).collect();
    numbers.try_into().ok().with_context(|| format!("Node printed `{printed}` for three sizes"))
}
