use crate::world::{ADELE, ADELE_OATH, Answer, BARE, MOBILE, World, deletion};
use entra_tenant::{Delivery, DeliveryError, FaultRates, Faults};
use http::Request;
use serde_json::json;

fn deliver(world: &mut World, rates: FaultRates, request: Request<bytes::Bytes>) -> Delivery {
    Faults::new(1, rates).deliver(&mut world.tenant, request, world.now)
}

fn remove(world: &World) -> Request<bytes::Bytes> {
    world.request("DELETE", &format!("/v1.0/users/{ADELE}/authentication/{MOBILE}"), None)
}

fn phones(world: &mut World) -> usize {
    world.get(&format!("/v1.0/users/{ADELE}/authentication/phoneMethods")).values().len()
}

#[test]
fn what_did_not_arrive_did_not_run() {
    for (rates, error) in [
        (FaultRates { refused: 1.0, ..FaultRates::default() }, DeliveryError::NeverSent),
        (FaultRates { dropped_before: 1.0, ..FaultRates::default() }, DeliveryError::Lost),
    ] {
        let mut world = World::sample();
        let request = remove(&world);
        assert_eq!(deliver(&mut world, rates, request).result.unwrap_err(), error);
        assert_eq!(phones(&mut world), 1);
    }
}

#[test]
fn what_was_lost_on_the_way_back_ran() {
    let mut world = World::sample();
    let request = remove(&world);
    let rates = FaultRates { dropped_after: 1.0, ..FaultRates::default() };
    assert_eq!(deliver(&mut world, rates, request).result.unwrap_err(), DeliveryError::Lost);
    assert_eq!(phones(&mut world), 0);
}

#[test]
fn gateways_answer_in_html() {
    for (rates, status, left) in [
        (FaultRates { html: 1.0, ..FaultRates::default() }, 502, 1),
        (FaultRates { gateway_timeout: 1.0, ..FaultRates::default() }, 504, 0),
    ] {
        let mut world = World::sample();
        let request = remove(&world);
        let response = deliver(&mut world, rates, request).result.unwrap();
        assert_eq!(response.status(), status);
        assert_eq!(response.headers()["content-type"], "text/html");
        assert_eq!(phones(&mut world), left);
    }
}

#[test]
fn slow_answers_keep_the_user_busy() {
    let mut world = World::sample();
    let request = remove(&world);
    let rates = FaultRates { slow: 1.0, slow_milliseconds: 700, ..FaultRates::default() };
    assert_eq!(deliver(&mut world, rates, request).after_ms, 700);
    world.now += 699;
    assert_eq!(world.remove(ADELE, ADELE_OATH), 204);
    assert_eq!(world.violated("parallelDeletes"), 1);
}

#[test]
fn half_an_answer_is_no_json() {
    let mut world = World::sample();
    let request = world.request("GET", &format!("/v1.0/users/{ADELE}"), None);
    let rates = FaultRates { truncated: 1.0, ..FaultRates::default() };
    let response = deliver(&mut world, rates, request).result.unwrap();
    assert_eq!(response.status(), 200);
    assert!(serde_json::from_slice::<serde_json::Value>(response.body()).is_err());
}

#[test]
fn an_expired_token_stays_expired() {
    let mut world = World::sample();
    let request = remove(&world);
    let rates = FaultRates { expired_token: 1.0, ..FaultRates::default() };
    let answer = Answer::of(&deliver(&mut world, rates, request).result.unwrap());
    assert_eq!((answer.status, answer.code()), (401, "InvalidAuthenticationToken"));
    assert_eq!(world.remove(ADELE, MOBILE), 401);
    world.claims.uti = Some("renewed".into());
    assert_eq!(world.remove(ADELE, MOBILE), 204);
}

#[test]
fn refusals_at_the_door_ran_nothing() {
    for (rates, status) in [
        (FaultRates { throttled: 1.0, ..FaultRates::default() }, 429),
        (FaultRates { unavailable: 1.0, ..FaultRates::default() }, 503),
        (FaultRates { member_throttled: 1.0, ..FaultRates::default() }, 429),
        (FaultRates { member_unavailable: 1.0, ..FaultRates::default() }, 503),
    ] {
        let mut world = World::sample();
        let request = remove(&world);
        let answer = Answer::of(&deliver(&mut world, rates, request).result.unwrap());
        assert_eq!(answer.status, status);
        assert_eq!(phones(&mut world), 1);
    }
}

#[test]
fn one_member_can_fail() {
    for (rates, status, left) in [
        (FaultRates { member_throttled: 1.0, ..FaultRates::default() }, 429, 1),
        (FaultRates { member_unavailable: 1.0, ..FaultRates::default() }, 503, 1),
        (FaultRates { member_timeout: 1.0, ..FaultRates::default() }, 504, 0),
    ] {
        let mut world = World::sample();
        let body = json!({"requests": [deletion("1", ADELE, MOBILE)]});
        let request = world.request("POST", "/v1.0/$batch", Some(&body));
        let answer = Answer::of(&deliver(&mut world, rates, request).result.unwrap());
        assert_eq!(answer.status, 200);
        assert_eq!(answer.statuses(&["1"]), [status]);
        assert_eq!(phones(&mut world), left);
    }
}

#[test]
fn the_same_seed_gives_the_same_faults() {
    let run = |seed: u64| {
        let mut world = World::sample();
        let mut faults = Faults::new(seed, FaultRates::even(0.5));
        let mut outcomes = Vec::new();
        for place in 0..60 {
            world.claims.uti = Some(place.to_string());
            let request = world.request("GET", &format!("/v1.0/users/{BARE}"), None);
            let delivery = faults.deliver(&mut world.tenant, request, world.now);
            outcomes.push((delivery.after_ms, delivery.result.map(|response| response.status().as_u16())));
        }
        outcomes
    };
    assert_eq!(run(7), run(7));
    assert_ne!(run(7), run(8));
    let whole = run(7).iter().filter(|(after, result)| *after == 0 && *result == Ok(200)).count();
    assert!((15..50).contains(&whole), "about half of 60 pass: {whole}");
}

#[test]
fn without_rates_everything_passes() {
    let mut world = World::sample();
    let mut faults = Faults::none();
    for _ in 0..100 {
        let request = world.request("GET", &format!("/v1.0/users/{BARE}"), None);
        assert_eq!(faults.deliver(&mut world.tenant, request, world.now).result.unwrap().status(), 200);
    }
}
