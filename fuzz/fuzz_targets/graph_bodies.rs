//! Any bodies, statuses and headers as Graph's answers. The input is a script, see `src/script.rs`.
#![no_main]

use entra_mfa_reset::{Client, ClientOptions, Credential, Limits, Secret};
use entra_mfa_reset_fuzz::{Fair, Operation, Script, World};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let text = String::from_utf8_lossy(data);
    let script = Script::of(&text);
    let head = &script.head;
    let limits = Limits {
        retries: head.number("retries").unwrap_or(1).min(5),
        concurrency: head.number("concurrency").unwrap_or(8).clamp(1, 32),
        calls_per_10s: head.number("calls").filter(|calls| *calls > 0),
        users: head.number("users"),
        ..Limits::default()
    };
    let operation = Operation::named(head.words().first().copied().unwrap_or_default());
    let cancel = head.number("cancel").map(u64::from);
    let requests: Vec<String> = head.lines().into_iter().map(str::to_owned).collect();
    let requests: Vec<&str> = requests.iter().map(String::as_str).collect();
    let mut world = World::new(data, script.into_network());
    let credential = Credential::AccessToken(Secret::new(world.token()));
    let client = Client::new(ClientOptions { limits, ..ClientOptions::default() }, credential).expect("a client");
    operation.perform(&client, &requests, &mut world, &mut Fair { cancel });
});
