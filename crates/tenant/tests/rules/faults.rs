use crate::world::{ADELE, ADELE_OATH, Answer, BARE, MOBILE, OWNER, World, deletion};
use entra_tenant::{Delivery, DeliveryError, FaultRates, Faults, Pace};
use http::Request;
use serde_json::{Value, json};

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

const NEXT: &str = "@odata.nextLink";
const FOREIGN: &str = "https://attacker.contoso.com";

/// A list that pages, asked for alone and in a batch: the links of both answers.
fn next_links(rates: FaultRates) -> [Option<String>; 2] {
    let mut world = World::sample();
    let path = format!("/users/{OWNER}/transitiveMemberOf?$select=id");
    let link = |body: &Value| body.get(NEXT).and_then(Value::as_str).map(str::to_owned);
    let alone = world.request("GET", &format!("/v1.0{path}"), None);
    let alone = Answer::of(&deliver(&mut world, rates.clone(), alone).result.unwrap());
    let body = json!({"requests": [{"id": "a", "method": "GET", "url": path}]});
    let batch = world.request("POST", "/v1.0/$batch", Some(&body));
    let batch = Answer::of(&deliver(&mut world, rates, batch).result.unwrap());
    assert_eq!(alone.values().len(), 1, "the page itself is there");
    [link(&alone.body), link(&batch.member("a")["body"])]
}

#[test]
fn a_next_page_can_be_elsewhere() {
    let rates = FaultRates { foreign_next_link: 1.0, ..FaultRates::default() };
    let expected = format!("{FOREIGN}/v1.0/users/{OWNER}/transitiveMemberOf?$select=id");
    assert_eq!(next_links(rates), [Some(expected.clone()), Some(expected)]);
    let rates =
        FaultRates { foreign_next_link: 1.0, foreign_origin: "http://127.0.0.1:9".into(), ..FaultRates::default() };
    assert!(next_links(rates)[0].as_deref().unwrap().starts_with("http://127.0.0.1:9/v1.0/"));
    assert_eq!(next_links(FaultRates::default()), [None, None]);
}

#[test]
fn a_page_can_be_its_own_next() {
    let own = format!("https://graph.example/v1.0/users/{OWNER}/transitiveMemberOf?$select=id");
    let rates = FaultRates { looped_pages: 1.0, ..FaultRates::default() };
    assert_eq!(next_links(rates), [Some(own.clone()), Some(own)]);
}

#[test]
fn pages_can_be_without_end() {
    let mut world = World::sample();
    let mut faults = Faults::new(1, FaultRates { endless_pages: 1.0, ..FaultRates::default() });
    let mut seen = std::collections::BTreeSet::new();
    let mut path = format!("/v1.0/users/{OWNER}/transitiveMemberOf?$select=id");
    for _ in 0..50 {
        let request = world.request("GET", &path, None);
        let answer = Answer::of(&faults.deliver(&mut world.tenant, request, world.now).result.unwrap());
        assert_eq!(answer.values().len(), 1);
        path = answer.body[NEXT].as_str().unwrap().strip_prefix("https://graph.example").unwrap().to_owned();
        assert!(seen.insert(path.clone()), "{path}");
    }
    // In a batch, as clients follow links there.
    let url = path.strip_prefix("/v1.0").unwrap();
    let body = json!({"requests": [{"id": "a", "method": "GET", "url": url}]});
    let request = world.request("POST", "/v1.0/$batch", Some(&body));
    let answer = Answer::of(&faults.deliver(&mut world.tenant, request, world.now).result.unwrap());
    assert_eq!(answer.member("a")["status"], 200);
    assert!(seen.insert(answer.member("a")["body"][NEXT].as_str().unwrap().to_owned()));
    // A list without a query, too.
    let request = world.request("GET", &format!("/v1.0/users/{ADELE}/authentication/methods"), None);
    let answer = Answer::of(&faults.deliver(&mut world.tenant, request, world.now).result.unwrap());
    let next = answer.body[NEXT].as_str().unwrap().strip_prefix("https://graph.example").unwrap();
    let request = world.request("GET", next, None);
    assert_eq!(faults.deliver(&mut world.tenant, request, world.now).result.unwrap().status(), 200);
}

#[test]
fn a_redirect_elsewhere_ran_nothing() {
    let mut statuses = std::collections::BTreeSet::new();
    for seed in 0..40 {
        let mut world = World::sample();
        let request = remove(&world);
        let rates = FaultRates { foreign_redirect: 1.0, ..FaultRates::default() };
        let answer =
            Answer::of(&Faults::new(seed, rates).deliver(&mut world.tenant, request, world.now).result.unwrap());
        statuses.insert(answer.status);
        assert_eq!(answer.header("location"), format!("{FOREIGN}/v1.0/users/{ADELE}/authentication/{MOBILE}"));
        assert_eq!(world.tenant.state().log[0].status, answer.status);
        assert_eq!(phones(&mut world), 1);
    }
    assert_eq!(statuses.into_iter().collect::<Vec<_>>(), [301, 302, 303, 307, 308]);
    // The token endpoint can be made to redirect, too: a secret must not follow.
    let mut world = World::sample();
    let request =
        Request::post("https://login.example/contoso.com/oauth2/v2.0/token").body(bytes::Bytes::new()).unwrap();
    let rates = FaultRates { foreign_redirect: 1.0, ..FaultRates::default() };
    let answer = Answer::of(&deliver(&mut world, rates, request).result.unwrap());
    assert_eq!(answer.header("location"), format!("{FOREIGN}/contoso.com/oauth2/v2.0/token"));
}

