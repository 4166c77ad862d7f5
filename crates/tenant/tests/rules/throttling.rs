use crate::world::{ADELE, World};
use entra_tenant::RetryAfter;

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
