//! The service's description without the blanks that are for people.

use std::path::Path;
use std::{env, fs};

const DESCRIPTION: &str = "../../schema/openapi.json";

fn main() {
    println!("cargo::rerun-if-changed={DESCRIPTION}");
    let text = fs::read_to_string(DESCRIPTION).expect("schema/openapi.json, which `just gen` writes");
    let folder = env::var_os("OUT_DIR").expect("cargo's OUT_DIR");
    fs::write(Path::new(&folder).join("openapi.json"), without_blanks(&text)).expect("OUT_DIR is writable");
}

/// JSON's blanks are those outside of its strings.
fn without_blanks(json: &str) -> String {
    let (mut quoted, mut escaped) = (false, false);
    let keep = |c: &char| {
        let keeps = quoted || !c.is_ascii_whitespace();
        if *c == '"' && !escaped {
            quoted = !quoted;
        }
        escaped = *c == '\\' && !escaped;
        keeps
    };
    json.chars().filter(keep).collect()
}