#[test]
fn who_follows_elsewhere_is_told() {
    let mut world = World::sample();
    let request = Request::get(format!("{FOREIGN}/v1.0/users/{ADELE}")).body(bytes::Bytes::new()).unwrap();
    world.tenant.handle(request, world.now);
    assert_eq!(world.violated("foreignOrigin"), 1);
}

#[test]
fn answers_of_a_batch_may_not_fit_its_requests() {
    for (rates, ids) in [
        (FaultRates { foreign_member: 1.0, ..FaultRates::default() }, vec!["nobody-asked"]),
        (FaultRates { doubled_member: 1.0, ..FaultRates::default() }, vec!["1", "1"]),
        (FaultRates { missing_member: 1.0, ..FaultRates::default() }, vec![]),
    ] {
        let mut world = World::sample();
        let body = json!({"requests": [deletion("1", ADELE, MOBILE)]});
        let request = world.request("POST", "/v1.0/$batch", Some(&body));
        let answer = Answer::of(&deliver(&mut world, rates.clone(), request).result.unwrap());
        let members = answer.body["responses"].as_array().unwrap();
        let found: Vec<&str> = members.iter().map(|member| member["id"].as_str().unwrap()).collect();
        assert_eq!(found, ids);
        assert_eq!(phones(&mut world), 0, "it ran");
        // What is no batch stays as it is.
        let request = world.request("GET", &format!("/v1.0/users/{ADELE}"), None);
        let answer = Answer::of(&deliver(&mut world, rates, request).result.unwrap());
        assert_eq!(answer.body["id"], ADELE);
    }
    let mut world = World::sample();
    let body = json!({"requests": [deletion("1", ADELE, MOBILE)]});
    let request = world.request("POST", "/v1.0/$batch", Some(&body));
    let rates = FaultRates { doubled_member: 1.0, ..FaultRates::default() };
    let answer = Answer::of(&deliver(&mut world, rates, request).result.unwrap());
    let statuses: Vec<&Value> = answer.body["responses"].as_array().unwrap().iter().map(|one| &one["status"]).collect();
    assert_eq!(statuses, [204, 404], "the two contradict each other");
}

#[test]
fn json_can_be_deep() {
    let mut world = World::sample();
    let request = world.request("GET", &format!("/v1.0/users/{ADELE}/authentication/methods"), None);
    let rates = FaultRates { deep_json: 1.0, ..FaultRates::default() };
    let response = deliver(&mut world, rates.clone(), request).result.unwrap();
    assert_eq!(response.status(), 200);
    let text = std::str::from_utf8(response.body()).unwrap();
    assert_eq!(text.matches('[').count(), 10_000);
    assert_eq!(text.matches(']').count(), 10_000);
    let request = remove(&world);
    let response = deliver(&mut world, rates, request).result.unwrap();
    assert_eq!((response.status().as_u16(), response.body().len()), (204, 0), "no body stays no body");
}

#[test]
fn answers_can_be_large_or_drip() {
    let mut world = World::sample();
    let request = world.request("GET", &format!("/v1.0/users/{ADELE}"), None);
    let rates = FaultRates { oversized: 1.0, oversized_bytes: 1 << 20, ..FaultRates::default() };
    let delivery = deliver(&mut world, rates, request);
    assert_eq!(delivery.pace, Pace::Endless);
    let response = delivery.result.unwrap();
    assert!(response.body().len() > 1 << 20);
    assert_eq!(Answer::of(&response).body["id"], ADELE, "it is JSON all the same");

    let request = remove(&world);
    let rates = FaultRates { dripping: 1.0, drip_milliseconds: 900, ..FaultRates::default() };
    let delivery = deliver(&mut world, rates, request);
    assert_eq!((delivery.after_ms, delivery.pace), (900, Pace::Dripping(900)));
    world.now += 899;
    assert_eq!(world.remove(ADELE, ADELE_OATH), 204);
    assert_eq!(world.violated("parallelDeletes"), 1, "until it is out, the user is being written");
}

#[test]
fn even_faults_are_none_of_the_hostile() {
    let even = serde_json::to_value(FaultRates::even(1.3)).unwrap();
    let hostile = ["foreignRedirect", "foreignNextLink", "loopedPages", "endlessPages", "foreignMember"];
    for name in hostile.iter().chain(&["doubledMember", "missingMember", "deepJson", "oversized", "dripping"]) {
        assert_eq!(even[name], 0.0, "{name}");
    }
}
