use hosts::plugin;

/// What the component may ask of a host is a promise: a file, a socket or a random source would show here.
#[test]
fn equal_the_committed_list() {
    let committed = std::fs::read_to_string(plugin::root().join("crates/component/imports.txt")).unwrap();
    let committed: Vec<&str> = committed.lines().collect();
    assert_eq!(plugin::imports().unwrap(), committed);
    for name in committed {
        assert!(["wasi:clocks/", "wasi:http/", "wasi:io/"].iter().any(|prefix| name.starts_with(prefix)), "{name}");
    }
}
