use crate::world::{ADELE, World};
use entra_tenant::RetryAfter;
use serde_json::json;

#[test]
fn a_full_bucket_answers_429() {
    for (form, text) in [
        (RetryAfter::Seconds, "4"),
        (RetryAfter::Fraction, "3.334"),
        (RetryAfter::Date, "Sat, 21 Nov 2026 09:00:04 GMT"),
        (RetryAfter::Absent, ""),
    ] {
        let mut world = World::with(|seed| {
            seed.settings.calls_per_10s = Some(3);
            seed.settings.retry_after = form;
        });
        let path = format!("/v1.0/users/{ADELE}");
        let limits: Vec<String> =
            (0..3).map(|_| world.get(&path).header("x-ms-throttle-limit-percentage").to_owned()).collect();
        assert_eq!(limits, ["", "", "1.00"]);
        let throttled = world.get(&path);
        assert_eq!((throttled.status, throttled.code()), (429, "TooManyRequests"));
        assert_eq!(throttled.body["error"]["innerError"]["code"], "429");
        assert_eq!(throttled.header("retry-after"), text);
        assert!(throttled.header("x-ms-throttle-scope").starts_with("Tenant_Application/ReadWrite/"));
        world.now += 3333;
        assert_eq!(world.get(&path).status, 429);
        world.now += 1;
        assert_eq!(world.get(&path).status, 200);
        world.now += 60_000;
        assert_eq!((0..4).map(|_| world.get(&path).status).collect::<Vec<u16>>(), [200, 200, 200, 429]);
    }
}

#[test]
fn without_a_bucket_nothing_is_throttled() {
    let mut world = World::sample();
    for _ in 0..200 {
        assert_eq!(world.get(&format!("/v1.0/users/{ADELE}")).status, 200);
    }
}

fn methods() -> String {
    format!("/v1.0/users/{ADELE}/authentication/methods")
}

#[test]
fn methods_have_a_bucket_of_their_own() {
    for (form, text) in [
        (RetryAfter::Seconds, "5"),
        (RetryAfter::Fraction, "5.000"),
        (RetryAfter::Date, "Sat, 21 Nov 2026 09:00:05 GMT"),
        (RetryAfter::Absent, ""),
    ] {
        let mut world = World::with(|seed| {
            seed.settings.method_calls_per_10s = Some(2);
            seed.settings.calls_per_10s = Some(4);
            seed.settings.retry_after = form;
        });
        assert_eq!([world.get(&methods()).status, world.get(&methods()).status], [200, 200]);
        let throttled = world.get(&methods());
        assert_eq!((throttled.status, throttled.header("retry-after")), (429, text));
        assert_eq!(throttled.header("x-ms-throttle-scope"), "Tenant_Application/ReadWrite/app/authenticationMethod");
        let user = format!("/v1.0/users/{ADELE}");
        assert_eq!([world.get(&user).status, world.get(&user).status], [200, 200], "a refused call took nothing out");
        let throttled = world.get(&user);
        assert_eq!(throttled.status, 429);
        assert!(throttled.header("x-ms-throttle-scope").ends_with("/3f6bd2a1-7c1f-4b2e-9c41-2a9d1e5c7b10"));
    }
}

#[test]
fn members_below_authentication_share_the_bucket_of_the_methods() {
    let mut world = World::with(|seed| seed.settings.method_calls_per_10s = Some(1));
    let read = |id: &str, path: &str| json!({"id": id, "method": "GET", "url": format!("/users/{ADELE}{path}")});
    let requests = json!([
        read("1", ""),
        read("2", "/authentication/methods"),
        read("3", "/AUTHENTICATION/methods"),
        read("4", "")
    ]);
    let answer = world.batch("v1.0", requests);
    assert_eq!(answer.statuses(&["1", "2", "3", "4"]), [200, 200, 429, 200]);
    assert_eq!(answer.member("3")["headers"]["Retry-After"], "10");
}

#[test]
fn what_is_refused_can_count_as_well() {
    let mut world = World::with(|seed| {
        seed.settings.calls_per_10s = Some(2);
        seed.settings.throttled_calls_count = true;
    });
    let mut waits = Vec::new();
    for _ in 0..7 {
        let answer = world.get(&methods());
        waits.push((answer.status, answer.header("retry-after").to_owned()));
    }
    let refused = |wait: &str| (429, wait.to_owned());
    let passed = (200, String::new());
    // After two refusals the bucket owes as much as it holds, and no more.
    assert_eq!(
        waits,
        [passed.clone(), passed, refused("10"), refused("15"), refused("15"), refused("15"), refused("15")]
    );
    world.now += 15_000;
    assert_eq!(world.get(&methods()).status, 200);
    assert_eq!(world.get(&methods()).status, 429);
}

#[test]
fn whole_requests_are_refused_before_anything_runs() {
    let mut world = World::with(|seed| {
        seed.settings.batches_per_10s = Some(2);
        seed.settings.retry_after = RetryAfter::Fraction;
    });
    let mobile = crate::world::deletion("1", ADELE, crate::world::MOBILE);
    assert_eq!(world.get(&methods()).status, 200);
    assert_eq!(world.batch("v1.0", json!([mobile])).status, 200);
    let oath = crate::world::deletion("1", ADELE, crate::world::ADELE_OATH);
    let refused = world.batch("v1.0", json!([oath]));
    assert_eq!((refused.status, refused.code()), (429, "TooManyRequests"));
    assert_eq!(refused.header("retry-after"), "5.000");
    assert!(refused.header("x-ms-throttle-scope").starts_with("Application/ReadWrite/"));
    assert_eq!(world.get(&methods()).status, 429);
    world.now += 5000;
    assert_eq!(world.get(&methods()).values().len(), 6);
}
