use crate::world::{ADELE, ADELE_APP, ADELE_OATH, DIEGO, MOBILE, World, deletion};
use entra_tenant::{Counts, FaultRates, Faults};
use serde_json::json;

fn counts(world: &World) -> Counts {
    let counts = world.tenant.counts();
    assert_eq!(world.tenant.state().counts, counts);
    counts
}

#[test]
fn requests_calls_and_writes_are_counted() {
    let mut world = World::sample();
    world.get(&format!("/v1.0/users/{ADELE}"));
    let mut requests = [deletion("1", ADELE, ADELE_APP), deletion("2", ADELE, MOBILE), deletion("3", DIEGO, MOBILE)];
    requests[1]["dependsOn"] = json!(["1"]);
    assert_eq!(world.batch("v1.0", json!(requests)).statuses(&["1", "2", "3"]), [400, 424, 204]);
    world.delete(&format!("/v1.0/users/{ADELE}"));
    assert_eq!(
        counts(&world),
        Counts { http_requests: 3, calls: 5, writes: 1, deletes: 1, users: 13, violations: 1, ..Counts::default() }
    );
}

#[test]
fn what_is_throttled_is_counted_inside_and_outside_of_batches() {
    let mut world = World::with(|seed| seed.settings.calls_per_10s = Some(1));
    let read = |id: &str| json!({"id": id, "method": "GET", "url": format!("/users/{ADELE}")});
    world.batch("v1.0", json!([read("1"), read("2"), read("3")]));
    world.get(&format!("/v1.0/users/{ADELE}"));
    let request = world.request("GET", &format!("/v1.0/users/{ADELE}"), None);
    Faults::new(1, FaultRates { throttled: 1.0, ..FaultRates::default() }).deliver(
        &mut world.tenant,
        request,
        world.now,
    );
    assert_eq!((counts(&world).http_requests, counts(&world).calls, counts(&world).throttled), (3, 4, 4));
}

#[test]
fn a_delete_that_runs_but_is_not_told_counts() {
    let mut world = World::sample();
    let request = world.request("POST", "/v1.0/$batch", Some(&json!({"requests": [deletion("1", ADELE, MOBILE)]})));
    let rates = FaultRates { member_timeout: 1.0, ..FaultRates::default() };
    Faults::new(1, rates).deliver(&mut world.tenant, request, world.now);
    assert_eq!((counts(&world).writes, counts(&world).deletes), (1, 1));
}

#[test]
fn a_second_delete_of_the_same_method_is_told() {
    let mut world = World::sample();
    assert_eq!(world.remove(ADELE, MOBILE), 204);
    assert_eq!(counts(&world).deletes_of_what_was_gone, 0);
    assert_eq!(world.remove(ADELE, MOBILE), 404);
    assert_eq!(world.remove(ADELE, "softwareOathMethods/never-there"), 404);
    let found = counts(&world);
    assert_eq!((found.deletes, found.repeated_deletes, found.deletes_of_what_was_gone), (1, 0, 1));
    let phone = json!({"phoneNumber": "+1 4255550199", "phoneType": "mobile"});
    assert_eq!(world.post(&format!("/v1.0/users/{ADELE}/authentication/phoneMethods"), phone).status, 201);
    assert_eq!(world.remove(ADELE, MOBILE), 204);
    let found = counts(&world);
    assert_eq!((found.deletes, found.repeated_deletes, found.deletes_of_what_was_gone), (2, 0, 1));
}

#[test]
fn a_lost_delete_that_is_sent_again_is_a_repeated_one() {
    let mut world = World::sample();
    let requests = json!([deletion("1", ADELE, MOBILE), deletion("2", ADELE, ADELE_OATH)]);
    assert_eq!(world.batch("v1.0", requests).statuses(&["1", "2"]), [204, 204]);
    let found = counts(&world);
    assert_eq!((found.deletes, found.repeated_deletes, found.violations), (1, 0, 1));
    assert_eq!(world.remove(ADELE, ADELE_OATH), 204);
    let found = counts(&world);
    assert_eq!((found.deletes, found.repeated_deletes, found.deletes_of_what_was_gone), (2, 1, 0));
}
