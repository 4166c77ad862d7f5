use hosts::artifact::{self, Artifact, PLUGIN, SERVICE, SERVICE_ENV};

/// What a component may ask of a host is a promise: a file, a socket or a random source would show here.
fn equal_the_committed_list(artifact: &Artifact, list: &str, prefixes: &[&str]) {
    let committed = std::fs::read_to_string(artifact::root().join(list)).unwrap();
    let committed: Vec<&str> = committed.lines().collect();
    assert_eq!(artifact.imports().unwrap(), committed);
    for name in committed {
        assert!(prefixes.iter().any(|prefix| name.starts_with(prefix)), "{name}");
    }
}

const LEAST: [&str; 3] = ["wasi:clocks/", "wasi:http/", "wasi:io/"];

#[test]
fn of_the_library() {
    equal_the_committed_list(&PLUGIN, "crates/component/imports.txt", &LEAST);
}

#[test]
fn of_the_service() {
    equal_the_committed_list(&SERVICE, "crates/service/imports.txt", &LEAST);
}

#[test]
fn of_the_service_with_settings() {
    let prefixes = [LEAST.as_slice(), &["wasi:cli/environment@", "wasi:cli/stderr@"]].concat();
    equal_the_committed_list(&SERVICE_ENV, "crates/service/imports-env.txt", &prefixes);
}
