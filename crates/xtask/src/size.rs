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

/// How an artifact is weighed.
#[derive(Clone, Copy)]
enum As {
    File,
    /// With all that it imports, as a bundler ships it.
    Bundle,
}

// 150,000 and 450,000 until the engine learnt to restore, to check a token's rights before anything is sent, to sign in
// with assertions and managed identities, and to tell an audit trail: a quarter more.
//
// The service is the component without the conversions from and to WIT, and with routes, problems, JSON for every
// operation and its own description.
const ARTIFACTS: [(&str, As, Bound); 12] = [
    ("js/entra-mfa-reset/wasm/entra_mfa_reset_bg.wasm", As::File, Bound::Gzip(187_000)),
    ("js/entra-mfa-reset/wasm/sandbox_bg.wasm", As::File, Bound::None),
    // All JavaScript that goes with the engine, wherever the engine comes from.
    ("js/entra-mfa-reset/dist/slim.js", As::Bundle, Bound::Gzip(10_000)),
    // The same with the engine inside, deflated and as base64.
    ("js/entra-mfa-reset/dist/entries/inline.js", As::Bundle, Bound::Gzip(202_000)),
    ("js/entra-mfa-reset/dist/entries/sandbox/inline.js", As::Bundle, Bound::None),
    ("js/entra-mfa-reset/dist/ocsf.js", As::Bundle, Bound::Gzip(2_000)),
    ("dist/entra-mfa-reset.wasm", As::File, Bound::Raw(570_000)),
    ("dist/entra-mfa-reset-service.wasm", As::File, Bound::Raw(640_000)),
    ("dist/entra-mfa-reset-service-env.wasm", As::File, Bound::Raw(650_000)),
    // 600,000 until engine and sandbox came a second time, inside the JavaScript, so that no bundler loses them.
    ("dist/entra-mfa-reset.tgz", As::File, Bound::Raw(850_000)),
    ("dist/node-red-contrib-entra-mfa-reset.tgz", As::File, Bound::Raw(30_000)),
    // Engine and sandbox are inside.
    ("dist/n8n-nodes-entra-mfa-reset.tgz", As::File, Bound::Raw(400_000)),
];

/// Prints the sizes; too large is an error.
pub fn run() -> Result<()> {
    println!("{:60} {:>9} {:>9} {:>9}  budget", "bytes", "raw", "gzip", "brotli");
    let mut heavy = Vec::new();
    for (relative, weighed, bound) in ARTIFACTS {
        let [raw, gzip, brotli] = measure(&workspace::path(relative), weighed)?;
        let (budget, over) = match bound {
            Bound::Raw(most) => (format!("{most} raw"), raw > most),
            Bound::Gzip(most) => (format!("{most} gzip"), gzip > most),
            Bound::None => ("none".into(), false),
        };
        let name = match weighed {
            As::File => relative.to_owned(),
            As::Bundle => format!("{relative}, bundled"),
        };
        println!("{name:60} {raw:>9} {gzip:>9} {brotli:>9}  {budget}");
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
fn measure(path: &Path, weighed: As) -> Result<[u64; 3]> {
    const SCRIPT: &str = "const z = require('node:zlib'), [path, esbuild] = process.argv.slice(1);
        const bundled = () => require(esbuild).buildSync({
            entryPoints: [path], bundle: true, minify: true, format: 'esm', write: false, logLevel: 'error',
        }).outputFiles[0].contents;
        const b = esbuild ? bundled() : require('node:fs').readFileSync(path);
        console.log(b.length, z.gzipSync(b, { level: 9, memLevel: 9 }).length, z.brotliCompressSync(b).length)";
    let mut node = Command::new("node");
    node.args(["--eval", SCRIPT]).arg(path);
    if let As::Bundle = weighed {
        node.arg(workspace::path("js/node_modules/esbuild"));
    }
    let printed = process::read(&mut node)
        .with_context(|| format!("{} cannot be measured; run `just build` first", workspace::shown(path)))?;
    let numbers: Vec<u64> = printed.split(' ').filter_map(|number| number.parse().ok()).collect();
    numbers.try_into().ok().with_context(|| format!("Node printed `{printed}` for three sizes"))
}
